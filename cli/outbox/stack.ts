import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { OutboxError } from '../../lib/outbox/ports.ts';
import { type ChosenStack, chooseStack } from '../connect.ts';

/** Which stack is meant, by the options of a command line. */
export interface StackOptions {
  readonly stage?: string;
  readonly region?: string;
  /** Name or ARN of the bus. */
  readonly bus?: string;
}

export const STACK_OPTIONS = { stage: { type: 'string' }, region: { type: 'string' } } as const;

/** @throws UsageError when no stage is given and no local stack runs */
export function stackOf({ stage, region }: StackOptions): Promise<ChosenStack> {
  return chooseStack(stage, region, process.env);
}

const OUTPUT = 'EventBusName';

/**
 * The bus of a stack, that of a deployed one from its outputs. It is never guessed: EventBridge takes events for a bus that does
 * not exist, and drops them.
 *
 * @throws OutboxError when it cannot be told
 */
export async function busOf({ stage, bus }: StackOptions, stack: ChosenStack): Promise<string> {
  return bus ?? (stage === undefined ? stack.tasksTable.replace(/-tasks$/, '') : await busOfStage(stage));
}

async function busOfStage(stage: string): Promise<string> {
  const StackName = `ota-watch-${stage}`;
  const client = new CloudFormationClient();
  try {
    const { Stacks: [deployed] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const output = deployed?.Outputs?.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
    if (output !== undefined) return output;
  } catch (error) {
    if (!(error instanceof CloudFormationServiceException)) throw error;
    throw new OutboxError(`The bus of ${StackName} cannot be told (${error.name}): name it with --bus`, {
      cause: error,
    });
  }
  throw new OutboxError(`The stack ${StackName} has no output ${OUTPUT}: name the bus with --bus`);
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { OtaWatchError } from '../lib/errors.ts';

/** Where a command finds the service and the tables of a stack. */
export interface Stack {
  readonly name: string;
  readonly tasksTable: string;
  readonly region: string | undefined;
}

/** A command was called in a way that it does not understand. */
export class UsageError extends OtaWatchError {
  override readonly name = 'UsageError';
}

const STACK_FILE = path.resolve(import.meta.dirname, '../.local/stack.json');

/** What `npm start` writes down about the stack that it runs. */
const LocalStack = z.object({
  pid: z.int(),
  region: z.string(),
  endpoints: z.object({ dynamodb: z.url(), managedIntegrations: z.url() }),
  tables: z.object({ tasks: z.string() }),
});

/**
 * Chooses the stack that a command works on: the deployed one of a stage, or the one that runs on this machine. For the
 * latter the AWS SDK's environment variables are pointed at it, before any client is made.
 *
 * @throws UsageError when no stage is given and no local stack runs
 */
export function chooseStack(
  stage: string | undefined,
  region: string | undefined,
  env: NodeJS.ProcessEnv,
): Stack {
  if (stage !== undefined) {
    if (region !== undefined) env.AWS_REGION = region;
    return { name: `stage ${stage}`, tasksTable: `ota-watch-${stage}-tasks`, region: env.AWS_REGION };
  }
  const local = readLocalStack();
  if (local === undefined) {
    throw new UsageError(
      'No stack runs on this machine: start one with "npm start", or name a deployed one with --stage',
    );
  }
  Object.assign(env, {
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: local.endpoints.dynamodb,
    AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: local.endpoints.managedIntegrations,
  });
  return { name: 'the local stack', tasksTable: local.tables.tasks, region: local.region };
}

function readLocalStack(): z.infer<typeof LocalStack> | undefined {
  try {
    const stack = LocalStack.parse(JSON.parse(readFileSync(STACK_FILE, 'utf8')));
    process.kill(stack.pid, 0);
    return stack;
  } catch {
    // No file, one that was left behind by a stack that is gone, or half of one: nothing runs that could be used.
    return undefined;
  }
}

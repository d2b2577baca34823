import { z } from 'zod';
import { functionFinder } from './functions.ts';
import { queueFinder } from './queues.ts';
import type { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/** Defaults are CloudFormation's. */
const mappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number().optional() }).prefault({}),
});

/** Which function takes the messages of a queue, and how. */
export interface EventSourceDefinition {
  readonly logicalId: string;
  /** Logical id of the queue. */
  readonly queue: string;
  readonly queueArn: string;
  readonly functionLogicalId: string;
  /** Most messages of one invocation. */
  readonly batchSize: number;
  /** How long messages are gathered for one invocation. */
  readonly windowSeconds: number;
  /** Whether the function answers which messages failed (`ReportBatchItemFailures`). */
  readonly reportsItemFailures: boolean;
  /** Most invocations at once; left out where nothing limits them. */
  readonly maximumConcurrency?: number;
}

/** The template's event source mappings that are enabled: all from queues of its own to functions of its own. */
export function eventSourcesOf(template: Template): readonly EventSourceDefinition[] {
  const queueOf = queueFinder(template);
  const functionOf = functionFinder(template);
  return template
    .resourcesOf('AWS::Lambda::EventSourceMapping', mappingProperties)
    .filter(({ properties }) => properties.Enabled)
    .map(({ logicalId, properties: { EventSourceArn, FunctionName, ScalingConfig, ...properties } }) => {
      const at = `Resources.${logicalId}.Properties`;
      const queue = queueOf(EventSourceArn);
      if (queue === undefined)
        throw new TemplateError(`${at}.EventSourceArn`, `is no queue: ${EventSourceArn}`);
      const functionLogicalId = functionOf(FunctionName);
      if (functionLogicalId === undefined) {
        throw new TemplateError(`${at}.FunctionName`, `the template has no function ${FunctionName}`);
      }
      const { MaximumConcurrency: maximumConcurrency } = ScalingConfig;
      return {
        logicalId,
        queue,
        queueArn: EventSourceArn,
        functionLogicalId,
        batchSize: properties.BatchSize,
        windowSeconds: properties.MaximumBatchingWindowInSeconds,
        reportsItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      };
    });
}

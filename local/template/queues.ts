import { z } from 'zod';
import type { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/** Defaults are CloudFormation's. */
const queueProperties = z.object({
  VisibilityTimeout: z.coerce.number().default(30),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }).optional(),
});

export interface QueueDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  /** Where a message goes that was received more often than that. */
  readonly redrive?: { readonly deadLetterQueue: string; readonly maxReceiveCount: number };
}

/** The template's SQS queues. Encryption, retention and policies are left out. */
export function queuesOf(template: Template): readonly QueueDefinition[] {
  const logicalIdOf = queueFinder(template);
  return template.resourcesOf('AWS::SQS::Queue', queueProperties).map(({ logicalId, name, properties }) => {
    const { VisibilityTimeout, RedrivePolicy } = properties;
    const queue = {
      logicalId,
      name,
      arn: arnOf(template, logicalId),
      visibilityTimeoutSeconds: VisibilityTimeout,
    };
    if (RedrivePolicy === undefined) return queue;
    const { deadLetterTargetArn, maxReceiveCount } = RedrivePolicy;
    const deadLetterQueue = logicalIdOf(deadLetterTargetArn);
    if (deadLetterQueue !== undefined) return { ...queue, redrive: { deadLetterQueue, maxReceiveCount } };
    throw new TemplateError(
      `Resources.${logicalId}.Properties.RedrivePolicy`,
      `the template has no queue ${deadLetterTargetArn}`,
    );
  });
}

/** A function that gives the logical id of the template's queue with an ARN, undefined for any other ARN. */
export function queueFinder(template: Template): (arn: string) => string | undefined {
  const queues = template.resourcesOf('AWS::SQS::Queue', z.object({}));
  const logicalIds = new Map(queues.map(({ logicalId }) => [arnOf(template, logicalId), logicalId]));
  return (arn) => logicalIds.get(arn);
}

function arnOf(template: Template, logicalId: string): string {
  return z.string().parse(template.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }, `Resources.${logicalId}`));
}

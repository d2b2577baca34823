import path from 'node:path';
import { z } from 'zod';
import { ACCOUNT, REGION } from '../../support/world.ts';
import type { Deployment } from './deployment.ts';
import type { SeenRequest } from './traffic.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const statementSchema = z.object({ Effect: z.enum(['Allow', 'Deny']), Action: texts, Resource: texts });
const policySchema = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });
const roleSchema = z.object({ Policies: z.array(policySchema) });
const functionSchema = z.object({ Role: z.string() });

/** The requests that the role of a function does not permit, as IAM would see them: `action on resource`. */
export function refusedByRole(requests: readonly SeenRequest[], { template, lambda }: Deployment): string[] {
  const arnOf = (logicalId: string) => template.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }, logicalId);
  const statements = template
    .resourcesOf('AWS::Lambda::Function', functionSchema)
    .filter(({ logicalId }) => logicalId === lambda.logicalId)
    .flatMap(({ properties: { Role } }) =>
      template.resourcesOf('AWS::IAM::Role', roleSchema).filter(({ logicalId }) => arnOf(logicalId) === Role),
    )
    .flatMap(({ properties: { Policies } }) => Policies.flatMap((policy) => policy.PolicyDocument.Statement));
  const matches = (effect: string, action: string, resource: string) =>
    statements.some(
      ({ Effect, Action, Resource }) =>
        Effect === effect && Action.includes(action) && Resource.some((pattern) => covers(pattern, resource)),
    );
  return requests
    .flatMap(authorizationsOf)
    .filter(([action, on]) => !matches('Allow', action, on) || matches('Deny', action, on))
    .map(([action, on]) => `${action} on ${on}`);
}

/** Actions that batch operations need, where these have none of their own. */
const QUEUE_ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  SendMessageBatch: 'SendMessage',
};
const ON_A_TASK = new Set(['GetOtaTask', 'ListOtaTaskExecutions']);

/** What a request needs permission for: statements each for themselves (Amazon DynamoDB developer guide, PartiQL and IAM). */
function authorizationsOf({ statements, ...request }: SeenRequest): [action: string, resource: string][] {
  return (statements ?? [request.operation]).map((operation) => authorizationOf({ ...request, operation }));
}

/** What a request needs permission for (service authorization reference). */
function authorizationOf({
  operation,
  table,
  queue,
  parameter,
}: SeenRequest): [action: string, resource: string] {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  if (table !== undefined) return [`dynamodb:${operation}`, arn('dynamodb', `table/${table}`)];
  if (queue !== undefined)
    return [`sqs:${QUEUE_ACTIONS[operation] ?? operation}`, arn('sqs', path.basename(queue))];
  if (parameter !== undefined) return [`ssm:${operation}`, arn('ssm', `parameter${parameter}`)];
  if (operation === 'PutEvents') return ['events:PutEvents', arn('events', 'event-bus/ota-watch-dev')];
  const resource = ON_A_TASK.has(operation) ? arn('iotmanagedintegrations', 'ota-task/any') : '*';
  return [`iotmanagedintegrations:${operation}`, resource];
}

/** A pattern of IAM, as far as our policies have them: a wildcard at the end. */
function covers(pattern: string, resource: string): boolean {
  return pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : resource === pattern;
}

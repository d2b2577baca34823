import { z } from 'zod';
import type { Template } from './template.ts';

const variable = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Defaults are CloudFormation's. */
const functionProperties = z.object({
  Handler: z.string(),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), variable).default({}) }).prefault({}),
});

export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The template's Lambda functions, with their environment variables resolved. */
export function functionsOf(template: Template): readonly FunctionDefinition[] {
  return template
    .resourcesOf('AWS::Lambda::Function', functionProperties)
    .map(({ logicalId, name, properties }) => ({
      logicalId,
      name,
      handler: properties.Handler,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      environment: properties.Environment.Variables,
    }));
}

/** A function that gives the logical id of the template's function with a name or ARN, undefined for any other. */
export function functionFinder(template: Template): (nameOrArn: string) => string | undefined {
  const functions = template.resourcesOf('AWS::Lambda::Function', z.object({}));
  const logicalIds = new Map(functions.map(({ name, logicalId }) => [name, logicalId]));
  return (nameOrArn) =>
    logicalIds.get(/^arn:[^:]+:lambda:[^:]*:\d*:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn);
}

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { conditionHolds, nameOf, resolve } from './intrinsics.ts';
import { createScope, type StackEnvironment } from './scope.ts';
import { TemplateError } from './template-error.ts';

export type { StackEnvironment } from './scope.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Condition: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const documentSchema = z.looseObject({
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resourceSchema),
});

export interface Resource<Properties> {
  readonly logicalId: string;
  /** Physical name: what the name property says, or `<stack>-<logical id>`. */
  readonly name: string;
  /** The properties that the schema names, resolved; the others are not looked at. */
  readonly properties: Properties;
}

/** A CloudFormation template as it would be deployed to one account and region. */
export interface Template {
  /** Resources of a type whose condition holds, in the template's order; throws TemplateError. */
  resourcesOf<T extends z.ZodObject>(type: string, schema: T): readonly Resource<z.infer<T>>[];
  /** Replaces intrinsic functions by their results; throws TemplateError naming the place `at`. */
  resolve(value: unknown, at: string): unknown;
}

/** Reads a packaged template, e.g. `.serverless/cloudformation-template-update-stack.json`. */
export async function readTemplate(path: string, environment: StackEnvironment): Promise<Template> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new TemplateError(path, 'cannot be read as JSON', { cause });
  }
  return openTemplate(document, environment);
}

/** Throws TemplateError where the document is no CloudFormation template or lacks a parameter's value. */
export function openTemplate(document: unknown, environment: StackEnvironment): Template {
  const template = parseAs(documentSchema, document, 'Template');
  const scope = createScope(template, environment);
  function exists(logicalId: string, condition: string | undefined): boolean {
    return condition === undefined || conditionHolds(scope, condition, `Resources.${logicalId}.Condition`);
  }
  return {
    resolve: (value, at) => resolve(scope, value, at),
    resourcesOf: (type, schema) =>
      Object.entries(template.Resources)
        .filter(([logicalId, { Type, Condition }]) => Type === type && exists(logicalId, Condition))
        .map(([logicalId, { Properties }]) => {
          const at = `Resources.${logicalId}.Properties`;
          const chosen = Object.keys(schema.shape).map((name) => [
            name,
            resolve(scope, Properties[name], `${at}.${name}`),
          ]);
          const properties = parseAs(schema, Object.fromEntries(chosen), at);
          return { logicalId, name: nameOf(scope, logicalId, at), properties };
        }),
  };
}

function parseAs<T extends z.ZodType>(schema: T, value: unknown, at: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TemplateError(at, z.prettifyError(parsed.error), { cause: parsed.error });
}

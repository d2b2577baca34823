import { z } from 'zod';
import type { Conditions } from './conditions.ts';
import { PolicyError } from './policy-error.ts';

const texts = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value): readonly string[] => [value].flat());
const conditionValues = z
  .union([z.string(), z.boolean(), z.array(z.string()).min(1)])
  .transform((value): readonly string[] => [value].flat().map(String));
const common = {
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Condition: z
    .record(z.string(), z.record(z.string(), conditionValues))
    .default({})
    .transform((conditions): Conditions => conditions),
};
const principal = z.union([
  z.literal('*').transform(() => ({ anyone: true, services: [] as readonly string[] })),
  z.strictObject({ Service: texts }).transform(({ Service }) => ({ anyone: false, services: Service })),
]);
const exactlyOneOfActions = (statement: { Action?: unknown; NotAction?: unknown }) =>
  (statement.Action === undefined) !== (statement.NotAction === undefined);
const oneOf = { error: 'exactly one of Action and NotAction' };

const documentOf = <Statement extends z.ZodType>(statement: Statement) =>
  z.strictObject({
    Id: z.string().optional(),
    Version: z.literal('2012-10-17').optional(),
    Statement: z.array(statement).min(1),
  });
const identityPolicy = documentOf(
  z.strictObject({ ...common, Resource: texts }).refine(exactlyOneOfActions, oneOf),
);
const resourcePolicy = documentOf(
  z.strictObject({ ...common, Resource: texts, Principal: principal }).refine(exactlyOneOfActions, oneOf),
);
const trustPolicy = documentOf(
  z.strictObject({ ...common, Principal: principal }).refine(exactlyOneOfActions, oneOf),
);

export type IdentityStatement = z.infer<typeof identityPolicy>['Statement'][number];
export type ResourceStatement = z.infer<typeof resourcePolicy>['Statement'][number];

/** The statements of a policy of a role or a user. @throws PolicyError for whatever the evaluator does not know */
export const identityStatements = (document: unknown, at: string): readonly IdentityStatement[] =>
  parse(identityPolicy, document, at).Statement;

/** The statements of a policy of a resource. @throws PolicyError for whatever the evaluator does not know */
export const resourceStatements = (document: unknown, at: string): readonly ResourceStatement[] =>
  parse(resourcePolicy, document, at).Statement;

/** The statements of a role's trust policy, which says who may assume it: its resource is the role. */
export const trustStatements = (document: unknown, role: string, at: string): readonly ResourceStatement[] =>
  parse(trustPolicy, document, at).Statement.map((statement) => ({ ...statement, Resource: [role] }));

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, at: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PolicyError(`${at}: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}

import { z } from 'zod';
import { isJsonObject } from '../../../local/template/json.ts';
import { openTemplate } from '../../../local/template/template.ts';
import {
  type IdentityStatement,
  identityStatements,
  type ResourceStatement,
  resourceStatements,
  trustStatements,
} from '../../support/iam/policy.ts';
import { type Template as Packaged, templateSchema } from '../template/package.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
/** What only CloudFormation knows, or what is named by more than itself: as the template asks for it, and what it stands for here. */
const ASSUMED: readonly (readonly [asked: object, value: string])[] = [
  [{ Ref: 'HttpApi' }, 'api123'],
  [{ Ref: 'DashboardDistribution' }, 'DISTRIBUTION'],
  [{ Ref: 'CursorKey' }, `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:cursor-key`],
  ...['Slack', 'PagerDuty'].map(
    (id) => [{ 'Fn::GetAtt': [`${id}Rule`, 'Arn'] }, ruleArn(id.toLowerCase())] as const,
  ),
];

export function ruleArn(key: string): string {
  return `arn:aws:events:${REGION}:${ACCOUNT}:rule/ota-watch-dev/ota-watch-dev-${key}`;
}

/** Everything that a template states about who may do what. */
export interface Policies {
  /** By the logical id of the role, or of the managed policy that people are given. */
  readonly identities: ReadonlyMap<string, readonly IdentityStatement[]>;
  readonly ofResources: readonly ResourceStatement[];
}

const policyDocument = z.strictObject({ PolicyDocument: z.unknown() });
const role = z.object({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
  // What would give a role more, or less, than its own statements do.
  ManagedPolicyArns: z.undefined(),
  PermissionsBoundary: z.undefined(),
});
const attached = z.object({ PolicyDocument: z.unknown() });
const permission = z.object({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string(),
});

/** @throws PolicyError, TemplateError or ZodError where a policy has what is not known */
export function policiesOf(packaged: Packaged): Policies {
  const stack = open(packaged);
  const roles = stack.resourcesOf('AWS::IAM::Role', role);
  const given = stack.resourcesOf('AWS::IAM::ManagedPolicy', attached);
  const identities = [
    ...roles.map(({ id, properties: { Policies } }) => ({
      id,
      statements: Policies.flatMap(({ PolicyDocument }) => identityStatements(PolicyDocument, id)),
    })),
    ...given.map(({ id, properties }) => ({
      id,
      statements: identityStatements(properties.PolicyDocument, id),
    })),
  ];
  const trusts = roles.flatMap(({ id, properties }) =>
    trustStatements(properties.AssumeRolePolicyDocument, stack.arnOf(id), id),
  );
  return {
    identities: new Map(identities.map(({ id, statements }) => [id, statements])),
    ofResources: [...trusts, ...documentsOf(stack), ...permissionsOf(stack)],
  };
}

function documentsOf(stack: Stack): readonly ResourceStatement[] {
  const documents = ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy'].flatMap((type) =>
    stack
      .resourcesOf(type, attached)
      .map(({ id, properties }) => ({ id, document: properties.PolicyDocument })),
  );
  const ofTables = stack
    .resourcesOf('AWS::DynamoDB::Table', z.object({ ResourcePolicy: policyDocument.optional() }))
    .flatMap(({ id, properties: { ResourcePolicy } }) =>
      ResourcePolicy === undefined ? [] : [{ id, document: ResourcePolicy.PolicyDocument }],
    );
  return [...documents, ...ofTables].flatMap(({ id, document }) => resourceStatements(document, id));
}

/** A permission of Lambda is a statement of the function's policy. */
function permissionsOf(stack: Stack): readonly ResourceStatement[] {
  return stack.resourcesOf('AWS::Lambda::Permission', permission).flatMap(({ id, properties }) => {
    const { FunctionName, Action, Principal, SourceArn } = properties;
    const statement = {
      Effect: 'Allow',
      Principal: { Service: Principal },
      Action,
      Resource: FunctionName,
      Condition: { ArnLike: { 'aws:SourceArn': SourceArn } },
    };
    return resourceStatements({ Statement: [statement] }, id);
  });
}

interface Stack {
  /** Those of a type, with the properties that the schema names, resolved. */
  resourcesOf<Schema extends z.ZodObject>(
    type: string,
    schema: Schema,
  ): readonly { readonly id: string; readonly properties: z.infer<Schema> }[];
  arnOf(id: string): string;
}

function open(packaged: Packaged): Stack {
  const text = ASSUMED.reduce(
    (rest, [asked, value]) => rest.replaceAll(JSON.stringify(asked), JSON.stringify(value)),
    JSON.stringify(packaged),
  );
  const { Resources } = templateSchema.parse(JSON.parse(text));
  const place = { region: REGION, accountId: ACCOUNT, stackName: 'ota-watch-dev' };
  const template = openTemplate(JSON.parse(text), place);
  return {
    resourcesOf: (type, schema) =>
      Object.entries(Resources)
        .filter(([, { Type }]) => Type === type)
        .map(([id, { Properties }]) => {
          const named = Object.keys(schema.shape).map((name) => [
            name,
            template.resolve(Properties[name], `${id}.${name}`),
          ]);
          return { id, properties: schema.parse(Object.fromEntries(named)) };
        }),
    arnOf: (id) => z.string().parse(template.resolve({ 'Fn::GetAtt': [id, 'Arn'] }, id)),
  };
}

/** How many statements a template has, wherever they are: what grants in a way that is not read shows in the number. */
export function countStatements({ Resources }: Packaged): number {
  const count = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + count(each), 0);
    if (!isJsonObject(value)) return 0;
    const own = 'Effect' in value || value.Type === 'AWS::Lambda::Permission' ? 1 : 0;
    return own + count(Object.values(value));
  };
  return count(Resources);
}

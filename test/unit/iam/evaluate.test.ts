import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../support/iam/conditions.ts';
import { isAllowed } from '../../support/iam/evaluate.ts';
import { identityStatements, resourceStatements, trustStatements } from '../../support/iam/policy.ts';
import { PolicyError } from '../../support/iam/policy-error.ts';

const TABLE = 'arn:aws:dynamodb:eu-west-1:111122223333:table/history';
const allow = (more: object = {}) => ({
  Effect: 'Allow',
  Action: 'dynamodb:GetItem',
  Resource: TABLE,
  ...more,
});
const deny = (more: object = {}) => allow({ Effect: 'Deny', ...more });
const own = (...statements: object[]) => identityStatements({ Statement: statements }, 'role');
const ofResource = (...statements: object[]) => resourceStatements({ Statement: statements }, 'resource');

const decide = (
  statements: object[],
  { action = 'dynamodb:GetItem', resource = TABLE, context = {} as RequestContext } = {},
  policies: object[] = [],
) =>
  isAllowed({ caller: { statements: own(...statements) }, action, resource, context }, [
    ...(policies.length > 0 ? ofResource(...policies) : []),
  ]);

describe('an action on a resource', () => {
  it.each<[name: string, statements: object[], expected: boolean]>([
    ['that is allowed', [allow()], true],
    ['that nobody speaks of', [allow({ Action: 'dynamodb:Query' })], false],
    ['whatever the case of the action', [allow({ Action: 'DYNAMODB:getitem' })], true],
    ['whose resource differs in case', [allow({ Resource: TABLE.toUpperCase() })], false],
    ['among several', [allow({ Action: ['dynamodb:Query', 'dynamodb:GetItem'] })], true],
    ['by a pattern of actions', [allow({ Action: 'dynamodb:Get*' })], true],
    ['by a pattern that needs one character more', [allow({ Action: 'dynamodb:GetItem?' })], false],
    ['by a pattern of resources', [allow({ Resource: '*:table/his?ory' })], true],
    ['of which only a beginning is named', [allow({ Resource: TABLE.slice(0, -1) })], false],
    [
      'with a dot in the pattern, which is a dot',
      [allow({ Resource: TABLE.replace('history', 'hist.ry') })],
      false,
    ],
    ['that is denied as well', [allow(), deny()], false],
    ['that is denied first', [deny(), allow()], false],
    ['of which another is denied', [allow(), deny({ Action: 'dynamodb:PutItem' })], true],
    ['by all but another', [allow({ Action: undefined, NotAction: 'dynamodb:PutItem' })], true],
    ['by all but this', [allow({ Action: undefined, NotAction: ['dynamodb:Get*'] })], false],
    [
      'denied by all but another',
      [allow(), deny({ Action: undefined, NotAction: 'dynamodb:PutItem' })],
      false,
    ],
  ])('%s', (_, statements, expected) => {
    expect(decide(statements)).toBe(expected);
  });

  it.each<[name: string, statements: object[], policies: object[], expected: boolean]>([
    ['by the resource alone', [], [allow({ Principal: '*' })], true],
    ['by the resource for a service', [], [allow({ Principal: { Service: 'events.amazonaws.com' } })], false],
    ['denied by the resource', [allow()], [deny({ Principal: '*' })], false],
    [
      'denied by the resource for a service',
      [allow()],
      [deny({ Principal: { Service: 'events.amazonaws.com' } })],
      true,
    ],
  ])('%s', (_, statements, policies, expected) => {
    const first = statements.length > 0 ? statements : [allow({ Action: 'sqs:SendMessage' })];
    expect(decide(first, {}, policies)).toBe(expected);
  });

  it('of a service is for that service', () => {
    const policies = ofResource(allow({ Principal: { Service: ['a.amazonaws.com', 'b.amazonaws.com'] } }));
    const may = (service: string) =>
      isAllowed({ caller: { service }, action: 'dynamodb:GetItem', resource: TABLE }, policies);
    expect(['a', 'b', 'c'].filter((name) => may(`${name}.amazonaws.com`))).toEqual(['a', 'b']);
  });

  it('of a role is to assume it', () => {
    const role = 'arn:aws:iam::111122223333:role/poll';
    const trusts = trustStatements(
      {
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      role,
      'role',
    );
    const may = (resource: string) =>
      isAllowed({ caller: { service: 'lambda.amazonaws.com' }, action: 'sts:AssumeRole', resource }, trusts);
    expect([may(role), may(`${role}2`)]).toEqual([true, false]);
  });
});

const RULE = 'arn:aws:events:eu-west-1:111122223333:rule/bus/slack';

describe('a condition', () => {
  it.each<[name: string, condition: object, context: RequestContext, expected: boolean]>([
    ['that is equal', { StringEquals: { 'aws:SourceAccount': '1' } }, { 'aws:sourceaccount': '1' }, true],
    ['that is not', { StringEquals: { 'aws:SourceAccount': '1' } }, { 'aws:sourceaccount': '2' }, false],
    ['equal but for its case', { StringEquals: { k: 'a' } }, { k: 'A' }, false],
    ['one of several values', { StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
    ['on a key that the request lacks', { StringEquals: { k: 'a' } }, {}, false],
    ['all of several keys', { StringEquals: { k: 'a', l: 'b' } }, { k: 'a', l: 'c' }, false],
    [
      'all of several operators',
      { StringEquals: { k: 'a' }, Bool: { l: true } },
      { k: 'a', l: 'false' },
      false,
    ],
    ['without patterns', { StringEquals: { k: 'a*' } }, { k: 'ab' }, false],
    ['with patterns', { StringLike: { k: 'a*' } }, { k: 'ab' }, true],
    ['true', { Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:securetransport': 'false' }, true],
    ['true, as YAML has it', { Bool: { k: false } }, { k: 'false' }, true],
    ['not true', { Bool: { k: 'false' } }, { k: 'true' }, false],
    ['of an ARN', { ArnEquals: { 'aws:SourceArn': RULE } }, { 'aws:sourcearn': RULE }, true],
    ['of an ARN by a pattern', { ArnEquals: { k: RULE.replace('slack', '*') } }, { k: RULE }, true],
    [
      'of an ARN whose pattern ends at a colon',
      { ArnLike: { k: 'arn:aws:events:*:rule/bus/slack:x' } },
      { k: RULE },
      false,
    ],
    ['of all values', { 'ForAllValues:StringLike': { k: ['a*', 'b'] } }, { k: ['a1', 'b'] }, true],
    ['of not all values', { 'ForAllValues:StringLike': { k: ['a*'] } }, { k: ['a1', 'b'] }, false],
    ['of all of no values', { 'ForAllValues:StringLike': { k: ['a*'] } }, {}, true],
  ])('%s', (_, Condition, context, expected) => {
    expect(decide([allow({ Condition })], { context })).toBe(expected);
  });
});

describe('what is not known', () => {
  it.each<[name: string, statement: object]>([
    ['a member', allow({ Resources: TABLE })],
    ['NotResource', allow({ NotResource: TABLE })],
    ['no resource', { Effect: 'Allow', Action: 'dynamodb:GetItem' }],
    ['a principal of a role', allow({ Principal: '*' })],
    ['no action', allow({ Action: undefined })],
    ['both kinds of actions', allow({ NotAction: 'dynamodb:PutItem' })],
    ['an effect', allow({ Effect: 'allow' })],
    ['an intrinsic function', allow({ Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } })],
    ['an empty list of actions', allow({ Action: [] })],
    ['a condition of another form', allow({ Condition: { StringEquals: { k: 1 } } })],
  ])('%s is refused when the policy is read', (_, statement) => {
    expect(() => own(statement)).toThrow(PolicyError);
  });

  it.each<[name: string, document: object]>([
    ['one without a principal', allow()],
    ['a principal of an account', allow({ Principal: { AWS: 'arn:aws:iam::1:root' } })],
    ['NotPrincipal', allow({ NotPrincipal: '*' })],
  ])('in a policy of a resource, %s', (_, statement) => {
    expect(() => ofResource(statement)).toThrow(PolicyError);
  });

  it('a version whose rules differ', () => {
    expect(() => identityStatements({ Version: '2008-10-17', Statement: [allow()] }, 'role')).toThrow(
      PolicyError,
    );
  });

  it.each<[name: string, statement: object]>([
    ['an operator', allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })],
    ['a quantifier', allow({ Condition: { 'ForAnyValue:StringLike': { k: 'a' } } })],
    ['a condition that need not be there', allow({ Condition: { StringEqualsIfExists: { k: 'a' } } })],
    ['several values where one is compared', allow({ Condition: { StringEquals: { several: 'a' } } })],
    ['a policy variable', allow({ Resource: `arn:aws:s3:::home/${'$'}{aws:username}` })],
    ['an ARN that is none', allow({ Condition: { ArnEquals: { one: 'slack' } } })],
    [
      'an operator of a statement about something else',
      deny({ Action: 'x:Y', Condition: { Null: { k: 'true' } } }),
    ],
  ])('%s is refused when a request is judged', (_, statement) => {
    const context = { several: ['a', 'b'], one: RULE };
    expect(() => decide([allow(), statement], { context })).toThrow(PolicyError);
  });
});

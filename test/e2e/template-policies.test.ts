import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RequestContext } from '../support/iam/conditions.ts';
import { type Caller, isAllowed } from '../support/iam/evaluate.ts';
import { identityStatements, type ResourceStatement } from '../support/iam/policy.ts';
import { callerPolicies } from './template/expected-api.ts';
import { type Packaged, Workshop } from './template/package.ts';
import { type Allowed, CALLER_POLICIES, markdownOf, ROLES } from './template-policies/allowed.ts';
import {
  ACCOUNT,
  countStatements,
  type Policies,
  policiesOf,
  REGION,
  ruleArn,
} from './template-policies/deployment.ts';
import { PLACES, SECRETS_KEY } from './template-policies/world.ts';

const NOTIFIERS = { slack: 'bot', pagerduty: 'on', secretsKeyArn: SECRETS_KEY };
const JWT = {
  api: 'jwt',
  apiIssuer: 'https://id.example/tenant',
  apiAudience: 'ota-watch',
  dashboard: 'on',
  dashboardClientId: 'client',
};
const params = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `--param=${name}=${value}`);

const Stage = z.object({
  Properties: z.object({ AccessLogSettings: z.object({ Format: z.string() }) }),
});

let workshop: Workshop;
let packaged: Packaged;
let policies: Policies;

beforeAll(async () => {
  workshop = await Workshop.open();
  packaged = await workshop.package('everything', params({ ...NOTIFIERS, ...JWT }));
  policies = policiesOf(packaged.template);
});

afterAll(() => workshop.close());

/** All that a caller may do, of everything that there is to do. */
function allowedTo(
  caller: Caller,
  ofResources: readonly ResourceStatement[],
  more: RequestContext = {},
): Allowed {
  const found = Object.entries(PLACES).map(([place, { resource, context, actions }]) => {
    const request = { caller, resource, context: { 'aws:securetransport': 'true', ...context, ...more } };
    const allowed = actions.filter((action) => isAllowed({ ...request, action }, ofResources));
    return [place, allowed.map((action) => action.split(':')[1]).join(' ')] as const;
  });
  return Object.fromEntries(found.filter(([, allowed]) => allowed !== ''));
}

const sorted = (allowed: Allowed): Allowed =>
  Object.fromEntries(Object.entries(allowed).map(([place, actions]) => [place, inOrder(actions)]));
const inOrder = (actions: string) => actions.split(' ').sort().join(' ');
const everything: Caller = {
  statements: identityStatements(
    { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    'administrator',
  ),
};
const nobody: Caller = { statements: [] };
const roleOf = (id: string, { identities }: Policies): Caller => ({ statements: identities.get(id) ?? [] });

describe('roles', () => {
  it('are those of the functions and of the schedule, all of their statements read', () => {
    expect([...policies.identities.keys()].sort()).toEqual(Object.keys(ROLES).sort());
    const ofRoles = [...policies.identities.values()].flat();
    expect(ofRoles.length + policies.ofResources.length).toBe(countStatements(packaged.template));
  });

  it.each(Object.entries(ROLES))('%s may do this and nothing else', (id, { allowed }) => {
    expect(sorted(allowedTo(roleOf(id, policies), policies.ofResources))).toEqual(sorted(allowed));
  });

  it('allow no actions by a pattern, and everything only where IAM knows no resource', () => {
    const grants = [...policies.identities.values()].flat().filter(({ Effect }) => Effect === 'Allow');
    expect(grants.filter(({ Action }) => Action === undefined || /[*?]/.test(Action.join()))).toEqual([]);
    const onEverything = grants.filter(({ Resource }) => Resource.includes('*'));
    expect(onEverything.flatMap(({ Action }) => Action)).toEqual([
      'iotmanagedintegrations:ListOtaTasks',
      'iotmanagedintegrations:GetOtaTaskConfiguration',
      'iotmanagedintegrations:GetOtaTaskConfiguration',
      'cloudwatch:GetMetricData',
    ]);
  });

  it.each(Object.keys(ROLES).map((id) => [id, id === 'PollScheduleRole' ? 'scheduler' : 'lambda'] as const))(
    '%s is for %s only',
    (id, owner) => {
      const resource = `arn:aws:iam::${ACCOUNT}:role/ota-watch-dev-${id}`;
      const assumes = (service: string, account: string) =>
        isAllowed(
          {
            caller: { service: `${service}.amazonaws.com` },
            action: 'sts:AssumeRole',
            resource,
            context: { 'aws:sourceaccount': account },
          },
          policies.ofResources,
        );
      const services = ['lambda', 'scheduler', 'events', 'ec2'];
      expect(services.filter((service) => assumes(service, ACCOUNT))).toEqual([owner]);
      expect(assumes('scheduler', '999988887777')).toBe(false);
      expect(isAllowed({ caller: nobody, action: 'sts:AssumeRole', resource }, policies.ofResources)).toBe(
        false,
      );
    },
  );

  it('are what docs/security.md says', async () => {
    const document = await readFile(path.resolve(import.meta.dirname, '../../docs/security.md'), 'utf8');
    expect(document).toContain(`\n${markdownOf(ROLES)}\n`);
  });
});

describe('resources', () => {
  it('allow nothing to whoever has no policy of their own', () => {
    expect(allowedTo(nobody, policies.ofResources)).toEqual({});
  });

  it('have a history that not even an administrator changes before removing its policy', () => {
    const changes = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'];
    const { resource, actions } = PLACES['the table `history`'] ?? { resource: '', actions: [] };
    const denied = actions.filter(
      (action) => !isAllowed({ caller: everything, action, resource }, policies.ofResources),
    );
    expect(denied).toEqual(expect.arrayContaining(changes.map((name) => `dynamodb:${name}`)));
    expect(denied).toHaveLength(changes.length);
  });

  const api = `arn:aws:execute-api:${REGION}:${ACCOUNT}:api123/$default/GET/tasks`;
  const distribution = `arn:aws:cloudfront::${ACCOUNT}:distribution/DISTRIBUTION`;
  it.each<[service: string, source: string, allowed: Allowed]>([
    [
      'events',
      ruleArn('slack'),
      { "Slack's queue": 'SendMessage', "Slack's dead-letter queue": 'SendMessage' },
    ],
    [
      'events',
      ruleArn('pagerduty'),
      { "PagerDuty's queue": 'SendMessage', "PagerDuty's dead-letter queue": 'SendMessage' },
    ],
    ['events', ruleArn('other'), {}],
    ['cloudfront', distribution, { 'files of the bucket DashboardBucket': 'GetObject' }],
    ['cloudfront', distribution.replace('DISTRIBUTION', 'OTHER'), {}],
    ['apigateway', api, { 'the function `api`': 'InvokeFunction' }],
    ['apigateway', api.replace('api123', 'other'), {}],
    ['s3', 'arn:aws:s3:::bucket', {}],
  ])('let %s for %s do this and nothing else', (service, source, allowed) => {
    const caller = { service: `${service}.amazonaws.com` };
    const places = allowedTo(caller, policies.ofResources, { 'aws:sourcearn': source });
    expect(places).toEqual(allowed);
  });

  it.each([
    'the queue of parts',
    "Slack's queue",
    "PagerDuty's dead-letter queue",
    'the bucket DashboardBucket',
  ])('answer nobody without TLS: %s', (place) => {
    const allowed = (transport: string) =>
      allowedTo(everything, policies.ofResources, { 'aws:securetransport': transport })[place];
    expect(allowed('false')).toBeUndefined();
    expect(allowed('true')).toBeDefined();
  });
});

describe('the access log of the API', () => {
  it('says who asked for which path, and has nothing of what they sent besides', () => {
    const stage = Stage.parse(packaged.template.Resources.HttpApiStage);
    const format: unknown = JSON.parse(stage.Properties.AccessLogSettings.Format);
    expect(format).toEqual({
      requestId: '$context.requestId',
      requestTime: '$context.requestTime',
      routeKey: '$context.routeKey',
      path: '$context.path',
      status: '$context.status',
      responseLength: '$context.responseLength',
      latency: '$context.responseLatency',
      ip: '$context.identity.sourceIp',
      authorizerError: '$context.authorizer.error',
      caller: '$context.authorizer.claims.sub',
    });
  });
});

describe('the policies for callers of the API', () => {
  it.each(Object.entries(CALLER_POLICIES))('%s allows these calls and nothing else', (id, allowed) => {
    // With `api: iam` only, which template-api.test.ts packages, and holds to be these.
    const Properties = { ...callerPolicies }[id] ?? {};
    const found = policiesOf({
      ...packaged.template,
      Resources: { ...packaged.template.Resources, [id]: { Type: 'AWS::IAM::ManagedPolicy', Properties } },
    });
    expect(allowedTo(roleOf(id, found), found.ofResources)).toEqual(allowed);
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceTypes } from './template/expected.ts';
import { AUTHORIZATION, api, apiGrants, callerPolicies, environment } from './template/expected-api.ts';
import { dashboard, dashboardGrants } from './template/expected-dashboard.ts';
import { grantsOf } from './template/grants.ts';
import { exportsOf, type Packaged, templateSchema, unpack, Workshop } from './template/package.ts';
import { openEntrances } from './template/routes.ts';

const DASHBOARD = {
  api: 'jwt',
  apiIssuer: 'https://id.example/tenant',
  apiAudience: 'ota-watch, other',
  dashboard: 'on',
  dashboardClientId: 'client',
  dashboardSignInOrigins: 'https://sign-in.example',
};
const IAM = { api: 'iam', logRetentionDays: '7', pollPeriodSeconds: '300', discoveryTag: 'watch=on' };

const params = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `--param=${name}=${value}`);

/** Resources that neither the plain template has nor that of the notifier of Slack. */
const addedBy = ({ template }: Packaged) =>
  Object.entries(template.Resources).filter(([id]) => !(id in resourceTypes || /^Slack|^Alerts/.test(id)));
const propertiesAddedBy = (packaged: Packaged) =>
  Object.fromEntries(addedBy(packaged).map(([id, { Properties }]) => [id, Properties]));
const grantsAddedBy = (packaged: Packaged) => {
  const added = Object.fromEntries(addedBy(packaged));
  return Object.fromEntries(Object.entries(grantsOf(packaged.template)).filter(([id]) => id in added));
};

let workshop: Workshop;
let jwt: Packaged;
let iam: Packaged;

beforeAll(async () => {
  workshop = await Workshop.open();
  [jwt, iam] = await Promise.all([
    workshop.package('jwt', params({ ...DASHBOARD, slack: 'bot' })),
    workshop.package('iam', params(IAM)),
  ]);
});

afterAll(() => workshop.close());

describe('the API and the dashboard', () => {
  it('add these resources and no others', () => {
    expect(propertiesAddedBy(jwt)).toEqual({ ...api, ...apiGrants, ...dashboard, ...dashboardGrants });
  });

  it('name no region, account or partition', () => {
    const text = jwt.text.replace(/\d{13}-[^/"]+Z/g, 'TIMESTAMP');
    expect(text).not.toMatch(/\b\d{12}\b|\b[a-z]{2}(-[a-z]+)+-\d\b|\barn:aws/);
  });

  it('are packaged without a warning', () => {
    expect(jwt.output).not.toMatch(/warning|deprecat/i);
  });

  it('tell where everything is', () => {
    const values = Object.entries(jwt.template.Outputs).map(([name, { Value }]) => [name, Value]);
    expect(Object.fromEntries(values)).toMatchObject({
      HttpApiId: { Ref: 'HttpApi' },
      ApiUrl: { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] },
      DashboardUrl: {
        'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['DashboardDistribution', 'DomainName'] }]],
      },
      DashboardBucketName: { Ref: 'DashboardBucket' },
      DashboardDistributionId: { Ref: 'DashboardDistribution' },
      DashboardConfig:
        '{"api":"/api","signIn":{"issuer":"https://id.example/tenant","clientId":"client","scopes":"openid"}}',
    });
  });

  it('hold up no removal', () => {
    expect(jwt.template.Resources.DashboardBucket).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('every entrance', () => {
  it('asks who comes in', () => {
    expect([jwt, iam].map(({ template }) => openEntrances(template))).toEqual([[], []]);
  });

  it.each([
    [
      'without an authorizer',
      ',"AuthorizationType":"JWT","AuthorizerId":{"Ref":"HttpApiAuthorizerToken"}',
      '',
    ],
    ['that is open', '"AuthorizationType":"JWT"', '"AuthorizationType":"NONE"'],
    ['with an authorizer from elsewhere', '{"Ref":"HttpApiAuthorizerToken"}', '"abc123"'],
    ['of a function of its own', '"CursorKey":{', '"Url":{"Type":"AWS::Lambda::Url"},"CursorKey":{'],
    ['of everything', '"ProtocolType":"HTTP"', '"ProtocolType":"HTTP","Target":"arn"'],
    ['of another kind', '"CursorKey":{', '"Rest":{"Type":"AWS::ApiGateway::RestApi"},"CursorKey":{'],
  ])('one %s would be noticed', (_, written, planted) => {
    const text = JSON.stringify(jwt.template);
    expect(text).toContain(written);
    const open = openEntrances(templateSchema.parse(JSON.parse(text.replace(written, planted))));
    expect(open).toHaveLength(1);
  });

  it('is for signed requests where IAM decides', () => {
    const routes = addedBy(iam).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route');
    expect(routes.map(([, { Properties }]) => Properties)).toEqual(
      routes.map(([id]) => {
        const { AuthorizationType: _, AuthorizerId: __, ...others } = { ...Object(Reflect.get(api, id)) };
        return { ...others, ...AUTHORIZATION.iam };
      }),
    );
    expect(routes).toHaveLength(8);
  });
});

describe('permissions', () => {
  it('are exactly the ones listed', () => {
    expect(grantsAddedBy(jwt)).toEqual({ ...apiGrants, ...dashboardGrants });
    expect(grantsAddedBy(iam)).toEqual({ ...apiGrants, ...callerPolicies });
  });
});

describe('settings', () => {
  it('reach the function and the logs', () => {
    expect(propertiesAddedBy(iam)).toMatchObject({
      ApiLambdaFunction: {
        Environment: {
          Variables: {
            ...environment,
            API_AUTH: 'iam',
            DISCOVERY_TAG: 'watch=on',
            POLL_PERIOD_SECONDS: '300',
          },
        },
      },
      ApiLogGroup: { RetentionInDays: 7 },
      HttpApiLogGroup: { RetentionInDays: 7 },
    });
  });

  it('have links of alerts lead to the dashboard, if they are not to lead elsewhere', () => {
    expect(jwt.template.Resources.SlackLambdaFunction?.Properties).toMatchObject({
      Environment: { Variables: { DASHBOARD_URL: jwt.template.Outputs.DashboardUrl?.Value } },
    });
  });

  it('that do not go together make no package', async () => {
    const failed = workshop.package('alone', params({ dashboard: 'on' }));
    await expect(failed).rejects.toMatchObject({
      stdout: expect.stringContaining(
        'The parameter "dashboard" is "on": that needs "api" to be jwt, not off',
      ),
    });
  });
});

describe('the access log', () => {
  it.each([
    ['jwt', () => jwt, '$context.authorizer.claims.sub'],
    ['iam', () => iam, '$context.identity.userArn'],
  ])(
    'of %s tells who asked for which route, and neither what for nor with which token',
    (_, packaged, caller) => {
      const { AccessLogSettings } = { ...packaged().template.Resources.HttpApiStage?.Properties };
      expect(JSON.parse(String(Reflect.get(Object(AccessLogSettings), 'Format')))).toEqual({
        requestId: '$context.requestId',
        requestTime: '$context.requestTime',
        routeKey: '$context.routeKey',
        path: '$context.path',
        status: '$context.status',
        responseLength: '$context.responseLength',
        latency: '$context.responseLatency',
        ip: '$context.identity.sourceIp',
        authorizerError: '$context.authorizer.error',
        caller,
      });
    },
  );
});

describe('the function', () => {
  it('is packed alone and small, and loads where nothing else lies', async () => {
    const archive = await jwt.archive('api');
    const folder = await workshop.emptyFolder('task');
    expect(await unpack(archive, folder)).toEqual(['functions/api.mjs', 'functions/api.mjs.map']);
    expect(archive.length).toBeLessThan(1_500_000);
    expect(await exportsOf(path.join(folder, 'functions/api.mjs'), { AWS_REGION: 'eu-west-1' })).toEqual({
      handler: 'function',
    });
  });
});

it('the alarm has an entry in the runbook', async () => {
  const runbook = await readFile(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  expect(runbook.match(/^### `<name>-api\b.*$/gm)).toEqual(['### `<name>-api-errors`']);
});

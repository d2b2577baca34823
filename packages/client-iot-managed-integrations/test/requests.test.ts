import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  type IoTManagedIntegrationsClient,
  ListOtaTaskExecutionsCommand,
  ListOtaTasksCommand,
  type RuntimeExtension,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it, vi } from 'vitest';
import { connect, IDENTITY, ok, rejection, serve, talk, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

describe('request line', () => {
  it.each<[string, (client: IoTManagedIntegrationsClient) => Promise<unknown>, string]>([
    [
      'GetOtaTask',
      (client) => client.send(new GetOtaTaskCommand({ Identifier: 'task1' })),
      'GET /ota-tasks/task1',
    ],
    [
      'GetOtaTaskConfiguration',
      (client) => client.send(new GetOtaTaskConfigurationCommand({ Identifier: 'config1' })),
      'GET /ota-task-configurations/config1',
    ],
    ['ListOtaTasks', (client) => client.send(new ListOtaTasksCommand()), 'GET /ota-tasks'],
    [
      'ListOtaTasks, a page',
      (client) => client.send(new ListOtaTasksCommand({ MaxResults: 1000, NextToken: 'a+b/c=_-' })),
      'GET /ota-tasks?MaxResults=1000&NextToken=a%2Bb%2Fc%3D_-',
    ],
    [
      'ListOtaTaskExecutions',
      (client) => client.send(new ListOtaTaskExecutionsCommand({ Identifier: 'task1' })),
      'GET /ota-tasks/task1/devices',
    ],
    [
      'ListOtaTaskExecutions, a page',
      (client) =>
        client.send(
          new ListOtaTaskExecutionsCommand({ Identifier: 'task1', MaxResults: 5, NextToken: 'next' }),
        ),
      'GET /ota-tasks/task1/devices?MaxResults=5&NextToken=next',
    ],
  ])('%s', async (_, ask, line) => {
    const { client, requests } = await talk(ok({}));
    await ask(client);
    expect(requests.map((request) => request.line)).toEqual([line]);
  });

  it.each([
    ['a/b', 'a%2Fb'],
    ['a b', 'a%20b'],
    ['a%2Fb', 'a%252Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ["!'()*", '%21%27%28%29%2A'],
    ['tâche–漢', 't%C3%A2che%E2%80%93%E6%BC%A2'],
    ['..', '..'],
    ['../ota-task-configurations', '..%2Fota-task-configurations'],
  ])('escapes the identifier %s', async (Identifier, escaped) => {
    const { client, requests } = await talk(ok({}));
    await client.send(new GetOtaTaskCommand({ Identifier }));
    await client.send(new ListOtaTaskExecutionsCommand({ Identifier }));
    expect(requests.map((request) => request.line)).toEqual([
      `GET /ota-tasks/${escaped}`,
      `GET /ota-tasks/${escaped}/devices`,
    ]);
  });

  it('keeps the path of a custom endpoint', async () => {
    const { requests, endpoint } = await serve(ok({}));
    const client = connect({ ...IDENTITY, endpoint: `${endpoint}/prefix` });
    await client.send(new GetOtaTaskCommand({ Identifier: 'task1' }));
    expect(requests.map((request) => request.line)).toEqual(['GET /prefix/ota-tasks/task1']);
  });

  it('refuses to send without an identifier', async () => {
    const { client, requests } = await talk(ok({}));
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: undefined })));
    expect(error.message).toBe('No value provided for input HTTP label: Identifier.');
    expect(requests).toEqual([]);
  });
});

describe('signature', () => {
  it('is SigV4, scoped to the region and the service', async () => {
    const { client, requests } = await talk(ok({}));
    await client.send(new GetOtaTaskCommand({ Identifier: '..' }));
    const headers = requests[0]?.headers;
    const day = String(headers?.['x-amz-date']).slice(0, 8);
    const [scheme, scope, signed, signature] = String(headers?.authorization).split(/,? /);
    expect([scheme, scope, signed]).toEqual([
      'AWS4-HMAC-SHA256',
      `Credential=AKIDEXAMPLE/${day}/eu-west-1/iotmanagedintegrations/aws4_request`,
      'SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-user-agent',
    ]);
    expect(signature).toMatch(/^Signature=[0-9a-f]{64}$/);
    expect(headers?.['x-amz-security-token']).toBe('session');
  });

  it('takes region and credentials from the environment', async () => {
    const { requests, endpoint } = await serve(ok({}));
    vi.stubEnv('AWS_REGION', 'us-gov-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'env-secret');
    await connect({ endpoint }).send(new ListOtaTasksCommand());
    expect(requests[0]?.headers.authorization).toMatch(
      /Credential=AKIDENV\/\d{8}\/us-gov-west-1\/iotmanagedintegrations\/aws4_request/,
    );
  });
});

it('lets an extension change region and credentials', async () => {
  const { requests, endpoint } = await serve(ok({}));
  const extension: RuntimeExtension = {
    configure(configuration) {
      configuration.setRegion(async () => 'eu-central-1');
      configuration.setCredentials({ accessKeyId: 'AKIDEXTENSION', secretAccessKey: 'secret' });
    },
  };
  await connect({ ...IDENTITY, endpoint, extensions: [extension] }).send(new ListOtaTasksCommand());
  expect(requests[0]?.headers.authorization).toMatch(
    /Credential=AKIDEXTENSION\/\d{8}\/eu-central-1\/iotmanagedintegrations\/aws4_request/,
  );
});

describe('user agent', () => {
  it('names SDK, service and application', async () => {
    const { requests, endpoint } = await serve(ok({}));
    const client = connect({
      ...IDENTITY,
      endpoint,
      customUserAgent: 'ota-watch/1.2.3',
      userAgentAppId: 'ota',
    });
    await client.send(new ListOtaTasksCommand());
    const parts = String(requests[0]?.headers['user-agent']).split(' ');
    expect(parts).toEqual(
      expect.arrayContaining([
        'aws-sdk-js/3.0.0-local.1',
        'api/iot-managed-integrations#3.0.0-local.1',
        'app/ota',
        'ota-watch/1.2.3',
      ]),
    );
  });

  it.each([
    ['AWS_RETRY_MODE', undefined, 'E'],
    ['AWS_RETRY_MODE', 'standard', 'E'],
    ['AWS_RETRY_MODE', 'adaptive', 'F'],
  ])('tells the retry mode: %s=%s', async (name, value, feature) => {
    const { requests, endpoint } = await serve(ok({}));
    vi.stubEnv(name, value);
    await connect({ ...IDENTITY, endpoint }).send(new ListOtaTasksCommand());
    const features = /\bm\/(\S+)/.exec(String(requests[0]?.headers['user-agent']))?.[1]?.split(',');
    expect(features).toContain(feature);
  });
});

it('carries the trace of the Lambda invocation that it runs in', async () => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'poll');
  vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793');
  const { client, requests } = await talk(ok({}));
  await client.send(new ListOtaTasksCommand());
  expect(requests[0]?.headers['x-amzn-trace-id']).toBe('Root=1-5759e988-bd862e3fe1be46a994272793');
});

describe('abort signal', () => {
  it('stops a request that waits for its answer', async () => {
    const asked = Promise.withResolvers<void>();
    const { client, requests } = await talk(() => asked.resolve());
    const controller = new AbortController();
    const failure = rejection(client.send(new ListOtaTasksCommand(), { abortSignal: controller.signal }));
    await asked.promise;
    controller.abort();
    expect((await failure).name).toBe('AbortError');
    expect(requests).toHaveLength(1);
  });

  it('sends nothing when it is already aborted', async () => {
    const { client, requests } = await talk(ok({}));
    const sent = client.send(new ListOtaTasksCommand(), { abortSignal: AbortSignal.abort() });
    expect((await rejection(sent)).name).toBe('AbortError');
    expect(requests).toEqual([]);
  });
});

import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  type IoTManagedIntegrationsClient,
  type IoTManagedIntegrationsClientConfig,
  ListOtaTaskExecutionsCommand,
  ListOtaTasksCommand,
  ResourceNotFoundException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-iot-managed-integrations';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { describe, expect, it, vi } from 'vitest';
import { leanCalls } from '../../lib/aws/lean-calls.ts';
import {
  type Answer,
  answer,
  connect,
  drop,
  dropMidway,
  IDENTITY,
  impatient,
  ok,
  rejection,
  type SeenRequest,
  serve,
  useCleanEnvironment,
} from '../../packages/client-iot-managed-integrations/test/harness.ts';

useCleanEnvironment();

function lean(config: IoTManagedIntegrationsClientConfig): IoTManagedIntegrationsClient {
  const client = connect({ ...IDENTITY, retryStrategy: impatient(), ...config });
  leanCalls(client);
  return client;
}

async function talkLean(...answers: [Answer, ...Answer[]]) {
  const { requests, endpoint } = await serve(...answers);
  return { requests, client: lean({ endpoint }) };
}

const task = (id = 'task1') => new GetOtaTaskCommand({ Identifier: id });
const fault = (status: number, name: string): Answer => answer(status, '{}', { 'x-amzn-errortype': name });

describe('a request', () => {
  /** What is another for each request. */
  function comparable({ line, headers }: SeenRequest) {
    const { 'amz-sdk-invocation-id': invocation, 'x-amz-date': date, authorization, ...same } = headers;
    const scope = authorization?.split('Signature=')[0];
    return { line, ...same, invocation: typeof invocation, date: typeof date, scope };
  }

  async function askEverything(client: IoTManagedIntegrationsClient): Promise<void> {
    await client.send(task());
    await client.send(task('with space/ü'));
    await client.send(new ListOtaTasksCommand({ MaxResults: 5, NextToken: 'a=b&c' }));
    await client.send(new ListOtaTaskExecutionsCommand({ Identifier: 'task1', NextToken: 'next' }));
    await client.send(new GetOtaTaskConfigurationCommand({ Identifier: 'config1' }));
  }

  it('is the one that the SDK makes, also when it is not the first one', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'poll');
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-1');
    const { requests, endpoint } = await serve(ok({}));
    const client = lean({ endpoint });
    await askEverything(client);
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-2');
    await askEverything(client);
    await askEverything(connect({ ...IDENTITY, endpoint }));
    const seen = requests.map(comparable);
    const expected = seen.slice(10);
    expect(seen.slice(5, 10)).toEqual(expected);
    expect(seen.slice(0, 5)).toEqual(expected.map((one) => ({ ...one, 'x-amzn-trace-id': 'Root=1-1' })));
  });

  it('goes where the environment says, with the credentials of the environment', async () => {
    const { requests, endpoint } = await serve(ok({ TaskId: 'task1' }));
    vi.stubEnv('AWS_REGION', 'eu-west-3');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS', endpoint);
    const client = connect({});
    leanCalls(client);
    expect(await client.send(task())).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 1 } });
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAENV\/\d{8}\/eu-west-3\/iotmanagedintegrations\/aws4_request, /,
    );
  });

  it('is signed with the credentials of its time', async () => {
    const { requests, endpoint } = await serve(ok({}));
    let count = 0;
    const credentials = async () => {
      count += 1;
      return { accessKeyId: `AKIA${count}`, secretAccessKey: 'secret', expiration: new Date(0) };
    };
    const client = lean({ endpoint, credentials });
    for (let call = 0; call < 3; call += 1) await client.send(task());
    const keys = requests.map(({ headers }) => /Credential=(\w+)/.exec(String(headers.authorization))?.[1]);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('an answer', () => {
  it.each<[string, Answer]>([
    ['429', fault(429, 'ThrottlingException')],
    ['500', fault(500, 'InternalServerException')],
    ['503', answer(503)],
    ['a dropped connection', drop],
    ['a connection dropped inside the body', dropMidway],
  ])('%s is asked for again', async (_, trouble) => {
    const { client, requests } = await talkLean(trouble, trouble, ok({ TaskId: 'task1' }));
    expect(await client.send(task())).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 3 } });
    expect(requests.map(({ headers }) => headers['amz-sdk-request'])).toEqual(
      [1, 2, 3].map((attempt) => `attempt=${attempt}; max=3`),
    );
    expect(new Set(requests.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
  });

  it('that refuses is the error of the model', async () => {
    const { client, requests } = await talkLean(ok({}), fault(404, 'ResourceNotFoundException'));
    await client.send(task());
    const error = await rejection(client.send(task()));
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 404, attempts: 1 } });
    expect(requests).toHaveLength(2);
  });

  it('of a clock that goes wrong sets ours right', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = answer(403, '{}', { 'x-amzn-errortype': 'RequestTimeTooSkewed', date });
    const { client, requests } = await talkLean(skewed, ok({ TaskId: 'task1' }));
    expect(await client.send(task())).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 2 } });
    const [first, second] = requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
    expect(second).not.toBe(first);
  });
});

describe('many calls', () => {
  it('at once keep to themselves: answers, attempts, and who is aborted', async () => {
    const { endpoint } = await serve((response) => {
      const { url = '' } = response.req;
      const id = url.slice(url.lastIndexOf('/') + 1);
      if (id !== 'slow') ok({ TaskId: id })(response);
    });
    const client = lean({ endpoint });
    const controller = new AbortController();
    const slow = rejection(client.send(task('slow'), { abortSignal: controller.signal }));
    const ids = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const { signal } = new AbortController();
    const answers = await Promise.all(ids.map((id) => client.send(task(id), { abortSignal: signal })));
    expect(answers.map(({ TaskId }) => TaskId)).toEqual(ids);
    controller.abort();
    expect((await slow).name).toBe('AbortError');
  });

  it('go through what others have added, each attempt of them', async () => {
    const { requests, endpoint } = await serve(answer(503), ok({}));
    const client = lean({ endpoint });
    const seen: unknown[] = [];
    const note: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
      (next, context) => (args) => {
        seen.push(context.__smithy_context?.abortSignal);
        return next(args);
      };
    const place = { relation: 'before', toMiddleware: 'httpSigningMiddleware' } as const;
    client.middlewareStack.addRelativeTo(note, { ...place, name: 'note' });
    const { signal } = new AbortController();
    await client.send(task(), { abortSignal: signal });
    expect([seen, requests.length]).toEqual([[signal, signal], 2]);
  });
});

describe('what is not known goes the way of the SDK', () => {
  /** Gives a part of a client another name. */
  function rename({ middlewareStack }: IoTManagedIntegrationsClient, from: string): void {
    const renamed = (name: unknown) => (name === from ? `${from}OfAnotherKind` : name);
    const again: (() => void)[] = [];
    const note = (method: 'add' | 'addRelativeTo') => (middleware: object, place: Place) => {
      const [name, toMiddleware] = [renamed(place.name), renamed(place.toMiddleware)];
      const { aliases, middleware: _, ...rest } = place;
      const there = { ...rest, name, ...(place.toMiddleware !== undefined && { toMiddleware }) };
      middlewareStack.remove(String(place.name));
      again.push(() => Reflect.apply(middlewareStack[method], middlewareStack, [middleware, there]));
    };
    Reflect.apply(middlewareStack.applyToStack, middlewareStack, [
      { add: note('add'), addRelativeTo: note('addRelativeTo') },
    ]);
    for (const add of again) add();
  }
  interface Place {
    readonly name?: string;
    readonly toMiddleware?: string;
    readonly aliases?: unknown;
    readonly middleware?: unknown;
  }

  it.each(['deserializerMiddleware', 'retryMiddleware', 'httpSigningMiddleware'])(
    'a client whose %s has another name',
    async (name) => {
      const { requests, endpoint } = await serve(answer(503), ok({ TaskId: 'task1' }));
      const client = connect({ ...IDENTITY, retryStrategy: impatient(), endpoint });
      rename(client, name);
      leanCalls(client);
      expect(await client.send(task())).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 2 } });
      expect(await client.send(task())).toMatchObject({ TaskId: 'task1' });
      expect(requests.map(({ headers }) => headers.authorization === undefined)).toEqual([
        false,
        false,
        false,
      ]);
    },
  );

  it('a client that has its commands serialise', async () => {
    const { endpoint } = await serve(ok({ TaskId: 'task1' }));
    const client = connect({ ...IDENTITY, endpoint });
    const { send } = client;
    client.middlewareStack.remove('serializerMiddleware');
    client.middlewareStack.remove('deserializerMiddleware');
    leanCalls(client);
    const command = task();
    command.middlewareStack.use(getSchemaSerdePlugin(client.config));
    expect(await client.send(command)).toMatchObject({ TaskId: 'task1' });
    expect(client.send).toBe(send);
  });

  it('what middleware answers itself', async () => {
    const { client, requests } = await talkLean(ok({}));
    client.middlewareStack.add(
      () => async () => ({ output: { TaskId: 'known', $metadata: {} }, response: {} }),
      {
        step: 'initialize',
      },
    );
    expect(await client.send(task())).toMatchObject({ TaskId: 'known' });
    expect(await client.send(task())).toMatchObject({ TaskId: 'known' });
    expect(requests).toEqual([]);
  });

  it('a call with a callback', async () => {
    const { client } = await talkLean(ok({ TaskId: 'task1' }), ok({ TaskId: 'task1' }), answer(404));
    const called: unknown[] = [];
    await new Promise<void>((resolve) => {
      client.send(task(), (_, output) => resolve(void called.push(output?.TaskId)));
    });
    await new Promise<void>((resolve) => {
      client.send(task(), {}, (_, output) => resolve(void called.push(output?.TaskId)));
    });
    await new Promise<void>((resolve) => {
      client.send(task(), (error) => resolve(void called.push(error?.$metadata?.httpStatusCode)));
    });
    expect(called).toEqual(['task1', 'task1', 404]);
  });
});

it('is prepared again after it could not be', async () => {
  const { endpoint } = await serve(ok({ TaskId: 'task1' }));
  const credentials = vi
    .fn()
    .mockRejectedValueOnce(new Error('no credentials yet'))
    .mockResolvedValue({ accessKeyId: 'AKIA', secretAccessKey: 'secret' });
  const client = lean({ endpoint, credentials });
  expect((await rejection(client.send(task()))).message).toBe('no credentials yet');
  expect(await client.send(task())).toMatchObject({ TaskId: 'task1' });
});

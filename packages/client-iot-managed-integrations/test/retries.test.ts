import { GetOtaTaskCommand, ListOtaTasksCommand } from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it, vi } from 'vitest';
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
  serve,
  talk,
  useCleanEnvironment,
} from './harness.ts';

useCleanEnvironment();

const fault = (status: number, name: string): Answer => answer(status, '{}', { 'x-amzn-errortype': name });
const task = new GetOtaTaskCommand({ Identifier: 'task1' });

describe('retried', () => {
  const transient: [string, Answer][] = [
    ['429', fault(429, 'ThrottlingException')],
    ['429 without a name', answer(429)],
    ['500', fault(500, 'InternalServerException')],
    ['502', answer(502, '<html>bad gateway</html>')],
    ['503', answer(503)],
    ['504', answer(504)],
    ['a dropped connection', drop],
    ['a connection dropped inside the body', dropMidway],
  ];

  it.each(transient)('%s, until it goes well', async (_, trouble) => {
    const { client, requests } = await talk(trouble, trouble, ok({ TaskId: 'task1' }));
    expect(await client.send(task)).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 3 } });
    expect(requests.map(({ headers }) => headers['amz-sdk-request'])).toEqual([
      'attempt=1; max=3',
      'attempt=2; max=3',
      'attempt=3; max=3',
    ]);
    expect(new Set(requests.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
  });

  it.each(transient)('%s, up to the last attempt', async (_, trouble) => {
    const { client, requests } = await talk(trouble);
    expect(await rejection(client.send(task))).toMatchObject({ $metadata: { attempts: 3 } });
    expect(requests).toHaveLength(3);
  });

  it('a server that is not there', async () => {
    const client = connect({ ...IDENTITY, retryStrategy: impatient(), endpoint: 'http://127.0.0.1:1' });
    expect(await rejection(client.send(task))).toMatchObject({
      code: 'ECONNREFUSED',
      $metadata: { attempts: 3 },
    });
  });
});

describe('not retried', () => {
  it.each([
    ['400', fault(400, 'ValidationException')],
    ['403', fault(403, 'AccessDeniedException')],
    ['404', fault(404, 'ResourceNotFoundException')],
    ['501', answer(501)],
  ])('%s', async (_, refusal) => {
    const { client, requests } = await talk(refusal, ok({}));
    expect(await rejection(client.send(task))).toMatchObject({ $metadata: { attempts: 1 } });
    expect(requests).toHaveLength(1);
  });
});

describe('settings', () => {
  it.each([
    ['by default', {}, {}, 'attempt=1; max=3'],
    ['maxAttempts', { maxAttempts: 7 }, {}, 'attempt=1; max=7'],
    ['AWS_MAX_ATTEMPTS', {}, { AWS_MAX_ATTEMPTS: '5' }, 'attempt=1; max=5'],
    [
      'maxAttempts before AWS_MAX_ATTEMPTS',
      { maxAttempts: 2 },
      { AWS_MAX_ATTEMPTS: '5' },
      'attempt=1; max=2',
    ],
  ])('%s', async (_, config, environment, expected) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const { requests, endpoint } = await serve(ok({}));
    await connect({ ...IDENTITY, endpoint, ...config }).send(new ListOtaTasksCommand());
    expect(requests[0]?.headers['amz-sdk-request']).toBe(expected);
  });

  it('one attempt is one attempt', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const { requests, endpoint } = await serve(answer(503), ok({}));
    const client = connect({ ...IDENTITY, endpoint });
    expect(await rejection(client.send(task))).toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['the standard mode', 'standard'],
    ['the adaptive mode', 'adaptive'],
  ])('%s retries with its own delays', async (_, retryMode) => {
    const { requests, endpoint } = await serve(answer(503), ok({ TaskId: 'task1' }));
    const client = connect({ ...IDENTITY, endpoint, retryMode });
    expect(await client.send(task)).toMatchObject({ TaskId: 'task1', $metadata: { attempts: 2 } });
    expect(requests).toHaveLength(2);
    expect(await client.config.retryStrategy()).toMatchObject({ mode: retryMode });
  });
});

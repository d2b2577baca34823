import { createServer, type ServerResponse } from 'node:http';
import {
  GetOtaTaskCommand,
  IoTManagedIntegrationsClient,
  paginateListOtaTasks,
  ThrottlingException,
} from '@aws-sdk/client-iot-managed-integrations';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { meterCalls } from '../../../../lib/aws/call-meter.ts';

type Answer = (response: ServerResponse) => void;

const answer =
  (status: number, body: unknown, headers = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const task = answer(200, { TaskId: 'task1' });
const throttled = answer(429, { message: 'slow down' }, { 'x-amzn-errortype': 'ThrottlingException' });
const broken = answer(500, { message: 'oops' }, { 'x-amzn-errortype': 'InternalServerException' });
const missing = answer(404, {}, { 'x-amzn-errortype': 'ResourceNotFoundException' });
const dropped: Answer = (response) => response.destroy();

/** A metered client that makes three attempts without waiting, of a server that gives these answers in turn. */
async function talk(...answers: readonly Answer[]) {
  const left = [...answers];
  const server = createServer((_request, response) => left.shift()?.(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const client = new IoTManagedIntegrationsClient({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    retryStrategy: new ConfiguredRetryStrategy(3, 0),
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return {
    client,
    takeCount: meterCalls(client),
    getTask: () => client.send(new GetOtaTaskCommand({ Identifier: 'task1' })),
  };
}

describe('meterCalls', () => {
  it('counts nothing before anything happened', async () => {
    const { takeCount } = await talk();
    expect(takeCount()).toEqual({ calls: 0, throttles: 0 });
  });

  it.each<[what: string, answers: readonly Answer[], count: { calls: number; throttles: number }]>([
    ['an answer', [task], { calls: 1, throttles: 0 }],
    ['a throttle and its retry', [throttled, task], { calls: 2, throttles: 1 }],
    ['an error and its retry', [broken, task], { calls: 2, throttles: 0 }],
    ['a lost connection and its retry', [dropped, task], { calls: 2, throttles: 0 }],
    ['all together', [throttled, broken, task], { calls: 3, throttles: 1 }],
  ])('counts %s', async (_, answers, count) => {
    const { getTask, takeCount } = await talk(...answers);
    expect(await getTask()).toMatchObject({ TaskId: 'task1' });
    expect(takeCount()).toEqual(count);
  });

  it('counts what fails for good, and lets the error through', async () => {
    const { getTask, takeCount } = await talk(throttled, throttled, throttled, missing);
    await expect(getTask()).rejects.toBeInstanceOf(ThrottlingException);
    expect(takeCount()).toEqual({ calls: 3, throttles: 3 });
    await expect(getTask()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(takeCount()).toEqual({ calls: 1, throttles: 0 });
  });

  it('counts every page, and all that goes on at once', async () => {
    const { client, getTask, takeCount } = await talk(
      answer(200, { Tasks: [], NextToken: 'more' }),
      answer(200, { Tasks: [] }),
      task,
      throttled,
      task,
    );
    for await (const _page of paginateListOtaTasks({ client }, {}));
    await Promise.all([getTask(), getTask()]);
    expect(takeCount()).toEqual({ calls: 5, throttles: 1 });
    expect(takeCount()).toEqual({ calls: 0, throttles: 0 });
  });

  it('counts a throttle that does not say its name', async () => {
    const { getTask, takeCount } = await talk(answer(429, {}), task);
    await getTask();
    expect(takeCount()).toEqual({ calls: 2, throttles: 1 });
  });
});

import { describe, expect, it } from 'vitest';
import type { Fault, FaultContext } from '../../../local/simulator/simulator.ts';
import { AUTHORIZATION, startWorld, type World } from './world.ts';

const TASK = { S3Url: 's3://firmware/image.bin', OtaType: 'ONE_TIME' };

/** The status of an answer, or `undefined` when the connection broke. */
const statusOf = (
  { call }: World,
  method = 'GET',
  path = '/ota-tasks',
  body?: unknown,
): Promise<number | undefined> =>
  call(method, path, body).then(
    ({ status }) => status,
    () => undefined,
  );

describe('an exception', () => {
  it.each([
    ['throttle', 429, 'ThrottlingException', { Message: 'Rate exceeded' }],
    ['internal', 500, 'InternalServerException', { Message: 'Internal server error' }],
    ['denied', 403, 'AccessDeniedException', { Message: 'User is not authorized to perform this operation' }],
    ['validation', 400, 'ValidationException', { Message: 'The request is not valid' }],
    [
      'not-found',
      404,
      'ResourceNotFoundException',
      { Message: 'The resource does not exist', ResourceId: 'known' },
    ],
  ] as const)('%s answers %s without an effect', async (kind, status, errorType, body) => {
    const { call, account, faults } = await startWorld();
    account.createTask({ taskId: 'known' });
    faults.on = () => ({ kind });
    expect(await call('DELETE', '/ota-tasks/known')).toEqual({ status, errorType, body });
    expect(account.getTask('known').Status).not.toBe('DELETION_IN_PROGRESS');
  });
});

describe('a strange answer', () => {
  it.each([
    ['a status code alone', { kind: 'status', code: 503 }, 503, ''],
    ['a status code with a body', { kind: 'status', code: 502, body: 'Bad Gateway' }, 502, 'Bad Gateway'],
    ['no JSON', { kind: 'garbage' }, 200, '<html>Service under maintenance</html>'],
  ] as const)('has %s', async (_, fault, status, body) => {
    const { url, faults } = await startWorld();
    faults.on = () => fault;
    const response = await fetch(`${url}/ota-tasks`, { headers: { authorization: AUTHORIZATION } });
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      status,
      null,
      body,
    ]);
  });
});

describe('a connection that breaks', () => {
  it.each([
    ['drop', 0],
    ['drop-after', 1],
  ] as const)('by %s leaves %s tasks created', async (kind, created) => {
    const world = await startWorld();
    world.faults.on = ({ operation }) => (operation === 'CreateOtaTask' ? { kind } : undefined);
    expect(await statusOf(world, 'POST', '/ota-tasks', TASK)).toBeUndefined();
    expect((await world.call('GET', '/ota-tasks')).body).toMatchObject({ Tasks: { length: created } });
  });

  it('breaks also after a request that is refused', async () => {
    const world = await startWorld();
    world.faults.on = () => ({ kind: 'drop-after' });
    expect(await statusOf(world, 'GET', '/ota-tasks/none')).toBeUndefined();
  });
});

describe('time', () => {
  it('hangs until the client gives up, and others are served', async () => {
    const { url, faults, call } = await startWorld();
    faults.on = ({ attempt }) => (attempt === 1 ? { kind: 'hang' } : undefined);
    const abort = new AbortController();
    const headers = { authorization: AUTHORIZATION };
    const hanging = fetch(`${url}/ota-tasks`, { headers, signal: abort.signal }).catch(
      ({ name }: Error) => name,
    );
    expect((await call('GET', '/ota-tasks')).status).toBe(200);
    abort.abort();
    expect(await hanging).toBe('AbortError');
  });

  it('delays, then goes on or meets the next fault', async () => {
    const world = await startWorld();
    const taken = async (fault: Fault): Promise<readonly [number | undefined, boolean]> => {
      world.faults.on = () => fault;
      const before = performance.now();
      return [await statusOf(world), performance.now() - before >= 28];
    };
    expect(await taken({ kind: 'delay', ms: 30 })).toEqual([200, true]);
    expect(
      await taken({ kind: 'delay', ms: 15, next: { kind: 'delay', ms: 15, next: { kind: 'throttle' } } }),
    ).toEqual([429, true]);
  });

  it('does not hold up close', async () => {
    const world = await startWorld();
    world.faults.on = () => ({ kind: 'delay', ms: 3_600_000 });
    const waiting = statusOf(world);
    await expect.poll(() => world.requests.count()).toBe(1);
    await world.close();
    expect(await waiting).toBeUndefined();
  });
});

describe('the hook', () => {
  it('is told operation, identifier and attempt of each request, and may be asynchronous', async () => {
    const { call, faults } = await startWorld();
    const seen: FaultContext[] = [];
    faults.on = async (context) => {
      seen.push(context);
      return context.attempt === 1 ? { kind: 'throttle' } : undefined;
    };
    const statuses = [];
    for (const path of [
      '/ota-tasks',
      '/ota-tasks',
      '/ota-tasks/a%20b/devices',
      '/ota-task-configurations/c',
    ]) {
      statuses.push((await call('GET', path)).status);
    }
    expect(statuses).toEqual([429, 200, 429, 429]);
    expect(seen).toEqual([
      { operation: 'ListOtaTasks', identifier: undefined, attempt: 1 },
      { operation: 'ListOtaTasks', identifier: undefined, attempt: 2 },
      { operation: 'ListOtaTaskExecutions', identifier: 'a b', attempt: 1 },
      { operation: 'GetOtaTaskConfiguration', identifier: 'c', attempt: 1 },
    ]);
  });

  it('is not asked about requests that are not authorized', async () => {
    const { url, faults } = await startWorld();
    faults.on = () => ({ kind: 'garbage' });
    expect((await fetch(`${url}/ota-tasks`)).status).toBe(403);
  });

  it('fails the request when it throws', async () => {
    const { call, faults } = await startWorld();
    faults.on = () => Promise.reject(new Error('no such fault'));
    expect(await call('GET', '/ota-tasks')).toEqual({
      status: 500,
      errorType: 'InternalServerException',
      body: { Message: 'Error: no such fault' },
    });
  });
});

describe('random faults', () => {
  const RATES = { throttle: 0.2, internal: 0.1, drop: 0.1 };

  async function statuses(seed: number, requests: number): Promise<(number | undefined)[]> {
    const world = await startWorld({ seed });
    world.faults.random(RATES);
    const all = [];
    for (let request = 0; request < requests; request += 1) all.push(await statusOf(world));
    return all;
  }

  it('come at their rates', async () => {
    const all = await statuses(1, 400);
    const share = (status: number | undefined) => all.filter((each) => each === status).length / all.length;
    expect(share(429)).toBeCloseTo(0.2, 1);
    expect(share(500)).toBeCloseTo(0.1, 1);
    expect(share(undefined)).toBeCloseTo(0.1, 1);
    expect(share(200)).toBeCloseTo(0.6, 1);
  });

  it('follow from the seed', async () => {
    const first = await statuses(7, 40);
    expect(await statuses(7, 40)).toEqual(first);
    expect(await statuses(8, 40)).not.toEqual(first);
  });

  it('wait within the latency', async () => {
    const { faults } = await startWorld();
    faults.random({ latencyMs: [10, 40], throttle: 0.5 });
    const met = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        faults.on?.({ operation: 'GetOtaTask', identifier: 'a', attempt: index }),
      ),
    );
    const delays = met.flatMap((fault) => (fault?.kind === 'delay' ? [fault] : []));
    expect(delays.map(({ ms }) => ms >= 10 && ms < 40)).toEqual(Array(50).fill(true));
    expect(new Set(delays.map(({ next }) => next?.kind))).toEqual(new Set(['throttle', undefined]));
  });
});

describe('the log of requests', () => {
  it('holds each request for an operation, whatever came of it', async () => {
    const { call, url, requests } = await startWorld();
    await call('GET', '/ota-tasks');
    await call('GET', '/ota-tasks/none');
    await fetch(`${url}/ota-tasks/none`);
    await call('GET', '/nothing');
    expect(requests.entries).toEqual([
      { operation: 'ListOtaTasks', identifier: undefined },
      { operation: 'GetOtaTask', identifier: 'none' },
      { operation: 'GetOtaTask', identifier: 'none' },
    ]);
    expect([requests.count(), requests.count('GetOtaTask'), requests.count('DeleteOtaTask')]).toEqual([
      3, 2, 0,
    ]);
    requests.reset();
    expect([requests.entries, requests.count()]).toEqual([[], 0]);
  });
});

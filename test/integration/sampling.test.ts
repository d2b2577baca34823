import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import type { OtaService, ThingExecution } from '../../lib/ports.ts';
import { pickSamples, ThingSampler } from '../../lib/sample-things.ts';
import { type Fault, pinnedTask, type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { NOON } from '../support/builders.ts';

const AT = new Date(NOON).toISOString();
const signal = new AbortController().signal;

let simulator: Simulator;
let client: IoTManagedIntegrationsClient;
let service: OtaService;
let logged: unknown[];
let sampler: ThingSampler;
let impatient: ThingSampler;

beforeEach(async () => {
  simulator = await startSimulator({ seed: 1, now: () => NOON });
  client = new IoTManagedIntegrationsClient({
    endpoint: simulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    // Longer than anybody waits for a sample.
    retryStrategy: new ConfiguredRetryStrategy(3, () => 10_000),
  });
  service = otaService(client, { partition: 'aws', region: 'us-east-1', accountId: '123456789012' });
  logged = [];
  const log = {
    info: () => undefined,
    warn: (message: string, fields: object = {}) => logged.push({ message, ...fields }),
    error: () => undefined,
  };
  sampler = new ThingSampler(service, log, () => NOON, { taskMs: 30_000, pollMs: 30_000 });
  impatient = new ThingSampler(service, log, () => NOON, { taskMs: 500, pollMs: 500 });
});
afterEach(async () => {
  client.destroy();
  await simulator.close();
});

/** A task of 1,500 things in the queue, 700 that succeeded, and 810 that failed or timed out behind them. */
function task(taskId: string): void {
  const counts = { queued: 1_500, succeeded: 700, failed: 800, timedOut: 10 };
  simulator.account.putTask(pinnedTask({ taskId, counts, createdAt: NOON }), taskId);
}

function failing(fault: (page: number) => Fault | undefined): void {
  let page = 0;
  simulator.faults.on = ({ operation }) => {
    if (operation !== 'ListOtaTaskExecutions') return undefined;
    page += 1;
    return fault(page);
  };
}

describe('the things of a task', () => {
  it('come in pages of a thousand', async () => {
    task('t1');
    const pages: (readonly ThingExecution[])[] = [];
    for await (const page of service.listExecutions('t1', signal)) pages.push(page);
    expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 10]);
    expect(pages.at(-1)?.at(-1)).toEqual({
      managedThingId: expect.any(String),
      status: 'TIMED_OUT',
      retryAttempt: 0,
      lastUpdatedAt: AT,
    });
  });

  it('are those that can be understood', async () => {
    simulator.account.putTask(pinnedTask({ counts: { failed: 1 } }), 't1');
    const list = simulator.account.listExecutions.bind(simulator.account);
    simulator.account.listExecutions = (...query) => ({
      items: [
        ...list(...query).items,
        {},
        { ManagedThingId: 'thing1' },
        { ManagedThingId: 'thing1', TaskExecutionSummary: {} },
        { TaskExecutionSummary: { Status: 'FAILED' } },
        { ManagedThingId: 'x'.repeat(65), TaskExecutionSummary: { Status: 'FAILED' } },
        { ManagedThingId: 'thing2', TaskExecutionSummary: { Status: 'EXPLODED' } },
      ],
    });
    const pages: (readonly ThingExecution[])[] = [];
    for await (const page of service.listExecutions('t1', signal)) pages.push(page);
    expect(pages).toEqual([
      [expect.objectContaining({ status: 'FAILED' }), { managedThingId: 'thing2', status: 'EXPLODED' }],
    ]);
  });
});

describe('samples', () => {
  it('are of the first three pages', async () => {
    task('t1');
    const picked = pickSamples(await sampler.read('t1', signal), new Set(['FAILED']));
    expect(simulator.requests.count('ListOtaTaskExecutions')).toBe(3);
    expect(picked).toHaveLength(20);
    expect(new Set(picked.map(({ status }) => status))).toEqual(new Set(['FAILED']));
  });

  it('are of the pages that come, when one fails', async () => {
    task('t1');
    failing((page) => (page === 3 ? { kind: 'denied' } : undefined));
    expect(await sampler.read('t1', signal)).toHaveLength(2_000);
    expect(logged).toEqual([
      {
        message: 'Things of a task could not be read',
        taskId: 't1',
        error: expect.objectContaining({ name: 'AccessDeniedException', statusCode: 403 }),
      },
    ]);
  });

  it.each<[what: string, fault: Fault]>([
    ['hangs', { kind: 'hang' }],
    ['throttles, and wants us to wait', { kind: 'throttle' }],
    ['drops the connection', { kind: 'drop' }],
  ])('are of the pages that come in time, when the service %s', async (_, fault) => {
    task('t1');
    failing((page) => (page === 2 ? fault : undefined));
    expect(await impatient.read('t1', signal)).toHaveLength(1_000);
    expect(logged).toMatchObject([{ error: { name: 'TimeoutError' } }]);
  });

  it('are none of a task that does not exist', async () => {
    expect(await sampler.read('t1', signal)).toEqual([]);
    expect(logged).toMatchObject([{ error: { name: 'ResourceNotFoundException' } }]);
  });
});

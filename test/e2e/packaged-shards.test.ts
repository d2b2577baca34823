import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shardMessageText, splitWork } from '../../lib/fan-out.ts';
import { audit, duplicates } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import type { World } from '../support/world.ts';
import { type Deployment, deploySharing } from './packaged/deployment.ts';
import { refusedByRole } from './packaged/permissions.ts';
import { Sharing } from './packaged/sharing.ts';

const ABOVE = 20;
/** Of a test with several processes, where other things run on the machine as well. */
const TIMEOUT_MS = 90_000;
const TASKS = Array.from({ length: 60 }, (_, index) => `task${index}`);

let deployments: Readonly<Record<'poll' | 'worker', Deployment>>;
let sharing: Sharing;

beforeAll(async () => {
  deployments = await deploySharing(ABOVE);
});
afterAll(() => deployments.poll.close());
afterEach(() => sharing.close());

/** Some rollouts fail more often than others. */
const failedOf = (index: number) => (index % 10 === 0 ? 12 : index % 3);

/** Three minutes of 60 rollouts: found, some on, some over. */
const MINUTES: readonly ((world: World, taskId: string, index: number) => void)[] = [
  (world, taskId) => world.task(taskId, { queued: 100 }, { configurationId: 'limits' }),
  (world, taskId, index) => {
    const failed = failedOf(index);
    world.task(taskId, { queued: 40, succeeded: 60 - failed, failed }, { configurationId: 'limits' });
  },
  (world, taskId, index) => {
    const [failed, status] = [failedOf(index), index % 3 === 0 ? 'COMPLETED' : 'IN_PROGRESS'];
    world.task(taskId, { queued: index % 3, succeeded: 60, failed }, { configurationId: 'limits', status });
  },
];

function pass(world: World, minute: (typeof MINUTES)[number]): void {
  world.configuration('limits');
  for (const [index, taskId] of TASKS.entries()) minute(world, taskId, index);
}

const Times = z.looseObject({
  taskId: z.string(),
  observedAt: z.string(),
  hash: z.string(),
  breachedAt: z.string().optional(),
  durationSeconds: z.number().optional(),
  ratePerMinute: z.number().optional(),
  estimatedCompletionAt: z.string().optional(),
  summary: z.string().optional(),
  sampleThings: z.unknown().optional(),
});

/** What was told of each task, in order, without what depends on when. */
function told({ bus }: World) {
  const events = bus.accepted.map(({ detailType, detail }) => {
    const { observedAt, hash, breachedAt, durationSeconds, ratePerMinute, ...others } = Times.parse(detail);
    // Things are named as far as there is time for that.
    const { estimatedCompletionAt, sampleThings, ...rest } = others;
    const summary = rest.summary?.replaceAll(/\b\d+ s\b/g, 'some time');
    return { detailType, ...rest, ...(summary !== undefined && { summary }) };
  });
  return Object.fromEntries(Map.groupBy(events, ({ taskId }) => taskId));
}

const metric = (outputs: readonly { metrics: readonly Record<string, unknown>[] }[], name: string) =>
  outputs.flatMap(({ metrics }) => metrics.flatMap((entry) => (name in entry ? Number(entry[name]) : [])));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** What Lambda hands over of the queue. */
const batch = (receiveCount: number, ...bodies: readonly string[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `handle-${index}`,
    body,
    attributes: { ApproximateReceiveCount: String(receiveCount) },
    eventSource: 'aws:sqs',
  })),
});

/** A part that is all of the work, as a poll hands it over that began then. */
function part(startedAt: number, ...taskIds: readonly string[]): string {
  const tasks = new Map(taskIds.map((taskId) => [taskId, { taskId, status: 'IN_PROGRESS' }]));
  const work = { startedAt, deadline: startedAt + MINUTE, looks: 1, sweep: { complete: true, tasks } };
  const [shard] = splitWork({ ...work, state: { watchingSince: 0 } }, { looksPerShard: 1, workers: 1 });
  return shard === undefined ? '' : shardMessageText(shard);
}

describe('packaged workers', () => {
  it(
    'tell of a poll that they share what it tells alone, each event once',
    async () => {
      const alone = await Sharing.open(deployments, { variables: { SHARD_QUEUE_URL: '' } });
      sharing = await Sharing.open(deployments);
      for (const minute of MINUTES) {
        for (const one of [alone, sharing]) {
          pass(one.world, minute);
          await one.minute();
        }
      }
      expect(told(sharing.world)).toEqual(told(alone.world));
      expect(Object.keys(told(sharing.world)).sort()).toEqual([...TASKS].sort());
      expect(duplicates(sharing.world)).toBe(0);
      expect(await audit(sharing.world)).toEqual([]);
      const { poll, workers } = await sharing.stop();
      await alone.close();

      expect(metric([poll], 'PollCompleted')).toEqual([1, 1, 1]);
      expect(metric(workers, 'PollCompleted')).toEqual([]);
      expect(metric([poll], 'ShardsHandedOut')).toEqual([8, 8, 8]);
      expect(sum(metric(workers, 'ShardsPolled'))).toBe(24);
      expect([sum(metric([poll], 'TasksPolled')), sum(metric(workers, 'TasksPolled'))]).toEqual([0, 180]);
      expect(metric([poll, ...workers], 'TaskFailures').filter((count) => count > 0)).toEqual([]);
      const services = [poll, ...workers].flatMap(({ metrics }) => metrics.map(({ service }) => service));
      expect(new Set(services)).toEqual(new Set(['ota-watch-dev']));
      expect([poll, ...workers].flatMap(({ others }) => others)).toEqual([]);

      // None of them takes a permission that its role lacks.
      const { traffic } = sharing;
      expect(traffic.poll.requests.map(({ operation }) => operation)).toContain('SendMessageBatch');
      expect(refusedByRole(traffic.poll.requests, deployments.poll)).toEqual([]);
      expect(traffic.worker.requests.map(({ operation }) => operation)).toContain('PutEvents');
      expect(refusedByRole(traffic.worker.requests, deployments.worker)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('drop what comes too late, unless it was received before, and fail over what they do not understand', async () => {
    sharing = await Sharing.open(deployments);
    sharing.world.task('task1');
    const late = part(Date.now() - MINUTE, 'task1');
    const failed = (...ids: readonly string[]) => ({
      value: { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) },
    });
    expect(await sharing.work(batch(1, late))).toEqual(failed());
    expect(await sharing.work(batch(2, late))).toEqual(failed('message-0'));
    expect(sharing.traffic.worker.requests).toEqual([]);
    expect(await sharing.work(batch(1, '{"canary":1}', part(Date.now(), 'task1')))).toEqual(
      failed('message-0'),
    );
    expect(sharing.world.events('task1')).toEqual(['1 Tracking Started']);

    const { workers } = await sharing.stop();
    expect(metric(workers, 'ShardsLate')).toEqual([1]);
    expect(metric(workers, 'ShardsFailed')).toEqual([1, 1]);
    expect(metric(workers, 'ShardsPolled')).toEqual([1]);
    const errors = workers.flatMap(({ logs }) => logs.filter(({ level }) => level === 'ERROR'));
    expect(errors).toMatchObject([
      {
        message: 'A part of the poll failed',
        error: {
          name: 'OtaWatchError',
          message: expect.stringMatching(/^It was received before and is not done/),
        },
      },
      { message: 'A part of the poll failed', error: { name: 'ShardMessageError' } },
    ]);
    expect(workers.map(({ text }) => text).join('')).not.toContain('canary');
  });

  it(
    'lose nothing when they die',
    async () => {
      // The parts of the dead come again soon.
      sharing = await Sharing.open(deployments, { visibilityTimeoutSeconds: 3 });
      const [first, second] = MINUTES;
      if (first === undefined || second === undefined) throw new Error('too few minutes');
      pass(sharing.world, first);
      await sharing.minute();
      pass(sharing.world, second);
      let writes = 0;
      sharing.traffic.worker.intercept = async ({ operation }, moment) => {
        if (operation !== 'PutEvents' || moment !== 'after') return undefined;
        writes += 1;
        if (writes !== 2) return undefined;
        sharing.traffic.worker.intercept = undefined;
        await sharing.killWorkers();
        return 'cut';
      };
      await sharing.minute();
      expect(writes).toBe(2);
      await sharing.minute();
      expect(await audit(sharing.world)).toEqual([]);
      expect(Object.keys(told(sharing.world)).sort()).toEqual([...TASKS].sort());
    },
    TIMEOUT_MS,
  );
});

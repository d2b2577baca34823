import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entryOf, entrySize } from '../../lib/aws/put-events.ts';
import { StoredHistoryRow } from '../../lib/aws/task-items.ts';
import type { Fleet } from '../../lib/cost/fleet.ts';
import { deployedOf } from '../../lib/cost/resources.ts';
import { BYTES } from '../../lib/cost/sizes.ts';
import type { TaskSummary } from '../../lib/domain/task.ts';
import { shardMessageText, splitWork } from '../../lib/fan-out.ts';
import { recordMetrics } from '../../lib/metrics.ts';
import type { MeteredReport } from '../../lib/poll-report.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { World } from '../support/world.ts';

const STEPS = 12;
/** Names of tasks, as the service makes them. */
const CONFIGURATION_ID = '5d41402abc4b2a76b9719d911017c592';
const TASK_ID = 'b1946ac92492d2347c6235b4d2611184';
/** Measured and modelled may differ by so much: words and numbers have more or fewer digits. */
const TOLERANCE = 0.15;

let world: World;
let report: MeteredReport;
beforeAll(async () => {
  world = await World.start();
  world.configuration(CONFIGURATION_ID);
  const options = {
    configurationId: CONFIGURATION_ID,
    members: { Description: 'spring release of the garden sprinklers' },
  };
  const poller = world.poller();
  for (let step = 0; step < STEPS; step++) {
    const succeeded = 40 * step;
    world.task(TASK_ID, { queued: 1_000 - succeeded, succeeded }, { ...options, updatedAt: world.now });
    world.now += 5 * MINUTE;
    report = await poller.poll();
  }
  poller.close();
});
afterAll(() => world.close());

/** Bytes of a value as DynamoDB counts them (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html). */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  if (Array.isArray(value)) return 3 + value.reduce((sum, entry) => sum + 1 + bytesOf(entry), 0);
  if (typeof value === 'object' && value !== null) return 3 + itemBytes(value, 1);
  return 1;
}

function itemBytes(item: object, each = 0): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + each + Buffer.byteLength(name) + bytesOf(value),
    0,
  );
}

/** What a poll logs of itself as metrics. */
function metricsOf(of: MeteredReport) {
  const metrics = new Metrics({ namespace: 'ota-watch', serviceName: 'ota-watch-prod' });
  recordMetrics(metrics, of, 123.456);
  const logged = metrics.serializeMetrics();
  metrics.clearMetrics();
  return logged;
}

/** The message to a worker that has so many tasks. */
function sharedBytes(count: number): number {
  const tasks = Array.from({ length: count }, (_, index): TaskSummary => {
    const taskId = createHash('md5').update(String(index)).digest('hex');
    const at = new Date(NOON + index * 1_234).toISOString();
    const configurationId = CONFIGURATION_ID;
    return { taskId, status: 'IN_PROGRESS', configurationId, createdAt: at, lastUpdatedAt: at };
  });
  const work = {
    startedAt: NOON,
    deadline: NOON + MINUTE,
    looks: count,
    sweep: { complete: true, tasks: new Map(tasks.map((task) => [task.taskId, task])) },
    state: { watchingSince: NOON },
  };
  return splitWork(work, { looksPerShard: count, workers: 10 })
    .map((shard) => Buffer.byteLength(shardMessageText(shard)))
    .reduce((a, b) => a + b, 0);
}

const isAbout = (expected: number) =>
  expect.toSatisfy(
    (measured: number) => Math.abs(measured - expected) <= TOLERANCE * expected,
    `about ${expected}`,
  );

it('items, rows, events and logs are of the size that the model has', async () => {
  const items = await world.scan('ota-watch-dev-tasks');
  const task = items.find(({ taskId }) => taskId === TASK_ID) ?? {};
  const rows = await world.history();
  const row = StoredHistoryRow.parse(rows.at(-1));
  const { shard, place, taskId, version, writeId } = task;
  expect({
    taskItem: itemBytes(task),
    indexEntry: itemBytes({ shard, place, taskId, version, writeId }),
    historyRow: itemBytes(row),
    event: entrySize(entryOf(row, 'ota-watch-prod')),
    metricsLog: JSON.stringify(metricsOf(report)).length,
    sharedTask: sharedBytes(1_000) / 1_000,
  }).toEqual({
    taskItem: isAbout(BYTES.taskItem),
    indexEntry: isAbout(BYTES.indexEntry),
    historyRow: isAbout(BYTES.historyRow),
    event: isAbout(BYTES.event),
    metricsLog: isAbout(BYTES.metricsLog),
    sharedTask: isAbout(BYTES.sharedTask),
  });
});

const FLEET: Fleet = {
  tasks: 1,
  inProgress: 1,
  hot: 1,
  changesPerHour: 1,
  endedPerDay: 1,
  pollIntervalSeconds: 60,
  maxLatencySeconds: 60,
  trust: false,
  fanOutAbove: 'off',
  progressEvents: 'milestones',
  slack: false,
  pagerduty: false,
  api: false,
  latencyMs: 30,
  historyMonths: 12,
};

/** How often something stands in a file of `infra/`. */
async function countIn(file: string, pattern: RegExp): Promise<number> {
  const text = await readFile(path.join(import.meta.dirname, '../../infra', file), 'utf8');
  return [...text.matchAll(pattern)].length;
}

it('metrics and alarms are as many as the model has', async () => {
  const [poll, slack, api, shared] = [{}, { slack: true }, { api: true }, { fanOutAbove: 5_000 }].map((on) =>
    deployedOf({ ...FLEET, ...on }),
  );
  const [emf] = metricsOf(report)._aws.CloudWatchMetrics;
  const alarms = await countIn('alarms.yml', /Type: AWS::CloudWatch::Alarm/g);
  expect(poll).toMatchObject({ metrics: emf?.Metrics.length, alarms });
  expect(slack?.alarms).toBe(alarms + (await countIn('notifier/alarms.js', /Alarm`\]: alarm\(/g)));
  expect(shared?.alarms).toBe(alarms + (await countIn('fan-out/alarms.js', /Alarm: alarm\(/g)));
  expect(api?.alarms).toBe(alarms + (await countIn('api/alarms.js', /'AWS::CloudWatch::Alarm'/g)));
});

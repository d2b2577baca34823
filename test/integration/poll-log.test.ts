import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { appendRows } from '../../lib/domain/chain.ts';
import { facts, liveTask, MINUTE, NOON, snapshot } from '../support/builders.ts';
import type { GatedRequest } from '../support/gate.ts';
import { type TestPoller, World } from '../support/world.ts';

const TASKS = 'ota-watch-dev-tasks';
const STARTED = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
} as const;

let world: World;
let poller: TestPoller;
beforeEach(async () => {
  world = await World.start();
  poller = world.poller();
});
afterEach(async () => {
  poller.close();
  await world.close();
});

const put = (TableName: string, item: object) =>
  world.dynamodb.send(new PutCommand({ TableName, Item: { ...item } }));

function pollOnce() {
  world.now += MINUTE;
  return poller.poll();
}

const STATE_LOST = {
  level: 'error',
  message: 'The state of the poll could not be written',
  fields: { error: { name: 'Error', code: 'ECONNRESET' } },
};

const withoutState = ({ operation, body }: GatedRequest) =>
  operation === 'PutItem' && body.includes('"#poll"') ? 'unsent' : undefined;

describe('a state of the poll that cannot be written', () => {
  it('stops no first poll', async () => {
    world.task('t1');
    poller.gate.on = withoutState;
    expect(await pollOnce()).toMatchObject({ polled: 1, published: 1, failures: 0 });
    expect(poller.log).toEqual([STATE_LOST]);
  });

  it('stops no poll that runs out of time', async () => {
    await put(TASKS, { taskId: '#poll', watchingSince: NOON, indexedAt: NOON });
    for (const id of ['t1', 't2', 't3']) world.task(id);
    poller.close();
    const remainingMs = () => (world.simulator.requests.count('GetOtaTask') > 0 ? 5_000 : 55_000);
    poller = world.poller({ config: { fetchConcurrency: 1 }, remainingMs });
    poller.gate.on = withoutState;
    expect(await pollOnce()).toMatchObject({ polled: 1, published: 1, postponed: 2, failures: 0 });
    expect(poller.log).toEqual([STATE_LOST]);
    expect(await world.scan(TASKS)).toContainEqual({ taskId: '#poll', watchingSince: NOON, indexedAt: NOON });
  });
});

it('tells of a task whose outbox is full', async () => {
  const seen = facts({ taskId: 't1' });
  const events = Array.from({ length: 100 }, () => STARTED);
  const { head, rows } = appendRows(undefined, seen, events, { now: NOON, hash: canonicalHash });
  const full = liveTask({ taskId: 't1', snapshot: snapshot({ facts: seen }), outbox: rows });
  await put(TASKS, { ...full, head, recordedThrough: 100 });
  world.task('t1', { succeeded: 1 });
  world.bus.faults.request = () => ({ kind: 'access-denied' });
  expect(await pollOnce()).toMatchObject({ polled: 0, heldBack: 1, backlog: 100, backlogAgeMs: MINUTE });
  expect(poller.log.filter(({ message }) => message.includes('waits'))).toEqual([
    {
      level: 'warn',
      message: 'A task waits until some of its events are delivered',
      fields: { taskId: 't1' },
    },
  ]);
});

describe('tasks that cannot be read', () => {
  it.each([
    [9, 0, false],
    [10, 0, true],
    [10, 1, true],
    [10, 2, false],
    [18, 2, true],
  ])('(%i, and %i that can) are one trouble: %j', async (unreadable, others, isOutage) => {
    const ids = Array.from({ length: unreadable + others }, (_, index) => `t${index}`);
    for (const id of ids) world.task(id);
    await pollOnce();
    const before = await world.scan(TASKS);
    world.simulator.faults.on = ({ operation, identifier }) =>
      operation === 'GetOtaTask' && ids.indexOf(identifier ?? '') < unreadable
        ? { kind: 'internal' }
        : undefined;
    world.now += MINUTE;
    expect(await pollOnce()).toMatchObject({ polled: others, failures: unreadable });
    expect(poller.log.filter(({ message }) => message.includes('Hardly'))).toEqual(
      isOutage
        ? [
            {
              level: 'error',
              message: 'Hardly any task can be read',
              fields: { tasks: unreadable, others },
            },
          ]
        : [],
    );
    const unread = (items: readonly object[]) =>
      items.filter((item) => JSON.stringify(item).includes('"unread":{')).length;
    expect([unread(before), unread(await world.scan(TASKS))]).toEqual([0, isOutage ? 0 : unreadable]);
  });
});

it('reads a task once that ended, and whose end was told long ago', async () => {
  world.task('t1', { succeeded: 1 }, { status: 'COMPLETED' });
  await put(TASKS, { taskId: '#poll', watchingSince: 0 });
  const { rows } = appendRows(undefined, facts({ taskId: 't1' }), [STARTED], {
    now: NOON,
    hash: canonicalHash,
  });
  for (const row of rows) await put('ota-watch-dev-history', row);
  expect(await pollOnce()).toMatchObject({ polled: 1, changes: 0, tracked: 0 });
  expect(await pollOnce()).toMatchObject({ polled: 0, changes: 0, tracked: 0 });
  expect(world.simulator.requests.count('GetOtaTask')).toBe(1);
});

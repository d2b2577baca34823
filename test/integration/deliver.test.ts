import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { historyTable } from '../../lib/aws/history-table.ts';
import { indexKeysOf } from '../../lib/aws/live-index.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { type DeliverDeps, deliver } from '../../lib/deliver.ts';
import { appendRows } from '../../lib/domain/chain.ts';
import type { LiveTask, TrackedTask } from '../../lib/domain/tracked.ts';
import { facts, liveTask, NOON, snapshot } from '../support/builders.ts';
import { Gate } from '../support/gate.ts';
import { type LogEntry, World } from '../support/world.ts';
import { writtenItems } from '../support/written-items.ts';

const TASKS = 'ota-watch-dev-tasks';
const HISTORY = 'ota-watch-dev-history';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

/** A task in the table, with so many events that are not delivered. */
async function undelivered(
  taskId: string,
  rows: number,
  overrides: Partial<LiveTask> = {},
): Promise<LiveTask> {
  const seen = facts({ taskId, taskArn: `arn:aws:x:::ota-task/${taskId}` });
  const event = {
    detailType: 'OTA Task Tracking Started',
    published: true,
    body: { reason: 'discovered' },
  } as const;
  const appended = appendRows(undefined, seen, Array(rows).fill(event), { now: NOON, hash: canonicalHash });
  const task = liveTask({
    taskId,
    snapshot: snapshot({ facts: seen }),
    outbox: appended.rows,
    ...(appended.head !== undefined && { head: appended.head }),
    ...overrides,
  });
  await world.dynamodb.send(new PutCommand({ TableName: TASKS, Item: { ...task, writeId: 'earlier' } }));
  return task;
}

/** What a delivery is given, in a process of its own. */
function process() {
  const gate = new Gate();
  const log: LogEntry[] = [];
  const slept: number[] = [];
  const entry =
    (level: LogEntry['level']) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      log.push({ level, message, fields });
    };
  const { dynamodb, eventBridge } = world.clients(gate);
  const deps: DeliverDeps = {
    tasks: taskTable(dynamodb, TASKS),
    history: historyTable(dynamodb, HISTORY),
    bus: eventBus(eventBridge, 'ota-watch-dev'),
    log: { info: entry('info'), warn: entry('warn'), error: entry('error') },
    now: () => world.now,
    sleep: async (milliseconds) => void slept.push(milliseconds),
    writeId: 'now',
    chain: { hash: canonicalHash },
  };
  return { gate, log, slept, deps };
}

const NOTHING = { published: 0, setAside: 0, refused: 0, failures: 0, denied: false };
const goOn = () => true;

/** What a process asked of whom, in order: the last word of the table and the rows that are added, or how many events. */
const asked = ({ requests }: Gate) =>
  requests.map(({ operation, body }) => {
    if (operation === 'PutEvents') return `publish ${JSON.parse(body).Entries.length}`;
    const written = writtenItems(operation, body);
    const sequences = written.flatMap(({ item }) => item.sequence?.N ?? []);
    return [operation, written[0]?.tableName.split('-').at(-1), ...sequences].join(' ');
  });

const codeFor = (eventId: string, errorCode: string, times = Number.POSITIVE_INFINITY) => {
  let left = times;
  world.bus.faults.entry = ({ Detail = '' }) =>
    Detail.includes(`"eventId":"${eventId}"`) && left-- > 0 ? { errorCode, errorMessage: 'no' } : undefined;
};

/** A task of a delivery's report as it is in the table. */
const stored = (task: TrackedTask | undefined) => task && { ...task, writeId: 'now', ...indexKeysOf(task) };

const outboxes = (tasks: readonly unknown[]) =>
  tasks.map((task) =>
    Object(task)
      .outbox?.map(({ eventId }: { eventId: string }) => eventId)
      .join(' '),
  );

describe('a delivery', () => {
  it('writes the history of all, publishes in rounds, and clears', async () => {
    const tasks = [await undelivered('a', 2), await undelivered('b', 1)];
    const { gate, log, slept, deps } = process();
    expect(await deliver(tasks, deps, goOn)).toEqual({
      ...NOTHING,
      tasks: tasks.map((task) => ({ ...task, version: 2, outbox: [], recordedThrough: task.outbox.length })),
      published: 3,
    });
    expect(asked(gate)).toEqual([
      'BatchExecuteStatement history 1 1',
      'PutItem history 2',
      'publish 2',
      'publish 1',
      'BatchExecuteStatement tasks',
    ]);
    expect([log, slept]).toEqual([[], []]);
  });

  it('of nothing does nothing', async () => {
    const task = await undelivered('a', 0);
    const { gate, deps } = process();
    expect(await deliver([task], deps, goOn)).toEqual({ ...NOTHING, tasks: [task] });
    expect(asked(gate)).toEqual([]);
  });

  it('writes no row again that is recorded', async () => {
    const task = await undelivered('a', 3, { recordedThrough: 2 });
    const { gate, deps } = process();
    expect(await deliver([task], deps, goOn)).toMatchObject({ published: 3 });
    expect(asked(gate).slice(0, 2)).toEqual(['PutItem history 3', 'publish 1']);
  });

  it('clears what was recorded long before the bus took it', async () => {
    const task = await undelivered('a', 1, { recordedThrough: 1 });
    const { gate, deps } = process();
    expect(await deliver([task], deps, goOn)).toMatchObject({ published: 1, tasks: [{ outbox: [] }] });
    expect(asked(gate)).toEqual(['publish 1', 'PutItem tasks']);
  });

  it('publishes nothing of a task whose history cannot be written, and goes on with the others', async () => {
    const tasks = [await undelivered('a', 1), await undelivered('b', 1)];
    const { gate, log, deps } = process();
    gate.on = ({ body }) => (body.includes('{"S":"a:1"}') ? 'unsent' : undefined);
    const report = await deliver(tasks, deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, published: 1, failures: 1 });
    expect(outboxes(report.tasks).sort()).toEqual(['', 'a:1']);
    expect(world.bus.accepted.map(({ detail }) => detail)).toEqual([
      expect.objectContaining({ taskId: 'b' }),
    ]);
    expect(log).toEqual([
      {
        level: 'error',
        message: 'History could not be written',
        fields: { taskId: 'a', error: { name: 'Error', code: 'ECONNRESET' } },
      },
    ]);
  });

  it.each([
    ['completed', { state: 'ended' }],
    ['requested', { state: 'excluded' }],
  ] as const)('of the last event of a task retires it (%s)', async (stopped, expected) => {
    const task = await undelivered('a', 1, { stopped });
    const { tasks } = await deliver([task], process().deps, goOn);
    expect(tasks).toEqual([expect.objectContaining({ ...expected, version: 2 })]);
    expect(await world.scan(TASKS)).toEqual([expect.objectContaining(expected)]);
  });

  it('retires a task that has nothing left to deliver', async () => {
    const { tasks } = await deliver(
      [await undelivered('a', 0, { stopped: 'completed' })],
      process().deps,
      goOn,
    );
    expect(tasks).toEqual([expect.objectContaining({ state: 'ended', version: 2 })]);
  });

  it('leaves a task to whoever was faster', async () => {
    const task = await undelivered('a', 1);
    await world.dynamodb.send(
      new PutCommand({ TableName: TASKS, Item: { ...task, version: 2, writeId: 'x' } }),
    );
    const { log, deps } = process();
    expect(await deliver([task], deps, goOn)).toEqual({ ...NOTHING, tasks: [], published: 1 });
    expect(log).toEqual([]);
  });

  it('that cannot be noted is a failure', async () => {
    const task = await undelivered('a', 1);
    const { gate, log, deps } = process();
    gate.on = ({ body }) => (body.includes(`"${TASKS}"`) ? 'unsent' : undefined);
    expect(await deliver([task], deps, goOn)).toEqual({ ...NOTHING, tasks: [], published: 1, failures: 1 });
    expect(log).toEqual([
      {
        level: 'error',
        message: 'An outbox could not be cleared',
        fields: { taskId: 'a', error: { name: 'Error', code: 'ECONNRESET' } },
      },
    ]);
  });
});

describe('a delivery that is short of time', () => {
  it('begins nothing', async () => {
    const task = await undelivered('a', 1);
    const { gate, deps } = process();
    expect(await deliver([task], deps, () => false)).toEqual({ ...NOTHING, tasks: [task] });
    expect(asked(gate)).toEqual([]);
  });

  it('does not note what is found out again', async () => {
    const task = await undelivered('a', 2);
    const { gate, deps } = process();
    expect(await deliver([task], deps, () => asked(gate).length < 2)).toEqual({ ...NOTHING, tasks: [task] });
    expect(asked(gate)).toEqual(['PutItem history 1', 'PutItem history 2']);
  });

  it('notes what the bus took', async () => {
    const task = await undelivered('a', 2);
    const { gate, deps } = process();
    const report = await deliver([task], deps, () => asked(gate).length < 3);
    expect(report).toMatchObject({ published: 1, refused: 0 });
    expect(asked(gate).slice(2)).toEqual(['publish 1', 'PutItem tasks']);
    expect(outboxes(await world.scan(TASKS))).toEqual(['a:2']);
  });

  it('notes what was set aside', async () => {
    const task = await undelivered('a', 1);
    const { gate, deps } = process();
    codeFor('a:1', 'MalformedDetail');
    const report = await deliver([task], deps, () => asked(gate).length < 2);
    expect(report).toMatchObject({ published: 0, setAside: 1 });
    expect(outboxes(await world.scan(TASKS))).toEqual(['a:2']);
  });
});

describe('an event that the bus refuses', () => {
  it('for now is offered three times, and holds up its own task alone', async () => {
    const tasks = [await undelivered('a', 2), await undelivered('b', 4)];
    const { gate, log, slept, deps } = process();
    codeFor('a:1', 'InternalFailure');
    const report = await deliver(tasks, deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, published: 4, refused: 1 });
    expect(asked(gate).filter((what) => what.startsWith('publish'))).toEqual([
      'publish 2',
      'publish 2',
      'publish 2',
      'publish 1',
    ]);
    expect(outboxes(report.tasks)).toEqual(['a:1 a:2', '']);
    expect(slept).toEqual([100, 100]);
    expect(log).toEqual([
      {
        level: 'warn',
        message: 'The bus refused an event for now',
        fields: { taskId: 'a', sequence: 1, code: 'InternalFailure' },
      },
    ]);
  });

  it('for now, and the next one too, have three tries each', async () => {
    const task = await undelivered('a', 2);
    const { deps, slept } = process();
    let tries = 0;
    world.bus.faults.entry = () => (tries++ % 3 < 2 ? { errorCode: 'ThrottlingException' } : undefined);
    expect(await deliver([task], deps, goOn)).toMatchObject({ ...NOTHING, published: 2 });
    expect(slept).toEqual([100, 100, 100, 100]);
  });

  it('for good is set aside, and the next one goes on', async () => {
    const task = await undelivered('a', 2);
    const { gate, log, slept, deps } = process();
    codeFor('a:1', 'MalformedDetail');
    const report = await deliver([task], deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, published: 1, setAside: 1 });
    expect(outboxes(report.tasks)).toEqual(['a:3']);
    expect(asked(gate).slice(2)).toEqual(['publish 1', 'publish 1', 'PutItem tasks']);
    expect(slept).toEqual([]);
    expect(log).toEqual([
      {
        level: 'error',
        message: 'The bus refused an event for good: it is set aside',
        fields: { taskId: 'a', sequence: 1, code: 'MalformedDetail' },
      },
    ]);
  });

  it('for good is set aside where its row has been in the history for long', async () => {
    const task = await undelivered('a', 1, { recordedThrough: 1 });
    world.now = NOON + 7;
    codeFor('a:1', 'MalformedDetail');
    const report = await deliver([task], process().deps, goOn);
    expect(await world.scan(TASKS)).toEqual([stored(report.tasks[0])]);
    expect(report.tasks).toEqual([
      expect.objectContaining({
        version: 2,
        recordedThrough: 1,
        outbox: [
          expect.objectContaining({
            eventId: 'a:2',
            observedAt: new Date(NOON + 7).toISOString(),
            setAsideSequence: 1,
            errorCode: 'MalformedDetail',
            errorMessage: 'no',
          }),
        ],
      }),
    ]);
    const again = await deliver([Object(report.tasks[0])], process().deps, goOn);
    expect(again).toMatchObject({ ...NOTHING, tasks: [{ version: 3, outbox: [] }] });
    expect((await world.history()).map(({ eventId }) => eventId)).toEqual(['a:2']);
  });
});

describe('a bus', () => {
  /** More than are published together. */
  const many = () => Promise.all(Array.from({ length: 101 }, (_, index) => undelivered(`t${index}`, 1)));

  it('that denies us is asked no more, and what is recorded is noted', async () => {
    const tasks = await many();
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    const { gate, log, deps } = process();
    const report = await deliver(tasks, deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, refused: 100, denied: true });
    expect(report.tasks.map((task) => [task.version, Object(task).recordedThrough])).toEqual(
      tasks.map(() => [2, 1]),
    );
    expect(gate.count('PutEvents')).toBeLessThan(10);
    expect(log[0]).toEqual({
      level: 'error',
      message: 'The bus denies us permission to publish',
      fields: { taskId: 't0', sequence: 1, code: 'AccessDeniedException' },
    });
  });

  it('that is out is asked no more', async () => {
    const tasks = await many();
    const { gate, log, deps } = process();
    gate.on = ({ operation }) => (operation === 'PutEvents' ? 'unsent' : undefined);
    const report = await deliver(tasks, deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, refused: 100, denied: false });
    expect(log[0]).toEqual({
      level: 'warn',
      message: 'The bus could not be reached',
      fields: { taskId: 't0', sequence: 1, error: { name: 'Error', code: 'ECONNRESET' } },
    });
    const offered = gate.requests.filter(({ body }) => body.includes('"t100"') && body.includes('Entries'));
    expect(offered).toEqual([]);
  });

  it('that takes everything gets everything, however much', async () => {
    expect(await deliver(await many(), process().deps, goOn)).toMatchObject({ ...NOTHING, published: 101 });
  });

  it('that cannot take one of the tasks goes on with the others', async () => {
    const ids = Array.from({ length: 11 }, (_, index) => `t${index}`);
    const tasks = await Promise.all(ids.map((id) => undelivered(id, 2)));
    const { gate, deps } = process();
    gate.on = ({ operation, body }) =>
      operation === 'PutEvents' && body.includes('\\"eventId\\":\\"t0:1\\"') ? 'unsent' : undefined;
    const report = await deliver(tasks, deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, published: 20, refused: 1 });
    expect(outboxes(report.tasks)).toEqual(['t0:1 t0:2', ...Array(10).fill('')]);
  });

  it('that says nothing of an event has not taken it', async () => {
    const { log, deps } = process();
    const silent = { ...deps, bus: { publish: async () => [] } };
    expect(await deliver([await undelivered('a', 1)], silent, goOn)).toMatchObject(NOTHING);
    expect(log).toEqual([]);
  });
});

describe('a history that went on without us', () => {
  /** Its first row is another than the one that is to be delivered. */
  async function taken() {
    const { rows } = appendRows(
      undefined,
      facts({ taskId: 'a' }),
      [{ detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'requested' } }],
      { now: NOON - 1, hash: canonicalHash },
    );
    for (const row of rows)
      await world.dynamodb.send(new PutCommand({ TableName: HISTORY, Item: { ...row } }));
    return undelivered('a', 2);
  }

  it('is offered to the bus, and continued by the next poll', async () => {
    const task = await taken();
    const { log, deps } = process();
    const report = await deliver([task], deps, goOn);
    expect(report).toMatchObject({ ...NOTHING, published: 1, tasks: [{ version: 3, recordedThrough: 1 }] });
    expect(outboxes(report.tasks)).toEqual(['a:2 a:3']);
    expect(await world.scan(TASKS)).toEqual([stored(report.tasks[0])]);
    expect(log).toEqual([
      { level: 'warn', message: 'History rows were numbered anew', fields: { taskId: 'a', sequence: 1 } },
    ]);
    const next = await deliver([Object(report.tasks[0])], process().deps, goOn);
    expect(next).toMatchObject({ ...NOTHING, published: 2 });
    expect((await world.history()).map(({ eventId }) => eventId)).toEqual(['a:1', 'a:2', 'a:3']);
    expect(world.events('a')).toEqual(['1 Tracking Started', '2 Tracking Started', '3 Tracking Started']);
  });

  it('is left to another poller that was faster', async () => {
    const task = await taken();
    const stored = { ...task, version: 2, writeId: 'x' };
    await world.dynamodb.send(new PutCommand({ TableName: TASKS, Item: stored }));
    const { log, deps } = process();
    expect(await deliver([task], deps, goOn)).toMatchObject({ ...NOTHING, failures: 1 });
    expect(await world.scan(TASKS)).toEqual([stored]);
    expect(log.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'warn: History rows were numbered anew',
      'error: History could not be written',
    ]);
  });

  it('that cannot be read is a failure', async () => {
    const task = await taken();
    const { gate, log, deps } = process();
    gate.on = ({ operation }) => (operation === 'Query' ? 'unsent' : undefined);
    expect(await deliver([task], deps, goOn)).toEqual({ ...NOTHING, tasks: [task], failures: 1 });
    expect(log).toEqual([
      {
        level: 'error',
        message: 'History rows could not be numbered anew',
        fields: { taskId: 'a', error: { name: 'Error', code: 'ECONNRESET' } },
      },
      {
        level: 'error',
        message: 'History could not be written',
        fields: {
          taskId: 'a',
          error: expect.objectContaining({ name: 'HistoryConflictError' }),
        },
      },
    ]);
  });
});

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../local/simulator/simulator.ts';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import { type PollerOptions, World } from '../support/world.ts';
import { writtenItems } from '../support/written-items.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: false });
});
afterEach(() => world.close());

/** Values that must never be seen outside the service. */
const CANARY = 'canary-7f3a';
const sensitive = {
  S3Url: `s3://${CANARY}/image.bin`,
  Target: [`${CANARY}-target`],
  OtaTargetQueryString: `thingName:${CANARY}*`,
  Tags: { [`${CANARY}-key`]: `${CANARY}-value` },
};

/** Polls once, and tells what was logged as well. */
async function pollAndLog(options: PollerOptions = {}) {
  const poller = world.poller(options);
  try {
    const report = await poller.poll();
    return { report, log: poller.log };
  } finally {
    poller.close();
  }
}

function faultFor(taskId: string, fault: Fault): void {
  world.simulator.faults.on = ({ identifier }) => (identifier === taskId ? fault : undefined);
}

describe('a task that cannot be read', () => {
  const causes: [string, Fault, Record<string, unknown>][] = [
    ['access denied', { kind: 'denied' }, { name: 'AccessDeniedException', statusCode: 403 }],
    ['throttled', { kind: 'throttle' }, { name: 'ThrottlingException', statusCode: 429 }],
    ['an internal error', { kind: 'internal' }, { name: 'InternalServerException', statusCode: 500 }],
    ['a validation error', { kind: 'validation' }, { name: 'ValidationException', statusCode: 400 }],
    ['a bare 503', { kind: 'status', code: 503, body: CANARY }, {}],
    [
      'no JSON',
      { kind: 'garbage' },
      { name: 'UnreadableAnswerError', cause: expect.objectContaining({ name: 'SyntaxError' }) },
    ],
    ['a dropped connection', { kind: 'drop' }, { code: 'ECONNRESET' }],
  ];

  it.each(causes)('(%s) is reported, and the others go on', async (_, fault, error) => {
    world.task('bad', { queued: 10 }, { members: sensitive });
    world.task('good', { queued: 10 }, { members: sensitive });
    await world.poll();
    world.task('bad', { queued: 5, succeeded: 5 }, { members: sensitive });
    world.task('good', { queued: 5, succeeded: 5 }, { members: sensitive });
    faultFor('bad', fault);
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ failures: 1, changes: 1, published: 1 });
    expect(log).toEqual([
      {
        level: 'error',
        message: 'A task could not be polled',
        fields: { taskId: 'bad', error: expect.objectContaining(error) },
      },
    ]);
    expect(JSON.stringify(log)).not.toContain(CANARY);
    expect(world.events('good')).toEqual(['1 Tracking Started', '2 Progressed']);

    world.simulator.faults.on = undefined;
    await world.poll();
    expect(world.events('bad')).toEqual(['1 Tracking Started', '2 Progressed']);
    expect(await audit(world)).toEqual([]);
  });

  it('because it hangs is given up when the time for looking is over', async () => {
    world.task('bad');
    world.task('good');
    faultFor('bad', { kind: 'hang' });
    const { report } = await pollAndLog({ remainingMs: remaining(1_500) });
    expect(report).toMatchObject({ published: 1, postponed: 1, failures: 0 });
    expect(world.events('good')).toEqual(['1 Tracking Started']);
  });
});

describe('a task that cannot be read for long', () => {
  it('breaches the rule about this, and recovers', async () => {
    world.task('t1');
    await world.poll();
    faultFor('t1', { kind: 'denied' });
    for (let minute = 1; minute <= 20; minute += 1)
      expect(await world.poll()).toMatchObject({ failures: 1, polled: 0 });
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Threshold Breached']);
    expect(world.bus.accepted.at(-1)?.detail).toMatchObject({ rule: { kind: 'unreachable' } });

    world.simulator.faults.on = undefined;
    await world.poll();
    expect(world.events('t1').slice(2)).toEqual(['3 Threshold Recovered']);
    expect(await audit(world)).toEqual([]);
  });

  it('is not said to be so when a poll runs out of time', async () => {
    world.task('t1');
    await world.poll();
    faultFor('t1', { kind: 'hang' });
    const stored = async () =>
      (await world.scan('ota-watch-dev-tasks')).filter(({ taskId }) => taskId === 't1');
    const before = await stored();
    world.now += 20 * MINUTE;
    const { report } = await pollAndLog({ remainingMs: remaining(300) });
    expect(report).toMatchObject({ failures: 0, postponed: 1, changes: 0 });
    expect(await stored()).toEqual(before);
  });

  it('is not said to be so when the database fails, and the poll goes on', async () => {
    world.task('t1');
    world.task('t2');
    await world.poll();
    faultFor('t1', { kind: 'denied' });
    const poller = world.poller();
    poller.gate.on = ({ operation, body }) =>
      writtenItems(operation, body).some(({ item }) => item.taskId?.S === 't1') ? 'lost' : undefined;
    world.now += 20 * MINUTE;
    const report = await poller.poll();
    poller.close();
    expect(report).toMatchObject({ failures: 1, polled: 1 });
    expect(poller.log.map(({ message, fields }) => [message, fields.taskId])).toEqual([
      ['A task could not be polled', 't1'],
      ['That a task could not be read was not noted', 't1'],
    ]);
  });
});

/** A clock that runs: milliseconds left of `total`. */
function remaining(total: number): () => number {
  const end = performance.now() + total;
  return () => end - performance.now();
}

describe('a task that cannot be understood', () => {
  it.each([
    ['has no status', { Status: undefined }, 'Status (invalid_type)'],
    ['has an empty status', { Status: '' }, 'Status (too_small)'],
    ['has a status of another type', { Status: 7 }, 'Status (invalid_type)'],
    [
      'counts in words',
      { TaskProcessingDetails: { NumberOfFailedThings: CANARY } },
      'TaskProcessingDetails.NumberOfFailedThings (invalid_type)',
    ],
    [
      'counts below zero',
      { TaskProcessingDetails: { numberOfQueuedThings: -1 } },
      'TaskProcessingDetails.numberOfQueuedThings (too_small)',
    ],
  ])('because it %s is reported, and the others go on', async (_, members, where) => {
    world.task('bad', {}, { members: { ...sensitive, ...members } });
    world.task('good');
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ failures: 1, published: 1, tracked: 1 });
    expect(log).toEqual([
      {
        level: 'error',
        message: 'A task could not be polled',
        fields: {
          taskId: 'bad',
          error: { name: 'UnreadableAnswerError', message: `Task bad cannot be understood: ${where}` },
        },
      },
    ]);
  });

  it('because it is another is reported', async () => {
    world.task('bad');
    await world.poll();
    world.task('bad', {}, { members: { TaskId: 'other' } });
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ failures: 1, changes: 0 });
    expect(log[0]?.fields).toMatchObject({
      taskId: 'bad',
      error: { message: 'Task bad: the answer is of another task' },
    });
  });
});

describe('a task that is odd', () => {
  it.each([
    'with space',
    'a/b/../c',
    'ünï-☃',
    "'; DROP TABLE tasks; --",
    '%2F%00',
    '__proto__',
    'x'.repeat(200),
  ])('in its id %o is tracked like any other', async (taskId) => {
    world.task(taskId, { queued: 2 });
    await world.poll();
    world.task(taskId, { queued: 1, succeeded: 1 });
    await world.poll();
    expect(world.events(taskId)).toEqual(['1 Tracking Started', '2 Progressed']);
    expect(await audit(world)).toEqual([]);
  });

  it('in what it lacks and in what it has more is tracked like any other', async () => {
    const bare = {
      TaskArn: undefined,
      TaskProcessingDetails: undefined,
      OtaType: undefined,
      Future: { a: 1 },
    };
    world.task('t1', {}, { status: 'PAUSED_BY_FUTURE_API', members: bare });
    await world.poll();
    expect(world.bus.accepted[0]).toMatchObject({
      resources: ['arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/t1'],
      detail: { status: 'PAUSED_BY_FUTURE_API', counts: { total: 0 }, accountId: '123456789012' },
    });
    expect(await audit(world)).toEqual([]);
  });

  it('in its size stays small in the table and on the bus', async () => {
    const members = {
      ...sensitive,
      Description: 'd'.repeat(100_000),
      Target: Array.from({ length: 20_000 }, (_, index) => `target-${index}`),
      TaskProcessingDetails: {
        numberOfQueuedThings: 20_000,
        processingTargets: Array(20_000).fill('target'),
      },
    };
    world.task('t1', {}, { members });
    await world.poll();
    expect(world.bus.accepted[0]?.detail).toMatchObject({ description: `${'d'.repeat(255)}…` });
    expect(
      JSON.stringify([await world.scan('ota-watch-dev-tasks'), await world.history()]).length,
    ).toBeLessThan(5_000);
  });
});

describe('the list', () => {
  it('that fails stops no known task, and nothing is concluded from it', async () => {
    for (const id of ['a', 'b']) world.task(id, { queued: 2 });
    world.task('c', { queued: 2 }, { status: 'SCHEDULED' });
    await world.poll();
    world.task('a', { queued: 1, succeeded: 1 });
    world.task('c', { queued: 2 }, { status: 'IN_PROGRESS' });
    world.task('new');
    world.simulator.faults.on = ({ operation }) =>
      operation === 'ListOtaTasks' ? { kind: 'denied' } : undefined;
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ listComplete: false, polled: 3, changes: 2, failures: 0 });
    expect(log).toMatchObject([
      {
        level: 'error',
        message: 'The list of tasks could not be read to its end',
        fields: { error: { statusCode: 403 } },
      },
    ]);
    expect(world.events('new')).toEqual([]);
  });

  it('that breaks off is used as far as it comes, and nothing is concluded from what it lacks', async () => {
    const statuses = new Map([
      ['t0001', 'SCHEDULED'],
      ['t0002', 'SCHEDULED'],
      ['t1000', 'SCHEDULED'],
    ]);
    for (let index = 0; index < 1_003; index += 1) {
      const taskId = `t${String(index).padStart(4, '0')}`;
      world.task(taskId, {}, { status: statuses.get(taskId) ?? 'COMPLETED' });
    }
    await world.poll();
    for (const taskId of statuses.keys()) expect(world.events(taskId)).toEqual(['1 Tracking Started']);

    world.simulator.account.removeTask('t1000');
    world.task('t0000', {}, { status: 'IN_PROGRESS' });
    world.task('t0001', {}, { status: 'IN_PROGRESS' });
    world.task('t1002', {}, { status: 'IN_PROGRESS' });
    let page = 0;
    world.simulator.faults.on = ({ operation }) => {
      if (operation !== 'ListOtaTasks') return undefined;
      page += 1;
      return page === 2 ? { kind: 'validation' } : undefined;
    };
    const before = world.simulator.requests.count('GetOtaTask');
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ listComplete: false, polled: 3, changes: 2, failures: 0 });
    // t0002 has not changed on the list, and t1002 is on the page that did not come.
    expect(world.simulator.requests.count('GetOtaTask') - before).toBe(3);
    expect(log.map(({ message }) => message)).toEqual([
      'The list of tasks could not be read to its end',
      'A task cannot be found, and no complete list lacks it: the next poll decides',
    ]);
    expect(['t0000', 't0001', 't0002', 't1000', 't1002'].map((taskId) => world.events(taskId))).toEqual([
      ['1 Tracking Started'],
      ['1 Tracking Started', '2 Status Changed'],
      ['1 Tracking Started'],
      ['1 Tracking Started'],
      [],
    ]);
  });

  it('with an entry that names no task is no complete one, and shows the others all the same', async () => {
    world.task('t1', {}, { status: 'SCHEDULED' });
    world.task('gone', {}, { status: 'SCHEDULED' });
    await world.poll();
    world.task('new');
    world.simulator.account.removeTask('gone');
    const list = world.simulator.account.listTasks.bind(world.simulator.account);
    world.simulator.account.listTasks = (query) => {
      const page = list(query);
      return { ...page, items: [...page.items, { Status: 'IN_PROGRESS' }] };
    };
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ listComplete: false, polled: 2, changes: 1, failures: 0 });
    expect(log.map(({ message }) => message)).toEqual([
      'The list of tasks has entries without a task id',
      'A task cannot be found, and no complete list lacks it: the next poll decides',
    ]);
    expect([world.events('new'), world.events('gone')]).toEqual([
      ['1 Tracking Started'],
      ['1 Tracking Started'],
    ]);
  });

  it('without end leaves time for the tasks that are known', async () => {
    world.task('t1', { queued: 2 });
    await world.poll();
    world.task('t1', { queued: 1, succeeded: 1 });
    const list = world.simulator.account.listTasks.bind(world.simulator.account);
    world.simulator.account.listTasks = (query) => ({
      ...list({ MaxResults: query.MaxResults }),
      NextToken: 'again',
    });
    const { report } = await pollAndLog({ remainingMs: remaining(3_000) });
    expect(report).toMatchObject({ listComplete: false, changes: 1, failures: 0 });
  });
});

describe('tables', () => {
  it('of tasks that does not exist ends the poll, by name', async () => {
    await expect(pollAndLog({ config: { tasksTable: 'missing' } })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('of history that does not exist stops no snapshot, and everything is delivered once it does', async () => {
    world.task('t1', { queued: 2 });
    await world.poll();
    world.task('t1', { queued: 1, succeeded: 1 });
    const { report, log } = await pollAndLog({ config: { historyTable: 'missing', progressEvents: 'all' } });
    expect(report).toMatchObject({ failures: 1, changes: 1, published: 0, backlog: 1 });
    expect(log).toMatchObject([
      {
        level: 'error',
        message: 'History could not be written',
        fields: { taskId: 't1', error: { name: 'ResourceNotFoundException' } },
      },
    ]);
    await world.poll();
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed']);
    expect(await audit(world)).toEqual([]);
  });

  it('with an item that cannot be understood leave it alone, report it, and go on', async () => {
    world.task('good');
    world.task('bad');
    const item = { taskId: 'bad', version: 1, state: 'live', snapshot: 'of a later version' };
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: item }));
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ failures: 1, tracked: 1, published: 1 });
    expect(log).toMatchObject([
      {
        level: 'error',
        message: 'An item of the tasks table cannot be understood',
        fields: { taskId: 'bad', error: { name: 'UnreadableItemError' } },
      },
    ]);
    expect(await world.scan('ota-watch-dev-tasks')).toContainEqual(item);
  });
});

describe('a poll state that cannot be understood', () => {
  const item = { taskId: '#poll', watchingSince: 'of a later version' };

  it('is left alone and reported, and what ended in the last day is told', async () => {
    world.task('running');
    await world.poll();
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: item }));
    world.task('short', { succeeded: 1 }, { status: 'COMPLETED' });
    world.task('old', { succeeded: 1 }, { status: 'COMPLETED', createdAt: world.now - 25 * 3_600_000 });
    const { report, log } = await pollAndLog();
    expect(report).toMatchObject({ failures: 1, polled: 2, tracked: 1 });
    expect(log).toMatchObject([
      {
        level: 'error',
        message: 'An item of the tasks table cannot be understood',
        fields: { taskId: '#poll', error: { name: 'UnreadableItemError' } },
      },
    ]);
    expect(world.events('short').at(0)).toBe('1 Tracking Started');
    expect(world.events('old')).toEqual([]);
    expect(await world.scan('ota-watch-dev-tasks')).toContainEqual(item);
  });

  it('is left alone by a poll that runs out of time as well', async () => {
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: item }));
    world.task('bad');
    world.task('good');
    faultFor('bad', { kind: 'hang' });
    const { report } = await pollAndLog({ remainingMs: remaining(600) });
    expect(report).toMatchObject({ published: 1, postponed: 1 });
    expect(await world.scan('ota-watch-dev-tasks')).toContainEqual(item);
  });
});

describe('an answer that is not as expected', () => {
  it('is counted, and passed on', async () => {
    world.task('t1', {}, { status: 'PAUSED' });
    world.task('t2', {}, { members: { TaskProcessingDetails: { numberOfQueuedThings: 5 } } });
    world.task('t3');
    expect((await pollAndLog()).report).toMatchObject({ oddities: 2, published: 3, failures: 0 });
    // Only the one in progress is read again.
    expect((await pollAndLog()).report).toMatchObject({ oddities: 1, failures: 0 });
  });
});

describe('a history that went on without us', () => {
  it('is continued: no event id is used again with other content, and nothing is lost', async () => {
    world.task('t1', { queued: 9, succeeded: 1 });
    await world.poll();
    const [restored] = (await world.scan('ota-watch-dev-tasks')).filter(({ taskId }) => taskId === 't1');
    for (let poll = 2; poll < 5; poll += 1) {
      world.task('t1', { queued: 10 - poll, succeeded: poll });
      await world.poll({ config: { progressEvents: 'all' } });
    }
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: restored }));
    world.task('t1', { succeeded: 10 }, { status: 'COMPLETED' });
    await world.poll({ config: { progressEvents: 'all' } });
    await world.poll({ config: { progressEvents: 'all' } });
    expect(await audit(world)).toEqual([]);
    expect([...new Set(world.events('t1'))]).toEqual([
      '1 Tracking Started',
      '2 Progressed',
      '3 Progressed',
      '4 Progressed',
      '5 Status Changed',
      '6 Progressed',
      '7 Tracking Stopped',
    ]);
  });

  it('may hold what was on its way when the table was restored: that goes out, in order', async () => {
    world.task('t1', { queued: 9, succeeded: 1 });
    await world.poll();
    const [restored] = (await world.scan('ota-watch-dev-tasks')).filter(({ taskId }) => taskId === 't1');
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    for (let poll = 2; poll < 5; poll += 1) {
      world.task('t1', { queued: 10 - poll, succeeded: poll });
      await world.poll({ config: { progressEvents: 'all' } });
    }
    world.bus.faults.request = undefined;
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: restored }));
    await world.poll({ config: { progressEvents: 'all' } });
    await world.poll({ config: { progressEvents: 'all' } });
    expect(await audit(world)).toEqual([]);
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      ...[2, 3, 4, 5].map((sequence) => `${sequence} Progressed`),
    ]);
  });

  it('may have rows that only a later version understands: those are left out, and told', async () => {
    world.task('t1', { queued: 9, succeeded: 1 });
    await world.poll();
    const [restored] = (await world.scan('ota-watch-dev-tasks')).filter(({ taskId }) => taskId === 't1');
    world.task('t1', { queued: 8, succeeded: 2 });
    await world.poll({ config: { progressEvents: 'all' } });
    const [, row] = await world.history();
    const later = { ...row, sequence: 3, detailType: 'OTA Task Renamed' };
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-history', Item: later }));
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: restored }));
    world.task('t1', { queued: 7, succeeded: 3 });
    const { report, log } = await pollAndLog({ config: { progressEvents: 'all' } });
    expect(report).toMatchObject({ published: 1, failures: 0 });
    expect(log).toContainEqual({
      level: 'error',
      message: 'Rows of the history cannot be understood, and are not offered again',
      fields: { taskId: 't1', unreadable: 1 },
    });
    expect(await world.poll()).toMatchObject({ published: 1, backlog: 0, failures: 0 });
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Progressed',
      '2 Progressed',
      '4 Progressed',
    ]);
  });

  it('of a task whose end is forgotten is continued when it is tracked again', async () => {
    world.task('t1', { succeeded: 1 }, { status: 'SCHEDULED' });
    await world.poll();
    world.task('t1', { succeeded: 1 }, { status: 'COMPLETED' });
    await world.poll();
    await world.dynamodb.send(new DeleteCommand({ TableName: 'ota-watch-dev-tasks', Key: { taskId: 't1' } }));
    await world.poll();
    world.task('t1', { queued: 1 }, { status: 'IN_PROGRESS' });
    await world.poll();
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Status Changed',
      '3 Tracking Stopped',
      '4 Tracking Started',
    ]);
    expect(await audit(world)).toEqual([]);
  });
});

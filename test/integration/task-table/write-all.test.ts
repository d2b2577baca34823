import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf } from '../../../lib/domain/shards.ts';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import { rolloutHistory } from '../../support/history-rows.ts';
import { World } from '../../support/world.ts';
import {
  bodyOf,
  byId,
  ended,
  excluded,
  ids,
  live,
  next,
  openTable,
  operations,
  put,
  requested,
  stored,
  TABLE,
} from './scene.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const written = (task: TrackedTask) => ({ kind: 'written', task: next(task) });
const keysOf = (taskId: string) => {
  const place = placeOf(taskId);
  return { shard: String(Math.floor(place / 2 ** 30)), place: place.toString(16).padStart(8, '0') };
};

const STATES: readonly (readonly [string, (taskId: string, version: number) => TrackedTask, boolean])[] = [
  ['live', live, true],
  ['requested', requested, true],
  ['ended', ended, false],
  ['excluded', excluded, false],
  [
    'stopped, with all that an item can have',
    (taskId, version) =>
      live(taskId, version, {
        head: { sequence: 3, hash: 'h', publishedSequence: 2 },
        outbox: rolloutHistory(1).slice(0, 1),
        recordedThrough: 2,
        stopped: 'requested',
        untrackRequested: true,
      }),
    true,
  ],
];

describe.each(STATES)('a task that is %s', (_, make, isIndexed) => {
  const items = (writeId: string, ...tasks: TrackedTask[]) =>
    tasks.map((task) => ({ ...next(task), writeId, ...(isIndexed && keysOf(task.taskId)) }));

  it('is stored with the keys of the index if polls are to find it, whether alone or with others', async () => {
    const { gate, write, writeAll } = openTable(world);
    const [alone, one, another] = [make('a', 0), make('b', 0), make('c', 0)];
    expect(await write(alone, 'w')).toEqual(next(alone));
    expect(await writeAll([one, another], 'w')).toEqual([written(one), written(another)]);
    expect(operations(gate)).toEqual(['PutItem', 'BatchExecuteStatement']);
    expect(await stored(world)).toEqual(items('w', alone, one, another));
  });

  it.each(STATES)('takes the place of one that is %s, of which nothing is left', async (__, before) => {
    const { gate, write, writeAll } = openTable(world);
    const [alone, one, another] = [make('a', 1), make('b', 1), make('c', 1)];
    await writeAll(
      ['a', 'b', 'c'].map((taskId) => before(taskId, 0)),
      'earlier',
    );
    expect(await write(alone, 'w')).toEqual(next(alone));
    expect(await writeAll([one, another], 'w')).toEqual([written(one), written(another)]);
    expect(operations(gate)).toEqual(['BatchExecuteStatement', 'PutItem', 'BatchExecuteStatement']);
    expect(await stored(world)).toEqual(items('w', alone, one, another));
  });
});

describe('writeAll', () => {
  it('has statements that never overwrite what it does not know', async () => {
    const { gate, writeAll } = openTable(world);
    await put(world, { ...excluded('b', 4), writeId: 'earlier' });
    await writeAll([requested('a'), excluded('b', 4)], 'w');
    expect(gate.requests.map(bodyOf)).toEqual([
      {
        Statements: [
          {
            Statement: `INSERT INTO "${TABLE}" VALUE {'state': ?, 'taskId': ?, 'version': ?, 'writeId': ?, 'shard': ?, 'place': ?}`,
            Parameters: [
              { S: 'requested' },
              { S: 'a' },
              { N: '1' },
              { S: 'w' },
              { S: keysOf('a').shard },
              { S: keysOf('a').place },
            ],
          },
          {
            Statement:
              `UPDATE "${TABLE}" SET "state" = ? SET "version" = ? SET "writeId" = ? REMOVE "shard" REMOVE "place" REMOVE "head" ` +
              'REMOVE "snapshot" REMOVE "outbox" REMOVE "recordedThrough" REMOVE "stopped" REMOVE "untrackRequested" ' +
              'REMOVE "expiresAt" REMOVE "last" WHERE "taskId" = ? AND "version" = ?',
            Parameters: [{ S: 'excluded' }, { N: '5' }, { S: 'w' }, { S: 'b' }, { N: '4' }],
          },
        ],
      },
    ]);
  });

  it('is of 25 items a request, of a single one as a put, of none nothing', async () => {
    const { gate, writeAll } = openTable(world);
    const tasks = ids(51).map((taskId) => live(taskId));
    expect(await writeAll(tasks, 'w')).toEqual(tasks.map(written));
    expect(operations(gate).sort()).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement', 'PutItem']);
    expect(await writeAll([], 'w')).toEqual([]);
    expect(gate.requests).toHaveLength(3);
    expect((await stored(world)).map(({ taskId }) => taskId)).toEqual(
      ids(51).sort((a, b) => a.localeCompare(b)),
    );
  });

  it('leaves alone what another writer has changed, made or removed, and writes the rest', async () => {
    const others = [excluded('changed', 3), excluded('made', 1)].map((task) => ({
      ...task,
      writeId: 'other',
    }));
    await put(world, ...others);
    const { gate, writeAll } = openTable(world);
    const outcomes = await writeAll([live('changed', 2), live('made'), live('removed', 1), live('new')], 'w');
    const lost = { kind: 'lost-race' };
    expect(outcomes).toEqual([lost, lost, lost, written(live('new'))]);
    expect(operations(gate).sort()).toEqual(['BatchExecuteStatement', 'GetItem', 'GetItem', 'GetItem']);
    expect(await stored(world)).toEqual([...others, expect.objectContaining({ taskId: 'new', version: 1 })]);
  });

  it.each([0, 3])('knows itself when its answer was lost (version %i)', async (version) => {
    const tasks = ids(3).map((taskId) => live(taskId, version));
    if (version > 0) await put(world, ...tasks);
    const { gate, writeAll } = openTable(world);
    gate.on = ({ operation, attempt }) =>
      operation === 'BatchExecuteStatement' && attempt === 1 ? 'lost' : undefined;
    expect(await writeAll(tasks, 'w')).toEqual(tasks.map(written));
    expect((await stored(world)).map(({ version }) => version)).toEqual(Array(3).fill(version + 1));
    expect(gate.count('BatchExecuteStatement')).toBe(2);
  });

  it('tries alone what is throttled, whether all of a batch or some', async () => {
    const { gate, warnings, writeAll } = openTable(world);
    gate.between = async ({ operation, body }, send) => {
      if (operation !== 'BatchExecuteStatement') return send(body);
      const [, ...others] = JSON.parse(body).Statements;
      const { status, body: answer } = await send(JSON.stringify({ Statements: others }));
      const throttled = { Error: { Code: 'ThrottlingError', Message: 'Too much' }, TableName: TABLE };
      return { status, body: JSON.stringify({ Responses: [throttled, ...JSON.parse(answer).Responses] }) };
    };
    await put(world, { ...excluded('b', 7), writeId: 'other' });
    expect(await writeAll([live('a'), live('b', 3), live('c')], 'w')).toEqual([
      written(live('a')),
      { kind: 'lost-race' },
      written(live('c')),
    ]);
    expect(operations(gate).sort()).toEqual(['BatchExecuteStatement', 'GetItem', 'PutItem']);
    expect(warnings).toEqual([]);
  });

  it('writes others than an item that is too large', async () => {
    const large = live('large', 0, { head: { sequence: 1, hash: 'x'.repeat(410_000) } });
    const { gate, writeAll } = openTable(world);
    expect(await writeAll([live('a'), large, live('c')], 'w')).toEqual([
      written(live('a')),
      { kind: 'failed', error: expect.objectContaining({ name: 'ValidationException' }) },
      written(live('c')),
    ]);
    await writeAll([live('d'), live('e')], 'w');
    expect(gate.count('BatchExecuteStatement')).toBe(2);
  });

  it.each([
    ['AccessDeniedException', { __type: 'com.amazon.coral.service#AccessDeniedException', Message: 'no' }],
    ['UnknownOperationException', { __type: 'com.amazon.coral.service#UnknownOperationException' }],
    ['ValidationException', { __type: 'com.amazon.coral.validate#ValidationException', message: 'eh?' }],
    ['AccessDenied', 'AccessDenied'],
    ['ValidationError', 'ValidationError'],
  ])('writes one by one where statements are refused, and says so once (%s)', async (error, answer) => {
    const { gate, warnings, writeAll } = openTable(world);
    gate.between = async ({ operation, body }, send) => {
      if (operation !== 'BatchExecuteStatement') return send(body);
      if (typeof answer !== 'string') return { status: 400, body: JSON.stringify(answer) };
      const Responses = JSON.parse(body).Statements.map(() => ({ Error: { Code: answer } }));
      return { status: 200, body: JSON.stringify({ Responses }) };
    };
    const tasks = ids(30).map((taskId) => live(taskId));
    expect(await writeAll(tasks.slice(0, 25), 'w')).toEqual(tasks.slice(0, 25).map(written));
    expect(await writeAll(tasks.slice(25), 'w')).toEqual(tasks.slice(25).map(written));
    expect(operations(gate)).toEqual(['BatchExecuteStatement', ...Array(30).fill('PutItem')]);
    expect(await stored(world)).toHaveLength(30);
    expect(warnings).toEqual([['Items are written one by one: the database refuses statements', { error }]]);
  });

  it('fails for all where the database is out, and begins anew after that', async () => {
    const { gate, warnings, writeAll } = openTable(world);
    gate.on = () => 'unsent';
    const failed = { kind: 'failed', error: expect.objectContaining({ code: 'ECONNRESET' }) };
    expect(await writeAll([live('a'), live('b'), live('c')], 'w')).toEqual([failed, failed, failed]);
    expect(gate.count('BatchExecuteStatement')).toBe(3);
    expect(gate.count('PutItem')).toBe(9);
    gate.on = undefined;
    expect(await writeAll([live('a'), live('b')], 'w')).toEqual([written(live('a')), written(live('b'))]);
    expect(operations(gate).at(-1)).toBe('BatchExecuteStatement');
    expect(warnings).toEqual([]);
  });

  it('asks a database no longer that was too slow for one', async () => {
    const { gate, writeAll } = openTable(world);
    gate.between = async () => {
      throw Object.assign(new Error('too slow'), { name: 'TimeoutError' });
    };
    const tasks = ids(25).map((taskId) => live(taskId));
    const failed = { kind: 'failed', error: expect.objectContaining({ name: 'TimeoutError' }) };
    expect(await writeAll(tasks, 'w')).toEqual(tasks.map(() => failed));
    expect(gate.count('PutItem')).toBe(12);
  });

  it('is not held up by an item that no request comes through with', async () => {
    const { gate, writeAll } = openTable(world);
    gate.on = ({ body }) => (body.includes('{"S":"task3"}') ? 'unsent' : undefined);
    const tasks = ids(20).map((taskId) => live(taskId));
    const failed = { kind: 'failed', error: expect.objectContaining({ code: 'ECONNRESET' }) };
    expect(await writeAll(tasks, 'w')).toEqual(
      tasks.map((task) => (task.taskId === 'task3' ? failed : written(task))),
    );
  });

  it('tries each where none of the answers came', async () => {
    const { gate, writeAll } = openTable(world);
    gate.on = ({ operation }) => (operation === 'BatchExecuteStatement' ? 'lost' : undefined);
    const tasks = ids(20).map((taskId) => live(taskId));
    expect(await writeAll(tasks, 'w')).toEqual(tasks.map(written));
    expect(
      byId(
        await openTable(world)
          .readAll()
          .then(({ tasks }) => tasks),
      ),
    ).toEqual(byId(tasks.map(next)));
  });
});

import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taskTable } from '../../lib/aws/task-table.ts';
import { WHOLE } from '../../lib/domain/shards.ts';
import type { EndedTask, ExcludedTask } from '../../lib/domain/tracked.ts';
import { UnreadableItemError } from '../../lib/errors.ts';
import { liveTask, NOON } from '../support/builders.ts';
import { Gate } from '../support/gate.ts';
import { World } from '../support/world.ts';

const TABLE = 'ota-watch-dev-tasks';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

/** The table as a process of its own sees it. */
function table(options?: Parameters<typeof taskTable>[2]) {
  const gate = new Gate();
  return { gate, ...taskTable(world.clients(gate).dynamodb, TABLE, options) };
}

const put = (Item: Record<string, unknown>) =>
  world.dynamodb.send(new PutCommand({ TableName: TABLE, Item }));
const excluded = (version: number): ExcludedTask => ({ state: 'excluded', taskId: 'task1', version });

describe('write', () => {
  it('stores a new item, with its version and its writer', async () => {
    const task = liveTask({ version: 0 });
    expect(await table().write(task, 'a')).toEqual({ ...task, version: 1 });
    const keys = { shard: '0', place: '131ea712' };
    expect(await world.scan(TABLE)).toEqual([{ ...task, version: 1, writeId: 'a', ...keys }]);
  });

  it('replaces the item that was read', async () => {
    await table().write(liveTask({ version: 0 }), 'a');
    expect(await table().write(excluded(1), 'b')).toEqual(excluded(2));
    expect(await world.scan(TABLE)).toEqual([{ ...excluded(2), writeId: 'b' }]);
  });

  it.each([
    ['new, and stored by now', 0],
    ['older than what is stored', 1],
    ['newer than what is stored', 3],
  ])('leaves an item alone that is not the one that was read (%s)', async (_, version) => {
    const stored = { ...excluded(2), writeId: 'other' };
    await put(stored);
    expect(await table().write(liveTask({ version }), 'a')).toBeUndefined();
    expect(await world.scan(TABLE)).toEqual([stored]);
  });

  it('makes no item of one that was removed', async () => {
    expect(await table().write(excluded(2), 'a')).toBeUndefined();
    expect(await world.scan(TABLE)).toEqual([]);
  });

  it.each([0, 4])('knows itself when its answer was lost (version %i)', async (version) => {
    if (version > 0) await put({ ...excluded(version), writeId: 'earlier' });
    const { gate, write } = table();
    gate.on = ({ operation, attempt }) => (operation === 'PutItem' && attempt === 1 ? 'lost' : undefined);
    expect(await write(excluded(version), 'a')).toEqual(excluded(version + 1));
    expect(gate.requests.map(({ operation }) => operation)).toEqual(['PutItem', 'PutItem', 'GetItem']);
    expect(JSON.parse(gate.requests.at(-1)?.body ?? '')).toEqual({
      TableName: TABLE,
      Key: { taskId: { S: 'task1' } },
      ConsistentRead: true,
    });
  });

  it('takes the write of another for its own in no case', async () => {
    await put({ ...excluded(2), writeId: 'other' });
    expect(await table().write(excluded(1), 'a')).toBeUndefined();
    await put({ ...excluded(3), writeId: 'a' });
    expect(await table().write(excluded(1), 'a')).toBeUndefined();
  });

  it('passes on what else goes wrong', async () => {
    const { gate, write } = table();
    gate.on = () => 'unsent';
    await expect(write(excluded(0), 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(gate.count('GetItem')).toBe(0);
  });
});

describe('read', () => {
  it('is of one item, as it is now', async () => {
    await put({ ...excluded(2), writeId: 'a' });
    const { gate, read } = table();
    expect([await read('task1'), await read('task2')]).toEqual([excluded(2), undefined]);
    expect(gate.requests.map(({ body }) => JSON.parse(body).ConsistentRead)).toEqual([true, true]);
  });
});

describe('readAll', () => {
  it('is of every item, of the state of the poll, and of what cannot be understood', async () => {
    const ended: EndedTask = { state: 'ended', taskId: 'task2', version: 3, expiresAt: 1_800_000_000 };
    const { writePollState, write, readAll } = table();
    await writePollState(WHOLE, { watchingSince: NOON, resume: { turn: 2, hot: 'task7' } });
    await write(liveTask({ version: 0 }), 'a');
    await put({ ...ended });
    await put({ taskId: 'task3', version: 1, state: 'asleep' });
    const { tasks, ...rest } = await readAll();
    expect([...tasks].sort((a, b) => a.taskId.localeCompare(b.taskId))).toEqual([liveTask(), ended]);
    expect(rest).toEqual({
      pollState: { watchingSince: NOON, resume: { turn: 2, hot: 'task7' } },
      unreadable: [{ taskId: 'task3', error: expect.any(UnreadableItemError) }],
    });
  });

  it('is of an empty table nothing', async () => {
    expect(await table().readAll()).toEqual({ tasks: [], unreadable: [] });
  });

  it('is of more items than are on a page', async () => {
    const description = 'x'.repeat(300_000);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const taskId of ids) await put({ ...excluded(1), taskId, description });
    const { gate, readAll } = table();
    const { tasks } = await readAll();
    expect(tasks.map(({ taskId }) => taskId).sort()).toEqual(ids);
    expect(gate.count('Scan')).toBeGreaterThan(1);
  });

  it.each([
    [undefined, true],
    [{ isScanConsistent: false }, false],
  ])('is consistent unless it is for people (%j)', async (options, expected) => {
    const { gate, readAll } = table(options);
    await readAll();
    expect(JSON.parse(gate.requests[0]?.body ?? '').ConsistentRead).toBe(expected);
  });
});

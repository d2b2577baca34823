import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isIn, split, WHOLE } from '../../../lib/domain/shards.ts';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import { UnreadableItemError } from '../../../lib/errors.ts';
import { World } from '../../support/world.ts';
import {
  bodyOf,
  byId,
  ended,
  excluded,
  FOUR_QUERIES,
  garble,
  ids,
  live,
  openTable,
  operations,
  put,
  recorded,
  replay,
  requested,
  TABLE,
  tasksOf,
  writeElsewhere,
} from './scene.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

describe('readLive', () => {
  it('is of what is watched or asked for, as it is stored', async () => {
    const [watched, asked] = [
      await writeElsewhere(world, live('a')),
      await writeElsewhere(world, requested('b')),
    ];
    await writeElsewhere(world, ended('c'));
    await writeElsewhere(world, excluded('d'));
    const { gate, readLive } = openTable(world);
    expect(await tasksOf(readLive(WHOLE))).toEqual([...watched, ...asked]);
    expect(operations(gate)).toEqual([...FOUR_QUERIES, 'BatchGetItem']);
    expect(bodyOf(gate.requests.find(({ body }) => body.includes('{"S":"1"}')))).toEqual({
      TableName: TABLE,
      IndexName: 'live',
      KeyConditionExpression: '#shard = :shard AND #place BETWEEN :from AND :last',
      ProjectionExpression: '#taskId, #version, #writeId',
      ExpressionAttributeNames: {
        '#shard': 'shard',
        '#place': 'place',
        '#taskId': 'taskId',
        '#version': 'version',
        '#writeId': 'writeId',
      },
      ExpressionAttributeValues: {
        ':shard': { S: '1' },
        ':from': { S: '00000000' },
        ':last': { S: 'ffffffff' },
      },
    });
    expect(bodyOf(gate.requests.at(-1)).RequestItems[TABLE]).toMatchObject({ ConsistentRead: true });
  });

  it('is of an empty table nothing', async () => {
    const { gate, readLive } = openTable(world);
    expect(await readLive(WHOLE)).toEqual({ tasks: [], unreadable: [] });
    expect(operations(gate)).toEqual(FOUR_QUERIES);
  });

  it.each([
    [1, [4]],
    [2, [2, 2]],
    [4, [1, 1, 1, 1]],
    [6, [1, 2, 1, 1, 2, 1]],
    [16, Array(16).fill(1)],
  ])('is of a range: of %i ranges, each task in one', async (parts, queries) => {
    const stored = await writeElsewhere(world, ...ids(60).map((taskId) => live(taskId)));
    const found: TrackedTask[] = [];
    const counted: number[] = [];
    for (const range of split(parts)) {
      const { gate, readLive } = openTable(world);
      const tasks = await tasksOf(readLive(range));
      expect(tasks).toEqual(stored.filter(({ taskId }) => isIn(range, taskId)));
      found.push(...tasks);
      counted.push(gate.count('Query'));
    }
    expect(byId(found)).toEqual(stored);
    expect(counted).toEqual(queries);
  });

  it('reads 100 items a request, those that did not fit once more', async () => {
    const stored = await writeElsewhere(world, ...ids(150).map((taskId) => live(taskId)));
    const { gate, readLive } = openTable(world);
    gate.between = async ({ operation, body }, send) => {
      const keys = JSON.parse(body).RequestItems?.[TABLE].Keys ?? [];
      if (operation !== 'BatchGetItem' || keys.length <= 10) return send(body);
      const asked = { ...JSON.parse(body).RequestItems[TABLE] };
      const answer = await send(
        JSON.stringify({ RequestItems: { [TABLE]: { ...asked, Keys: keys.slice(10) } } }),
      );
      const left = { [TABLE]: { ...asked, Keys: keys.slice(0, 10) } };
      return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), UnprocessedKeys: left }) };
    };
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
    expect(gate.count('BatchGetItem')).toBe(4);
  });

  it('gives up where the database leaves out items again and again', async () => {
    await writeElsewhere(world, live('a'));
    const { gate, readLive } = openTable(world);
    gate.between = async ({ operation, body }, send) =>
      operation === 'BatchGetItem'
        ? {
            status: 200,
            body: JSON.stringify({ Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems }),
          }
        : send(body);
    await expect(readLive(WHOLE)).rejects.toMatchObject({ name: 'DatabaseBusyError' });
    expect(gate.count('BatchGetItem')).toBe(6);
  });

  it('reads many tasks of a table page by page, while that is worth it', async () => {
    const stored = await writeElsewhere(world, ...ids(250).map((taskId) => live(taskId)));
    const many = openTable(world);
    expect(await tasksOf(many.readLive(WHOLE))).toEqual(stored);
    expect(operations(many.gate)).toEqual([...FOUR_QUERIES, 'Scan']);
    expect(bodyOf(many.gate.requests.at(-1))).toEqual({ TableName: TABLE, ConsistentRead: true });

    const ofPart = openTable(world);
    await ofPart.readLive({ from: 0, to: WHOLE.to - 1 });
    expect(ofPart.gate.count('Scan')).toBe(0);
    expect(await tasksOf(many.readLive(WHOLE))).toEqual(stored);
    expect(many.gate.count('Scan')).toBe(1);
  });

  it('reads the tasks by themselves where pages are full of others', async () => {
    const stored = await writeElsewhere(world, ...ids(201).map((taskId) => live(taskId)));
    for (let index = 0; index < 12; index += 1)
      await put(world, { ...ended(`over${index}`, 1), padding: 'x'.repeat(390_000) });
    const { gate, readLive } = openTable(world);
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
    expect(gate.count('Scan')).toBeLessThan(5);
    expect(gate.count('BatchGetItem')).toBeGreaterThan(0);
  });

  it('reads nothing of more tasks than it may', async () => {
    await writeElsewhere(world, ...ids(7).map((taskId) => requested(taskId)));
    const { gate, readLive } = openTable(world);
    expect(await readLive(WHOLE, 6)).toEqual({ tooMany: 7 });
    expect(operations(gate)).toEqual(FOUR_QUERIES);
    expect(await readLive(WHOLE, 7)).toMatchObject({ tasks: { length: 7 } });
  });

  it('reports what it cannot understand, each time, and takes it for nothing else', async () => {
    const [good] = await writeElsewhere(world, live('good'));
    await garble(world, 'bad');
    const { readLive } = openTable(world);
    const unreadable = [{ taskId: 'bad', error: expect.any(UnreadableItemError) }];
    expect(await readLive(WHOLE)).toEqual({ tasks: [good], unreadable });
    expect(await readLive(WHOLE)).toEqual({ tasks: [good], unreadable });
  });

  it('reports what it could understand before, and cannot any more', async () => {
    await writeElsewhere(world, live('a'));
    const { readLive } = openTable(world);
    await readLive(WHOLE);
    await garble(world, 'a');
    await put(world, { ...(await world.scan(TABLE))[0], version: 2 });
    expect(await readLive(WHOLE)).toEqual({
      tasks: [],
      unreadable: [{ taskId: 'a', error: expect.any(UnreadableItemError) }],
    });
  });
});

describe('a process that has read tasks before', () => {
  it('reads none again that are as it knows them', async () => {
    const stored = await writeElsewhere(world, live('a'), live('b'), live('c'));
    const { gate, readLive } = openTable(world);
    await readLive(WHOLE);
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
    expect(operations(gate)).toEqual([...FOUR_QUERIES, 'BatchGetItem', ...FOUR_QUERIES]);
  });

  it('knows what it has written itself, alone or with others', async () => {
    const { gate, readLive, write: writeOne, writeAll } = openTable(world);
    await writeOne(live('a'), 'w');
    await writeAll([live('b'), requested('c'), live('d')], 'w');
    await writeAll([ended('b', 1), live('c', 1)], 'w');
    expect(await tasksOf(readLive(WHOLE))).toEqual([live('a', 1), live('c', 2), live('d', 1)]);
    expect(gate.count('BatchGetItem')).toBe(0);
  });

  it('reads again what another has written, and what another has made', async () => {
    const [a] = await writeElsewhere(world, live('a'));
    await writeElsewhere(world, live('b'), live('c'));
    const { gate, readLive } = openTable(world);
    await readLive(WHOLE);
    const changed = await writeElsewhere(
      world,
      live('b', 1, { recordedThrough: 7 }),
      ended('c', 1),
      requested('d'),
    );
    const before = gate.requests.length;
    expect(await tasksOf(readLive(WHOLE))).toEqual([a, changed[0], changed[2]]);
    const { Keys } = bodyOf(gate.requests.at(-1)).RequestItems[TABLE];
    expect(byId(Keys.map(({ taskId }: { taskId: { S: string } }) => ({ taskId: taskId.S })))).toEqual([
      { taskId: 'b' },
      { taskId: 'd' },
    ]);
    expect(gate.requests.length - before).toBe(5);
  });

  it('reads again what a restored table has of an earlier version', async () => {
    const [first] = await writeElsewhere(world, live('a'));
    const earlier = await world.scan(TABLE);
    await writeElsewhere(world, live('a', 1, { recordedThrough: 7 }));
    const { readLive } = openTable(world);
    await readLive(WHOLE);
    await put(world, ...earlier);
    expect(await tasksOf(readLive(WHOLE))).toEqual([first]);
  });

  it('reads again what another has written as the same version, after the table was restored', async () => {
    await writeElsewhere(world, live('a'));
    const earlier = await world.scan(TABLE);
    const { readLive, writeAll } = openTable(world);
    await readLive(WHOLE);
    await writeAll([live('a', 1, { recordedThrough: 7 })], 'w');
    await put(world, ...earlier);
    const stored = await writeElsewhere(world, live('a', 1, { recordedThrough: 8 }));
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
  });

  it('reads again what it lost a race for, and what it may have written', async () => {
    await writeElsewhere(world, live('a'), live('b'), live('c'));
    const { gate, readLive, write: writeOne, writeAll } = openTable(world);
    await readLive(WHOLE);
    const [a] = await writeElsewhere(world, live('a', 1, { recordedThrough: 7 }));
    // An index that does not show that yet.
    const queries = await recorded(gate, () => readLive(WHOLE));
    await writeElsewhere(world, live('b', 1, { recordedThrough: 8 }));
    replay(gate, queries);
    expect(await writeAll([live('a', 1), live('b', 1)], 'w')).toEqual([
      { kind: 'lost-race' },
      { kind: 'lost-race' },
    ]);
    gate.on = ({ operation }) => (operation === 'PutItem' ? 'lost' : undefined);
    await expect(writeOne(live('c', 1, { recordedThrough: 9 }), 'w')).rejects.toThrow();
    expect(await tasksOf(readLive(WHOLE))).toEqual([
      a,
      live('b', 2, { recordedThrough: 8 }),
      live('c', 2, { recordedThrough: 9 }),
    ]);
  });
});

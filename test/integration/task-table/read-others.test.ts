import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WHOLE } from '../../../lib/domain/shards.ts';
import { UnreadableItemError } from '../../../lib/errors.ts';
import { World } from '../../support/world.ts';
import {
  bodyOf,
  ended,
  excluded,
  ids,
  live,
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

describe('readOthers', () => {
  it('is of those that are stored, in the order in which they are asked for', async () => {
    await put(world, ended('a', 3), excluded('b', 1), ended('c', 2));
    const { gate, readOthers } = openTable(world);
    expect(await readOthers(['c', 'nothing', 'b', 'a'])).toEqual({
      tasks: [ended('c', 2), excluded('b', 1), ended('a', 3)],
      unreadable: [],
    });
    expect(operations(gate)).toEqual(['BatchGetItem']);
    expect(bodyOf(gate.requests[0]).RequestItems[TABLE].ConsistentRead).toBe(true);
  });

  it('asks for none of which it knows, and for each of which it does not', async () => {
    await put(world, ended('a', 3), excluded('b', 1));
    const { gate, readOthers, writeAll } = openTable(world);
    await readOthers(['a', 'b']);
    await writeAll([ended('c'), excluded('d')], 'w');
    const { length } = gate.requests;
    const { tasks } = await readOthers(['a', 'b', 'c', 'd']);
    expect(tasks).toEqual([ended('a', 3), excluded('b', 1), ended('c', 1), excluded('d', 1)]);
    expect(await readOthers([])).toEqual({ tasks: [], unreadable: [] });
    expect(gate.requests).toHaveLength(length);
    await readOthers(['a', 'nothing']);
    expect(bodyOf(gate.requests.at(-1)).RequestItems[TABLE].Keys).toEqual([{ taskId: { S: 'nothing' } }]);
  });

  it('reports what it cannot understand, each time', async () => {
    await put(world, { taskId: 'a', version: 1, state: 'asleep' });
    const { readOthers } = openTable(world);
    const unreadable = [{ taskId: 'a', error: expect.any(UnreadableItemError) }];
    expect(await readOthers(['a'])).toEqual({ tasks: [], unreadable });
    expect(await readOthers(['a'])).toEqual({ tasks: [], unreadable });
  });

  it('knows no longer as over what is watched again', async () => {
    await put(world, ended('a', 3));
    const { readOthers, readLive } = openTable(world);
    await readOthers(['a']);
    await openTable(world).write(requested('a', 3), 'other');
    expect(await readLive(WHOLE)).toEqual({ tasks: [requested('a', 4)], unreadable: [] });
    await openTable(world).write(excluded('a', 4), 'other');
    await readLive(WHOLE);
    expect(await readOthers(['a'])).toEqual({ tasks: [excluded('a', 5)], unreadable: [] });
  });

  it('asks again for a task that is over, and could not be written since it is gone', async () => {
    await put(world, ended('a', 3));
    const { readOthers, write } = openTable(world);
    await readOthers(['a']);
    await world.reset();
    expect(await readOthers(['a'])).toEqual({ tasks: [ended('a', 3)], unreadable: [] });
    expect(await write(live('a', 3), 'w')).toBeUndefined();
    expect(await readOthers(['a'])).toEqual({ tasks: [], unreadable: [] });
  });
});

/** Items as a version wrote them that knew of no index. */
const early = [live('a', 4), requested('b', 1), ended('c', 2), excluded('d', 3)];

describe('items that an earlier version wrote', () => {
  it('are found once they are all indexed, each written once', async () => {
    await put(
      world,
      ...early,
      { taskId: '#poll', watchingSince: 1 },
      { taskId: 'e', version: 1, state: 'live' },
    );
    const { gate, indexAll, readLive } = openTable(world);
    expect(await readLive(WHOLE)).toEqual({ tasks: [], unreadable: [] });
    expect(await indexAll('w')).toBe(true);
    expect(await indexAll('w')).toBe(true);
    expect(await stored(world)).toEqual([
      { taskId: '#poll', watchingSince: 1 },
      expect.objectContaining({ ...live('a', 5), writeId: 'w', place: expect.any(String) }),
      expect.objectContaining({ ...requested('b', 2), writeId: 'w', place: expect.any(String) }),
      ...early.slice(2),
      { taskId: 'e', version: 1, state: 'live' },
    ]);
    const { tasks } = await openTable(world)
      .readLive(WHOLE)
      .then((read) => ('tasks' in read ? read : { tasks: [] }));
    expect(tasks).toHaveLength(2);
    expect(gate.count('BatchExecuteStatement')).toBe(1);
  });

  it('are indexed beside other writers: what these made of them stays', async () => {
    await put(world, ...early);
    const { gate, indexAll } = openTable(world);
    gate.on = async ({ operation }) => {
      if (operation !== 'BatchExecuteStatement') return undefined;
      await openTable(world).writeAll([live('a', 4, { recordedThrough: 9 }), ended('b', 1)], 'other');
      return undefined;
    };
    // Whoever was faster may have been of an earlier version: another look says so.
    expect(await indexAll('w')).toBe(false);
    gate.on = undefined;
    expect(await indexAll('w')).toBe(true);
    expect((await stored(world)).map(({ taskId, writeId, version }) => [taskId, writeId, version])).toEqual([
      ['a', 'other', 5],
      ['b', 'other', 2],
      ['c', undefined, 2],
      ['d', undefined, 3],
    ]);
  });

  it('are not all indexed where one could not be written', async () => {
    await put(world, live('a', 4), live('b', 1));
    const { gate, indexAll } = openTable(world);
    gate.on = ({ operation, body }) =>
      operation === 'BatchExecuteStatement' || body.includes('"a"') ? 'unsent' : undefined;
    expect(await indexAll('w')).toBe(false);
    gate.on = undefined;
    expect(await indexAll('w')).toBe(true);
  });

  it('are indexed where they are met, since one version may follow the other any time', async () => {
    await put(world, ...early);
    const { readOthers, readLive } = openTable(world);
    const found = { tasks: [live('a', 5), requested('b', 2)], unreadable: [] };
    expect(await readOthers(['a', 'b'])).toEqual(found);
    expect(await readLive(WHOLE)).toEqual({ ...found, tasks: expect.arrayContaining(found.tasks) });

    await openTable(world).writeAll(
      ids(250).map((taskId) => live(taskId)),
      'other',
    );
    await put(world, live('late', 1));
    const another = openTable(world);
    expect(await another.readLive(WHOLE)).toMatchObject({ tasks: { length: 252 } });
    expect(await another.readLive(WHOLE)).toMatchObject({ tasks: { length: 253 } });
  });
});

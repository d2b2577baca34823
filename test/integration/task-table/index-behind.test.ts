import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WHOLE } from '../../../lib/domain/shards.ts';
import { UnreadableItemError } from '../../../lib/errors.ts';
import { rolloutHistory } from '../../support/history-rows.ts';
import { World } from '../../support/world.ts';
import {
  bodyOf,
  byId,
  ended,
  FOUR_QUERIES,
  garble,
  live,
  openTable,
  operations,
  recorded,
  replay,
  TABLE,
  tasksOf,
  writeElsewhere,
} from './scene.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

/** All places but the last one. */
const PART = { from: WHOLE.from, to: WHOLE.to - 1 };

describe('an index that is behind', () => {
  it('shows tasks of which the process knows more: they are read again, as they are', async () => {
    await writeElsewhere(world, live('a'), live('b'));
    const { gate, readLive, writeAll } = openTable(world);
    replay(gate, await recorded(gate, () => readLive(WHOLE)));
    await writeAll([live('a', 1, { recordedThrough: 5 }), ended('b', 1)], 'w');
    expect(await tasksOf(readLive(WHOLE))).toEqual([live('a', 2, { recordedThrough: 5 })]);
    expect(gate.count('BatchGetItem')).toBe(2);
    // It is known by now that one is over.
    expect(await tasksOf(readLive(WHOLE))).toEqual([live('a', 2, { recordedThrough: 5 })]);
  });

  it('does not show what another has written: a write of that is lost, and the next read has it', async () => {
    await writeElsewhere(world, live('a'));
    const { gate, readLive, writeAll } = openTable(world);
    replay(gate, await recorded(gate, () => readLive(WHOLE)));
    const stored = await writeElsewhere(world, live('a', 1, { recordedThrough: 5 }));
    expect(await tasksOf(readLive(WHOLE))).toEqual([live('a', 1)]);
    expect(await writeAll([live('a', 1, { recordedThrough: 6 })], 'w')).toEqual([{ kind: 'lost-race' }]);
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
  });

  it('does not show a new task, which is found by its id', async () => {
    const { gate, readLive, readOthers } = openTable(world);
    replay(gate, await recorded(gate, () => readLive(WHOLE)));
    const stored = await writeElsewhere(world, live('a'));
    expect(await tasksOf(readLive(WHOLE))).toEqual([]);
    expect(await tasksOf(readOthers(['a']))).toEqual(stored);
    gate.between = undefined;
    expect(await tasksOf(readLive(WHOLE))).toEqual(stored);
  });

  it('shows a task that is there no more: it is left out', async () => {
    await writeElsewhere(world, live('a'), live('b'));
    const { gate, readLive } = openTable(world);
    replay(gate, await recorded(gate, () => readLive(WHOLE)));
    await world.reset();
    const stored = await writeElsewhere(world, live('b', 0, { recordedThrough: 5 }));
    const another = openTable(world);
    another.gate.between = gate.between;
    expect(await tasksOf(another.readLive(WHOLE))).toEqual(stored);
  });
});

describe('a part of the tasks', () => {
  it('is read at half the price, as the index tells of it', async () => {
    const stored = await writeElsewhere(world, live('a'), live('b'));
    const { gate, readLive } = openTable(world);
    expect(await tasksOf(readLive(PART))).toEqual(stored);
    expect(operations(gate)).toEqual([...FOUR_QUERIES, 'BatchGetItem']);
    expect(bodyOf(gate.requests.at(-1)).RequestItems[TABLE]).toMatchObject({ ConsistentRead: false });
  });

  it('is read as it is now where that is behind the index', async () => {
    const [, b] = await writeElsewhere(world, live('a'), live('b'), live('c'));
    const reading = openTable(world);
    const old = await recorded(reading.gate, () => reading.readLive(PART), 'BatchGetItem');
    const [a] = await writeElsewhere(world, live('a', 1, { recordedThrough: 7 }), ended('c', 1));
    await garble(world, 'd');
    const { gate, readLive } = openTable(world);
    gate.between = async ({ operation, body }, send) => {
      const isBehind = operation === 'BatchGetItem' && !JSON.parse(body).RequestItems[TABLE].ConsistentRead;
      return isBehind ? ([...old.values()][0] ?? send(body)) : send(body);
    };
    const read = await readLive(PART);
    expect(read).toEqual({
      tasks: expect.any(Array),
      unreadable: [{ taskId: 'd', error: expect.any(UnreadableItemError) }],
    });
    expect('tasks' in read && byId(read.tasks)).toEqual([a, b]);
    expect(gate.count('BatchGetItem')).toBe(2);
  });

  it('is not read over what the process wrote since', async () => {
    await writeElsewhere(world, live('a'), live('b'));
    const { gate, readLive, writeAll } = openTable(world);
    const answers = await recorded(gate, () => readLive(PART));
    await writeAll([live('a', 1, { recordedThrough: 5 }), ended('b', 1)], 'w');
    replay(gate, answers);
    const before = gate.requests.length;
    expect(await tasksOf(readLive(PART))).toEqual([live('a', 2, { recordedThrough: 5 })]);
    const reads = gate.requests.slice(before).filter(({ operation }) => operation === 'BatchGetItem');
    expect(reads.map((read) => bodyOf(read).RequestItems[TABLE].ConsistentRead)).toEqual([true]);
  });

  it('is read as it is now where something is to be delivered', async () => {
    const [stored] = await writeElsewhere(world, live('a', 0, { outbox: rolloutHistory(1).slice(0, 1) }));
    const { gate, readLive } = openTable(world);
    expect(await tasksOf(readLive(PART))).toEqual([stored]);
    expect(gate.count('BatchGetItem')).toBe(2);
  });
});

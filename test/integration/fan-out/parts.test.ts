import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, NOON } from '../../support/builders.ts';
import { World } from '../../support/world.ts';
import { SharingPoll } from './sharing-poll.ts';

/** Looks that one function makes by itself. */
const ABOVE = 4;
/** Minutes after which a task that nobody has written since is watched anew, but for the notes. */
const LONG = 8;

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

function tasks(from: number, to: number): void {
  for (let index = from; index < to; index += 1)
    world.task(`task${index}`, { queued: 100 }, { createdAt: NOON - MINUTE });
}

function end(from: number, to: number): void {
  for (let index = from; index < to; index += 1)
    world.task(`task${index}`, { succeeded: 100 }, { status: 'COMPLETED', createdAt: NOON - MINUTE });
}

/** Polls once. @returns how many parts it was cut into */
async function pollOnce(sharing: SharingPoll): Promise<number> {
  world.now += MINUTE;
  const { shards } = await sharing.handOver();
  await sharing.takeOver();
  return shards;
}

/** The version of each item of tasks that nothing happens to. */
async function versions(): Promise<unknown[]> {
  const items = await world.scan('ota-watch-dev-tasks');
  return items
    .filter(({ taskId }) => ['task0', 'task1', 'task2'].includes(String(taskId)))
    .map(({ taskId, version }) => [taskId, version])
    .sort();
}

describe('what was watched', () => {
  it.each<[string, number, () => void, number[]]>([
    ['more parts, and still more', 10, () => tasks(10, 22), [4, 8, 16]],
    ['fewer parts', 22, () => end(6, 22), [8, 16, 2]],
    ['one poll in place of parts', 10, () => end(3, 10), [4, 0]],
    ['parts in place of one poll', 3, () => tasks(3, 10), [0, 4]],
  ])('is known where there are %s', async (_, start, change, expected) => {
    const sharing = new SharingPoll(world, { above: ABOVE });
    tasks(0, start);
    const parts: number[] = [];
    for (let poll = 0; poll < LONG; poll += 1) parts.push(await pollOnce(sharing));
    const before = await versions();
    change();
    for (let poll = 0; poll < LONG; poll += 1) parts.push(await pollOnce(sharing));
    expect([...new Set(parts)]).toEqual(expected);
    // Whoever does not know that a task was watched sets back its clocks, and writes it.
    expect(await versions()).toEqual(before);
  });
});

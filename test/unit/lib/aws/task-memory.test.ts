import { describe, expect, it } from 'vitest';
import { stampOf, TaskMemory } from '../../../../lib/aws/task-memory.ts';
import { isIn, split, WHOLE } from '../../../../lib/domain/shards.ts';
import type { EndedTask, RequestedTask } from '../../../../lib/domain/tracked.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `task${index}`);
const requested = (taskId: string): RequestedTask => ({ state: 'requested', taskId, version: 1 });
const ended = (taskId: string): EndedTask => ({ state: 'ended', taskId, version: 1, expiresAt: 1 });

function memoryOf(tasks: readonly (RequestedTask | EndedTask)[]): TaskMemory {
  const memory = new TaskMemory();
  for (const task of tasks) memory.remember(task, 's');
  return memory;
}

const [half = WHOLE] = split(2);

describe('what is remembered', () => {
  it('is a task in one state', () => {
    const memory = memoryOf([requested('a'), ended('a')]);
    expect([memory.live('a'), memory.other('a')]).toEqual([undefined, ended('a')]);
    memory.remember(requested('a'), 's');
    expect([memory.live('a'), memory.other('a')]).toEqual([requested('a'), undefined]);
    memory.forget('a');
    expect([memory.live('a'), memory.other('a')]).toEqual([undefined, undefined]);
  });

  it('is known by version and writer', () => {
    const memory = new TaskMemory();
    memory.remember(requested('a'), stampOf({ version: 1, writeId: 'w' }));
    const stamps = [
      { version: 1, writeId: 'w' },
      { version: 1, writeId: 'x' },
      { version: 2, writeId: 'w' },
      { version: 1 },
    ];
    expect(stamps.map((stamp) => memory.has('a', stampOf(stamp)))).toEqual([true, false, false, false]);
  });

  it.each([
    ['few: those of other ranges stay', 1_000, (taskId: string) => !isIn(half, taskId)],
    ['many: none stays that is not asked for', 10_001, () => false],
  ])('of live tasks is what is there (%s)', (_, count, stays) => {
    const memory = memoryOf(ids(count).map(requested));
    memory.retainLive(new Map([['task0', 's']]), half);
    expect(ids(count).filter((taskId) => memory.live(taskId) !== undefined)).toEqual(
      ids(count).filter((taskId) => taskId === 'task0' || stays(taskId)),
    );
  });

  it.each([
    [10_000, 10_000],
    [10_001, 1],
  ])('of %i other tasks is %i', (count, left) => {
    const memory = memoryOf(ids(count).map(ended));
    memory.retainOthers(['task7', 'unknown']);
    expect(ids(count).filter((taskId) => memory.other(taskId) !== undefined)).toHaveLength(left);
    expect(memory.other('task7')).toEqual(ended('task7'));
  });
});

import { expect, it } from 'vitest';
import type { Task } from '../../../../lib/api/generated/api.ts';
import { reuse } from '../../../../web/src/overview/reuse.ts';
import { counts } from '../../../support/builders.ts';

const aTask = (taskId: string, succeeded = 0): Task => ({
  taskId,
  state: 'live',
  status: 'IN_PROGRESS',
  counts: counts({ queued: 100 - succeeded, succeeded }),
  breaches: [],
  undelivered: 0,
});

it('keeps the objects of tasks that are as they were, in the new order', () => {
  const before = [aTask('a'), aTask('b'), aTask('c')];
  const after = [aTask('c'), aTask('b', 1), aTask('d'), aTask('a')];
  const reused = reuse(before, after);
  expect(reused).toEqual(after);
  expect(reused.map((task) => before.indexOf(task))).toEqual([2, -1, -1, 0]);
});

import type { Task } from '../../../lib/api/generated/api.ts';

/** The tasks of `after`; those that are as they were are the same objects as before, so that their rows are left alone. */
export function reuse(before: readonly Task[], after: readonly Task[]): Task[] {
  const known = new Map(before.map((task) => [task.taskId, task]));
  return after.map((task) => {
    const old = known.get(task.taskId);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(task) ? old : task;
  });
}

import type { LiveTask, TrackedTask } from './tracked.ts';

/**
 * Up to when live tasks were watched without a gap, in epoch milliseconds. One note for all of them, so that none has to be
 * written for no more than having been looked at.
 */
export interface Watched {
  readonly through: number;
  /** Tasks that have not been looked at since an earlier instant, by id. */
  readonly except: Readonly<Record<string, number>>;
}

/** More than these have to be noted in their own items. */
const MAX_EXCEPTIONS = 100;

/** A task that was looked at later than when it was last written. A look that failed is noted in the task. */
export function asWatched(task: LiveTask, watched: Watched | undefined): LiveTask {
  const { snapshot } = task;
  const { rules } = snapshot;
  const through = watchedThrough(task.taskId, watched);
  if (through === undefined || through <= rules.lastAt || rules.unreadAt !== undefined) return task;
  return { ...task, snapshot: { ...snapshot, rules: { ...rules, lastAt: through } } };
}

function watchedThrough(taskId: string, watched: Watched | undefined): number | undefined {
  return watched?.except[taskId] ?? watched?.through;
}

/**
 * What is noted after a poll.
 *
 * @param missed ids of the tasks that were to be looked at, and were not
 * @param now when the first look began
 * @returns undefined when more tasks were missed than can be noted
 */
export function watchedAfter(
  tasks: readonly TrackedTask[],
  missed: ReadonlySet<string>,
  before: Watched | undefined,
  now: number,
): Watched | undefined {
  if (missed.size > MAX_EXCEPTIONS) return undefined;
  const exceptions = tasks.flatMap((task) => {
    if (task.state !== 'live' || !missed.has(task.taskId)) return [];
    const { lastAt } = task.snapshot.rules;
    return [[task.taskId, Math.max(lastAt, watchedThrough(task.taskId, before) ?? lastAt)] as const];
  });
  return { through: now, except: Object.fromEntries(exceptions) };
}

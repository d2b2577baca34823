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

/** Of a task whose item cannot be read, the item itself says later. */
const UNKNOWN = 0;

/** More than these have to be noted in their own items. */
const MAX_EXCEPTIONS = 100;

/** What notes of parts of the tasks say of all of them; nothing where one is missing. */
export function watchedInAll(notes: readonly (Watched | undefined)[]): Watched | undefined {
  const [first, ...others] = notes;
  return others.reduce<Watched | undefined>((all, note) => {
    if (all === undefined || note === undefined) return undefined;
    return {
      through: Math.min(all.through, note.through),
      except: { ...all.except, ...note.except },
    };
  }, first);
}

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
 * @param missed ids of the tasks that were not looked at, though they were to be or might have been
 * @param now when the first look began
 * @returns undefined when more tasks were missed than can be noted, and the note before can stay
 */
export function watchedAfter(
  tasks: readonly TrackedTask[],
  missed: ReadonlySet<string>,
  before: Watched | undefined,
  now: number,
): Watched | undefined {
  // A note of later than now is of before the computer's clock stepped back: clocks of rules would be set back again and again.
  const isOfLater = before !== undefined && before.through > now;
  if (missed.size > MAX_EXCEPTIONS) return isOfLater ? { ...before, through: now } : undefined;
  const live = new Map(tasks.flatMap((task) => (task.state === 'live' ? [[task.taskId, task]] : [])));
  const exceptions = [...missed].map((taskId) => {
    const written = live.get(taskId)?.snapshot.rules.lastAt ?? UNKNOWN;
    return [taskId, Math.min(now, Math.max(written, watchedThrough(taskId, before) ?? written))] as const;
  });
  return { through: now, except: Object.fromEntries(exceptions) };
}

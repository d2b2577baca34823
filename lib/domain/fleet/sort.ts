import { executedThings, thingsIn } from '../counts.ts';
import { FAILURE_STATES } from '../rules/rule.ts';
import { type BreachView, rankOf } from './breaches.ts';
import type { TaskView } from './view.ts';

export type TaskSort = 'trouble' | 'taskId' | 'status' | 'since' | 'progress' | 'failed' | 'rate' | 'end';
export type TaskOrder = 'asc' | 'desc';

/** What a task is sorted by: compared value by value. Texts are compared by code unit. */
export type SortKey = readonly (string | number)[];

/** Where a task stands in a list; without `key` behind all that have one. Stable JSON: a cursor holds it. */
export interface Place {
  readonly key?: SortKey;
  readonly taskId: string;
}

/** The order that shows first what people look for. */
export const USUAL_ORDER: Readonly<Record<TaskSort, TaskOrder>> = {
  trouble: 'desc',
  taskId: 'asc',
  status: 'asc',
  since: 'asc',
  progress: 'desc',
  failed: 'desc',
  rate: 'desc',
  end: 'asc',
};

export function placeOf(view: TaskView, sort: TaskSort): Place {
  const key = KEYS[sort](view);
  return { ...(key !== undefined && { key }), taskId: view.taskId };
}

/** Tasks with the same key come by id, and those without one last: in either order. */
export function comparePlaces(a: Place, b: Place, order: TaskOrder): number {
  if (a.key === undefined || b.key === undefined)
    return Number(a.key === undefined) - Number(b.key === undefined) || compare(a.taskId, b.taskId);
  const byKey = compareKeys(a.key, b.key);
  return (order === 'asc' ? byKey : -byKey) || compare(a.taskId, b.taskId);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, value] of a.entries()) {
    const result = compare(value, b[index] ?? value);
    if (result !== 0) return result;
  }
  return 0;
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What a task is sorted by; undefined where it is not known. */
const KEYS: Readonly<Record<TaskSort, (view: TaskView) => SortKey | undefined>> = {
  trouble: troubleOf,
  taskId: ({ taskId }) => [taskId],
  status: ({ status }) => [status],
  since: ({ trackedSince }) => [trackedSince],
  progress: ({ percentComplete }) => known(percentComplete),
  failed: ({ counts }) => [thingsIn(FAILURE_STATES, counts)],
  rate: ({ ratePerMinute }) => known(ratePerMinute),
  end: ({ endedAt, estimatedEndAt }) => known(endedAt ?? estimatedEndAt),
};

const known = (value: string | number | undefined) => (value === undefined ? undefined : [value]);

/**
 * How much attention a task calls for; the greater value of two, from left to right, calls for more:
 *
 * 1. rank (1 to 4) of the worst open breach that is not muted, 0 without one
 * 2. rank of the worst that is muted, 0 without one
 * 3. 1 if the service does not answer for it
 * 4. things that failed, were rejected or timed out over things that received the task, from 0 to 1
 * 5. 1 if it is live
 * 6. its age: epoch milliseconds since when it is tracked, negated
 */
function troubleOf({ breaches, unreadableSince, counts, state, trackedSince }: TaskView): SortKey {
  return [
    worstRank(breaches.filter(({ muted }) => !muted)),
    worstRank(breaches.filter(({ muted }) => muted)),
    unreadableSince === undefined ? 0 : 1,
    thingsIn(FAILURE_STATES, counts) / Math.max(1, executedThings(counts)),
    state === 'live' ? 1 : 0,
    -Date.parse(trackedSince),
  ];
}

const worstRank = (breaches: readonly BreachView[]) =>
  Math.max(0, ...breaches.map(({ severity }) => rankOf(severity)));

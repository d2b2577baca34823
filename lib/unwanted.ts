import type { Look } from './domain/selection.ts';
import { isIn, type Range } from './domain/shards.ts';
import type { TaskSummary } from './domain/task.ts';

/** Tags may be added at any time: a task in progress that has not the right ones is read again this much later. */
const RECHECK_MS = 10 * 60_000;

interface Seen {
  readonly status: string;
  readonly lastUpdatedAt: string | undefined;
  readonly checkedAt: number;
}

/**
 * Remembers, from poll to poll in a warm function, which discovered tasks are none of those to be tracked, so that they are
 * not read in every poll. Forgetting costs one read a task.
 */
export class UnwantedTasks {
  #seen = new Map<string, Seen>();

  /** Whether a look is needless: the task was not wanted when it was read, and nothing points to a change. */
  has(look: Look, now: number): boolean {
    if (look.kind !== 'new' || look.reason !== 'discovered') return false;
    const seen = this.#seen.get(look.taskId);
    if (seen === undefined || seen.status !== look.listed?.status) return false;
    if (seen.status === 'IN_PROGRESS') return now - seen.checkedAt < RECHECK_MS;
    return seen.lastUpdatedAt === look.listed.lastUpdatedAt;
  }

  add(listed: TaskSummary, now: number): void {
    const { taskId, status, lastUpdatedAt } = listed;
    this.#seen.set(taskId, { status, lastUpdatedAt, checkedAt: now });
  }

  /** Forgets tasks that a complete list of those in a range no longer has. */
  retain(listed: ReadonlyMap<string, TaskSummary>, range: Range): void {
    const isThere = ([taskId]: [string, Seen]) => listed.has(taskId) || !isIn(range, taskId);
    this.#seen = new Map([...this.#seen].filter(isThere));
  }
}

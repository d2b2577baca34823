import { isIn, type Range } from '../domain/shards.ts';
import type { EndedTask, ExcludedTask, LiveTask, RequestedTask, TrackedTask } from '../domain/tracked.ts';

/** Tasks of each kind, before those that nobody asks for are forgotten. */
const MAX_TASKS = 10_000;

/** Names one write of an item: a restored table counts the same versions again, and others write them. */
export function stampOf({ version, writeId }: Readonly<Record<string, unknown>>): string {
  return `${version} ${writeId}`;
}

/**
 * Tasks as this process wrote or read them last. Whoever uses one writes it under its version, so that what another process
 * wrote since is noticed then.
 */
export class TaskMemory {
  readonly #live = new Map<string, { readonly task: LiveTask | RequestedTask; readonly stamp: string }>();
  readonly #others = new Map<string, EndedTask | ExcludedTask>();

  /** @param stamp of the write that made it */
  remember(task: TrackedTask, stamp: string): void {
    this.forget(task.taskId);
    if (task.state === 'live' || task.state === 'requested') this.#live.set(task.taskId, { task, stamp });
    else this.#others.set(task.taskId, task);
  }

  forget(taskId: string): void {
    this.#live.delete(taskId);
    this.#others.delete(taskId);
  }

  live(taskId: string): LiveTask | RequestedTask | undefined {
    return this.#live.get(taskId)?.task;
  }

  /** Whether a live task is known as a write made it. */
  has(taskId: string, stamp: string): boolean {
    return this.#live.get(taskId)?.stamp === stamp;
  }

  other(taskId: string): EndedTask | ExcludedTask | undefined {
    return this.#others.get(taskId);
  }

  /** Forgets the live tasks of a range that are none of these, and of other ranges where there are too many. */
  retainLive(taskIds: ReadonlyMap<string, unknown>, range: Range): void {
    const isFull = this.#live.size > MAX_TASKS;
    for (const taskId of this.#live.keys())
      if (!taskIds.has(taskId) && (isFull || isIn(range, taskId))) this.#live.delete(taskId);
  }

  /** Forgets tasks that are not live and none of these, where there are too many. */
  retainOthers(taskIds: readonly string[]): void {
    if (this.#others.size <= MAX_TASKS) return;
    const kept = new Set(taskIds);
    for (const taskId of this.#others.keys()) if (!kept.has(taskId)) this.#others.delete(taskId);
  }
}

import type { LastSeen } from './domain/last-seen.ts';
import { isIn, type Range } from './domain/shards.ts';

/** Remembers last looks from poll to poll, in a warm function. Forgetting costs one look a task. */
export class LookMemory {
  readonly #seen = new Map<string, LastSeen>();

  /** By task id. */
  get seen(): ReadonlyMap<string, LastSeen> {
    return this.#seen;
  }

  /** @param last undefined for a task of which nothing is to be remembered any more */
  note(taskId: string, last: LastSeen | undefined): void {
    if (last === undefined) this.#seen.delete(taskId);
    else this.#seen.set(taskId, last);
  }

  /** Forgets tasks of a range that are not watched any more. */
  retain(taskIds: ReadonlySet<string>, range: Range): void {
    for (const taskId of this.#seen.keys())
      if (!taskIds.has(taskId) && isIn(range, taskId)) this.#seen.delete(taskId);
  }
}

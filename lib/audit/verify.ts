import pMap from 'p-map';
import type { HistoryPages } from '../api/ports.ts';
import { describeError } from '../errors.ts';
import { isPollState, type StoredRow } from '../ports.ts';
import type { TaskFindings } from './finding.ts';
import { PartReader } from './part-reader.ts';
import { type Start, TaskCheck, type TaskCheckDeps } from './task-check.ts';
import type { Keeping } from './trail.ts';

/** What is checked: these tasks or, where none is named, all; all of their rows or those observed since (epoch milliseconds). */
export interface Selection {
  readonly taskIds: readonly string[];
  readonly since?: number;
}

export interface VerifyDeps extends Omit<TaskCheckDeps, 'keeping' | 'since'> {
  /** Told of each task once it is checked. */
  readonly onTask: (task: TaskFindings) => void;
}

/** Parts of the table, or tasks, that are read at the same time. */
const CONCURRENCY = 8;
const DAY_MS = 86_400_000;

/**
 * Checks the history: the hash chain of each task as the API's audit does, whether the poll knows its end, and whether its rows
 * are those that events told of. Rows that are recorded meanwhile are no findings.
 *
 * @returns what kept the check as a whole from being complete, a sentence each
 */
export async function verifyHistory(selection: Selection, deps: VerifyDeps): Promise<readonly string[]> {
  const verification = new Verification(selection, deps);
  await verification.run();
  return verification.unchecked;
}

class Verification {
  readonly unchecked: string[] = [];
  readonly #selection: Selection;
  readonly #deps: VerifyDeps;
  readonly #keeping: Keeping = { isWhole: false };
  readonly #done = new Set<string>();

  constructor(selection: Selection, deps: VerifyDeps) {
    this.#selection = selection;
    this.#deps = deps;
  }

  async run(): Promise<void> {
    const { taskIds, since } = this.#selection;
    if (taskIds.length > 0) return this.#tasks(taskIds, await this.#firstRows());
    if (since === undefined) await this.#table();
    const firstRows = await this.#firstRows();
    await this.#tasks([...firstRows.keys(), ...(await this.#known())], firstRows);
  }

  /** Every row of the table. */
  async #table(): Promise<void> {
    const parts = this.#deps.history.parts(CONCURRENCY);
    await Promise.all(parts.map((pages) => this.#attempt('A part of the history', () => this.#part(pages))));
    this.#keeping.isWhole = this.unchecked.length === 0;
  }

  async #part(pages: AsyncIterable<readonly StoredRow[]>): Promise<void> {
    const reader = new PartReader(pages);
    for (let taskId = await reader.next(); taskId !== undefined; taskId = await reader.next()) {
      if (this.#done.has(taskId)) continue;
      this.#done.add(taskId);
      const found = await this.#check({ taskId }, pagesOf(reader, this.#deps.history));
      // Nobody promises that a table is read in the order of its rows: those of one task are.
      const isClear = found !== undefined && found.findings.length + found.unchecked.length === 0;
      if (isClear) this.#deps.onTask(found);
      else await this.#one({ taskId });
    }
  }

  /** Tasks of which the poll or the events know: rows may be missing of those, all of them even. */
  async #known(): Promise<readonly string[]> {
    const ids = [...(this.#deps.witness?.taskIds ?? [])];
    await this.#attempt('The tasks table', async () => {
      const { tasks, unreadable } = await this.#deps.tasks.readAll();
      const known = [...tasks, ...unreadable].map(({ taskId }) => taskId);
      ids.push(...known.filter((taskId) => !isPollState(taskId)));
    });
    return ids;
  }

  /** Where the rows begin that are of interest, of each task that has any; none where all rows are. */
  async #firstRows(): Promise<ReadonlyMap<string, number>> {
    const { since } = this.#selection;
    const first = new Map<string, number>();
    if (since === undefined) return first;
    await this.#attempt('The index by day', async () => {
      // Rows that say to be of tomorrow may have been changed.
      for await (const rows of this.#deps.history.rowsBetween(since, this.#deps.now() + DAY_MS))
        for (const { taskId, sequence } of rows) {
          const id = String(taskId);
          first.set(id, Math.min(Number(sequence), first.get(id) ?? Number.POSITIVE_INFINITY));
        }
    });
    return first;
  }

  async #tasks(taskIds: readonly string[], firstRows: ReadonlyMap<string, number>): Promise<void> {
    const left = [...new Set(taskIds)].filter((taskId) => !this.#done.has(taskId));
    const isPart = this.#selection.since !== undefined;
    await pMap(
      left,
      (taskId) =>
        this.#one({ taskId, ...(isPart && { from: firstRows.get(taskId) ?? Number.MAX_SAFE_INTEGER }) }),
      { concurrency: CONCURRENCY },
    );
  }

  async #one(start: Start): Promise<void> {
    const found = await this.#check(start, this.#deps.history.every);
    if (found !== undefined) this.#deps.onTask(found);
    else if (this.#selection.taskIds.length > 0)
      this.unchecked.push(`Nothing is known of task ${start.taskId}`);
  }

  #check(start: Start, every: HistoryPages['every']): Promise<TaskFindings | undefined> {
    const { since = Number.NEGATIVE_INFINITY } = this.#selection;
    return new TaskCheck({ ...this.#deps, keeping: this.#keeping, since }, start).run(every);
  }

  async #attempt(what: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.unchecked.push(`${what} could not be read: ${describeError(error)}`);
    }
  }
}

/** The rows of the task at which a reader is, then those that have come since. */
function pagesOf(reader: PartReader, { every }: Pick<HistoryPages, 'every'>): HistoryPages['every'] {
  let isThrough = false;
  return async (taskId, limit, after) => {
    if (isThrough) return every(taskId, limit, after);
    const rows = await reader.rows();
    isThrough = rows === undefined;
    return { rows: rows ?? [], isLast: isThrough };
  };
}

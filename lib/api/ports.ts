import type { DetailType } from '../domain/events.ts';
import type { Severity } from '../domain/rules/rule.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import type { StoredRow, StoredTasks } from '../ports.ts';

export type Order = 'asc' | 'desc';

/** Which rows are looked for. Instants are ISO 8601, UTC, milliseconds, as rows have them. */
export interface RowFilter {
  /** Observed at or after it. */
  readonly from?: string;
  /** Observed before it. */
  readonly to?: string;
  /** Any of these types. */
  readonly types?: readonly DetailType[];
  /** Breaches and recoveries of any of these severities. */
  readonly severities?: readonly Severity[];
}

/** Where a search stands: what it needs to go on, and nothing that a caller may choose. JSON. */
export type Position = Readonly<Record<string, unknown>>;

export interface RowPage {
  readonly rows: readonly StoredRow[];
  /** Where to go on; left out at the end. */
  readonly next?: Position;
  /** With `next`: the time up to which the search has come. */
  readonly searchedThrough?: string;
}

export interface PageRequest {
  readonly filter: RowFilter;
  readonly order: Order;
  /** At most so many rows. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: Position;
}

/** The history, page by page. A page may be short, even empty, and have a next one: it reads a bounded part of the table. */
export interface HistoryPages {
  /** Rows of one task, by sequence. */
  ofTask(taskId: string, request: PageRequest): Promise<RowPage>;
  /** Rows of all tasks, by time. */
  byTime(request: PageRequest): Promise<RowPage>;
  /**
   * What there is under a task's id, by sequence, places included that no event has.
   *
   * @param limit at most so many rows
   * @param after the sequence behind which to begin
   * @returns `through`, the sequence at which a next page goes on, where a number would round it: as text
   */
  every(
    taskId: string,
    limit: number,
    after?: number | string,
  ): Promise<{ readonly rows: readonly StoredRow[]; readonly isLast: boolean; readonly through?: string }>;
  /** Rows of a task at the given sequences, in order; those that are not there, or not yet, are left out. */
  at(taskId: string, sequences: readonly number[]): Promise<readonly StoredRow[]>;
  /** The first or the last row of a task; undefined where it has none. */
  first(taskId: string): Promise<StoredRow | undefined>;
  last(taskId: string): Promise<StoredRow | undefined>;
}

/** The `tasks` table, for people who look at it. */
export interface Fleet {
  /** Every item, at most a few seconds old. */
  all(): Promise<StoredTasks>;
  /** One item, strongly consistent; undefined where there is none. */
  one(taskId: string): Promise<TrackedTask | undefined>;
}

/** When polls end well. */
export interface Heartbeat {
  /** Epoch milliseconds of the last poll that ended well, to the minute; undefined where none did of late. */
  last(): Promise<number | undefined>;
}

import type { HistoryPages } from '../api/ports.ts';
import type { StoredRow } from '../ports.ts';

/** The history, for whoever checks all of it. */
export interface AuditedHistory extends Pick<HistoryPages, 'every'> {
  /**
   * The whole table in so many parts, page by page. A task is in one part, its rows follow each other, by sequence: so DynamoDB
   * stores them, though it does not promise to hand them over so.
   */
  parts(count: number): readonly AsyncIterable<readonly StoredRow[]>[];
  /** Pages of rows of all tasks that say that they were observed at or after `from` and before `to` (epoch milliseconds). */
  rowsBetween(from: number, to: number): AsyncIterable<readonly StoredRow[]>;
  /** The last row of a task before a sequence, of all where none is given; undefined where there is none. */
  before(taskId: string, sequence?: number): Promise<StoredRow | undefined>;
}

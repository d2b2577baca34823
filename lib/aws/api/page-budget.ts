import type { StoredRow } from '../../ports.ts';
import type { RowAnswer } from './row-query.ts';

/** What one page may cost. Most reads are small: they grow only while a filter lets little through. */
const MAX_READS = 64;
const MAX_SCANNED = 5_000;
/** A page that may not end yet, because its rows are of one instant, goes on with reads of a sensible size. */
const MIN_READ = 500;
/** An answer of a Lambda function holds 6 MB at most (AWS Lambda developer guide, quotas). */
const MAX_BYTES = 3_000_000;

/** Counts what a page has cost. */
export class PageBudget {
  #reads = 0;
  #scanned = 0;
  #bytes = 0;

  spend({ rows, scanned }: Pick<RowAnswer, 'rows' | 'scanned'>): void {
    this.#reads += 1;
    this.#scanned += scanned;
    for (const row of rows) this.#bytes += bytesOf(row);
  }

  /**
   * How many rows to read at once: those that are missing, and twice as many each time that was not enough.
   *
   * @param reads so far
   */
  readSize(missing: number, reads: number): number {
    return Math.min(missing * 2 ** reads, Math.max(MIN_READ, MAX_SCANNED - this.#scanned));
  }

  get isSpent(): boolean {
    return this.#reads >= MAX_READS || this.#scanned >= MAX_SCANNED || this.#bytes >= MAX_BYTES;
  }
}

/** How many of the rows a page takes, from the first: at least one, at most `limit`, and no more than an answer holds. */
export function fitting(rows: readonly StoredRow[], limit: number): number {
  let bytes = 0;
  const tooMany = rows.findIndex((row, index) => {
    bytes += bytesOf(row);
    return index > 0 && (index >= limit || bytes > MAX_BYTES);
  });
  return tooMany === -1 ? rows.length : tooMany;
}

const bytesOf = (row: StoredRow) => Buffer.byteLength(JSON.stringify(row));

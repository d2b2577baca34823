import { canonicalJson } from '../canonical-hash.ts';
import type { StoredRow } from '../ports.ts';
import { csvOf } from './csv.ts';
import type { ExportHistoryQuery } from './generated/api.ts';
import { findRows } from './history.ts';
import type { HistoryPages, Position } from './ports.ts';

export interface ExportDeps {
  readonly history: Pick<HistoryPages, 'ofTask' | 'byTime'>;
  /** False once time is short: the part ends. */
  readonly mayGoOn: () => boolean;
}

/** A part of an export. The parts, one after the other, are the file. */
export interface ExportPart {
  readonly body: string;
  readonly contentType: string;
  readonly fileName: string;
  /** Where the next part begins; left out on the last one. */
  readonly next?: Position;
}

const ROWS_AT_ONCE = 500;
/** An answer of a Lambda function holds 6 MB at most (AWS Lambda developer guide, quotas), encoded. */
const MAX_PART_BYTES = 4_000_000;

const FORMATS = {
  csv: { contentType: 'text/csv; charset=utf-8', extension: 'csv', format: csvOf },
  jsonl: { contentType: 'application/jsonl; charset=utf-8', extension: 'jsonl', format: jsonLinesOf },
};

/**
 * The rows that a query finds, as many as a part holds: as CSV, the column names at the beginning of the first part, or as JSON
 * Lines, each row as it is stored in canonical JSON (RFC 8785), of which its hash is made.
 *
 * @throws BadCursorError
 */
export async function exportPart(
  query: Omit<ExportHistoryQuery, 'cursor'>,
  after: Position | undefined,
  { history, mayGoOn }: ExportDeps,
): Promise<ExportPart> {
  const { contentType, extension, format } = FORMATS[query.format];
  const texts: string[] = [];
  let bytes = 0;
  let place = after;
  do {
    const { rows, next } = await findRows(query, ROWS_AT_ONCE, place, history);
    const text = format(rows, place === undefined);
    bytes += Buffer.byteLength(text);
    // The next part reads the rows again that do not fit into this one.
    if (bytes > MAX_PART_BYTES && texts.length > 0) break;
    texts.push(text);
    place = next;
  } while (place !== undefined && mayGoOn());
  return {
    body: texts.join(''),
    contentType,
    fileName: `ota-watch-${query.taskId ?? 'history'}.${extension}`,
    ...(place && { next: place }),
  };
}

function jsonLinesOf(rows: readonly StoredRow[]): string {
  return rows.map((row) => `${canonicalJson(row)}\n`).join('');
}

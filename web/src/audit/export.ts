import type { Query } from '../query.ts';
import { type Wait, withRetries } from './retry.ts';

export type Format = 'csv' | 'jsonl';

/** Where a file goes, part by part. */
export interface Sink {
  write(part: string): Promise<void>;
  /** The file is whole. */
  close(): Promise<void>;
  /** There will be no file. */
  abort(): Promise<void>;
}

export interface ExportDeps {
  readonly read: (
    query: Query,
    signal: AbortSignal,
  ) => Promise<{ readonly text: string; readonly next?: string }>;
  readonly wait: Wait;
}

/** The file cannot be written: what there is of it is of no use. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

/** How far an export has come. */
export interface Progress {
  readonly parts: number;
  /** Of the history; the line of column names is none. */
  readonly rows: number;
  /** In UTF-8. */
  readonly bytes: number;
  /** Of the next part; left out before the first one and after the last one. */
  readonly cursor?: string;
}

export const NOTHING_YET: Progress = { parts: 0, rows: 0, bytes: 0 };

/**
 * Reads the parts of a file, one after the other, into the sink, from where an earlier attempt has come. Tells each part.
 *
 * @throws {SinkError}
 * @throws what reading throws, after some tries; then it can go on from the last progress that it told
 */
export async function exportParts(
  { format, query, from }: { readonly format: Format; readonly query: Query; readonly from: Progress },
  sink: Sink,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
  { read, wait }: ExportDeps,
): Promise<void> {
  let progress = from;
  do {
    const { cursor } = progress;
    const attempt = () => read({ format, ...query, cursor }, signal);
    const { text, next } = await withRetries(attempt, { wait, signal });
    await written(sink.write(text));
    progress = {
      parts: progress.parts + 1,
      rows: progress.rows + rowsIn(text, format, progress.parts === 0),
      bytes: progress.bytes + utf8.encode(text).byteLength,
      ...(next !== undefined && { cursor: next }),
    };
    tell(progress);
  } while (progress.cursor !== undefined);
  await written(sink.close());
}

async function written(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (cause) {
    throw new SinkError('The file cannot be written', { cause });
  }
}

const utf8 = new TextEncoder();

/** Rows in a part. A line end within quotes, in CSV, is one of the text; in JSON Lines, line ends are escaped. */
export function rowsIn(text: string, format: Format, isFirstPart: boolean): number {
  const records = format === 'csv' ? csvRecords(text) : text.split('\n').filter(Boolean).length;
  const names = format === 'csv' && isFirstPart ? 1 : 0;
  return Math.max(0, records - names);
}

function csvRecords(text: string): number {
  let records = 0;
  let quoted = false;
  for (const [mark] of text.matchAll(/["\n]/g)) {
    if (mark === '"') quoted = !quoted;
    else if (!quoted) records += 1;
  }
  return text === '' || text.endsWith('\n') ? records : records + 1;
}

/** What the file is called: by the time at which it was asked for, in UTC. */
export function fileName(format: Format, now: number): string {
  return `ota-watch-history-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}Z.${format}`;
}

import type { Hash, Head } from './chain.ts';
import type { HistoryRow } from './events.ts';
import type { TrackedTask } from './tracked.ts';

export interface ChainProblem {
  /** Of the row at which it was found. */
  readonly sequence: number;
  /**
   * `hash`: the row is not what was hashed; `link`: it does not continue the row before it; `gap`: rows are missing before it;
   * `identity`: it is another event than its place says; `head`: the history ends elsewhere than the poll knows.
   */
  readonly kind: 'hash' | 'link' | 'gap' | 'identity' | 'head';
  /** For people. */
  readonly message: string;
}

/** The last row that was checked. */
export interface CheckedRow {
  readonly sequence: number;
  /** Where the rows begin that follow each other up to it: the first one, or after those that have expired. */
  readonly firstSequence: number;
  /** As the row says. */
  readonly hash: string;
  /** Whether its time was up: rows behind it may be gone for the same reason. */
  readonly hasExpired: boolean;
}

/** What is known of a chain after some of its rows. */
export interface CheckedChain {
  readonly rows: number;
  readonly last?: CheckedRow;
}

export const NOTHING_CHECKED: CheckedChain = { rows: 0 };

export interface ChainCheckContext {
  readonly taskId: string;
  readonly hash: Hash;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A row as it is stored, of any version. */
type Row = Readonly<Record<string, unknown>>;

/** Checks the rows of one task one by one, in the order of their sequences. */
export function checkRow(
  before: CheckedChain,
  row: Row,
  { taskId, hash, now }: ChainCheckContext,
): { readonly chain: CheckedChain; readonly problems: readonly ChainProblem[] } {
  const sequence = Number(row.sequence);
  const goesOn = before.last !== undefined && !isExpiredGap(before.last, sequence);
  const problems = [
    ...(goesOn ? checkLink(before.last, row, sequence) : checkBeginning(before.last, row, sequence)),
    ...checkIdentity(taskId, row, sequence),
    ...checkHash(row, sequence, hash),
  ];
  const last = {
    sequence,
    firstSequence: goesOn ? before.last.firstSequence : sequence,
    hash: String(row.hash),
    hasExpired: typeof row.expiresAt === 'number' && row.expiresAt * 1000 <= now,
  };
  return { chain: { rows: before.rows + 1, last }, problems };
}

/** DynamoDB removes rows whose time is up within days, and in no order: some that come later may go first. */
function isExpiredGap(last: CheckedRow, sequence: number): boolean {
  return last.hasExpired && sequence > last.sequence + 1;
}

/** Rows are kept for good unless they say otherwise, so that none may be missing before one that does not. */
function checkBeginning(
  last: CheckedRow | undefined,
  { previousHash, expiresAt }: Row,
  sequence: number,
): ChainProblem[] {
  const expected = (last?.sequence ?? 0) + 1;
  if (sequence === expected) {
    if (previousHash === undefined) return [];
    return [{ sequence, kind: 'link', message: 'The first row names one before it.' }];
  }
  return [
    expiresAt === undefined && {
      sequence,
      kind: 'gap' as const,
      message: `${missing(expected, sequence)}, and row ${sequence} is kept for good.`,
    },
    typeof previousHash !== 'string' && {
      sequence,
      kind: 'link' as const,
      message: `Row ${sequence} names no row before it.`,
    },
  ].filter((problem) => problem !== false);
}

function checkLink(last: CheckedRow, row: Row, sequence: number): ChainProblem[] {
  const expected = last.sequence + 1;
  if (sequence !== expected) return [{ sequence, kind: 'gap', message: `${missing(expected, sequence)}.` }];
  if (row.previousHash === last.hash) return [];
  return [{ sequence, kind: 'link', message: `Row ${sequence} does not continue row ${expected - 1}.` }];
}

function missing(from: number, before: number): string {
  return from === before - 1 ? `Row ${from} is missing` : `Rows ${from} to ${before - 1} are missing`;
}

function checkIdentity(taskId: string, row: Row, sequence: number): ChainProblem[] {
  const { eventId, observedAt, day } = row;
  const isDayRight = typeof observedAt === 'string' && day === observedAt.slice(0, 10);
  return [
    row.taskId !== taskId && `Row ${sequence} is of another task.`,
    eventId !== `${taskId}:${sequence}` && `Row ${sequence} has the id of another event.`,
    !isDayRight && `Row ${sequence} is filed under another day than that of its observation.`,
  ]
    .filter((message) => message !== false)
    .map((message) => ({ sequence, kind: 'identity', message }));
}

function checkHash({ hash: stated, ...content }: Row, sequence: number, hash: Hash): ChainProblem[] {
  if (stated === hash(content)) return [];
  return [{ sequence, kind: 'hash', message: `Row ${sequence} is not what it was when it was written.` }];
}

/**
 * - `known`: the rows end where the poll knows their end
 * - `unknown`: the poll does not know it, or does not know it any more
 * - `behind`: rows were recorded that have not been checked
 */
export type ChainEnd =
  | { readonly kind: 'known'; readonly problems: readonly ChainProblem[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'behind'; readonly recordedThrough: number };

/**
 * Compares the end of a chain with what the poll knows. Rows are in the task's item before they are in the history, so that an
 * item that is read after all rows knows each of them.
 *
 * @param task as it was read after the last row; undefined where there is none, or none that this version understands
 */
export function checkEnd({ rows, last }: CheckedChain, task: TrackedTask | undefined): ChainEnd {
  if (task?.head === undefined) return rows === 0 && task !== undefined ? KNOWN : { kind: 'unknown' };
  const { sequence = 0, hash } = last ?? {};
  const { recordedThrough, outbox } =
    task.state === 'live' ? task : { recordedThrough: task.head.sequence, outbox: [] };
  if (sequence < recordedThrough) return { kind: 'behind', recordedThrough };
  if (sequence > task.head.sequence)
    return headProblem(sequence, `The poll knows no row after ${task.head.sequence}.`);
  const expected = hashAt(sequence, task.head, outbox);
  if (expected === undefined || expected === hash) return KNOWN;
  return headProblem(sequence, `Row ${sequence} is not the one that the poll has recorded.`);
}

const KNOWN: ChainEnd = { kind: 'known', problems: [] };

/** Hash of a row by what the poll knows: of the last one, and of the one before each that is on its way. */
function hashAt(sequence: number, head: Head, outbox: readonly HistoryRow[]): string | undefined {
  if (sequence === head.sequence) return head.hash;
  return outbox.find((row) => row.sequence === sequence + 1)?.previousHash;
}

function headProblem(sequence: number, message: string): ChainEnd {
  return { kind: 'known', problems: [{ sequence, kind: 'head', message }] };
}

/**
 * The rows that were recorded are not there, and have not come either. That they have expired is no excuse: whoever removes the
 * end of a history could write into the row before it that its time was up.
 */
export function missingEnd({ last }: CheckedChain, recordedThrough: number): ChainProblem {
  const { sequence, hasExpired } = last ?? { sequence: 0, hasExpired: true };
  const excuse = hasExpired ? ', unless expired' : '';
  return {
    sequence,
    kind: 'head',
    message: `${missing(sequence + 1, recordedThrough + 1)}, which the poll has recorded${excuse}.`,
  };
}

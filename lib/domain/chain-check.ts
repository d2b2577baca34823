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

/** What a check finds: what nobody but a forger does, and what the time that rows are kept may have done as well. */
export interface Findings {
  readonly broken: readonly ChainProblem[];
  readonly expired: readonly ChainProblem[];
}

/** What later rows, and the end, are held against. Instants and durations are milliseconds, left out where a row does not tell. */
export interface CheckedRow {
  readonly sequence: number;
  readonly observedAt?: number;
  /** How long the row is kept; left out for ever. */
  readonly keptFor?: number;
}

/** The first of the rows that follow each other. */
export interface FirstRow extends CheckedRow {
  readonly startsTracking: boolean;
}

export interface LastRow extends CheckedRow {
  /** As the row says. */
  readonly hash: string;
  /** Whether nothing but notes on its delivery is to come. */
  readonly endsTracking: boolean;
}

/** Rows that are not there: from one sequence on, before the other. */
export type Missing = readonly [from: number, before: number];

/** What is known of a chain after some of its rows. */
export interface CheckedChain {
  readonly rows: number;
  /** Where the rows begin that follow each other up to the last one: the first of all, or behind those that have expired. */
  readonly first?: FirstRow;
  readonly last?: LastRow;
  /** Between first and last, rows that may have expired: so many as anybody reads. */
  readonly missing: readonly Missing[];
}

export const NOTHING_CHECKED: CheckedChain = { rows: 0, missing: [] };

export interface ChainCheckContext {
  readonly taskId: string;
  readonly hash: Hash;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A row as it is stored, of any version. */
type Row = Readonly<Record<string, unknown>>;

const MAX_MISSING = 50;
/** Rows are kept for a day at least (`historyRetentionDays`). */
const SHORTEST_KEPT = 86_400_000;

/** Checks the rows of one task one by one, in the order of their sequences. */
export function checkRow(
  before: CheckedChain,
  row: Row,
  { taskId, hash, now }: ChainCheckContext,
): { readonly chain: CheckedChain; readonly problems: readonly ChainProblem[] } {
  const sequence = Number(row.sequence);
  const rows = before.rows + 1;
  const stray = strayProblem(sequence, before.last);
  if (stray !== undefined) return { chain: { ...before, rows }, problems: [stray] };
  const place = placeOf(before, row, sequence, now);
  const problems = [
    ...place.problems,
    ...checkIdentity(taskId, row, sequence),
    ...checkHash(row, sequence, hash),
  ];
  const checked = checkedRow(row, sequence);
  const last: LastRow = {
    ...checked,
    hash: String(row.hash),
    endsTracking:
      row.detailType === 'OTA Task Tracking Stopped' ||
      (row.detailType === 'OTA Task Event Set Aside' && before.last?.endsTracking === true),
  };
  const first = place.first ?? { ...checked, startsTracking: row.detailType === 'OTA Task Tracking Started' };
  return { chain: { rows, first, last, missing: place.missing }, problems };
}

function strayProblem(sequence: number, last: LastRow | undefined): ChainProblem | undefined {
  const isPlace = Number.isSafeInteger(sequence) && sequence > 0;
  if (isPlace && sequence > (last?.sequence ?? 0)) return undefined;
  const message = isPlace ? `There are two rows ${sequence}.` : `No event has the place ${sequence}.`;
  return { sequence, kind: 'identity', message };
}

function checkedRow({ observedAt, expiresAt }: Row, sequence: number): CheckedRow {
  const at = typeof observedAt === 'string' ? Date.parse(observedAt) : Number.NaN;
  if (Number.isNaN(at)) return { sequence };
  return {
    sequence,
    observedAt: at,
    ...(typeof expiresAt === 'number' && { keptFor: expiresAt * 1000 - at }),
  };
}

/** How a row stands to those before it. */
interface PlacedRow extends Pick<CheckedChain, 'missing'> {
  /** Left out where the rows begin with this one. */
  readonly first?: FirstRow;
  readonly problems: readonly ChainProblem[];
}

function placeOf({ first, last, missing }: CheckedChain, row: Row, sequence: number, now: number): PlacedRow {
  if (first === undefined || last === undefined)
    return { missing: [], problems: checkBeginning(row, sequence) };
  if (sequence === last.sequence + 1) return { first, missing, problems: checkLink(last, row, sequence) };
  const gap: Missing = [last.sequence + 1, sequence];
  const excuse = excuseOf(last, checkedRow(row, sequence), now);
  if (excuse === 'none') return { first, missing, problems: [gapProblem(gap)] };
  const problems = checkNamesOneBefore(row, sequence);
  if (excuse === 'good') return { missing: [], problems };
  return { first, missing: [...missing, gap].slice(0, MAX_MISSING), problems };
}

/**
 * Whether rows between two others may have expired. The row after them decides, for which those that follow it vouch: whoever
 * removes rows could write into the one before them that its time was up. They were observed after the row before them.
 *
 * @returns `good` where that one has expired as well: DynamoDB removes rows within days, in no order, so that some that come later go
 * first
 */
function excuseOf(last: LastRow, { keptFor }: CheckedRow, now: number): 'none' | 'some' | 'good' {
  if (keptFor === undefined || last.observedAt === undefined) return 'none';
  const mayHaveExpired = last.observedAt + keptFor <= now;
  if (hasExpired(last, now)) return mayHaveExpired ? 'good' : 'some';
  return mayHaveExpired ? 'some' : 'none';
}

function hasExpired({ observedAt, keptFor }: CheckedRow, now: number): boolean {
  return observedAt !== undefined && keptFor !== undefined && keptFor > 0 && observedAt + keptFor <= now;
}

/** Rows are kept for good unless they say otherwise, so that none may be missing before one that does not. */
function checkBeginning(row: Row, sequence: number): ChainProblem[] {
  if (sequence === 1) {
    if (row.previousHash === undefined) return [];
    return [{ sequence, kind: 'link', message: 'The first row names one before it.' }];
  }
  const gap: ChainProblem = {
    sequence,
    kind: 'gap',
    message: `${missingWords([1, sequence])}, and row ${sequence} is kept for good.`,
  };
  return [...(row.expiresAt === undefined ? [gap] : []), ...checkNamesOneBefore(row, sequence)];
}

function checkNamesOneBefore({ previousHash }: Row, sequence: number): ChainProblem[] {
  if (typeof previousHash === 'string') return [];
  return [{ sequence, kind: 'link', message: `Row ${sequence} names no row before it.` }];
}

function checkLink(last: LastRow, row: Row, sequence: number): ChainProblem[] {
  if (row.previousHash === last.hash) return [];
  return [{ sequence, kind: 'link', message: `Row ${sequence} does not continue row ${last.sequence}.` }];
}

function missingWords([from, before]: Missing): string {
  return from === before - 1 ? `Row ${from} is missing` : `Rows ${from} to ${before - 1} are missing`;
}

function gapProblem(gap: Missing, more = ''): ChainProblem {
  return { sequence: gap[1], kind: 'gap', message: `${missingWords(gap)}${more}.` };
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

const PERHAPS = '; perhaps expired';

/** Between the rows that were checked, those that may have expired. */
export function expiredIn({ missing }: CheckedChain): readonly ChainProblem[] {
  return missing.map((gap) => gapProblem(gap, PERHAPS));
}

/**
 * - `known`: the rows end where the poll knows their end
 * - `unknown`: the poll does not know it, or does not know it any more
 * - `behind`: rows were recorded that have not been checked
 */
export type ChainEnd =
  | ({ readonly kind: 'known' | 'unknown' } & Findings)
  | { readonly kind: 'behind'; readonly recordedThrough: number; readonly task: TrackedTask };

/** A task as it was read after its last row; `none` where there is none, `unreadable` where this version understands none. */
export type TaskAtEnd = TrackedTask | 'none' | 'unreadable';

/**
 * Compares both ends of a chain with what the poll knows. Rows are in the task's item before they are in the history, so that an
 * item that is read after all rows knows each of them.
 */
export function checkEnd(chain: CheckedChain, task: TaskAtEnd, now: number): ChainEnd {
  if (task === 'unreadable') return { kind: 'unknown', broken: [], expired: [] };
  if (task === 'none' || task.head === undefined) {
    const isKnown = task !== 'none' && chain.rows === 0;
    return { kind: isKnown ? 'known' : 'unknown', ...checkForgotten(chain.last, now) };
  }
  const broken = checkFirst(chain.first, task, now);
  const { sequence = 0, hash } = chain.last ?? {};
  const { recordedThrough, outbox } =
    task.state === 'live' ? task : { recordedThrough: task.head.sequence, outbox: [] };
  if (sequence < recordedThrough) return { kind: 'behind', recordedThrough, task };
  if (sequence > task.head.sequence)
    return known(broken, sequence, `The poll knows no row after ${task.head.sequence}.`);
  const expected = hashAt(sequence, task.head, outbox);
  if (expected === undefined || expected === hash) return known(broken);
  return known(broken, sequence, `Row ${sequence} is not the one that the poll has recorded.`);
}

function known(broken: readonly ChainProblem[], sequence = 0, message?: string): ChainEnd {
  const head = message === undefined ? [] : [{ sequence, kind: 'head' as const, message }];
  return { kind: 'known', broken: [...broken, ...head], expired: [] };
}

/** Hash of a row by what the poll knows: of the last one, and of the one before each that is on its way. */
function hashAt(sequence: number, head: Head, outbox: readonly HistoryRow[]): string | undefined {
  if (sequence === head.sequence) return head.hash;
  return outbox.find((row) => row.sequence === sequence + 1)?.previousHash;
}

/**
 * Rows of the task since it is tracked cannot have expired before the time that they are kept is over. What is left has to begin
 * with the first one of them, then, or with one of an earlier time that the task was tracked.
 */
function checkFirst(first: FirstRow | undefined, task: TrackedTask, now: number): ChainProblem[] {
  if (first === undefined || first.sequence === 1) return [];
  const { observedAt, keptFor, startsTracking } = first;
  const { trackedSince: since } = timesOf(task);
  if (since === undefined || observedAt === undefined || keptFor === undefined) return [];
  const beginsWithTracking = observedAt < since || (observedAt === since && startsTracking);
  if (beginsWithTracking || since + keptFor <= now) return [];
  return [gapProblem([1, first.sequence], ', and cannot have expired yet')];
}

/** What the poll knows of when rows were observed that it has recorded. Epoch milliseconds. */
function timesOf(task: TrackedTask): { readonly trackedSince?: number; readonly endedAt?: number } {
  if (task.state !== 'live') return (task.state === 'ended' && task.last) || {};
  const { snapshot, outbox, recordedThrough } = task;
  const isStartRecorded = !outbox.some(
    ({ sequence, detailType }) => sequence > recordedThrough && detailType === 'OTA Task Tracking Started',
  );
  return isStartRecorded ? { trackedSince: snapshot.trackedSince } : {};
}

/** The poll forgets a task a while after its end, and only then: one of whose rows it knows none has ended. */
function checkForgotten(last: LastRow | undefined, now: number): Findings {
  if (last === undefined || last.endsTracking) return { broken: [], expired: [] };
  const words =
    'The poll does not know the task any more, and the history does not end with the end of tracking';
  return headFindings(last.sequence, words, hasExpired(last, now));
}

/** The rows that were recorded are not there, and have not come either. */
export function missingEnd(
  { first, last }: CheckedChain,
  recordedThrough: number,
  task: TrackedTask,
  now: number,
): Findings {
  const { trackedSince = 0, endedAt = trackedSince } = timesOf(task);
  const { sequence = 0, observedAt = 0, keptFor } = last ?? { keptFor: SHORTEST_KEPT };
  const words = `${missingWords([sequence + 1, recordedThrough + 1])}, which the poll has recorded`;
  // The last of them was observed after what is left, and no earlier than the task ended.
  const since = Math.max(observedAt, endedAt);
  const { broken, expired } = headFindings(
    sequence,
    words,
    keptFor !== undefined && keptFor > 0 && since + keptFor <= now,
  );
  return { broken: [...checkFirst(first, task, now), ...broken], expired };
}

function headFindings(sequence: number, words: string, mayHaveExpired: boolean): Findings {
  const problem = {
    sequence,
    kind: 'head' as const,
    message: `${words}${mayHaveExpired ? PERHAPS : ''}.`,
  };
  return mayHaveExpired ? { broken: [], expired: [problem] } : { broken: [problem], expired: [] };
}

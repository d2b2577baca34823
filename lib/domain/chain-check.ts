import type { Hash } from './chain.ts';

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
    // Whatever else stands there is found by the check of the hash.
    hash: typeof row.hash === 'string' ? row.hash : '',
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

export function hasExpired({ observedAt, keptFor }: CheckedRow, now: number): boolean {
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

export function missingWords([from, before]: Missing): string {
  return from === before - 1 ? `Row ${from} is missing` : `Rows ${from} to ${before - 1} are missing`;
}

export function gapProblem(gap: Missing, more = ''): ChainProblem {
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

export const PERHAPS = '; perhaps expired';

/** Between the rows that were checked, those that may have expired. */
export function expiredIn({ missing }: CheckedChain): readonly ChainProblem[] {
  return missing.map((gap) => gapProblem(gap, PERHAPS));
}

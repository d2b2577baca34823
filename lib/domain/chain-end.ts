import type { Head } from './chain.ts';
import {
  type ChainProblem,
  type CheckedChain,
  type FirstRow,
  gapProblem,
  hasExpired,
  type LastRow,
  missingWords,
  PERHAPS,
} from './chain-check.ts';
import type { HistoryRow } from './events.ts';
import type { TrackedTask } from './tracked.ts';

/** What a check finds: what nobody but a forger does, and what the time that rows are kept may have done as well. */
export interface Findings {
  readonly broken: readonly ChainProblem[];
  readonly expired: readonly ChainProblem[];
}

/** Rows are kept for a day at least (`historyRetentionDays`). */
const SHORTEST_KEPT = 86_400_000;

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

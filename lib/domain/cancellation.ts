import { type AbortCriterion, abortCriterionHolds } from './abort-criteria.ts';
import { type Counts, countsOf, executedThings } from './counts.ts';
import type { InferredCause } from './events.ts';
import type { Snapshot, TaskConfiguration, TaskFacts } from './task.ts';

/** What the facts tell of a cancellation, since the API gives no reason for it. */
export interface Cancellation {
  readonly cause: InferredCause;
  /** The counts as they most likely were just before. */
  readonly counts: Counts;
}

const MINUTE = 60_000;
/** A look that finds nothing new is not written: if the one that is known was longer ago, the last one was a period ago. */
const KNOWN_PERIODS = 1.5;

/**
 * Why a task was canceled. Things in progress were canceled with it and are no longer told from those that were queued: how
 * many had received the task is known within limits. A criterion held if it did anywhere within them: that it is so by
 * chance in the very minute in which somebody cancels is much less likely.
 *
 * @param before the look before, in which the task was not canceled yet
 * @param configuration the one in force now
 */
export function explainCancellation(
  before: Snapshot,
  facts: TaskFacts,
  configuration: TaskConfiguration | undefined,
  { now, periodMs }: { readonly now: number; readonly periodMs: number },
): Cancellation {
  const least = countsBeforeCancel(before.facts.counts, facts.counts);
  const criteria = configuration?.criteria ?? [];
  if (abortCriterionHolds(criteria, least) || abortCriterionHolds(criteria, before.facts.counts))
    return { cause: 'abort-criteria', counts: least };
  const canceledAt = newUpdateOf(before.facts, facts);
  if (isEndedBy(facts, canceledAt ?? now)) return { cause: 'end-time', counts: least };
  const most =
    executedThings(before.facts.counts) + mostNotified(before, configuration, canceledAt ?? now, periodMs);
  const held = criteria.flatMap((criterion) => countsThatHold(criterion, least, most) ?? [])[0];
  return held === undefined
    ? { cause: 'operator', counts: least }
    : { cause: 'abort-criteria', counts: held };
}

/** When the task was updated last, unless that was before the look before: then it does not tell of the cancellation. */
function newUpdateOf(before: TaskFacts, { lastUpdatedAt }: TaskFacts): number | undefined {
  return lastUpdatedAt === undefined || lastUpdatedAt === before.lastUpdatedAt
    ? undefined
    : Date.parse(lastUpdatedAt);
}

/** Whether the end time cancels the task, and had passed. */
function isEndedBy({ endTime, endBehavior }: TaskFacts, instant: number): boolean {
  const endCancels = endBehavior === 'CANCEL' || endBehavior === 'FORCE_CANCEL';
  return endCancels && endTime !== undefined && Date.parse(endTime) <= instant;
}

/** How many things were notified since the look before, at most: as many as are allowed in every minute that was begun. */
function mostNotified(
  { configuration: previous, rules }: Snapshot,
  configuration: TaskConfiguration | undefined,
  canceledAt: number,
  periodMs: number,
): number {
  const maximum = (of: TaskConfiguration | undefined) =>
    of?.pace?.maximumPerMinute ?? Number.MAX_SAFE_INTEGER;
  const { lastAt, unread } = rules;
  const isQuiet = canceledAt - lastAt > KNOWN_PERIODS * periodMs;
  // The last look that succeeded was a poll before this one, or before the first that failed.
  const latest = (unread !== undefined && 'since' in unread ? unread.since : canceledAt) - periodMs;
  const lookedAt = isQuiet ? Math.max(lastAt, latest) : lastAt;
  const minutes = Math.max(1, Math.ceil((canceledAt - lookedAt) / MINUTE));
  return minutes * Math.max(maximum(previous), maximum(configuration));
}

/** The counts before the cancellation at which a criterion held, with as few things executed as can be. */
function countsThatHold(criterion: AbortCriterion, least: Counts, most: number): Counts | undefined {
  const missing = Math.max(0, criterion.minExecutedThings - executedThings(least));
  if (missing > 0 && (missing > least.canceled || criterion.minExecutedThings > most)) return undefined;
  const counts = putBack(least, missing);
  return abortCriterionHolds([criterion], counts) ? counts : undefined;
}

/**
 * The counts before a task was canceled, with as few things in progress as can be: those that were canceled since, without
 * what was queued then, has joined since or waited to be tried again.
 */
function countsBeforeCancel(previous: Counts, canceled: Counts): Counts {
  const newlyCanceled = canceled.canceled - previous.canceled;
  const joined = Math.max(0, canceled.total - previous.total);
  const requeued =
    Math.max(0, previous.failed - canceled.failed) + Math.max(0, previous.timedOut - canceled.timedOut);
  return putBack(canceled, Math.max(0, newlyCanceled - previous.queued - joined - requeued));
}

/** Counts so many canceled things as in progress. */
function putBack(counts: Counts, things: number): Counts {
  return countsOf({ ...counts, inProgress: counts.inProgress + things, canceled: counts.canceled - things });
}

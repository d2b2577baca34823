import { type Cadence, isAboutToTell, isTurnOf } from './cadence.ts';
import { sameCounts } from './counts.ts';
import { isClosed, type LastSeen } from './last-seen.ts';
import { keepsTime } from './rules/state.ts';
import type { TaskFacts, TaskSummary } from './task.ts';
import type { LiveTask } from './tracked.ts';

/** Clocks of computers differ, and changes of one millisecond have one `LastUpdatedAt`: only what was over so long is sure. */
const SETTLED_MS = 5_000;
/** While a rate is measured, a task is looked at every so many periods; while it is not known when a clock has run out, every so many. */
const MEASURED_PERIODS = 2;
const CLOCK_PERIODS = 5;
/** Tasks that are looked at in each poll though they could be left alone: to see whether they could. */
export const SAMPLE_SIZE = 10;

/**
 * Whether the list says that a task in progress is as it was when it was last looked at: its `LastUpdatedAt` is what `GetOtaTask`
 * told then, and had been for a while. Should one of both lag behind the other, nothing is said.
 */
export function isUnmoved(listed: TaskSummary, last: LastSeen): boolean {
  const { lastUpdatedAt } = listed;
  return (
    lastUpdatedAt !== undefined &&
    lastUpdatedAt === last.lastUpdatedAt &&
    Date.parse(lastUpdatedAt) <= last.lookedAt - SETTLED_MS
  );
}

/**
 * Whether nothing about a task that has not moved hangs on being looked at: no rule is breached, or may be by time alone.
 */
export function mayBeLeftAlone({ taskId, snapshot }: LiveTask, last: LastSeen, cadence: Cadence): boolean {
  const { facts, rules } = snapshot;
  const { now, periodMs, roundMs } = cadence;
  const isUnderWay = rules.runsSince !== undefined || isClosed(last, now);
  const isPastEnd = facts.endTime !== undefined && Date.parse(facts.endTime) <= now;
  if (!isUnderWay || isPastEnd || isAboutToTell(snapshot) || rules.unreadAt !== undefined) return false;
  if (!keepsTime(rules) || isClosed(last, now)) return true;
  if (rules.measures !== true && last.stallsAt !== undefined) return now < last.stallsAt;
  const periods = rules.measures === true ? MEASURED_PERIODS : CLOCK_PERIODS;
  return !isTurnOf(taskId, last, (periods * periodMs) / roundMs, cadence);
}

/** Whether counts have changed of a task that had not moved, and has not moved even now: then `LastUpdatedAt` says nothing. */
export function isLie(before: TaskFacts, told: string | undefined, now: TaskFacts): boolean {
  return now.lastUpdatedAt === told && !sameCounts(before.counts, now.counts);
}

/** Of tasks that may be left alone, those that were not looked at for the longest time. */
export function sampleOf<Waiting extends { readonly taskId: string; readonly lookedAt: number }>(
  waiting: readonly Waiting[],
): Waiting[] {
  return [...waiting]
    .sort((a, b) => a.lookedAt - b.lookedAt || (a.taskId < b.taskId ? -1 : 1))
    .slice(0, SAMPLE_SIZE);
}

import type { AbortCriterion } from '../../../lib/domain/abort-criteria.ts';
import type { Observed } from '../../../lib/domain/generated/events.ts';
import type {
  AbortCriteriaRule,
  CountRule,
  MilestoneRule,
  OverdueRule,
  RateRule,
  RatioRule,
  SlowRule,
  StalledRule,
  StuckScheduledRule,
  TaskRule,
  UnreachableRule,
} from '../../../lib/domain/rules/rule.ts';
import { ALL_FAILURES, EXECUTED, finished, type RecordedRollout, thingsIn } from './recorded-rollout.ts';

const MINUTE = 60_000;
const PROJECTED_FROM = 15 * MINUTE;
const PROJECTED_FROM_AT_LEAST = 5 * MINUTE;

/** Whether a rule holds at a look, or cannot tell. */
export interface Condition {
  readonly state: 'holds' | 'gone' | 'unknown';
  readonly observed: Observed;
}

/** Whether a task is over, or is being deleted. */
const isEnding = (status: string) =>
  ['COMPLETED', 'CANCELED', 'DELETION_IN_PROGRESS', 'DELETED'].includes(status);

/** Where a rule is held against a rollout. */
interface Place {
  readonly rollout: RecordedRollout;
  readonly look: number;
  readonly isBreached: boolean;
  /** By look: whether all rules of a kind are breached and hold, so that there is nothing more to tell. */
  readonly isTold: Readonly<Record<'stalled' | 'unreachable', readonly boolean[]>>;
}

export function conditionOf(rule: TaskRule, place: Place): Condition {
  switch (rule.kind) {
    case 'abort-criteria':
      return abortCriteria(rule, place);
    case 'ratio':
      return ratio(rule, place);
    case 'count':
      return count(rule, place);
    case 'rate':
      return rate(rule, place);
    case 'stalled':
      return stalled(rule, place);
    case 'overdue':
      return overdue(rule, place);
    case 'slow':
      return slow(rule, place);
    case 'stuck-scheduled':
      return stuckScheduled(rule, place);
    case 'milestone':
      return milestone(rule, place);
    case 'unreachable':
      return unreachable(rule, place);
    case 'malformed-tag':
      return { state: 'holds', observed: { value: 1, limit: 0, unit: 'tags' } };
    default:
      return rule satisfies never;
  }
}

const holdsIf = (holds: boolean, observed: Observed): Condition => ({
  state: holds ? 'holds' : 'gone',
  observed,
});

/** Limits have at most two decimals: in hundredths they can be compared exactly. */
const hundredths = (limit: number) => Math.round(limit * 100);
const twoDecimals = (value: number) => Math.round(value * 100) / 100;
const percentOf = (part: number, whole: number) => (whole === 0 ? 0 : twoDecimals((part * 100) / whole));

/** Whether a share is at a limit in percent. */
const isShare = (part: number, whole: number, percent: number) =>
  part * 10_000 >= hundredths(percent) * whole;

const share = (numerator: number, denominator: number, limit: number): Observed => ({
  value: percentOf(numerator, denominator),
  limit,
  unit: 'percent',
  numerator,
  denominator,
});

const seconds = (valueMs: number, limitMs: number): Observed => ({
  value: Math.max(0, Math.round(valueMs / 1_000)),
  limit: limitMs / 1_000,
  unit: 'seconds',
});

const FAILURES_OF = {
  FAILED: ['failed'],
  REJECTED: ['rejected'],
  TIMED_OUT: ['timedOut'],
  ALL: ALL_FAILURES,
} as const satisfies Record<AbortCriterion['failureType'], readonly string[]>;

function abortCriteria(rule: AbortCriteriaRule, { rollout, look, isBreached }: Place): Condition {
  const { failureType, thresholdPercentage, minExecutedThings } = rule.criterion;
  const { counts } = rollout.moment(look);
  const failures = thingsIn(FAILURES_OF[failureType], counts);
  const executed = thingsIn(EXECUTED, counts);
  const isReached =
    failures > 0 && failures * 1_000_000 >= hundredths(thresholdPercentage) * rule.share * executed;
  const isEnough = isBreached || executed >= minExecutedThings;
  return holdsIf(
    isReached && isEnough,
    share(failures, executed, twoDecimals((thresholdPercentage * rule.share) / 100)),
  );
}

function ratio(rule: RatioRule, { rollout, look, isBreached }: Place): Condition {
  const { counts } = rollout.moment(look);
  const failures = thingsIn(rule.failures, counts);
  const executed = thingsIn(EXECUTED, counts);
  const of = rule.of === 'total' ? counts.total : executed;
  const isReached = failures > 0 && isShare(failures, of, isBreached ? rule.recoverBelow : rule.percent);
  const isEnough = isBreached || executed >= rule.minExecuted;
  return holdsIf(isReached && isEnough, share(failures, of, rule.percent));
}

function count(rule: CountRule, { rollout, look, isBreached }: Place): Condition {
  const value = thingsIn(rule.states, rollout.moment(look).counts);
  const limit = isBreached ? rule.recoverBelow : rule.things;
  return holdsIf(value >= limit, { value, limit: rule.things, unit: 'things' });
}

function rate(rule: RateRule, { rollout, look, isBreached }: Place): Condition {
  const { at } = rollout.moment(look);
  const minutes = rule.windowMs / MINUTE;
  const since = Math.max(at - rule.windowMs, rollout.watchedSince(look));
  const value = rollout.gained(look, since, ...rule.failures.map((state) => [state]));
  const perMinute = isBreached ? rule.recoverBelow : rule.perMinute;
  return holdsIf(value > 0 && value * 100 >= hundredths(perMinute) * minutes, {
    value,
    limit: twoDecimals(rule.perMinute * minutes),
    unit: 'things',
  });
}

function stalled(rule: StalledRule, { rollout, look, isTold }: Place): Condition {
  const { counts, configuration } = rollout.moment(look);
  const timeoutMs = (configuration?.inProgressTimeoutMinutes ?? 0) * MINUTE;
  const awaits = rule.awaitTimeout && counts.inProgress > 0;
  const limitMs = awaits ? Math.max(rule.afterMs, timeoutMs) : rule.afterMs;
  const idle = rollout.idle(look, isTold.stalled);
  const observed = seconds(idle, limitMs);
  if (counts.queued + counts.inProgress === 0 || idle < limitMs) return { state: 'gone', observed };
  return { state: rollout.isRunning(look) ? 'holds' : 'unknown', observed };
}

function overdue(rule: OverdueRule, { rollout, look }: Place): Condition {
  const { at, seen } = rollout.moment(look);
  const { endTime, status } = seen;
  if (endTime === undefined) return { state: 'gone', observed: seconds(0, rule.afterMs) };
  const { end, isKnown } = rule.projected ? projectedEnd(rollout, look) : { end: at, isKnown: true };
  const late = end - endTime;
  const observed = seconds(late, rule.afterMs);
  if (status !== 'SCHEDULED' && status !== 'IN_PROGRESS') return { state: 'unknown', observed };
  if (late > 0 && late >= rule.afterMs) return { state: 'holds', observed };
  return { state: isKnown ? 'gone' : 'unknown', observed };
}

/** When the rest will have finished, at the earliest, and whether its pace of late tells that. */
function projectedEnd(rollout: RecordedRollout, look: number): { end: number; isKnown: boolean } {
  const { at, seen, counts, configuration } = rollout.moment(look);
  const left = counts.queued + counts.inProgress;
  if (seen.isContinuous || left === 0) return { end: at, isKnown: true };
  if (seen.status !== 'IN_PROGRESS') return { end: at, isKnown: false };
  const perMinute = configuration?.pace?.maximumPerMinute;
  const queuedMs = perMinute === undefined ? 0 : (counts.queued / perMinute) * MINUTE;
  const finishing = finishingMs(rollout, look, left);
  return { end: at + Math.max(finishing, queuedMs), isKnown: finishing > 0 };
}

/** How long things take to finish at the pace of late; 0 where nothing does, or it has not run and been watched for long enough. */
function finishingMs(rollout: RecordedRollout, look: number, left: number): number {
  const { at, counts } = rollout.moment(look);
  const since = Math.max(at - PROJECTED_FROM, rollout.watchedSince(look), rollout.runningSince(look) ?? at);
  const done = finished(counts) - finished(rollout.countsAt(look, since));
  if (at - since < PROJECTED_FROM_AT_LEAST || done <= 0) return 0;
  return (left * (at - since)) / done;
}

function slow(rule: SlowRule, { rollout, look, isBreached }: Place): Condition {
  const { at, counts, configuration } = rollout.moment(look);
  const pace = configuration?.pace?.basePerMinute ?? configuration?.pace?.maximumPerMinute;
  const promised = ((pace ?? 0) * rule.windowMs) / MINUTE;
  const notified = rollout.gained(look, at - rule.windowMs, EXECUTED);
  const observed = share(notified, promised, rule.percent);
  if (counts.queued === 0) return { state: 'gone', observed };
  if (pace === undefined || !hasRunFor(rule.windowMs, rollout, look)) return { state: 'unknown', observed };
  const limit = isBreached ? rule.recoverAbove : rule.percent;
  return holdsIf(notified * 10_000 < hundredths(limit) * promised, observed);
}

/** Whether a rollout has run and been watched without a gap for so long. */
function hasRunFor(windowMs: number, rollout: RecordedRollout, look: number): boolean {
  const { at, seen } = rollout.moment(look);
  const { startTime = 0, window } = seen;
  const opened = window?.open ? window.since : 0;
  const since = Math.max(rollout.watchedSince(look), rollout.runningSince(look) ?? at, startTime, opened);
  return at - since >= windowMs;
}

/** What did not start in one window has not recovered when the next one opens. */
function stuckScheduled(rule: StuckScheduledRule, { rollout, look, isBreached }: Place): Condition {
  const { at, seen } = rollout.moment(look);
  const { status, startTime = Number.POSITIVE_INFINITY } = seen;
  const window = isBreached ? undefined : seen.window;
  const opened = window?.open ? window.since : 0;
  const waited = at - Math.max(startTime, opened);
  const observed = seconds(waited, rule.afterMs);
  if (status === 'SCHEDULED' && window?.open !== false) return holdsIf(waited >= rule.afterMs, observed);
  return { state: status === 'SCHEDULED' || isEnding(status) ? 'unknown' : 'gone', observed };
}

function milestone(rule: MilestoneRule, { rollout, look }: Place): Condition {
  const { counts } = rollout.moment(look);
  const done = finished(counts);
  const isReached = counts.total > 0 && isShare(done, counts.total, rule.percent);
  return holdsIf(isReached, share(done, counts.total, rule.percent));
}

function unreachable(rule: UnreachableRule, { rollout, look, isTold }: Place): Condition {
  const { isRead } = rollout.moment(look);
  const unread = rollout.unread(look, isTold.unreachable);
  return holdsIf(!isRead && unread >= rule.afterMs, seconds(unread, rule.afterMs));
}

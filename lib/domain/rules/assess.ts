import { failuresOf, isAtShare } from '../abort-criteria.ts';
import { type Counts, executedThings, finishedThings, thingsIn } from '../counts.ts';
import { exact, rounded } from '../decimals.ts';
import type { Observed } from '../generated/events.ts';
import { RATE_WINDOW, sampleAt } from '../progress.ts';
import { isEnding } from '../task.ts';
import { elapsed } from './clock.ts';
import type { TaskLook } from './look.ts';
import type {
  AbortCriteriaRule,
  CountRule,
  FailureState,
  OverdueRule,
  RateRule,
  RatioRule,
  RuleState,
  SlowRule,
  StalledRule,
  StuckScheduledRule,
  TaskRule,
  UnreachableRule,
} from './rule.ts';

/** One rule, held against one look. */
export interface Assessment {
  /** Undefined where it cannot be told now: whatever was, stays. */
  readonly holds: boolean | undefined;
  readonly observed: Observed;
  /** When it will hold if nothing changes but time, epoch milliseconds. */
  readonly dueAt?: number;
}

/** What a look is held against rules with: its instant, and what is remembered of the task as a whole. */
export interface AssessContext {
  readonly now: number;
  readonly state: RuleState;
}

const MINUTE = 60_000;
/** A projection needs so much to go by. */
const PROJECTION_MIN = 5 * MINUTE;

const seconds = (milliseconds: number) => Math.max(0, Math.round(milliseconds / 1_000));

/** @param isOpen whether the rule is breached: then it holds up to its second limit, whatever the minimum */
export function assess(rule: TaskRule, look: TaskLook, isOpen: boolean, context: AssessContext): Assessment {
  switch (rule.kind) {
    case 'abort-criteria':
      return assessAbortCriterion(rule, look.counts, isOpen);
    case 'ratio':
      return assessRatio(rule, look.counts, isOpen);
    case 'count':
      return assessCount(rule, look.counts, isOpen);
    case 'rate':
      return assessRate(rule, look, isOpen, context);
    case 'stalled':
      return assessStalled(rule, look, context);
    case 'overdue':
      return assessOverdue(rule, look, context);
    case 'slow':
      return assessSlow(rule, look, isOpen, context);
    case 'stuck-scheduled':
      return assessStuck(rule, look, isOpen, context);
    case 'milestone':
      return assessMilestone(rule.percent, look);
    case 'unreachable':
      return assessUnreachable(rule, context);
    case 'malformed-tag':
      return { holds: true, observed: { value: 1, limit: 0, unit: 'tags' } };
  }
}

/** Percent, with what it is a share of. */
function share(numerator: number, denominator: number, limit: number): Observed {
  const value = denominator === 0 ? 0 : rounded((numerator * 100) / denominator);
  return { value, limit, unit: 'percent', numerator, denominator };
}

function assessAbortCriterion(rule: AbortCriteriaRule, counts: Counts, isOpen: boolean): Assessment {
  const { criterion } = rule;
  const executed = executedThings(counts);
  return {
    holds: (isOpen || executed >= criterion.minExecutedThings) && isAtShare(criterion, counts, rule.share),
    observed: share(
      failuresOf(criterion.failureType, counts),
      executed,
      rounded((criterion.thresholdPercentage * rule.share) / 100),
    ),
  };
}

function assessRatio(rule: RatioRule, counts: Counts, isOpen: boolean): Assessment {
  const executed = executedThings(counts);
  const failures = thingsIn(rule.failures, counts);
  const whole = rule.of === 'total' ? counts.total : executed;
  const limit = isOpen ? rule.recoverBelow : rule.percent;
  return {
    holds: failures > 0 && (isOpen || executed >= rule.minExecuted) && failures * 100 >= exact(limit * whole),
    observed: share(failures, whole, rule.percent),
  };
}

function assessCount(rule: CountRule, counts: Counts, isOpen: boolean): Assessment {
  const value = thingsIn(rule.states, counts);
  return {
    holds: value >= (isOpen ? rule.recoverBelow : rule.things),
    observed: { value, limit: rule.things, unit: 'things' },
  };
}

/** Where the numbers of a sample stand. */
const SAMPLED: Readonly<Record<FailureState, 3 | 4 | 5>> = { failed: 3, rejected: 4, timedOut: 5 };

function assessRate(
  rule: RateRule,
  { samples }: TaskLook,
  isOpen: boolean,
  { now, state }: AssessContext,
): Assessment {
  const start = sampleAt(samples, Math.max(now - rule.windowMs, state.watchedSince));
  const end = samples.at(-1);
  const value = rule.failures.reduce(
    (total, failure) => total + (end?.[SAMPLED[failure]] ?? 0) - (start?.[SAMPLED[failure]] ?? 0),
    0,
  );
  const minutes = rule.windowMs / MINUTE;
  return {
    holds: value > 0 && value >= exact((isOpen ? rule.recoverBelow : rule.perMinute) * minutes),
    observed: { value, limit: rounded(rule.perMinute * minutes), unit: 'things' },
  };
}

/** How long nothing may finish: things in progress have until their timeout. */
export function stallLimit(rule: StalledRule, { counts, configuration }: TaskLook): number {
  const timeout = (configuration?.inProgressTimeoutMinutes ?? 0) * MINUTE;
  return rule.awaitTimeout && counts.inProgress > 0 ? Math.max(rule.afterMs, timeout) : rule.afterMs;
}

function assessStalled(rule: StalledRule, look: TaskLook, { now, state }: AssessContext): Assessment {
  const limit = stallLimit(rule, look);
  const idle = elapsed(state.idle, now);
  const holds = idle >= limit && look.counts.queued + look.counts.inProgress > 0;
  return {
    // Something that finished ends it at any time; that nothing has finished tells only while things are to.
    holds: holds && !mayFinish(look, now) ? undefined : holds,
    observed: { value: seconds(idle), limit: seconds(limit), unit: 'seconds' },
  };
}

/** Whether things are to finish now: the task has begun, is in progress with things left, and no window is closed. */
export function mayFinish({ status, counts, startTime, window }: TaskLook, now: number): boolean {
  return (
    status === 'IN_PROGRESS' &&
    counts.queued + counts.inProgress > 0 &&
    (startTime === undefined || startTime <= now) &&
    window?.open !== false
  );
}

function assessOverdue(rule: OverdueRule, look: TaskLook, context: AssessContext): Assessment {
  const { status, endTime } = look;
  const limit = seconds(rule.afterMs);
  const observed = (lateMs: number): Observed => ({ value: seconds(lateMs), limit, unit: 'seconds' });
  if (endTime === undefined) return { holds: false, observed: observed(0) };
  const isRunning = status === 'IN_PROGRESS' || status === 'SCHEDULED';
  const { end, isKnown } = rule.projected ? projectedEnd(look, context) : NO_PROJECTION;
  const late = Math.max(context.now, end) - endTime;
  // Right at its end time nothing is late yet.
  const least = Math.max(rule.afterMs, 1);
  const isOver = late >= least || (isKnown ? false : undefined);
  return { holds: isRunning ? isOver : undefined, observed: observed(late), dueAt: endTime + least };
}

/** When a rollout will end (epoch milliseconds, 0 where that cannot be told), and whether its recent rate tells that. */
interface Projection {
  readonly end: number;
  readonly isKnown: boolean;
}

const NO_PROJECTION: Projection = { end: 0, isKnown: true };

/** By the recent rate, and by what the configuration allows: the later one. */
function projectedEnd(look: TaskLook, { now, state }: AssessContext): Projection {
  const { status, counts, isContinuous, samples, configuration } = look;
  const left = counts.queued + counts.inProgress;
  if (isContinuous || left === 0) return NO_PROJECTION;
  // Between its maintenance windows a rollout stands still, and is not in time because of that.
  if (status !== 'IN_PROGRESS') return { end: 0, isKnown: false };
  const since = Math.max(now - RATE_WINDOW, state.watchedSince, state.runsSince ?? now);
  const finished = finishedThings(counts) - (sampleAt(samples, since)?.[1] ?? 0);
  const isKnown = now - since >= PROJECTION_MIN && finished > 0;
  const byRate = isKnown ? now + (left * (now - since)) / finished : 0;
  const maximum = configuration?.pace?.maximumPerMinute ?? Number.POSITIVE_INFINITY;
  return { end: Math.max(byRate, now + (counts.queued / maximum) * MINUTE), isKnown };
}

function assessSlow(
  rule: SlowRule,
  look: TaskLook,
  isOpen: boolean,
  { now, state }: AssessContext,
): Assessment {
  const { pace } = look.configuration ?? {};
  const perMinute = pace?.basePerMinute ?? pace?.maximumPerMinute;
  const start = now - rule.windowMs;
  const notified = (look.samples.at(-1)?.[2] ?? 0) - (sampleAt(look.samples, start)?.[2] ?? 0);
  const promised = Math.round((perMinute ?? 0) * (rule.windowMs / MINUTE));
  const observed = share(notified, promised, rule.percent);
  if (look.counts.queued === 0) return { holds: false, observed };
  if (perMinute === undefined || !mayFinish(look, now) || !hasRunSince(start, look, state))
    return { holds: undefined, observed };
  return {
    holds: notified * 100 < exact((isOpen ? rule.recoverAbove : rule.percent) * promised),
    observed,
  };
}

/** Whether a rollout has run, and has been watched without a gap, since an instant. */
function hasRunSince(start: number, { samples, startTime, window }: TaskLook, state: RuleState): boolean {
  return (
    (state.runsSince ?? Number.POSITIVE_INFINITY) <= start &&
    state.watchedSince <= start &&
    // Samples are kept for the windows that there were when they were taken.
    (samples[0]?.[0] ?? Number.POSITIVE_INFINITY) <= start &&
    (startTime ?? 0) <= start &&
    (window?.open !== true || window.since <= start)
  );
}

function assessStuck(
  rule: StuckScheduledRule,
  look: TaskLook,
  isOpen: boolean,
  { now }: AssessContext,
): Assessment {
  const { status, startTime } = look;
  // A task that did not start in one window has not recovered when the next one opens.
  const window = isOpen ? undefined : look.window;
  const opened = window?.open === true ? window.since : (window?.opensAt ?? 0);
  const from = Math.max(startTime ?? Number.POSITIVE_INFINITY, opened);
  const observed: Observed = { value: seconds(now - from), limit: seconds(rule.afterMs), unit: 'seconds' };
  if (status !== 'SCHEDULED') return { holds: isEnding(status) ? undefined : false, observed };
  return {
    holds: window?.open === false && startTime !== undefined ? undefined : now - from >= rule.afterMs,
    observed,
    ...(Number.isFinite(from) && { dueAt: from + rule.afterMs }),
  };
}

/** Holds in the look in which the share is passed. */
function assessMilestone(percent: number, { counts, previousCounts }: TaskLook): Assessment {
  const isReached = (some: Counts) =>
    finishedThings(some) > 0 && finishedThings(some) * 100 >= exact(percent * some.total);
  return {
    holds: isReached(counts) && !isReached(previousCounts),
    observed: share(finishedThings(counts), counts.total, percent),
  };
}

export function assessUnreachable({ afterMs }: UnreachableRule, { now, state }: AssessContext): Assessment {
  const unread = elapsed(state.unread, now);
  return {
    holds: state.unread !== undefined && unread >= afterMs,
    observed: { value: seconds(unread), limit: seconds(afterMs), unit: 'seconds' },
  };
}

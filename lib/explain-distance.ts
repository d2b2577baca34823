import { executedThings, finishedThings } from './domain/counts.ts';
import { exact } from './domain/decimals.ts';
import { type Assessment, mayFinish } from './domain/rules/assess.ts';
import type { TaskLook } from './domain/rules/look.ts';
import type {
  AbortCriteriaRule,
  MilestoneRule,
  OverdueRule,
  RateRule,
  RatioRule,
  RuleState,
  SlowRule,
  StuckScheduledRule,
  TaskRule,
} from './domain/rules/rule.ts';
import { span } from './domain/rules/sentences.ts';

/** How far a rule that does not hold is from a breach. */
export interface Distance {
  readonly standing: 'clear' | 'silent' | 'told';
  readonly words: string;
}

export interface DistanceContext {
  readonly look: TaskLook;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly state: RuleState;
  /** A milestone that was told. */
  readonly isTold: boolean;
}

const clear = (words: string): Distance => ({ standing: 'clear', words });
const silent = (why: string): Distance => ({ standing: 'silent', words: `not now: ${why}` });

/** Tells how far a rule that is not breached, and does not hold, is from it. */
export function distanceOf(rule: TaskRule, assessment: Assessment, context: DistanceContext): Distance {
  const { observed } = assessment;
  switch (rule.kind) {
    case 'abort-criteria':
      return toAbort(rule, assessment, context.look);
    case 'ratio':
      return toRatio(rule, assessment, context.look);
    case 'count':
      return clear(more(observed.limit - observed.value, 'thing'));
    case 'rate':
      return toRate(rule, assessment);
    case 'stalled':
      return toStall(assessment, context);
    case 'overdue':
      return toOverdue(rule, assessment, context);
    case 'slow':
      return toSlow(rule, assessment, context);
    case 'stuck-scheduled':
      return toStuck(rule, assessment, context);
    case 'milestone':
      return toMilestone(rule, context);
    case 'unreachable':
      return clear(`the task can be read; ${span(rule.afterMs)} without would do`);
    case 'malformed-tag':
      return clear('');
    default:
      return rule satisfies never;
  }
}

/** How many of a whole a percentage takes, at least one. */
const needed = (percent: number, whole: number) => Math.max(1, Math.ceil(exact(percent * whole) / 100));
const more = (count: number, noun: string) => `${count} more ${noun}${count === 1 ? '' : 's'}`;
const iso = (instant: number) => new Date(instant).toISOString();

function toAbort(
  { criterion, share }: AbortCriteriaRule,
  { observed }: Assessment,
  { counts }: TaskLook,
): Distance {
  const executed = executedThings(counts);
  const failures =
    needed((criterion.thresholdPercentage * share) / 100, executed) - (observed.numerator ?? 0);
  return toFailures(failures, criterion.minExecutedThings - executed);
}

function toRatio(rule: RatioRule, { observed }: Assessment, { counts }: TaskLook): Distance {
  const { numerator = 0, denominator = 0 } = observed;
  return toFailures(needed(rule.percent, denominator) - numerator, rule.minExecuted - executedThings(counts));
}

function toFailures(failures: number, unexecuted: number): Distance {
  const first = `${more(unexecuted, 'thing')} to receive the task`;
  if (unexecuted <= 0) return clear(`${more(failures, 'failure')} at today’s counts`);
  return clear(failures <= 0 ? first : `${first}, and ${more(failures, 'failure')} at today’s counts`);
}

function toRate({ perMinute, windowMs }: RateRule, { observed }: Assessment): Distance {
  const limit = Math.max(1, Math.ceil(exact((perMinute * windowMs) / 60_000)));
  return clear(`${more(limit - observed.value, 'failure')} within ${span(windowMs)}`);
}

function toStall({ observed }: Assessment, context: DistanceContext): Distance {
  const why = whyNothingFinishes(context);
  if (why !== undefined) return silent(why);
  return clear(`${span((observed.limit - observed.value) * 1_000)} more in which nothing finishes`);
}

/** Why things are not expected to finish; undefined where they are. */
function whyNothingFinishes({ look, now }: DistanceContext): string | undefined {
  if (mayFinish(look, now)) return undefined;
  const { status, counts, startTime, window } = look;
  if (status !== 'IN_PROGRESS') return `the task is ${status}`;
  if (counts.queued + counts.inProgress === 0) return 'nothing is left';
  if (startTime !== undefined && startTime > now) return `the task starts at ${iso(startTime)}`;
  return window?.open === false ? closed(window.opensAt) : undefined;
}

const closed = (opensAt: number | undefined) =>
  `maintenance window closed${opensAt === undefined ? '' : ` until ${iso(opensAt)}`}`;

function toOverdue(
  { afterMs }: OverdueRule,
  { observed }: Assessment,
  { look, now }: DistanceContext,
): Distance {
  const { status, endTime } = look;
  if (endTime === undefined) return silent('the task has no end time');
  if (status !== 'IN_PROGRESS' && status !== 'SCHEDULED') return silent(`the task is ${status}`);
  const left = span(endTime + afterMs - now);
  const projected =
    now < endTime && observed.value > 0
      ? `; projected to end ${span(observed.value * 1_000)} late, of ${span(afterMs)}`
      : '';
  return clear(`${left} more, if it runs until then${projected}`);
}

function toSlow(rule: SlowRule, { observed, holds }: Assessment, context: DistanceContext): Distance {
  const { pace } = context.look.configuration ?? {};
  if (pace === undefined) return silent('the configuration promises no rate');
  const why = whyNothingFinishes(context);
  if (why !== undefined) return silent(why);
  if (context.look.counts.queued === 0) return silent('nothing is queued');
  if (holds === undefined) return silent(`it has not been running, and watched, for ${span(rule.windowMs)}`);
  const { numerator = 0, denominator = 0 } = observed;
  const fewer = numerator - Math.ceil(exact(rule.percent * denominator) / 100) + 1;
  return clear(`${fewer} fewer ${fewer === 1 ? 'thing' : 'things'} notified within ${span(rule.windowMs)}`);
}

function toStuck(_: StuckScheduledRule, { dueAt }: Assessment, { look, now }: DistanceContext): Distance {
  const { status, startTime, window } = look;
  if (status !== 'SCHEDULED') return silent(`the task is ${status}`);
  if (startTime === undefined) return silent('the task has no start time');
  if (window?.open === false) return silent(closed(window.opensAt));
  return clear(`${span((dueAt ?? now) - now)} more, if it is SCHEDULED until then`);
}

function toMilestone({ percent }: MilestoneRule, { look: { counts }, isTold }: DistanceContext): Distance {
  if (isTold) return { standing: 'told', words: 'told' };
  const things = needed(percent, counts.total) - finishedThings(counts);
  if (counts.total > 0 && things <= 0)
    return { standing: 'told', words: 'passed before it was watched: not told' };
  return clear(`${more(things, 'thing')} to finish`);
}

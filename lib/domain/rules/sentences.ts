import { type FailureType, failuresToCancel } from '../abort-criteria.ts';
import type { Counts, ThingState } from '../counts.ts';
import type { Observed } from '../generated/events.ts';
import type { AbortCriteriaRule, FailureState, TaskRule } from './rule.ts';
import type { Breached, Recovered } from './step.ts';

/** What sentences are told about, besides the rule and its numbers. */
export interface Telling {
  readonly counts: Counts;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Epoch milliseconds. */
  readonly endTime?: number;
  /** Why the task cannot be read: the name of an error. */
  readonly unreadable?: string;
}

/** What a rule says. */
export function describe(rule: TaskRule): string {
  switch (rule.kind) {
    case 'abort-criteria':
      return describeAbortCriterion(rule);
    case 'ratio': {
      const least = rule.minExecuted > 1 ? ` (of at least ${rule.minExecuted})` : '';
      return `${round(rule.percent)} % of ${WHOLES[rule.of]}${least} ${did(rule.failures)}.`;
    }
    case 'count':
      return `${things(rule.things)} or more are ${states(rule.states)}.`;
    case 'rate':
      return `${round(rule.perMinute)} or more things a minute fail, over ${span(rule.windowMs)}.`;
    case 'stalled':
      return `Nothing has finished for ${span(rule.afterMs)}, and things are left.`;
    case 'overdue': {
      const projected = rule.projected ? ', or is projected to be' : '';
      return `The rollout is running ${span(rule.afterMs)} after its end time${projected}.`;
    }
    case 'slow':
      return `Things are notified at less than ${round(rule.percent)} % of the rate that the configuration promises, over ${span(rule.windowMs)}.`;
    case 'stuck-scheduled':
      return `The task is still SCHEDULED ${span(rule.afterMs)} after its start time.`;
    case 'milestone':
      return `${round(rule.percent)} % of the things have finished.`;
    case 'unreachable':
      return `The task cannot be read for ${span(rule.afterMs)}.`;
    case 'malformed-tag':
      return `The tag ${rule.tag} is ignored: ${rule.problem}.`;
    default:
      return rule satisfies never;
  }
}

/** Says of a rule that is gone what is left to say. */
export const GONE = 'This rule is no longer in force.';

/** What happened when a rule was breached, with the numbers. */
export function summarizeBreach(told: Breached, telling: Telling): string {
  const { rule, observed, reminder, breachedAt, flapping } = told;
  const still = reminder === undefined ? '' : `Reminder ${reminder}: `;
  const since = breachedAt === undefined ? '' : `, since ${new Date(breachedAt).toISOString()}`;
  const again =
    flapping === true ? ' It is flapping: it counts as over only when it has been gone for 15 min.' : '';
  return `${still}${tell(rule, observed, telling)}${since}${outlook(rule, telling.counts)}.${again}`;
}

/** What happened when a breach ended, with the numbers. */
export function summarizeRecovery(told: Recovered, telling: Telling): string {
  const took = span(telling.now - told.open.at);
  if (told.rule === undefined) {
    return told.reason === 'task-ended'
      ? `The task has ended, after ${took}.`
      : `${GONE} It was breached for ${took}.`;
  }
  const now = tell(told.rule, told.observed, telling);
  return told.reason === 'task-ended'
    ? `The task has ended: ${lowered(now)}. It was breached for ${took}.`
    : `Over after ${took}: ${lowered(now)}.`;
}

function tell(rule: TaskRule, observed: Observed, telling: Telling): string {
  const { value, limit, numerator = 0, denominator = 0 } = observed;
  const percents = `${value} %, limit ${limit} %`;
  switch (rule.kind) {
    case 'abort-criteria':
      return `${numerator} of ${denominator} things that received the task ${FAILED[rule.criterion.failureType]} (${percents})`;
    case 'ratio':
      return `${numerator} of ${denominator === 1 ? '1 thing' : `${denominator} things`}${rule.of === 'executed' ? ' that received the task' : ''} ${did(rule.failures)} (${percents})`;
    case 'count':
      return `${things(value)} ${value === 1 ? 'is' : 'are'} ${states(rule.states)} (limit ${limit})`;
    case 'rate':
      return `${things(value)} ${did(rule.failures, value === 1)} in the last ${span(rule.windowMs)} (limit ${limit})`;
    case 'stalled':
      return `Nothing has finished for ${span(value * 1_000)} (limit ${span(limit * 1_000)}); ${left(telling.counts)}`;
    case 'overdue':
      return tellOverdue(value, limit, telling);
    case 'slow':
      return `${things(numerator)} ${numerator === 1 ? 'was' : 'were'} notified in the last ${span(rule.windowMs)}, of ${denominator} that the configuration promises (${percents})`;
    case 'stuck-scheduled':
      return `The task did not start until ${span(value * 1_000)} after its time (limit ${span(limit * 1_000)})`;
    case 'milestone':
      return `${numerator} of ${things(denominator)} have finished (${value} %)`;
    case 'unreachable':
      return value === 0
        ? 'The task can be read'
        : `The task could not be read for ${span(value * 1_000)} (${telling.unreadable ?? 'unknown cause'})`;
    case 'malformed-tag':
      return `The tag ${rule.tag} is ignored: ${rule.problem}`;
    default:
      return rule satisfies never;
  }
}

function tellOverdue(value: number, limit: number, { counts, now, endTime }: Telling): string {
  if (value === 0) return `The rollout is projected to end in time; ${left(counts)}`;
  const isPast = endTime !== undefined && now > endTime;
  const verb = isPast ? 'is running' : 'is projected to run until';
  return `The rollout ${verb} ${span(value * 1_000)} after its end time (limit ${span(limit * 1_000)}); ${left(counts)}`;
}

/** How far AWS is from canceling the rollout. */
function outlook(rule: TaskRule, counts: Counts): string {
  if (rule.kind !== 'abort-criteria') return '';
  if (rule.share >= 100) return ': AWS cancels the rollout';
  const more = failuresToCancel(rule.criterion, counts);
  const after =
    more === 0 ? '' : `, after ${more} more ${more === 1 ? 'failure' : 'failures'} at today’s mix`;
  return `; AWS cancels the rollout at ${round(rule.criterion.thresholdPercentage)} %${after}`;
}

function describeAbortCriterion({ criterion, share }: AbortCriteriaRule): string {
  const limit = round((criterion.thresholdPercentage * share) / 100);
  const what = `${limit} % of the things that received the task ${FAILED[criterion.failureType]}`;
  const then =
    share >= 100
      ? 'AWS cancels the rollout'
      : `AWS cancels the rollout at ${round(criterion.thresholdPercentage)} %`;
  return `${what} (of at least ${criterion.minExecutedThings}): ${then}.`;
}

const FAILED: Readonly<Record<FailureType, string>> = {
  FAILED: 'have failed',
  REJECTED: 'have rejected the update',
  TIMED_OUT: 'have timed out',
  ALL: 'have failed, rejected the update or timed out',
};

const WHOLES = { executed: 'the things that received the task', total: 'all things' } as const;

const DEEDS: Readonly<Record<FailureState, string>> = {
  failed: 'failed',
  rejected: 'rejected the update',
  timedOut: 'timed out',
};

function did(failures: readonly FailureState[], isOne = false): string {
  return `${isOne ? 'has' : 'have'} ${listed(failures.map((failure) => DEEDS[failure]))}`;
}

const STATES: Readonly<Record<ThingState, string>> = {
  queued: 'queued',
  inProgress: 'in progress',
  succeeded: 'updated',
  failed: 'failed',
  rejected: 'rejected',
  timedOut: 'timed out',
  removed: 'removed',
  canceled: 'canceled',
};

const states = (some: readonly ThingState[]) => listed(some.map((state) => STATES[state]));

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const things = (count: number) => (count === 1 ? '1 thing' : `${count} things`);

const left = ({ inProgress, queued }: Counts) =>
  `${inProgress} ${inProgress === 1 ? 'is' : 'are'} in progress, ${queued} queued`;

const round = (value: number) => Math.round(value * 100) / 100;

const lowered = (sentence: string) => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;

const SPANS = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3_600, unit: 'h' },
  { seconds: 60, unit: 'min' },
  { seconds: 1, unit: 's' },
] as const;

/** A duration (milliseconds) in its two largest units. */
export function span(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds / 1_000));
  const parts = SPANS.flatMap(({ seconds, unit }) => {
    const whole = Math.floor(rest / seconds);
    rest -= whole * seconds;
    return whole === 0 ? [] : [`${whole} ${unit}`];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}

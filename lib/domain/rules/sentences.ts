import { FAILURES_OF, failuresToCancel } from '../abort-criteria.ts';
import type { Counts, ThingState } from '../counts.ts';
import { rounded } from '../decimals.ts';
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
      const whole = rule.of === 'total' ? 'all things' : 'the things that received the task';
      const who =
        rule.of === 'total' ? `once ${rule.minExecuted} have received the task` : least(rule.minExecuted);
      return `${rounded(rule.percent)} % of ${whole} ${did(rule.failures)}${rule.minExecuted > 1 ? ` (${who})` : ''}.`;
    }
    case 'count':
      return `There are ${rule.things} or more ${listed(rule.states.map((state) => STATES[state]))} things.`;
    case 'rate':
      return `${rounded(rule.perMinute)} or more things a minute ${did(rule.failures)}, over ${span(rule.windowMs)}.`;
    case 'stalled':
      return `Nothing has finished for ${span(rule.afterMs)}, and things are left.`;
    case 'overdue': {
      const projected = rule.projected ? ', or is projected to be' : '';
      return `The rollout is running ${after(rule.afterMs)} its end time${projected}.`;
    }
    case 'slow':
      return `Things are notified at less than ${rounded(rule.percent)} % of the rate that the configuration promises, over ${span(rule.windowMs)}.`;
    case 'stuck-scheduled':
      return `The task is still SCHEDULED ${after(rule.afterMs)} its start time.`;
    case 'milestone':
      return `${rounded(rule.percent)} % of the things have finished.`;
    case 'unreachable':
      return `The task cannot be read for ${span(rule.afterMs)}.`;
    case 'malformed-tag':
      return `The tag ${rule.tag} is ignored: ${rule.problem}.`;
  }
}

/** Says of a rule that is gone what is left to say. */
export const GONE = 'This rule is no longer in force.';

/** What happened when a rule was breached, with the numbers. */
export function summarizeBreach(told: Breached, telling: Telling): string {
  const { rule, observed, reminder, breachedAt, flapping } = told;
  const what = tell(rule, observed, telling);
  const sentences = [
    `${reminder === undefined ? what : `Reminder ${reminder}: ${lowered(what)}`}${outlook(rule, telling.counts)}.`,
    ...(breachedAt === undefined ? [] : [`Breached since ${instant(breachedAt)}.`]),
    ...(flapping ? ['It is flapping: it counts as over only when it has been gone for 15 min.'] : []),
  ];
  return sentences.join(' ');
}

/** What happened when a breach ended, with the numbers. */
export function summarizeRecovery({ rule, open, observed, reason }: Recovered, telling: Telling): string {
  const took = span(telling.now - open.at);
  // A breach that is found in the last look of a task ends in it.
  const lasted = telling.now > open.at ? ` The breach lasted ${took}.` : '';
  if (reason === 'task-ended')
    return `The task has ended${rule ? tellEnd(rule, observed, telling) : ''}.${lasted}`;
  if (rule === undefined) return `${GONE}${lasted}`;
  return `Over after ${took}: ${lowered(tellOver(rule, observed, telling))}.`;
}

function tell(rule: TaskRule, observed: Observed, telling: Telling): string {
  const { value, limit, numerator = 0, denominator = 0 } = observed;
  const percents = `(${value} %, limit ${limit} %)`;
  switch (rule.kind) {
    case 'abort-criteria':
      return `${numerator} of ${things(denominator)} that received the task ${did(FAILURES_OF[rule.criterion.failureType], numerator)} ${percents}`;
    case 'ratio': {
      const received = rule.of === 'executed' ? ' that received the task' : '';
      return `${numerator} of ${things(denominator)}${received} ${did(rule.failures, numerator)} ${percents}`;
    }
    case 'count': {
      const states = listed(rule.states.map((state) => STATES[state]));
      return `There ${is(value)} ${value} ${states} ${value === 1 ? 'thing' : 'things'} (limit ${limit})`;
    }
    case 'rate':
      return `${things(value)} ${did(rule.failures, value)} in the last ${span(rule.windowMs)} (limit ${limit})`;
    case 'stalled':
      return `Nothing has finished for ${span(value * 1_000)} (limit ${span(limit * 1_000)}); ${left(telling.counts)}`;
    case 'overdue':
      return tellOverdue(value, limit, telling);
    case 'slow':
      return `${things(numerator)} ${numerator === 1 ? 'was' : 'were'} notified in the last ${span(rule.windowMs)}, of ${denominator} that the configuration promises ${percents}`;
    case 'stuck-scheduled':
      return `The task is still SCHEDULED ${after(value * 1_000)} its start time (limit ${span(limit * 1_000)})`;
    case 'milestone':
      return `${numerator} of ${things(denominator)} ${has(numerator)} finished (${value} %)`;
    case 'unreachable':
      return `The task could not be read for ${span(value * 1_000)} (${telling.unreadable ?? 'unknown cause'})`;
    case 'malformed-tag':
      return `The tag ${rule.tag} is ignored: ${rule.problem}`;
  }
}

function tellOverdue(value: number, limit: number, { counts, now, endTime = now }: Telling): string {
  const isProjected = value > Math.round((now - endTime) / 1_000);
  const verb = isProjected ? 'is projected to end' : 'has not ended';
  return `The rollout ${verb} ${after(value * 1_000)} its end time (limit ${span(limit * 1_000)}); ${left(counts)}`;
}

/** What is so of a rule that no longer holds. */
function tellOver(rule: TaskRule, observed: Observed, telling: Telling): string {
  const { value, limit } = observed;
  switch (rule.kind) {
    case 'stalled':
      return value === 0 ? `Things have finished; ${left(telling.counts)}` : tell(rule, observed, telling);
    case 'overdue':
      return value === 0
        ? `The rollout is not late any more; ${left(telling.counts)}`
        : tell(rule, observed, telling);
    case 'stuck-scheduled':
      return value === 0
        ? 'The start of the task is not due'
        : `The start of the task was due ${span(value * 1_000)} ago (limit ${span(limit * 1_000)})`;
    case 'unreachable':
      return value === 0 ? 'The task can be read' : tell(rule, observed, telling);
    default:
      return tell(rule, observed, telling);
  }
}

/** How a task has ended, as far as a rule that was breached then is concerned. */
function tellEnd(rule: TaskRule, observed: Observed, telling: Telling): string {
  switch (rule.kind) {
    case 'stalled':
    case 'stuck-scheduled':
    case 'unreachable':
    case 'malformed-tag':
      return '';
    case 'overdue':
      return observed.value === 0 ? '' : ` ${after(observed.value * 1_000)} its end time`;
    default:
      return `: ${lowered(tell(rule, observed, telling))}`;
  }
}

/** How far AWS is from canceling the rollout. */
function outlook(rule: TaskRule, counts: Counts): string {
  if (rule.kind !== 'abort-criteria') return '';
  if (rule.share >= 100) return ': AWS cancels the rollout';
  const more = failuresToCancel(rule.criterion, counts);
  const then = more === 0 ? '' : `, after ${more} more ${more === 1 ? 'failure' : 'failures'} at today’s mix`;
  return `; AWS cancels the rollout at ${rounded(rule.criterion.thresholdPercentage)} %${then}`;
}

function describeAbortCriterion({ criterion, share }: AbortCriteriaRule): string {
  const limit = rounded((criterion.thresholdPercentage * share) / 100);
  const what = `${limit} % of the things that received the task ${did(FAILURES_OF[criterion.failureType])}`;
  const then =
    share >= 100
      ? 'AWS cancels the rollout'
      : `AWS cancels the rollout at ${rounded(criterion.thresholdPercentage)} %`;
  return `${what} (${least(criterion.minExecutedThings)}): ${then}.`;
}

const DEEDS: Readonly<Record<FailureState, string>> = {
  failed: 'failed',
  rejected: 'rejected the update',
  timedOut: 'timed out',
};

const STATES: Readonly<Record<ThingState, string>> = {
  queued: 'queued',
  inProgress: 'in-progress',
  succeeded: 'updated',
  failed: 'failed',
  rejected: 'rejected',
  timedOut: 'timed-out',
  removed: 'removed',
  canceled: 'canceled',
};

const is = (count: number) => (count === 1 ? 'is' : 'are');
const has = (count: number) => (count === 1 ? 'has' : 'have');
const things = (count: number) => (count === 1 ? '1 thing' : `${count} things`);
const least = (count: number) => `of at least ${count}`;

/** What so many things have done; of an unknown number, several. */
function did(failures: readonly FailureState[], count = 2): string {
  return `${has(count)} ${listed(failures.map((failure) => DEEDS[failure]))}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const left = ({ inProgress, queued }: Counts) =>
  `${inProgress} ${is(inProgress)} in progress, ${queued} queued`;

const lowered = (sentence: string) => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;

const instant = (epochMs: number) => new Date(epochMs).toISOString().replace(/\.\d+/, '');

const after = (milliseconds: number) => (milliseconds === 0 ? 'after' : `${span(milliseconds)} after`);

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

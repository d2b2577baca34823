import { FAILURE_TYPES } from '../../../lib/domain/abort-criteria.ts';
import { type Counts, THING_STATES } from '../../../lib/domain/counts.ts';
import { FAILURE_STATES, type RuleKind, type TaskRule } from '../../../lib/domain/rules/rule.ts';
import type { Dice } from './dice.ts';
import { EXECUTED, finished, thingsIn } from './recorded-rollout.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What a rollout is like. */
export interface Nature {
  /** Looks are seconds apart, at the same instant, or step back. */
  readonly isOddTime: boolean;
  /** Now this, now that, every few minutes. */
  readonly isRestless: boolean;
}

/** What rules are made for: limits are near what the rollout comes to, or they would hardly ever matter. */
export interface Purpose extends Nature {
  readonly counts: readonly Counts[];
  readonly instants: readonly number[];
}

const ONCE: readonly RuleKind[] = ['count', 'malformed-tag', 'milestone'];
const TWICE: readonly RuleKind[] = ['abort-criteria', 'ratio', 'stalled', 'stuck-scheduled', 'unreachable'];
const ANY_TIME = [...ONCE, ...TWICE, ...TWICE];
const WHOLE_MINUTES: readonly RuleKind[] = [
  ...ANY_TIME,
  'rate',
  'rate',
  'overdue',
  'overdue',
  'slow',
  'slow',
];

export function randomKind(dice: Dice, { isOddTime }: Purpose): RuleKind {
  return dice.pick(isOddTime ? ANY_TIME : WHOLE_MINUTES);
}

export function randomRule(dice: Dice, purpose: Purpose, id: string, kind: RuleKind): TaskRule {
  return { ...randomCommon(dice, purpose, id), ...randomLimits(dice, purpose, kind) };
}

function randomCommon(dice: Dice, { instants, isOddTime, isRestless }: Purpose, id: string) {
  const duration = (most: number) =>
    isOddTime && dice.chance(0.5) ? dice.int(1, most * 60) * SECOND : dice.int(1, most) * MINUTE;
  const atOnce = isRestless ? 0.9 : 0.4;
  const beside = isOddTime ? dice.int(-1, 1) : dice.int(-1, 1) * 30 * SECOND;
  const ends = dice.chance(0.5) ? instants : instants.slice(0, 20);
  return {
    id,
    severity: dice.pick(['info', 'warning', 'error', 'critical', 'critical', 'critical'] as const),
    forMs: dice.chance(atOnce) ? 0 : duration(6),
    keepFiringForMs: dice.chance(atOnce) ? 0 : duration(10),
    ...(dice.chance(0.4) && { repeatEveryMs: duration(15) }),
    ...(dice.chance(0.25) && { mutedUntil: dice.pick(ends) + beside }),
  };
}

type Limits<Rule> = Rule extends unknown
  ? Omit<Rule, 'id' | 'severity' | 'forMs' | 'keepFiringForMs' | 'repeatEveryMs' | 'mutedUntil'>
  : never;

function randomLimits(dice: Dice, purpose: Purpose, kind: RuleKind): Limits<TaskRule> {
  const counts = dice.pick(purpose.counts);
  const afterMs = dice.int(1, purpose.isRestless ? 2 : 12) * MINUTE;
  switch (kind) {
    case 'abort-criteria':
      return { kind, ...randomCriterion(dice, counts) };
    case 'ratio':
      return { kind, ...randomRatio(dice, counts) };
    case 'count':
      return { kind, ...randomCount(dice, counts) };
    case 'rate':
      return { kind, ...randomRate(dice) };
    case 'slow':
      return { kind, ...randomPace(dice) };
    case 'stalled':
      return { kind, afterMs, awaitTimeout: dice.chance(0.5) };
    case 'overdue':
      return { kind, afterMs: dice.int(0, 15) * MINUTE, projected: dice.chance(0.7) };
    case 'milestone':
      return {
        kind,
        percent: dice.chance(0.5) ? dice.int(1, 100) : nearShare(dice, finished(counts), counts.total),
      };
    case 'stuck-scheduled':
    case 'unreachable':
      return { kind, afterMs };
    case 'malformed-tag':
      return { kind, tag: 'ota-watch:failed-percent', problem: 'not a number' };
    default:
      return kind satisfies never;
  }
}

/** A percentage that things come to, exactly if it has at most two decimals, or a whole one next to it. */
function nearShare(dice: Dice, part: number, whole: number): number {
  const percent = whole === 0 ? 1 : (part * 100) / whole;
  const near = dice.chance(0.5) ? Math.round(percent * 100) / 100 : Math.round(percent) + dice.int(-2, 2);
  return Math.min(100, Math.max(1, near));
}

function below(dice: Dice, limit: number): number {
  return dice.chance(0.5) ? limit : Math.floor(limit * 100 * dice.unit()) / 100;
}

function randomCriterion(dice: Dice, counts: Counts) {
  const share = dice.pick([33, 50, 80, 100]);
  const failureType = dice.pick(FAILURE_TYPES);
  const failures = failureType === 'ALL' ? thingsIn(FAILURE_STATES, counts) : counts.failed;
  const executed = thingsIn(EXECUTED, counts);
  const thresholdPercentage = Math.min(100, nearShare(dice, failures * 100, executed * share));
  return {
    share,
    criterion: { failureType, thresholdPercentage, minExecutedThings: randomMinimum(dice, executed) },
  };
}

/** A minimum of executed things, which thereafter may be undercut again by things that are tried once more. */
function randomMinimum(dice: Dice, executed: number): number {
  return dice.chance(0.4) ? 1 : Math.max(1, executed + dice.int(-3, 5));
}

function randomRatio(dice: Dice, counts: Counts) {
  const failures = dice.some(FAILURE_STATES);
  const of = dice.pick(['executed', 'executed', 'total'] as const);
  const executed = thingsIn(EXECUTED, counts);
  const percent = nearShare(dice, thingsIn(failures, counts), of === 'total' ? counts.total : executed);
  return {
    failures,
    of,
    percent,
    recoverBelow: below(dice, percent),
    minExecuted: randomMinimum(dice, executed),
  };
}

function randomCount(dice: Dice, counts: Counts) {
  const states = dice.chance(0.6)
    ? [dice.pick(['inProgress', 'queued', 'failed'] as const)]
    : dice.some(THING_STATES);
  const things = Math.max(1, thingsIn(states, counts) + dice.int(-1, 1));
  return { states, things, recoverBelow: dice.chance(0.5) ? things : dice.int(1, things) };
}

function randomRate(dice: Dice) {
  const perMinute = dice.pick([0.1, 0.2, 0.25, 0.5, 1, 2, 5]);
  return {
    failures: dice.some(FAILURE_STATES),
    perMinute,
    recoverBelow: below(dice, perMinute),
    windowMs: dice.int(1, 15) * MINUTE,
  };
}

function randomPace(dice: Dice) {
  const percent = dice.int(10, 100);
  const recoverAbove = dice.chance(0.5) ? percent : percent + dice.int(0, 40);
  return { percent, recoverAbove, windowMs: dice.int(1, 15) * MINUTE };
}

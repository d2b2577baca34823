import { type Counts, executedThings } from './counts.ts';
import type { Observed, RecoveryReason, Rule, Severity } from './generated/events.ts';

export type { Observed, RecoveryReason, Rule };

export const FAILURE_TYPES = ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** `PushConfig.AbortConfig.AbortConfigCriteriaList[]` of a configuration: when AWS cancels the rollout by itself. */
export interface AbortCriterion {
  readonly failureType: FailureType;
  /** Percent of executed things, `ThresholdPercentage`. */
  readonly thresholdPercentage: number;
  /** `MinNumberOfExecutedThings`. */
  readonly minExecutedThings: number;
}

/** One rule, held against one look at the counts. */
export interface Evaluation {
  readonly rule: Rule;
  readonly observed: Observed;
  readonly holds: boolean;
}

/** An open breach: the rule and numbers that were announced, and when (ISO instant). */
export interface Breach {
  readonly rule: Rule;
  readonly observed: Observed;
  readonly breachedAt: string;
}

export type Breaches = Readonly<Record<string, Breach>>;

export interface Recovery extends Breach {
  readonly reason: RecoveryReason;
}

/** Shares of a criterion's threshold at which people hear of it: the criterion itself, and half way to it. */
const FRACTIONS: readonly { readonly percent: number; readonly severity: Severity }[] = [
  { percent: 50, severity: 'warning' },
  { percent: 100, severity: 'critical' },
];

const FAILURES: Readonly<
  Record<FailureType, { name: string; verb: string; count: (counts: Counts) => number }>
> = {
  FAILED: { name: 'failed', verb: 'have failed', count: (counts) => counts.failed },
  REJECTED: { name: 'rejected', verb: 'have rejected the update', count: (counts) => counts.rejected },
  TIMED_OUT: { name: 'timed-out', verb: 'have timed out', count: (counts) => counts.timedOut },
  ALL: {
    name: 'all',
    verb: 'have failed, rejected the update or timed out',
    count: (counts) => counts.failed + counts.rejected + counts.timedOut,
  },
};

/** Percentages are decimal fractions: without this, 1.1 times 100 would be a little more than 110. */
const exact = (value: number) => Math.round(value * 1e6) / 1e6;

/** Whether `percent` of a criterion's threshold is reached. A threshold of 0 % takes one failure. */
function reached(criterion: AbortCriterion, counts: Counts, percent: number): boolean {
  const failures = FAILURES[criterion.failureType].count(counts);
  const executed = executedThings(counts);
  return (
    failures > 0 &&
    executed >= criterion.minExecutedThings &&
    failures * 10_000 >= exact(criterion.thresholdPercentage * percent) * executed
  );
}

/** Whether AWS would cancel the rollout at these counts. */
export function abortCriterionHolds(criteria: readonly AbortCriterion[], counts: Counts): boolean {
  return criteria.some((criterion) => reached(criterion, counts, 100));
}

/** Percent with at most two decimals, as people read it. */
const round = (value: number) => Math.round(value * 100) / 100;

function evaluateAt(
  criterion: AbortCriterion,
  key: string,
  counts: Counts,
  fraction: (typeof FRACTIONS)[number],
) {
  const { percent, severity } = fraction;
  const { verb, count } = FAILURES[criterion.failureType];
  const limit = round((criterion.thresholdPercentage * percent) / 100);
  const numerator = count(counts);
  const denominator = executedThings(counts);
  const what = `${limit} % of the things that received the task ${verb}`;
  const then =
    percent === 100
      ? 'AWS cancels the rollout'
      : `AWS cancels the rollout at ${round(criterion.thresholdPercentage)} %`;
  return {
    rule: {
      id: `abort-criteria:${key}:${percent}`,
      kind: 'abort-criteria' as const,
      severity,
      description: `${what} (of at least ${criterion.minExecutedThings}): ${then}.`,
    },
    observed: {
      value: denominator === 0 ? 0 : round((numerator * 100) / denominator),
      limit,
      unit: 'percent' as const,
      numerator,
      denominator,
    },
    holds: reached(criterion, counts, percent),
  };
}

/**
 * Holds the abort criteria of a configuration against counts, at each share of their threshold. Rule ids name the failure
 * type and the share, not the numbers, so that a task that is moved to a configuration with other limits keeps its breaches
 * as long as they hold there; a second criterion of one type is numbered.
 */
export function evaluateAbortCriteria(criteria: readonly AbortCriterion[], counts: Counts): Evaluation[] {
  const seen = new Map<FailureType, number>();
  return criteria.flatMap((criterion) => {
    const occurrence = (seen.get(criterion.failureType) ?? 0) + 1;
    seen.set(criterion.failureType, occurrence);
    const { name } = FAILURES[criterion.failureType];
    const key = occurrence === 1 ? name : `${name}-${occurrence}`;
    return FRACTIONS.map((fraction) => evaluateAt(criterion, key, counts, fraction));
  });
}

/** What a new evaluation means for the breaches that were open: which rules start to hold, and which no longer do. */
export function compareBreaches(
  open: Breaches,
  evaluations: readonly Evaluation[],
  observedAt: string,
): { breaches: Breaches; breached: Breach[]; recovered: Recovery[] } {
  const evaluated = new Map(evaluations.map((evaluation) => [evaluation.rule.id, evaluation]));
  const breached = evaluations
    .filter(({ rule, holds }) => holds && open[rule.id] === undefined)
    .map(({ rule, observed }) => ({ rule, observed, breachedAt: observedAt }));
  const recovered = Object.values(open).flatMap((breach): Recovery[] => {
    const now = evaluated.get(breach.rule.id);
    if (now === undefined) return [{ ...breach, reason: 'rule-removed' }];
    return now.holds ? [] : [{ ...breach, rule: now.rule, observed: now.observed, reason: 'recovered' }];
  });
  const closed = new Set(recovered.map(({ rule }) => rule.id));
  const still = Object.values(open).filter(({ rule }) => !closed.has(rule.id));
  return {
    breaches: Object.fromEntries([...still, ...breached].map((breach) => [breach.rule.id, breach])),
    breached,
    recovered,
  };
}

/** Closes every open breach: the task ended, or is no longer watched. */
export function closeBreaches(
  open: Breaches,
  evaluations: readonly Evaluation[],
  reason: RecoveryReason,
): Recovery[] {
  const evaluated = new Map(evaluations.map(({ rule, observed }) => [rule.id, observed]));
  return Object.values(open).map((breach) => ({
    ...breach,
    observed: evaluated.get(breach.rule.id) ?? breach.observed,
    reason,
  }));
}

import { type Counts, executedThings, type ThingState, thingsIn } from './counts.ts';
import { exact } from './decimals.ts';

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

/** States of things that fail in a criterion's way. */
export const FAILURES_OF = {
  FAILED: ['failed'],
  REJECTED: ['rejected'],
  TIMED_OUT: ['timedOut'],
  ALL: ['failed', 'rejected', 'timedOut'],
} as const satisfies Readonly<Record<FailureType, readonly ThingState[]>>;

/** Things that failed in a criterion's way. */
export function failuresOf(type: FailureType, counts: Counts): number {
  return thingsIn(FAILURES_OF[type], counts);
}

/** Whether the failures are at `share` percent of a criterion's threshold. A threshold of 0 % takes one failure. */
export function isAtShare(criterion: AbortCriterion, counts: Counts, share: number): boolean {
  const failures = failuresOf(criterion.failureType, counts);
  const limit = (criterion.thresholdPercentage * share * executedThings(counts)) / 100;
  return failures > 0 && failures * 100 >= exact(limit);
}

/** Whether AWS would cancel the rollout at these counts. */
export function abortCriterionHolds(criteria: readonly AbortCriterion[], counts: Counts): boolean {
  return criteria.some(
    (criterion) => executedThings(counts) >= criterion.minExecutedThings && isAtShare(criterion, counts, 100),
  );
}

/** Failures that still lead to the cancellation, if the number of executed things stays as it is. */
export function failuresToCancel(criterion: AbortCriterion, counts: Counts): number {
  const needed = Math.ceil(exact((criterion.thresholdPercentage * executedThings(counts)) / 100));
  return Math.max(0, Math.max(1, needed) - failuresOf(criterion.failureType, counts));
}

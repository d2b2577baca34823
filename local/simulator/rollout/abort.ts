import type { AbortConfigCriteria } from '../wire.ts';
import type { ThingCounts } from './things.ts';

/** The things that have received the task: the denominator of every abort criterion. */
export const executedThings = (counts: ThingCounts): number =>
  counts.IN_PROGRESS + counts.SUCCEEDED + counts.FAILED + counts.REJECTED + counts.TIMED_OUT;

function failedThings(counts: ThingCounts, type: AbortConfigCriteria['FailureType']): number {
  return type === 'ALL' ? counts.FAILED + counts.REJECTED + counts.TIMED_OUT : type ? counts[type] : 0;
}

/**
 * Whether an abort criterion holds: enough things have received the task, and of them at least the threshold
 * percentage failed in the criterion's way. A criterion without a threshold or a failure type never holds.
 */
export function criterionHolds(criterion: AbortConfigCriteria, counts: ThingCounts): boolean {
  const { FailureType, ThresholdPercentage, MinNumberOfExecutedThings = 1 } = criterion;
  if (FailureType === undefined || ThresholdPercentage === undefined) return false;
  const executed = executedThings(counts);
  return (
    executed >= MinNumberOfExecutedThings &&
    100 * failedThings(counts, FailureType) >= ThresholdPercentage * executed
  );
}

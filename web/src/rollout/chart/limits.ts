import type { AbortCriterion, Counts } from '../../../../lib/api/generated/api.ts';
import { count, percent } from '../../format.ts';
import type { ThingState } from '../../thing-states.ts';
import { executed } from '../states.ts';
import type { Step } from './stack.ts';

const FAILURES: readonly ThingState[] = ['failed', 'timedOut', 'rejected'];
const STATES_OF: Readonly<Record<string, readonly ThingState[]>> = {
  FAILED: ['failed'],
  REJECTED: ['rejected'],
  TIMED_OUT: ['timedOut'],
  ALL: FAILURES,
};
export type LimitTone = 'failed' | 'rejected' | 'timed-out' | 'all';
const TONE_OF: Readonly<Record<string, LimitTone>> = {
  FAILED: 'failed',
  REJECTED: 'rejected',
  TIMED_OUT: 'timed-out',
};
const WORDS_OF: Readonly<Record<string, string>> = {
  FAILED: 'failed',
  REJECTED: 'rejected',
  TIMED_OUT: 'timed out',
  ALL: 'failed, rejected or timed out',
};
/** After these AWS cancels nothing any more; and what was in progress is no longer counted as executed. */
const OVER = ['COMPLETED', 'CANCELED', 'DELETED', 'DELETION_IN_PROGRESS'];

/** The failures that an abort criterion counts, and how many of them make AWS cancel the rollout, at each step. */
export interface LimitCurve {
  readonly criterion: AbortCriterion;
  /** What it counts, in words. */
  readonly words: string;
  /** In which color it is drawn: that of its failures. */
  readonly tone: LimitTone;
  readonly failures: readonly number[];
  /** `null` where the criterion counts for nothing: too few things have received the task, or the task is over. */
  readonly limit: readonly (number | null)[];
}

/** Things that failed in the way that a criterion is about. A kind of failure that is not known counts them all. */
export function failuresOf({ failureType }: AbortCriterion, counts: Counts): number {
  return (STATES_OF[failureType] ?? FAILURES).reduce((sum, state) => sum + counts[state], 0);
}

/** How many failures make AWS cancel the rollout at these counts; undefined while too few things have received the task. */
export function failuresAllowed(criterion: AbortCriterion, counts: Counts): number | undefined {
  const things = executed(counts);
  if (things < criterion.minExecutedThings) return undefined;
  // 14 % of 50 is 7.000000000000001 in floating point.
  const share = Number(((criterion.thresholdPercentage * things) / 100).toPrecision(12));
  return Math.max(1, Math.ceil(share));
}

export function limitCurves(criteria: readonly AbortCriterion[], steps: readonly Step[]): LimitCurve[] {
  return criteria.map((criterion) => ({
    criterion,
    words: WORDS_OF[criterion.failureType] ?? criterion.failureType,
    tone: toneOf(criterion),
    failures: steps.map(({ counts }) => failuresOf(criterion, counts)),
    limit: limitAt(criterion, steps),
  }));
}

export const toneOf = ({ failureType }: AbortCriterion): LimitTone => TONE_OF[failureType] ?? 'all';

/** A limit holds up to the step that ends it, so it is drawn to there. */
function limitAt(criterion: AbortCriterion, steps: readonly Step[]): (number | null)[] {
  const held = steps.map(({ status, counts }) =>
    OVER.includes(status) ? undefined : failuresAllowed(criterion, counts),
  );
  return held.map((limit, i) => limit ?? held[i - 1] ?? null);
}

/** What a criterion says. */
export function criterionWords({
  failureType,
  thresholdPercentage,
  minExecutedThings,
}: AbortCriterion): string {
  const least = minExecutedThings > 1 ? `, once ${count(minExecutedThings)} have received it` : '';
  return `${percent(thresholdPercentage)} of the things that have received the task ${WORDS_OF[failureType] ?? failureType}${least}`;
}

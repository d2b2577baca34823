import type { Counts } from './generated/events.ts';

export type { Counts };

/** The eight states of a thing in a rollout, as the API counts them. */
export const THING_STATES = [
  'queued',
  'inProgress',
  'succeeded',
  'failed',
  'rejected',
  'timedOut',
  'removed',
  'canceled',
] as const;

export type ThingState = (typeof THING_STATES)[number];

/** Completes partial counts: a missing one is 0, `total` is the sum of the eight. */
export function countsOf(partial: Partial<Record<ThingState, number>>): Counts {
  const of = (state: ThingState) => partial[state] ?? 0;
  return {
    queued: of('queued'),
    inProgress: of('inProgress'),
    succeeded: of('succeeded'),
    failed: of('failed'),
    rejected: of('rejected'),
    timedOut: of('timedOut'),
    removed: of('removed'),
    canceled: of('canceled'),
    total: THING_STATES.reduce((sum, state) => sum + of(state), 0),
  };
}

export function sameCounts(a: Counts, b: Counts): boolean {
  return THING_STATES.every((state) => a[state] === b[state]);
}

/** Things in any of the given states. */
export function thingsIn(states: readonly ThingState[], counts: Counts): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

/** Things that will not change any more, however they ended. */
export function finishedThings(counts: Counts): number {
  return counts.total - counts.queued - counts.inProgress;
}

/** Things that have received the task: what `MinNumberOfExecutedThings` is compared with. */
export function executedThings(counts: Counts): number {
  return counts.inProgress + counts.succeeded + counts.failed + counts.rejected + counts.timedOut;
}

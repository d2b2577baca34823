/** Accounts that our poller is measured in. */
export interface Size {
  readonly tasks: number;
  readonly rounds: number;
  /** About how long a round takes. */
  readonly seconds: number;
  /** Polls after the first that are not measured: a function that polls each minute has long since compiled what it runs. */
  readonly warmUp: number;
  /** Whether one function hands out the work to others. */
  readonly isShared: boolean;
  /** Whether a poll is measured for which all tasks have changed. */
  readonly isFullyChanged: boolean;
}

/** An account that the naive poller is measured in, and the polls of a round. */
export interface NaivePlan {
  readonly tasks: number;
  /** Where all tasks take too long: so many are polled, and a task takes as long as in the whole. */
  readonly atMost?: number;
  readonly shares: readonly number[];
}

export interface Plan {
  readonly rounds: number;
  /** After which no more is begun: a slow machine has fewer rounds of large accounts. */
  readonly atMostSeconds: number;
  /** Of each request, in milliseconds. */
  readonly latencyMs: number;
  /** Requests of ours, and of the floor, at once. */
  readonly concurrency: number;
  readonly sizes: readonly Size[];
  /** All at the same time: each of them waits for nearly all of its time. */
  readonly naive: readonly NaivePlan[];
  /** About how long a round takes the naive poller. */
  readonly naiveSeconds: number;
}

const COMMON = { latencyMs: 30, concurrency: 50 };

/** A little under 15 minutes. */
export const WHOLE: Plan = {
  ...COMMON,
  rounds: 5,
  atMostSeconds: 880,
  sizes: [
    { tasks: 100, rounds: 5, seconds: 7, warmUp: 5, isShared: false, isFullyChanged: true },
    { tasks: 1_000, rounds: 5, seconds: 16, warmUp: 5, isShared: false, isFullyChanged: true },
    { tasks: 10_000, rounds: 5, seconds: 55, warmUp: 0, isShared: false, isFullyChanged: true },
    { tasks: 100_000, rounds: 1, seconds: 150, warmUp: 0, isShared: true, isFullyChanged: false },
  ],
  naive: [
    { tasks: 100, shares: [0, 0.05, 1] },
    { tasks: 1_000, shares: [0] },
    { tasks: 1_000, shares: [0.05] },
    { tasks: 1_000, atMost: 400, shares: [1] },
    { tasks: 10_000, atMost: 800, shares: [0] },
    { tasks: 10_000, atMost: 800, shares: [0.05] },
    { tasks: 10_000, atMost: 400, shares: [1] },
  ],
  naiveSeconds: 70,
};

/** Under two minutes: enough to see that nothing went wrong. */
export const QUICK: Plan = {
  ...COMMON,
  rounds: 3,
  atMostSeconds: 120,
  sizes: [
    { tasks: 100, rounds: 3, seconds: 4, warmUp: 2, isShared: false, isFullyChanged: true },
    { tasks: 1_000, rounds: 3, seconds: 10, warmUp: 2, isShared: false, isFullyChanged: true },
  ],
  naive: [
    { tasks: 100, shares: [0] },
    { tasks: 100, shares: [0.05] },
    { tasks: 1_000, atMost: 180, shares: [0] },
    { tasks: 1_000, atMost: 180, shares: [0.05] },
    { tasks: 1_000, atMost: 80, shares: [1] },
  ],
  naiveSeconds: 13,
};

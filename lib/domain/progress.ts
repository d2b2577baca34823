import { type Counts, finishedThings } from './counts.ts';

/** How far a rollout was at an instant (epoch milliseconds). A tuple, since many of them are stored. */
export type ProgressSample = readonly [
  at: number,
  finished: number,
  /** Things that were notified: that are neither queued nor were ended in the queue. */
  notified: number,
  /** Failures so far, each attempt of a thing that is tried again counted. */
  failed: number,
  rejected: number,
  timedOut: number,
];

import type { TrackedTask } from '../tracked.ts';
import { undeliveredOf } from './undelivered.ts';
import { viewOf } from './view.ts';

export interface FleetTotals {
  readonly live: number;
  readonly ended: number;
  /** Events that wait for the history or the bus. */
  readonly undelivered: number;
  /** ISO 8601. */
  readonly oldestUndeliveredAt?: string;
}

/** How many tasks there are to look at, and what waits to be delivered. */
export function totalsOf(tasks: readonly TrackedTask[], now: number): FleetTotals {
  const states = tasks.map((task) => viewOf(task, now)?.state);
  const waiting = tasks.map(undeliveredOf);
  const oldest = waiting.flatMap(({ oldestObservedAt }) => oldestObservedAt ?? []).sort()[0];
  return {
    live: states.filter((state) => state === 'live').length,
    ended: states.filter((state) => state === 'ended').length,
    undelivered: waiting.reduce((sum, { count }) => sum + count, 0),
    ...(oldest !== undefined && { oldestUndeliveredAt: oldest }),
  };
}

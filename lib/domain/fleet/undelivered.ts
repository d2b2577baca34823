import type { TrackedTask } from '../tracked.ts';

/** What of a task's events is on its way. */
export interface Undelivered {
  /** Events, each counted once. */
  readonly count: number;
  /** Rows that the history does not have yet. */
  readonly unrecorded: number;
  /** Events that the bus has not accepted yet. */
  readonly unpublished: number;
  /** ISO 8601. */
  readonly oldestObservedAt?: string;
}

/** What is in a task's outbox, as far as the item tells: a row that is recorded, and not for the bus, is delivered. */
export function undeliveredOf(task: TrackedTask | undefined): Undelivered {
  if (task?.state !== 'live') return { count: 0, unrecorded: 0, unpublished: 0 };
  const isUnrecorded = ({ sequence }: { sequence: number }) => sequence > task.recordedThrough;
  const waiting = task.outbox.filter((row) => row.published || isUnrecorded(row));
  const [oldest] = waiting;
  return {
    count: waiting.length,
    unrecorded: waiting.filter(isUnrecorded).length,
    unpublished: waiting.filter(({ published }) => published).length,
    ...(oldest !== undefined && { oldestObservedAt: oldest.observedAt }),
  };
}

import type { DeliveryReport } from './deliver.ts';
import type { TrackedTask } from './domain/tracked.ts';
import type { Looks } from './look.ts';
import type { CallCount } from './ports.ts';

/** What a poll did, for metrics and people. */
export interface PollReport {
  /** Tasks that are watched, or whose last events are on their way. */
  readonly tracked: number;
  readonly polled: number;
  /** Differences that were observed and committed. */
  readonly changes: number;
  readonly published: number;
  readonly setAside: number;
  /** Tasks whose oldest event the bus did not take. */
  readonly refused: number;
  readonly denied: boolean;
  /** Tasks and configurations that could not be read, understood or written. */
  readonly failures: number;
  /** Tracked tasks in whose answer something is missing or not of the form that we know. */
  readonly oddities: number;
  readonly listComplete: boolean;
  /** `LastUpdatedAt` of the list was to be trusted, and was found not to tell of changes. */
  readonly listDistrusted: boolean;
  readonly lostRaces: number;
  /** Tasks whose outbox is full. */
  readonly heldBack: number;
  /** Looks that time was too short for. */
  readonly postponed: number;
  /** Parts of the work that were handed to other functions. */
  readonly shards: number;
  /** Undelivered rows. */
  readonly backlog: number;
  /** Age of the oldest undelivered row, milliseconds. */
  readonly backlogAgeMs: number;
}

/** What a poll did, and what it cost in requests to the service. */
export type MeteredReport = PollReport & { readonly api: CallCount };

/** How many tasks are watched after a poll, and what of them is not delivered. */
export function summarizeTasks(
  tasks: readonly TrackedTask[],
  looks: Looks,
  delivered: DeliveryReport,
  now: number,
): Pick<PollReport, 'tracked' | 'backlog' | 'backlogAgeMs'> {
  const after = new Map<string, TrackedTask>();
  for (const task of [...tasks, ...looks.changed, ...delivered.tasks]) after.set(task.taskId, task);
  const live = [...after.values()].filter((task) => task.state === 'live');
  const undelivered = live.flatMap(({ outbox }) => outbox);
  const oldest = undelivered
    .map(({ observedAt }) => Date.parse(observedAt))
    .reduce((a, b) => Math.min(a, b), now);
  return { tracked: live.length, backlog: undelivered.length, backlogAgeMs: now - oldest };
}

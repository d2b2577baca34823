import { type Counts, sameCounts } from './counts.ts';
import { isRunning } from './rules/clock.ts';
import type { MaintenanceWindow } from './rules/look.ts';
import type { TaskRule } from './rules/rule.ts';
import type { Snapshot, TaskFacts } from './task.ts';
import type { LiveTask } from './tracked.ts';

/**
 * What a function that stays warm remembers of its last look at a task in progress, since a look that finds nothing new is not
 * written. Instants are epoch milliseconds.
 */
export interface LastSeen {
  /** When the looks of that poll began: what happened since then may not have been seen. */
  readonly lookedAt: number;
  readonly counts: Counts;
  /** `LastUpdatedAt` that `GetOtaTask` told. */
  readonly lastUpdatedAt?: string;
  /** `LastUpdatedAt` in the list before that look. */
  readonly listedLastUpdatedAt?: string;
  /** Set where the task was outside its maintenance windows, and in progress on no thing. */
  readonly closed?: { readonly opensAt?: number };
  /** When the task stalls if nothing finishes, at the earliest; left out where no clock runs towards that. */
  readonly stallsAt?: number;
}

/** What to remember of a look; undefined for a task that is not in progress, of which the list says enough. */
export function lastSeenOf(
  facts: TaskFacts,
  { rules: { idle } }: Snapshot,
  context: {
    readonly now: number;
    readonly rules: readonly TaskRule[];
    readonly window?: MaintenanceWindow;
    readonly listedLastUpdatedAt?: string;
  },
): LastSeen | undefined {
  if (facts.status !== 'IN_PROGRESS') return undefined;
  const { now, rules, window, listedLastUpdatedAt } = context;
  const { counts, lastUpdatedAt } = facts;
  const limits = rules.flatMap((rule) => (rule.kind === 'stalled' ? [rule.afterMs] : []));
  const isIdle = idle !== undefined && 'since' in idle && isRunning(idle);
  return {
    lookedAt: now,
    counts,
    ...(lastUpdatedAt !== undefined && { lastUpdatedAt }),
    ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
    ...(window?.open === false && counts.inProgress === 0 && { closed: closedUntil(window.opensAt) }),
    ...(isIdle && { stallsAt: idle.since + Math.min(...limits) }),
  };
}

const closedUntil = (opensAt: number | undefined) => (opensAt === undefined ? {} : { opensAt });

/** What is known of the last look at a task: as remembered, if the snapshot agrees with that; else what the snapshot tells. */
export function lastLookAt({ snapshot }: LiveTask, seen: LastSeen | undefined): LastSeen {
  const { facts, rules, listedLastUpdatedAt } = snapshot;
  if (seen !== undefined && sameCounts(seen.counts, facts.counts)) return seen;
  const { counts, lastUpdatedAt } = facts;
  return {
    lookedAt: rules.lastAt,
    counts,
    ...(lastUpdatedAt !== undefined && { lastUpdatedAt }),
    ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
  };
}

/** Whether a task is outside its maintenance windows as far as is known, and in progress on no thing. */
export function isClosed({ closed }: LastSeen, now: number): boolean {
  return closed !== undefined && now < (closed.opensAt ?? Number.POSITIVE_INFINITY);
}

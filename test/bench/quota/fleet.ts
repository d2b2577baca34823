import type { Urgency } from '../../../lib/domain/cadence.ts';
import { countsOf } from '../../../lib/domain/counts.ts';
import type { LastSeen } from '../../../lib/domain/last-seen.ts';
import type { LiveTask } from '../../../lib/domain/tracked.ts';

/** How many tasks of each urgency there are. */
export type Sizes = Readonly<Record<Urgency, number>>;

const HOUR = 3_600_000;

/** Tasks in progress that are, and stay, of these urgencies. Their ids say nothing of that. */
export function fleetOf(sizes: Sizes, now: number): LiveTask[] {
  const total = sizes.hot + sizes.warm + sizes.quiet;
  return Array.from({ length: total }, (_, index) => {
    // A stride that has no divisor in common with any round number: the urgencies are mixed.
    const taskId = `task${String((index * 7_919) % 1_000_003).padStart(7, '0')}`;
    const urgency = index < sizes.hot ? 'hot' : index < sizes.hot + sizes.warm ? 'warm' : 'quiet';
    return taskOf(taskId, urgency, now);
  });
}

function taskOf(taskId: string, urgency: Urgency, now: number): LiveTask {
  const open = { at: now, kind: 'count', severity: 'error', value: 1, limit: 1 } as const;
  return {
    state: 'live',
    taskId,
    version: 1,
    snapshot: {
      facts: {
        taskId,
        taskArn: `arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/${taskId}`,
        accountId: '123456789012',
        region: 'eu-west-1',
        status: 'IN_PROGRESS',
        counts: countsOf({ queued: 1_000 }),
      },
      trackedSince: now - HOUR,
      rules: { lastAt: now, watchedSince: now, rules: urgency === 'hot' ? { count: { open } } : {} },
      whenUnread: [],
      milestone: 0,
      // Warm for the whole of the simulation.
      samples: urgency === 'warm' ? [[now + 1_000 * HOUR, 0, 0, 0, 0, 0]] : [],
    },
    outbox: [],
    recordedThrough: 0,
  };
}

/** A look that found nothing new. */
export function seenAt({ snapshot }: LiveTask, lookedAt: number): LastSeen {
  return { lookedAt, counts: snapshot.facts.counts };
}

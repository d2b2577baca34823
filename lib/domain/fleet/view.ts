import type { Counts } from '../counts.ts';
import type { StopReason } from '../events.ts';
import { estimatedCompletion, percentComplete, RATE_WINDOW, ratePerMinute } from '../progress.ts';
import { elapsed } from '../rules/clock.ts';
import type { RuleState, Severity } from '../rules/rule.ts';
import type { Snapshot, TaskFacts } from '../task.ts';
import type { LastLook, LiveTask, TrackedTask } from '../tracked.ts';
import { type BreachView, breachesOf } from './breaches.ts';
import { undeliveredOf } from './undelivered.ts';

/** How a task stands, or how it ended, for people who look at it. Instants are ISO 8601. */
export interface TaskView {
  readonly taskId: string;
  readonly state: 'live' | 'ended';
  readonly status: string;
  readonly counts: Counts;
  readonly percentComplete?: number;
  readonly configurationId?: string;
  readonly otaType?: string;
  readonly description?: string;
  readonly trackedSince: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly lastUpdatedAt?: string;
  readonly endedAt?: string;
  readonly stopped?: StopReason;
  /** Things finished per minute over the last 15 minutes. */
  readonly ratePerMinute?: number;
  readonly estimatedEndAt?: string;
  readonly unreadableSince?: string;
  /** Of the breaches that are not muted, or else of those that are. */
  readonly worstSeverity?: Severity;
  /** Worst first, muted ones last. */
  readonly breaches: BreachView[];
  /** Events that wait for the history or the bus. */
  readonly undelivered: number;
}

/**
 * How a task stands, or how it ended.
 *
 * @param now epoch milliseconds
 * @returns undefined for an item that tells nothing of its task
 */
export function viewOf(task: TrackedTask, now: number): TaskView | undefined {
  if (task.state === 'live') return viewOfLive(task, now);
  const last = lastLookOf(task, now);
  return last && viewOfEnded(last);
}

/** How a task ended, as long as that is remembered: a table deletes items only some time after they expire. */
export function lastLookOf(task: TrackedTask, now: number): LastLook | undefined {
  return task.state === 'ended' && task.expiresAt * 1_000 > now ? task.last : undefined;
}

/** How a live task stands. One whose tracking has stopped has ended, though its last events are still on their way. */
export function viewOfLive(task: LiveTask, now: number): TaskView {
  const { facts, trackedSince, rules } = task.snapshot;
  const undelivered = undeliveredOf(task).count;
  const { stopped } = task;
  if (stopped !== undefined)
    return { ...viewOfEnded({ facts, trackedSince, endedAt: rules.lastAt, stopped }), undelivered };
  const breaches = breachesOf(rules);
  const [worst] = breaches;
  const unreadableSince = unreadSince(rules);
  return {
    ...shown(facts, trackedSince),
    state: 'live',
    ...pace(task.snapshot, now),
    ...(unreadableSince !== undefined && { unreadableSince: iso(unreadableSince) }),
    ...(worst !== undefined && { worstSeverity: worst.severity }),
    breaches,
    undelivered,
  };
}

/** How a task ended. */
export function viewOfEnded({ facts, trackedSince, endedAt, stopped }: LastLook): TaskView {
  return {
    ...shown(facts, trackedSince),
    state: 'ended',
    endedAt: iso(endedAt),
    stopped,
    breaches: [],
    undelivered: 0,
  };
}

function shown({ taskArn, accountId, region, endBehavior, ...facts }: TaskFacts, trackedSince: number) {
  const percent = percentComplete(facts.counts);
  return {
    ...facts,
    trackedSince: iso(trackedSince),
    ...(percent !== undefined && { percentComplete: percent }),
  };
}

/**
 * The rate, and when the rest will have finished. Samples are taken when counts change: the newest one tells of the last 15
 * minutes for as long, and after that nothing has finished in them. The estimate counts from that sample, as that of its event
 * does, and goes once it has passed.
 */
function pace({ facts, samples }: Snapshot, now: number): Pick<TaskView, 'ratePerMinute' | 'estimatedEndAt'> {
  const last = samples.at(-1);
  if (last === undefined) return {};
  const [at] = last;
  if (now - at > RATE_WINDOW) return { ratePerMinute: 0 };
  const rate = ratePerMinute(samples);
  const end = facts.otaType === 'CONTINUOUS' ? undefined : estimatedCompletion(facts.counts, rate, at);
  return {
    ...(rate !== undefined && { ratePerMinute: rate }),
    ...(end !== undefined && Date.parse(end) > now && { estimatedEndAt: end }),
  };
}

/** Since when looks fail, epoch milliseconds. */
function unreadSince({ unread, unreadAt }: RuleState): number | undefined {
  return unreadAt === undefined ? undefined : unreadAt - elapsed(unread, unreadAt);
}

const iso = (epochMs: number) => new Date(epochMs).toISOString();

import { isAtShare } from './abort-criteria.ts';
import { executedThings, type ThingState, thingsIn } from './counts.ts';
import { isClosed, type LastSeen } from './last-seen.ts';
import { type ProgressSample, RATE_WINDOW, sampleAt } from './progress.ts';
import { isRunning } from './rules/clock.ts';
import { placeOf, WHOLE } from './shards.ts';
import type { Snapshot } from './task.ts';
import type { LiveTask } from './tracked.ts';

/** How much depends on looking at a task soon, the most urgent first. */
export const URGENCIES = ['hot', 'warm', 'quiet'] as const;
export type Urgency = (typeof URGENCIES)[number];

export interface Cadence {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds from one invocation of the poll to the next. */
  readonly periodMs: number;
  /** Milliseconds from one round of the poll to the next. */
  readonly roundMs: number;
  /** A task in progress is looked at at least so often, milliseconds. */
  readonly maxLatencyMs: number;
}

/** A rollout has just started for so long: what is wrong with it shows first then. */
const START_MS = RATE_WINDOW;
/** Of the threshold of an abort criterion, percent. */
const NEAR_SHARE = 50;
/** Failures of executed things, percent, where no criterion says how many are too many. */
const NEAR_PERCENT = 5;
const FAILURES: readonly ThingState[] = ['failed', 'rejected', 'timedOut'];
/** Outside its windows a task is looked at every so many periods: just so often that no gap comes about. */
const CLOSED_PERIODS = 5;

/**
 * How urgent a task in progress is. Hot: it has just started, a rule is breached or about to be, failures come near what cancels
 * it, or its rate has halved. Quiet: nothing has changed for 15 minutes.
 */
export function urgencyOf({ snapshot }: LiveTask, now: number): Urgency {
  const { trackedSince, rules, samples } = snapshot;
  const isNew = Math.max(trackedSince, rules.runsSince ?? 0) > now - START_MS;
  if (isNew || isAboutToTell(snapshot) || isNearLimit(snapshot) || isRateFalling(samples, now)) return 'hot';
  const changedAt = samples.at(-1)?.[0] ?? trackedSince;
  return changedAt > now - RATE_WINDOW ? 'warm' : 'quiet';
}

/** Whether a rule is breached, or counts towards a breach or a recovery. */
export function isAboutToTell({ rules }: Snapshot): boolean {
  return Object.values(rules.rules).some(({ open, clock }) => open !== undefined || isRunning(clock));
}

function isNearLimit({ facts: { counts }, configuration }: Snapshot): boolean {
  const criteria = configuration?.criteria ?? [];
  if (criteria.length > 0) return criteria.some((criterion) => isAtShare(criterion, counts, NEAR_SHARE));
  const failures = thingsIn(FAILURES, counts);
  return failures > 0 && failures * 100 >= NEAR_PERCENT * executedThings(counts);
}

/** Whether fewer than half as many things have finished lately as in the time before, as far back as is known. */
function isRateFalling(samples: readonly ProgressSample[], now: number): boolean {
  const half = RATE_WINDOW / 2;
  const [first] = samples;
  const before = sampleAt(samples, now - RATE_WINDOW);
  const middle = sampleAt(samples, now - half);
  const last = samples.at(-1);
  if (!first || !before || !middle || !last || first[0] > now - RATE_WINDOW) return false;
  return (last[1] - middle[1]) * 2 < middle[1] - before[1];
}

/**
 * Whether it is time to look at a task in progress. Hot ones are looked at in every round, quiet ones at least every `maxLatencyMs`,
 * and those outside their maintenance windows every five periods, and when one opens.
 */
export function isItsTurn(taskId: string, urgency: Urgency, last: LastSeen, cadence: Cadence): boolean {
  const { roundMs, maxLatencyMs, periodMs } = cadence;
  const atLeast = Math.floor(maxLatencyMs / roundMs);
  if (isClosed(last, cadence.now))
    return isTurnOf(taskId, last, Math.max(atLeast, (CLOSED_PERIODS * periodMs) / roundMs), cadence);
  if (last.closed !== undefined) return true;
  const rounds = { hot: 1, warm: Math.floor(Math.sqrt(atLeast)), quiet: atLeast };
  return isTurnOf(taskId, last, rounds[urgency], cadence);
}

/**
 * Whether a task that is looked at once in so many rounds has its turn: which of them is spread by the places of tasks on the ring,
 * so that they do not come all together.
 */
export function isTurnOf(
  taskId: string,
  { lookedAt }: LastSeen,
  rounds: number,
  { now, roundMs }: Cadence,
): boolean {
  // Rounds are not punctual.
  if (rounds <= 1 || lookedAt > now || now - lookedAt >= (rounds - 0.5) * roundMs) return true;
  const lapMs = rounds * roundMs;
  const offset = (placeOf(taskId) / WHOLE.to) * lapMs;
  return Math.floor((now - offset) / lapMs) > Math.floor((lookedAt - offset) / lapMs);
}

/** How long it takes to look at every task once, as a poll measured that had not the time for all of them. */
export interface Lap {
  readonly ms: number;
  /** When that was measured, epoch milliseconds. */
  readonly at: number;
}

/** So many laps after it was measured, the tasks that it was about have been looked at. */
const LAP_HOLDS = 2;

/**
 * The longest time from look to look that is to be expected of a task in progress: rules count the time in between, and take what
 * is far longer for a gap.
 */
export function longestInterval({ now, periodMs, maxLatencyMs }: Cadence, lap: Lap | undefined): number {
  const isInForce = lap !== undefined && Math.abs(now - lap.at) <= LAP_HOLDS * lap.ms;
  return Math.max(periodMs, maxLatencyMs, isInForce ? lap.ms : 0);
}

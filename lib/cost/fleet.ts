import type { ProgressEvents } from '../domain/diff.ts';
import { pagesOf } from './requests.ts';

/** What is watched, and how. */
export interface Fleet {
  /** Tasks of the account, whatever their status: the list has them all. */
  readonly tasks: number;
  readonly inProgress: number;
  /** Of those in progress, how many are looked at in every round: just started, near a threshold, or ever slower. */
  readonly hot: number;
  /** Looks that find other counts, an hour, over all tasks. */
  readonly changesPerHour: number;
  /** Rollouts that begin, and end, in a day. */
  readonly endedPerDay: number;
  /** From round to round. */
  readonly pollIntervalSeconds: number;
  /** A quiet task is looked at so often at least. */
  readonly maxLatencySeconds: number;
  /** Whether the list is trusted to show what changed. */
  readonly trust: boolean;
  /** Looks of one function, past which a poll is split; `off` without queue and worker. */
  readonly fanOutAbove: number | 'off';
  readonly progressEvents: ProgressEvents;
  readonly slack: boolean;
  readonly pagerduty: boolean;
  readonly api: boolean;
  /** How long a request to the service takes, milliseconds. */
  readonly latencyMs: number;
  /** Months for which the history has been kept. */
  readonly historyMonths: number;
}

/** A month has 30 days. */
export const MONTH_SECONDS = 30 * 86_400;
export const SCHEDULE_SECONDS = 60;
/** Of the tasks that a list that is trusted shows unchanged, so many are looked at all the same. */
const SAMPLED = 10;

/** How often polls run in a month. */
export interface Rhythm {
  /** Of the function that the schedule starts. */
  readonly invocations: number;
  readonly roundsEach: number;
  readonly rounds: number;
}

export function rhythmOf({ pollIntervalSeconds }: Fleet): Rhythm {
  const invocations = MONTH_SECONDS / Math.max(SCHEDULE_SECONDS, pollIntervalSeconds);
  const roundsEach = Math.max(1, Math.floor(SCHEDULE_SECONDS / pollIntervalSeconds));
  return { invocations, roundsEach, rounds: invocations * roundsEach };
}

/** What an average round finds. */
export interface Round {
  readonly looks: number;
  /** Tasks whose counts differ. */
  readonly changed: number;
  /** Tasks that are seen for the first time, and as many that are seen to have ended. */
  readonly begun: number;
}

export function roundOf(fleet: Fleet): Round {
  const { inProgress, changesPerHour, endedPerDay } = fleet;
  const { rounds } = rhythmOf(fleet);
  const visits = visitsOf(fleet);
  const perRound = (monthly: number) => monthly / rounds;
  // What changes twice between two looks is one difference.
  const changed = Math.min(visits, perRound(changesPerHour * 24 * 30));
  const begun = perRound(endedPerDay * 30);
  const shown = fleet.trust ? Math.min(visits, changed + Math.min(SAMPLED, inProgress)) : visits;
  return { looks: shown + 2 * begun, changed, begun };
}

/** A task that has changed so lately is warm, and looked at more often than a quiet one. */
const WARM_HOURS = 0.25;

/** Tasks in progress whose turn it is: hot ones in each round, quiet ones once in `maxLatencySeconds`, warm ones in between. */
function visitsOf(fleet: Fleet): number {
  const { inProgress, hot, changesPerHour, pollIntervalSeconds, maxLatencySeconds } = fleet;
  const often = Math.min(hot, inProgress);
  const others = inProgress - often;
  const warm = others === 0 ? 0 : others * (1 - Math.exp((-changesPerHour * WARM_HOURS) / inProgress));
  const rounds = Math.max(1, Math.floor(maxLatencySeconds / pollIntervalSeconds));
  return often + warm / Math.floor(Math.sqrt(rounds)) + (others - warm) / rounds;
}

/** Rounds of an invocation that read the list: the first, and the others too where that saves looks. */
export function sweepsEach(fleet: Fleet): number {
  const { roundsEach } = rhythmOf(fleet);
  return fleet.trust && visitsOf(fleet) > pagesOf(fleet.tasks) ? roundsEach : 1;
}

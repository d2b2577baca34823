import type { AbortCriterion } from '../abort-criteria.ts';
import type { ThingState } from '../counts.ts';
import type { RuleKind, Severity } from '../generated/events.ts';

export type { RuleKind, Severity };

/** States of things that count as failures. */
export const FAILURE_STATES = ['failed', 'rejected', 'timedOut'] as const;
export type FailureState = (typeof FAILURE_STATES)[number];

/** What every rule has. Durations are milliseconds. */
interface Common {
  /** Stable, and unique in the task. */
  readonly id: string;
  readonly severity: Severity;
  /** How long it must hold before it is breached. */
  readonly forMs: number;
  /** How long it must have been gone before it has recovered. */
  readonly keepFiringForMs: number;
  /** A breach of severity `critical` that is still open is told again each time this long has passed. */
  readonly repeatEveryMs?: number;
  /** Until when breaches are recorded and not published, epoch milliseconds. */
  readonly mutedUntil?: number;
}

/** A criterion at which AWS cancels the rollout, at a share (percent) of its threshold. */
export interface AbortCriteriaRule extends Common {
  readonly kind: 'abort-criteria';
  readonly criterion: AbortCriterion;
  readonly share: number;
}

/** Failures over things executed (or all of them) at or above a percentage. */
export interface RatioRule extends Common {
  readonly kind: 'ratio';
  readonly failures: readonly FailureState[];
  readonly of: 'executed' | 'total';
  readonly percent: number;
  /** Recovered below this percentage; at most `percent`. */
  readonly recoverBelow: number;
  /** Fewer executed things than this breach nothing. */
  readonly minExecuted: number;
}

/** Things in any of the given states: at least so many. */
export interface CountRule extends Common {
  readonly kind: 'count';
  readonly states: readonly ThingState[];
  readonly things: number;
  /** Recovered below this number; at most `things`. */
  readonly recoverBelow: number;
}

/** New failures within a sliding window: at least so many per minute. */
export interface RateRule extends Common {
  readonly kind: 'rate';
  readonly failures: readonly FailureState[];
  readonly perMinute: number;
  /** Recovered below this rate; at most `perMinute`. */
  readonly recoverBelow: number;
  readonly windowMs: number;
}

/** In progress, things left, and nothing finished for a while. */
export interface StalledRule extends Common {
  readonly kind: 'stalled';
  readonly afterMs: number;
  /** While things are in progress, wait at least for the configuration's `InProgressTimeoutInMinutes`. */
  readonly awaitTimeout: boolean;
}

/** Still running this long after its end time, or projected to be. */
export interface OverdueRule extends Common {
  readonly kind: 'overdue';
  readonly afterMs: number;
  readonly projected: boolean;
}

/** Things are notified at less than this percentage of the rate that the configuration's `RolloutConfig` promises. */
export interface SlowRule extends Common {
  readonly kind: 'slow';
  readonly percent: number;
  /** Recovered at or above this percentage; at least `percent`. */
  readonly recoverAbove: number;
  readonly windowMs: number;
}

/** Still SCHEDULED this long after its start time. */
export interface StuckScheduledRule extends Common {
  readonly kind: 'stuck-scheduled';
  readonly afterMs: number;
}

/** A share of things finished is reached: told once, and never recovered. */
export interface MilestoneRule extends Common {
  readonly kind: 'milestone';
  readonly percent: number;
}

/** The task cannot be read for this long. */
export interface UnreachableRule extends Common {
  readonly kind: 'unreachable';
  readonly afterMs: number;
}

/** A tag of the task that is meant for us and cannot be understood: ignored, and told. */
export interface MalformedTagRule extends Common {
  readonly kind: 'malformed-tag';
  readonly tag: string;
  /** What is wrong with it, without its value. */
  readonly problem: string;
}

/** A rule as it applies to one task. */
export type TaskRule =
  | AbortCriteriaRule
  | RatioRule
  | CountRule
  | RateRule
  | StalledRule
  | OverdueRule
  | SlowRule
  | StuckScheduledRule
  | MilestoneRule
  | UnreachableRule
  | MalformedTagRule;

/** How an open breach is remembered: enough to close it when its rule is gone. */
export interface OpenBreach {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: RuleKind;
  readonly severity: Severity;
  readonly value: number;
  readonly limit: number;
  readonly numerator?: number;
  readonly denominator?: number;
  /** It is in the history only. */
  readonly muted?: true;
  /** Reminders that were due so far. */
  readonly reminders?: number;
}

/**
 * A clock that runs since an instant (epoch milliseconds), or that stands and has run so long (milliseconds). Once all that it
 * counts towards is `told`, it does not matter any more when the task is looked at.
 */
export type Clock = { readonly since: number; readonly told?: true } | { readonly held: number };

/** What is remembered of one rule. */
export interface RuleMemory {
  /** How long it has held or, once it is breached, how long it has been gone. */
  readonly clock?: Clock;
  readonly open?: OpenBreach;
  /** When it was breached of late, epoch milliseconds. */
  readonly recent?: readonly number[];
  /** A milestone that was told. */
  readonly reached?: true;
}

/** What the rules of a task remember from look to look. */
export interface RuleState {
  /** The last look that succeeded, up to which clocks have run, epoch milliseconds. */
  readonly lastAt: number;
  /** Since when no two looks that succeeded were far apart, epoch milliseconds. */
  readonly watchedSince: number;
  /** When a task that nothing else calls for is to be looked at, epoch milliseconds. */
  readonly dueAt?: number;
  /** Since which look things are to finish: in progress, begun, and in a maintenance window; epoch milliseconds. */
  readonly runsSince?: number;
  /** A rate is measured: time counts, whether clocks run or not. */
  readonly measures?: true;
  /** How long nothing has finished. */
  readonly idle?: Clock;
  /** How long the task could not be read. */
  readonly unread?: Clock;
  /** The look before, if it failed: epoch milliseconds. */
  readonly unreadAt?: number;
  readonly rules: Readonly<Record<string, RuleMemory>>;
}

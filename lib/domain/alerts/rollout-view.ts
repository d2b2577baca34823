import type { Counts } from '../counts.ts';
import type { InferredCause, Severity, StopReason } from '../generated/events.ts';

/** A breach that has not recovered, as the newest event said that told it or reminded of it. */
export interface OpenBreach {
  readonly ruleId: string;
  readonly sequence: number;
  readonly severity: Severity;
  /** What happened, with the numbers: a sentence for people. */
  readonly summary: string;
  /** When it began: ISO 8601. */
  readonly breachedAt: string;
}

/** Sequences of the newest events of some sorts, 0 for none: what tells whether one that comes late is still news. */
export interface NewestSequences {
  /** `OTA Task Status Changed`. */
  readonly statusChanged: number;
  /** `OTA Task Progressed`. */
  readonly progressed: number;
  /** `OTA Task Tracking Stopped`: breaches from before it are over. */
  readonly stopped: number;
  /** Any event of a task that is over or no longer watched: rates from before it are history. */
  readonly over: number;
}

/** What a subscriber knows of a rollout from the events that it has seen. Instants are ISO 8601. */
export interface RolloutView {
  readonly taskId: string;
  /** Of the newest event that was seen: status, counts and facts are of that event. */
  readonly sequence: number;
  readonly observedAt: string;
  readonly status: string;
  readonly counts: Counts;
  readonly taskArn?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly configurationId?: string;
  readonly otaType?: string;
  readonly description?: string;
  /** Of the newest status change, where that was to CANCELED. */
  readonly inferredCause?: InferredCause;
  /** Of the newest `OTA Task Progressed`; left out once the task is over. */
  readonly ratePerMinute?: number;
  readonly estimatedCompletionAt?: string;
  /** Why watching it stopped; left out while it is watched. */
  readonly stopped?: StopReason;
  /** Breaches that are open, oldest first; milestones are none. */
  readonly open: readonly OpenBreach[];
  /**
   * Rules that recovered since tracking last stopped, by the sequence of that event: a breach from before it comes too late to
   * open anything. As many as the task has rules.
   */
  readonly recovered: Readonly<Record<string, number>>;
  readonly newest: NewestSequences;
}

import type { Counts } from '../counts.ts';
import type { InferredCause, Severity, StopReason } from '../generated/events.ts';

/** A breach that has not recovered. */
export interface OpenBreach {
  readonly ruleId: string;
  /** Of the event that told it. */
  readonly sequence: number;
  readonly severity: Severity;
  /** What happened, with the numbers: a sentence for people. */
  readonly summary: string;
  /** ISO 8601. */
  readonly breachedAt: string;
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
  /** Of the newest status change to CANCELED. */
  readonly inferredCause?: InferredCause;
  /** Of the newest `OTA Task Progressed`; left out once the task is over. */
  readonly ratePerMinute?: number;
  readonly estimatedCompletionAt?: string;
  /** Why watching it stopped; left out while it is watched. */
  readonly stopped?: StopReason;
  /** Breaches that are open, oldest first; milestones are none. */
  readonly open: readonly OpenBreach[];
  /** Rules that recovered, by the sequence of that event: a breach from before it comes too late to open anything. */
  readonly recovered: Readonly<Record<string, number>>;
}

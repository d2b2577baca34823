// Generated from events/schemas by `npm run generate`. Do not edit.

/**
 * SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED, DELETION_IN_PROGRESS, a value that the API adds later, or DELETED once the API no longer knows the task.
 */
export type TaskStatus = string;
/**
 * Detail of "OTA Task Configuration Changed": the task was moved to another configuration.
 */
export type ConfigurationChangedDetail = CommonDetail & {
  /**
   * Left out when the task had none.
   */
  previousConfigurationId?: string;
};
/**
 * History row only, never on the bus: an event that the bus refused for good ("OTA Task Event Set Aside").
 */
export type EventSetAsideDetail = CommonDetail & {
  /**
   * Sequence of the event that was refused.
   */
  setAsideSequence: number;
  errorCode: string;
  errorMessage?: string;
};
/**
 * Detail of "OTA Task Progressed": the counts differ. The estimated completion assumes the present rate; it is left out when nothing finishes and for CONTINUOUS tasks.
 */
export type ProgressedDetail = CommonDetail & {
  previousCounts: Counts;
  /**
   * Share of things that are finished in any way, rounded down to two decimals. Left out while the task has no things.
   */
  percentComplete?: number;
  /**
   * Things finished per minute over the last 15 minutes of observations. Negative when counts fell.
   */
  ratePerMinute?: number;
  estimatedCompletionAt?: Instant;
};
/**
 * ISO 8601, UTC, milliseconds.
 */
export type Instant = string;
/**
 * Detail of "OTA Task Status Changed".
 */
export type StatusChangedDetail = CommonDetail & {
  previousStatus: TaskStatus;
  /**
   * Whether the new status is an end: COMPLETED, CANCELED or DELETED.
   */
  terminal: boolean;
  inferredCause?: InferredCause;
};
/**
 * On CANCELED only. The API gives no reason; this is what the facts point to.
 */
export type InferredCause = 'abort-criteria' | 'end-time' | 'operator';
/**
 * Detail of "OTA Task Threshold Breached": a rule starts to hold.
 */
export type ThresholdBreachedDetail = CommonDetail & {
  rule: Rule;
  observed: Observed;
  summary: Summary;
  /**
   * When the rule was breached, if that is not now: on a reminder, and on a breach that was muted.
   */
  breachedAt?: Instant;
  /**
   * Counts the reminders of a breach that is still open; left out when it is told for the first time.
   */
  reminder?: number;
  /**
   * The rule is breached again and again: its recovery is told only when it lasts.
   */
  flapping?: true;
  /**
   * Things that failed most recently, as far as they could be read.
   *
   * @maxItems 20
   */
  sampleThings?: SampleThing[];
};
export type RuleKind =
  | 'abort-criteria'
  | 'ratio'
  | 'count'
  | 'rate'
  | 'stalled'
  | 'overdue'
  | 'slow'
  | 'stuck-scheduled'
  | 'milestone'
  | 'unreachable'
  | 'malformed-tag';
/**
 * PagerDuty's severities.
 */
export type Severity = 'info' | 'warning' | 'error' | 'critical';
export type Unit = 'percent' | 'things' | 'seconds' | 'tags';
/**
 * What happened, with the numbers: a sentence for people.
 */
export type Summary = string;
/**
 * Detail of "OTA Task Threshold Recovered": a breached rule no longer holds, or its task ended.
 */
export type ThresholdRecoveredDetail = CommonDetail & {
  rule: Rule;
  observed: Observed;
  breachedAt: Instant;
  reason: RecoveryReason;
  summary: Summary;
  /**
   * From the breach to its end.
   */
  durationSeconds: number;
};
export type RecoveryReason = 'recovered' | 'task-ended' | 'rule-removed';
/**
 * Detail of "OTA Task Tracking Started": first sight of a task.
 */
export type TrackingStartedDetail = CommonDetail & {
  reason: StartReason;
};
export type StartReason = 'discovered' | 'requested';
/**
 * Detail of "OTA Task Tracking Stopped": the task ended, was deleted, or was untracked.
 */
export type TrackingStoppedDetail = CommonDetail & {
  reason: StopReason;
};
export type StopReason = 'completed' | 'canceled' | 'deleted' | 'requested';

export interface EventSchemas {
  'common.schema.json': CommonDetail;
  'configuration-changed.schema.json': ConfigurationChangedDetail;
  'event-set-aside.schema.json': EventSetAsideDetail;
  'progressed.schema.json': ProgressedDetail;
  'status-changed.schema.json': StatusChangedDetail;
  'threshold-breached.schema.json': ThresholdBreachedDetail;
  'threshold-recovered.schema.json': ThresholdRecoveredDetail;
  'tracking-started.schema.json': TrackingStartedDetail;
  'tracking-stopped.schema.json': TrackingStoppedDetail;
}
/**
 * The fields that the detail of every ota-watch event has. Facts that are not known are left out, never null.
 */
export interface CommonDetail {
  /**
   * Raised when a change is not additive.
   */
  schemaVersion: '1';
  /**
   * <taskId>:<sequence>. The same for every delivery of one event: deduplicate by it.
   */
  eventId: string;
  /**
   * Counts the task's history rows from 1, without gaps.
   */
  sequence: number;
  /**
   * Sequence of the task's previous published event; left out on its first. A subscriber that has not seen it has missed one.
   */
  previousSequence?: number;
  /**
   * When ota-watch observed it: ISO 8601, UTC, milliseconds.
   */
  observedAt: string;
  taskId: string;
  taskArn?: string;
  accountId?: string;
  region?: string;
  configurationId?: string;
  /**
   * ONE_TIME, CONTINUOUS, or a value that the API adds later.
   */
  otaType?: string;
  description?: string;
  /**
   * As the API reports it.
   */
  lastUpdatedAt?: string;
  status: TaskStatus;
  counts: Counts;
  /**
   * SHA-256 of the event's history row: a witness outside the history table.
   */
  hash: string;
  /**
   * Only on an event that somebody had published again from the history; all else is as it was the first time.
   */
  replay?: true;
}
/**
 * Number of things in each state.
 */
export interface Counts {
  queued: number;
  inProgress: number;
  succeeded: number;
  failed: number;
  rejected: number;
  timedOut: number;
  removed: number;
  canceled: number;
  /**
   * The sum of the eight.
   */
  total: number;
}
export interface Rule {
  /**
   * Stable, and unique in the task.
   */
  id: string;
  kind: RuleKind;
  severity: Severity;
  /**
   * What the rule says: a sentence for people.
   */
  description: string;
}
export interface Observed {
  value: number;
  limit: number;
  unit: Unit;
  /**
   * Ratios only: things counted against the limit.
   */
  numerator?: number;
  /**
   * Ratios only: things that the numerator is a share of.
   */
  denominator?: number;
}
export interface SampleThing {
  managedThingId: string;
  status: string;
  retryAttempt?: number;
  lastUpdatedAt?: Instant;
}

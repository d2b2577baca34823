import type { AbortCriterion } from './abort-criteria.ts';
import type { Counts } from './counts.ts';
import type { ProgressSample } from './progress.ts';
import type { RuleState, UnreachableRule } from './rules/rule.ts';

/** Our own status, for a task that was tracked and that the API no longer knows. */
export const DELETED = 'DELETED';

const TERMINAL: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELED', DELETED]);

/** Whether a status is an end. DELETION_IN_PROGRESS and statuses that do not exist yet are not. */
export function isTerminal(status: string): boolean {
  return TERMINAL.has(status);
}

/** Whether a task is over or on its way out. Finished tasks are deleted long after: their failures are old news then. */
export function isEnding(status: string): boolean {
  return isTerminal(status) || status === 'DELETION_IN_PROGRESS';
}

/** What one look at a task told, bounded in size. Instants are ISO 8601, UTC, milliseconds. */
export interface TaskFacts {
  readonly taskId: string;
  readonly taskArn: string;
  readonly accountId: string;
  readonly region: string;
  readonly status: string;
  readonly counts: Counts;
  readonly configurationId?: string;
  readonly otaType?: string;
  readonly description?: string;
  readonly lastUpdatedAt?: string;
  /** `OtaSchedulingConfig.StartTime`, where it could be read. */
  readonly startTime?: string;
  /** `OtaSchedulingConfig.EndTime`, where it could be read. */
  readonly endTime?: string;
  /** `OtaSchedulingConfig.EndBehavior`. */
  readonly endBehavior?: string;
}

/** A task as `ListOtaTasks` shows it: no counts, no tags. Instants are ISO 8601. */
export interface TaskSummary {
  readonly taskId: string;
  readonly status: string;
  readonly configurationId?: string;
  readonly createdAt?: string;
  readonly lastUpdatedAt?: string;
}

/** `PushConfig.RolloutConfig` of a configuration: things notified per minute. */
export interface RolloutPace {
  /** `MaximumPerMinute`. */
  readonly maximumPerMinute?: number;
  /** `ExponentialRolloutRate.BaseRatePerMinute`: the rate at the start of one that grows. */
  readonly basePerMinute?: number;
}

/** What rules need to know of a configuration (`GetOtaTaskConfiguration`). */
export interface TaskConfiguration {
  readonly configurationId: string;
  readonly criteria: readonly AbortCriterion[];
  readonly pace?: RolloutPace;
  /** `TimeoutConfig.InProgressTimeoutInMinutes`. */
  readonly inProgressTimeoutMinutes?: number;
}

/** All that the next diff of a task needs to know. */
export interface Snapshot {
  readonly facts: TaskFacts;
  /** When tracking began, epoch milliseconds. */
  readonly trackedSince: number;
  /** The task's configuration, or the last one that could be read. */
  readonly configuration?: TaskConfiguration;
  readonly rules: RuleState;
  /** Names the rule set that the rules of the last look were from. */
  readonly ruleSet?: string;
  /** The rules that apply while the task cannot be read: then its tags are not known either. */
  readonly whenUnread: readonly UnreachableRule[];
  /** Highest milestone (percent) that was reached; 0 for none. */
  readonly milestone: number;
  /** How far the rollout was over time, oldest first. */
  readonly samples: readonly ProgressSample[];
  /** `LastUpdatedAt` of the task in the list when it was last looked at: the list is compared with the list. */
  readonly listedLastUpdatedAt?: string;
}

import type { Counts } from './counts.ts';
import type { ProgressSample } from './progress.ts';
import type { AbortCriterion, Breaches } from './rules.ts';

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

/** The abort criteria of a configuration. */
export interface ConfigurationCriteria {
  readonly configurationId: string;
  readonly criteria: readonly AbortCriterion[];
}

/** All that the next diff of a task needs to know. */
export interface Snapshot {
  readonly facts: TaskFacts;
  /** The abort criteria in force: of the task's configuration, or the last ones that could be read. */
  readonly criteria?: ConfigurationCriteria;
  readonly breaches: Breaches;
  /** Highest milestone (percent) that was reached; 0 for none. */
  readonly milestone: number;
  /** Finished things over time, oldest first. */
  readonly samples: readonly ProgressSample[];
  /** `LastUpdatedAt` of the task in the list when it was last looked at: the list is compared with the list. */
  readonly listedLastUpdatedAt?: string;
}

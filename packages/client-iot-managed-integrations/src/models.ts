import type {
  AbortCriteriaAction,
  AbortCriteriaFailureType,
  OtaMechanism,
  OtaProtocol,
  OtaStatus,
  OtaTaskExecutionStatus,
  OtaType,
  RetryCriteriaFailureType,
  SchedulingConfigEndBehavior,
} from './enums.ts';

export interface AbortConfigCriteria {
  Action?: AbortCriteriaAction | undefined;
  FailureType?: AbortCriteriaFailureType | undefined;
  /** Things that must have received the task before the criterion applies, 1 to 100. */
  MinNumberOfExecutedThings?: number | undefined;
  /** Percent of the executed things, up to 100; may be fractional. */
  ThresholdPercentage?: number | undefined;
}

export interface OtaTaskAbortConfig {
  AbortConfigCriteriaList?: AbortConfigCriteria[] | undefined;
}

/** The service spells these two members with a small n. */
export interface RolloutRateIncreaseCriteria {
  numberOfNotifiedThings?: number | undefined;
  numberOfSucceededThings?: number | undefined;
}

export interface ExponentialRolloutRate {
  BaseRatePerMinute?: number | undefined;
  /** Factor by which the rate grows, 1.1 to 5. */
  IncrementFactor?: number | undefined;
  RateIncreaseCriteria?: RolloutRateIncreaseCriteria | undefined;
}

export interface OtaTaskExecutionRolloutConfig {
  ExponentialRolloutRate?: ExponentialRolloutRate | undefined;
  MaximumPerMinute?: number | undefined;
}

export interface OtaTaskTimeoutConfig {
  InProgressTimeoutInMinutes?: number | undefined;
}

export interface PushConfig {
  AbortConfig?: OtaTaskAbortConfig | undefined;
  RolloutConfig?: OtaTaskExecutionRolloutConfig | undefined;
  TimeoutConfig?: OtaTaskTimeoutConfig | undefined;
}

export interface RetryConfigCriteria {
  FailureType?: RetryCriteriaFailureType | undefined;
  MinNumberOfRetries?: number | undefined;
}

export interface OtaTaskExecutionRetryConfig {
  RetryConfigCriteria?: RetryConfigCriteria[] | undefined;
}

export interface ScheduleMaintenanceWindow {
  DurationInMinutes?: number | undefined;
  /** A string of the service's own form, not a timestamp. */
  StartTime?: string | undefined;
}

/** Start and end times are strings on the wire, not timestamps. */
export interface OtaTaskSchedulingConfig {
  EndBehavior?: SchedulingConfigEndBehavior | undefined;
  EndTime?: string | undefined;
  MaintenanceWindows?: ScheduleMaintenanceWindow[] | undefined;
  StartTime?: string | undefined;
}

/** The service spells three of the counters with a capital N and five with a small one. */
export interface TaskProcessingDetails {
  NumberOfCanceledThings?: number | undefined;
  NumberOfFailedThings?: number | undefined;
  NumberOfInProgressThings?: number | undefined;
  numberOfQueuedThings?: number | undefined;
  numberOfRejectedThings?: number | undefined;
  numberOfRemovedThings?: number | undefined;
  numberOfSucceededThings?: number | undefined;
  numberOfTimedOutThings?: number | undefined;
  /** Unbounded. */
  processingTargets?: string[] | undefined;
}

export interface GetOtaTaskRequest {
  Identifier: string | undefined;
}

export interface GetOtaTaskResponse {
  TaskId?: string | undefined;
  TaskArn?: string | undefined;
  Description?: string | undefined;
  S3Url?: string | undefined;
  Protocol?: OtaProtocol | undefined;
  OtaType?: OtaType | undefined;
  OtaTargetQueryString?: string | undefined;
  OtaMechanism?: OtaMechanism | undefined;
  /** Unbounded. */
  Target?: string[] | undefined;
  CreatedAt?: Date | undefined;
  LastUpdatedAt?: Date | undefined;
  TaskConfigurationId?: string | undefined;
  TaskProcessingDetails?: TaskProcessingDetails | undefined;
  OtaSchedulingConfig?: OtaTaskSchedulingConfig | undefined;
  OtaTaskExecutionRetryConfig?: OtaTaskExecutionRetryConfig | undefined;
  Status?: OtaStatus | undefined;
  /** Sensitive: the SDK's logger hides it. */
  Tags?: Record<string, string> | undefined;
}

export interface GetOtaTaskConfigurationRequest {
  Identifier: string | undefined;
}

export interface GetOtaTaskConfigurationResponse {
  TaskConfigurationId?: string | undefined;
  /** Sensitive: the SDK's logger hides it. */
  Name?: string | undefined;
  PushConfig?: PushConfig | undefined;
  Description?: string | undefined;
  CreatedAt?: Date | undefined;
}

export interface ListOtaTasksRequest {
  NextToken?: string | undefined;
  /** 1 to 1000. */
  MaxResults?: number | undefined;
}

export interface OtaTaskSummary {
  TaskId?: string | undefined;
  TaskArn?: string | undefined;
  CreatedAt?: Date | undefined;
  LastUpdatedAt?: Date | undefined;
  TaskConfigurationId?: string | undefined;
  Status?: OtaStatus | undefined;
}

export interface ListOtaTasksResponse {
  Tasks?: OtaTaskSummary[] | undefined;
  NextToken?: string | undefined;
}

export interface ListOtaTaskExecutionsRequest {
  Identifier: string | undefined;
  NextToken?: string | undefined;
  /** 1 to 1000. */
  MaxResults?: number | undefined;
}

export interface OtaTaskExecutionSummary {
  ExecutionNumber?: number | undefined;
  LastUpdatedAt?: Date | undefined;
  QueuedAt?: Date | undefined;
  RetryAttempt?: number | undefined;
  StartedAt?: Date | undefined;
  Status?: OtaTaskExecutionStatus | undefined;
}

export interface OtaTaskExecutionSummaries {
  TaskExecutionSummary?: OtaTaskExecutionSummary | undefined;
  ManagedThingId?: string | undefined;
}

export interface ListOtaTaskExecutionsResponse {
  ExecutionSummaries?: OtaTaskExecutionSummaries[] | undefined;
  NextToken?: string | undefined;
}

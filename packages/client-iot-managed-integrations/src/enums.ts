export const AbortCriteriaAction = { CANCEL: 'CANCEL' } as const;
export type AbortCriteriaAction = (typeof AbortCriteriaAction)[keyof typeof AbortCriteriaAction];

export const AbortCriteriaFailureType = {
  ALL: 'ALL',
  FAILED: 'FAILED',
  REJECTED: 'REJECTED',
  TIMED_OUT: 'TIMED_OUT',
} as const;
export type AbortCriteriaFailureType =
  (typeof AbortCriteriaFailureType)[keyof typeof AbortCriteriaFailureType];

export const OtaMechanism = { PUSH: 'PUSH' } as const;
export type OtaMechanism = (typeof OtaMechanism)[keyof typeof OtaMechanism];

export const OtaProtocol = { HTTP: 'HTTP' } as const;
export type OtaProtocol = (typeof OtaProtocol)[keyof typeof OtaProtocol];

export const OtaStatus = {
  CANCELED: 'CANCELED',
  COMPLETED: 'COMPLETED',
  DELETION_IN_PROGRESS: 'DELETION_IN_PROGRESS',
  IN_PROGRESS: 'IN_PROGRESS',
  SCHEDULED: 'SCHEDULED',
} as const;
export type OtaStatus = (typeof OtaStatus)[keyof typeof OtaStatus];

export const OtaTaskExecutionStatus = {
  CANCELED: 'CANCELED',
  FAILED: 'FAILED',
  IN_PROGRESS: 'IN_PROGRESS',
  QUEUED: 'QUEUED',
  REJECTED: 'REJECTED',
  REMOVED: 'REMOVED',
  SUCCEEDED: 'SUCCEEDED',
  TIMED_OUT: 'TIMED_OUT',
} as const;
export type OtaTaskExecutionStatus = (typeof OtaTaskExecutionStatus)[keyof typeof OtaTaskExecutionStatus];

export const OtaType = { CONTINUOUS: 'CONTINUOUS', ONE_TIME: 'ONE_TIME' } as const;
export type OtaType = (typeof OtaType)[keyof typeof OtaType];

export const RetryCriteriaFailureType = { ALL: 'ALL', FAILED: 'FAILED', TIMED_OUT: 'TIMED_OUT' } as const;
export type RetryCriteriaFailureType =
  (typeof RetryCriteriaFailureType)[keyof typeof RetryCriteriaFailureType];

export const SchedulingConfigEndBehavior = {
  CANCEL: 'CANCEL',
  FORCE_CANCEL: 'FORCE_CANCEL',
  STOP_ROLLOUT: 'STOP_ROLLOUT',
} as const;
export type SchedulingConfigEndBehavior =
  (typeof SchedulingConfigEndBehavior)[keyof typeof SchedulingConfigEndBehavior];

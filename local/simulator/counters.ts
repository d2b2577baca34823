import type { WireDocument } from './document.ts';
import { THING_STATUSES, type ThingCounts, type ThingStatus } from './rollout/things.ts';

/** The member that counts the things of a status. The service capitalises three of the eight. */
export const COUNTERS: Readonly<Record<ThingStatus, string>> = {
  CANCELED: 'NumberOfCanceledThings',
  FAILED: 'NumberOfFailedThings',
  IN_PROGRESS: 'NumberOfInProgressThings',
  QUEUED: 'numberOfQueuedThings',
  REJECTED: 'numberOfRejectedThings',
  REMOVED: 'numberOfRemovedThings',
  SUCCEEDED: 'numberOfSucceededThings',
  TIMED_OUT: 'numberOfTimedOutThings',
};

/** The `TaskProcessingDetails` of a task with these counts. */
export const processingDetails = (
  counts: Readonly<ThingCounts>,
  processingTargets: readonly string[],
): WireDocument => ({
  ...Object.fromEntries(THING_STATUSES.map((status) => [COUNTERS[status], counts[status]])),
  processingTargets,
});

import { type Counts, countsOf, type ThingState } from '../../lib/domain/counts.ts';
import type { DiffContext } from '../../lib/domain/diff.ts';
import type { AbortCriterion } from '../../lib/domain/rules.ts';
import type { Snapshot, TaskFacts } from '../../lib/domain/task.ts';
import type { LiveTask } from '../../lib/domain/tracked.ts';

/** The instant at which tests happen unless they say otherwise. */
export const NOON = Date.UTC(2026, 10, 22, 12);
export const MINUTE = 60_000;

export const counts = (partial: Partial<Record<ThingState, number>> = { queued: 100 }): Counts =>
  countsOf(partial);

export function facts(overrides: Partial<TaskFacts> = {}): TaskFacts {
  return {
    taskId: 'task1',
    taskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
    accountId: '123456789012',
    region: 'eu-west-1',
    status: 'IN_PROGRESS',
    counts: counts(),
    configurationId: 'config1',
    otaType: 'ONE_TIME',
    ...overrides,
  };
}

export function criterion(overrides: Partial<AbortCriterion> = {}): AbortCriterion {
  return { failureType: 'FAILED', thresholdPercentage: 20, minExecutedThings: 10, ...overrides };
}

export function snapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return { facts: facts(), breaches: {}, milestone: 0, samples: [], ...overrides };
}

export function context(overrides: Partial<DiffContext> = {}): DiffContext {
  return { now: NOON, progressEvents: 'milestones', ...overrides };
}

export function liveTask(overrides: Partial<LiveTask> = {}): LiveTask {
  return {
    state: 'live',
    taskId: 'task1',
    version: 1,
    snapshot: snapshot(),
    outbox: [],
    recordedThrough: 0,
    ...overrides,
  };
}

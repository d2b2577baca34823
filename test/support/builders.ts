import type { AbortCriterion } from '../../lib/domain/abort-criteria.ts';
import { type Counts, countsOf, type ThingState } from '../../lib/domain/counts.ts';
import type { DiffContext } from '../../lib/domain/diff.ts';
import type { ProgressSample } from '../../lib/domain/progress.ts';
import type { TaskLook } from '../../lib/domain/rules/look.ts';
import {
  type AbortCriteriaRule,
  type CountRule,
  FAILURE_STATES,
  type MalformedTagRule,
  type MilestoneRule,
  type OpenBreach,
  type OverdueRule,
  type RateRule,
  type RatioRule,
  type SlowRule,
  type StalledRule,
  type StuckScheduledRule,
  type UnreachableRule,
} from '../../lib/domain/rules/rule.ts';
import { initialState } from '../../lib/domain/rules/state.ts';
import type { Snapshot, TaskConfiguration, TaskFacts } from '../../lib/domain/task.ts';
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

export function configuration(overrides: Partial<TaskConfiguration> = {}): TaskConfiguration {
  return { configurationId: 'config1', criteria: [criterion()], ...overrides };
}

/** What is counted in a sample, so many minutes after noon. */
export function sample(
  minute: number,
  of: Partial<Record<'finished' | 'notified' | 'failed' | 'rejected' | 'timedOut', number>> = {},
): ProgressSample {
  const { finished = 0, notified = 0, failed = 0, rejected = 0, timedOut = 0 } = of;
  return [NOON + minute * MINUTE, finished, notified, failed, rejected, timedOut];
}

/** A look at a task in progress; its counts stand still unless previous ones are given. */
export function look(overrides: Partial<TaskLook> = {}): TaskLook {
  const now = overrides.counts ?? counts();
  return {
    status: 'IN_PROGRESS',
    counts: now,
    previousCounts: now,
    samples: [],
    isContinuous: false,
    ...overrides,
  };
}

const COMMON = { severity: 'error', forMs: 0, keepFiringForMs: 0 } as const;

/** One rule of each kind. */
export const rules = {
  abortCriteria: (overrides: Partial<AbortCriteriaRule> = {}): AbortCriteriaRule => ({
    ...COMMON,
    id: `abort-criteria:failed:${overrides.share ?? 50}`,
    kind: 'abort-criteria',
    severity: overrides.share === 100 ? 'critical' : 'warning',
    criterion: criterion(),
    share: 50,
    ...overrides,
  }),
  ratio: (overrides: Partial<RatioRule> = {}): RatioRule => ({
    ...COMMON,
    id: 'ratio',
    kind: 'ratio',
    failures: FAILURE_STATES,
    of: 'executed',
    percent: 5,
    recoverBelow: 5,
    minExecuted: 1,
    ...overrides,
  }),
  count: (overrides: Partial<CountRule> = {}): CountRule => ({
    ...COMMON,
    id: 'count',
    kind: 'count',
    states: ['failed'],
    things: 10,
    recoverBelow: 10,
    ...overrides,
  }),
  rate: (overrides: Partial<RateRule> = {}): RateRule => ({
    ...COMMON,
    id: 'rate',
    kind: 'rate',
    failures: FAILURE_STATES,
    perMinute: 2,
    recoverBelow: 2,
    windowMs: 10 * MINUTE,
    ...overrides,
  }),
  stalled: (overrides: Partial<StalledRule> = {}): StalledRule => ({
    ...COMMON,
    id: 'stalled',
    kind: 'stalled',
    severity: 'warning',
    afterMs: 60 * MINUTE,
    awaitTimeout: true,
    ...overrides,
  }),
  overdue: (overrides: Partial<OverdueRule> = {}): OverdueRule => ({
    ...COMMON,
    id: 'overdue',
    kind: 'overdue',
    severity: 'warning',
    afterMs: 15 * MINUTE,
    projected: true,
    ...overrides,
  }),
  slow: (overrides: Partial<SlowRule> = {}): SlowRule => ({
    ...COMMON,
    id: 'slow',
    kind: 'slow',
    severity: 'warning',
    percent: 50,
    recoverAbove: 50,
    windowMs: 15 * MINUTE,
    ...overrides,
  }),
  stuckScheduled: (overrides: Partial<StuckScheduledRule> = {}): StuckScheduledRule => ({
    ...COMMON,
    id: 'stuck-scheduled',
    kind: 'stuck-scheduled',
    afterMs: 15 * MINUTE,
    ...overrides,
  }),
  milestone: (overrides: Partial<MilestoneRule> = {}): MilestoneRule => ({
    ...COMMON,
    id: `milestone:${overrides.percent ?? 50}`,
    kind: 'milestone',
    severity: 'info',
    percent: 50,
    ...overrides,
  }),
  unreachable: (overrides: Partial<UnreachableRule> = {}): UnreachableRule => ({
    ...COMMON,
    id: 'unreachable',
    kind: 'unreachable',
    afterMs: 15 * MINUTE,
    ...overrides,
  }),
  malformedTag: (overrides: Partial<MalformedTagRule> = {}): MalformedTagRule => ({
    ...COMMON,
    id: 'tag:ota-watch:mute',
    kind: 'malformed-tag',
    severity: 'warning',
    tag: 'ota-watch:mute',
    problem: 'expected "until" and a time such as 2026-12-01T00:00Z',
    ...overrides,
  }),
} as const;

/** What is remembered of a breach. */
export function openBreach(overrides: Partial<OpenBreach> = {}): OpenBreach {
  return { at: NOON, kind: 'count', severity: 'error', value: 12, limit: 10, ...overrides };
}

export function snapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    facts: facts(),
    trackedSince: NOON - 60 * MINUTE,
    rules: initialState(NOON - MINUTE),
    whenUnread: [],
    milestone: 0,
    samples: [],
    ...overrides,
  };
}

export function context(overrides: Partial<DiffContext> = {}): DiffContext {
  return { now: NOON, periodMs: MINUTE, progressEvents: 'milestones', rules: [], ...overrides };
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

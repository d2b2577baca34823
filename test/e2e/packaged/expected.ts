import { expect } from 'vitest';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import type { World } from '../../support/world.ts';

const task = { configurationId: 'limits', members: { Description: 'spring release' } };

/** A rollout, one look after the other: scheduled, under way with a warning, unchanged, over. */
export const STEPS: readonly ((world: World) => void)[] = [
  (world) => {
    world.configuration('limits');
    world.task('t1', { queued: 100 }, { ...task, status: 'SCHEDULED' });
  },
  (world) =>
    world.task('t1', { queued: 40, succeeded: 54, failed: 6 }, { ...task, updatedAt: NOON + MINUTE }),
  () => undefined,
  (world) => world.task('t1', { succeeded: 94, failed: 6 }, { ...task, status: 'COMPLETED' }),
];

/** What a poll of one task that has not changed answers. */
export const QUIET = {
  tracked: 1,
  polled: 1,
  changes: 0,
  published: 0,
  setAside: 0,
  refused: 0,
  denied: false,
  failures: 0,
  oddities: 0,
  listComplete: true,
  listDistrusted: false,
  lostRaces: 0,
  heldBack: 0,
  postponed: 0,
  shards: 0,
  backlog: 0,
  backlogAgeMs: 0,
  api: { calls: 2, throttles: 0 },
};

/** What the poll of each step answers. */
export const REPORTS = [
  { ...QUIET, changes: 1, published: 1, api: { calls: 3, throttles: 0 } },
  { ...QUIET, changes: 3, published: 3, api: { calls: 3, throttles: 0 } },
  QUIET,
  { ...QUIET, tracked: 0, changes: 4, published: 4 },
];

/** Reads the state of the poll and the tasks that are live. */
const BEGIN = ['GetItem', 'Query', 'Query', 'Query', 'Query'];

/** The requests that each step takes. */
export const REQUESTS = [
  [
    // The first poll ever: it indexes what an earlier version stored, notes that, and reads the index again.
    ...[...BEGIN, 'Scan', 'PutItem', ...BEGIN.slice(1), 'GetItem', 'ListOtaTasks', 'BatchGetItem'],
    ...['GetOtaTask', 'Query', 'GetOtaTaskConfiguration', 'PutItem', 'PutItem', 'PutEvents', 'PutItem'],
  ],
  [
    ...[...BEGIN, 'ListOtaTasks', 'GetOtaTask', 'ListOtaTaskExecutions', 'PutItem', 'PutItem', 'PutItem'],
    ...['PutItem', 'PutEvents', 'PutEvents', 'PutEvents', 'PutItem'],
  ],
  [...BEGIN, 'ListOtaTasks', 'GetOtaTask'],
  [
    ...[...BEGIN, 'ListOtaTasks', 'GetOtaTask', 'PutItem', 'PutItem', 'PutItem', 'PutItem', 'PutItem'],
    ...['PutEvents', 'PutEvents', 'PutEvents', 'PutEvents', 'PutItem'],
  ],
];

const INSTANT = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const TASK_ARN = 'arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/t1';

const scheduled = {
  status: 'SCHEDULED',
  counts: counts({ queued: 100 }),
  lastUpdatedAt: '2026-11-22T12:00:00.000Z',
};
const running = {
  status: 'IN_PROGRESS',
  counts: counts({ queued: 40, succeeded: 54, failed: 6 }),
  lastUpdatedAt: '2026-11-22T12:01:00.000Z',
};
const ended = {
  status: 'COMPLETED',
  counts: counts({ succeeded: 94, failed: 6 }),
  lastUpdatedAt: '2026-11-22T12:00:00.000Z',
};
const progress = { ratePerMinute: expect.any(Number), estimatedCompletionAt: INSTANT };
const rule = {
  id: 'abort-criteria:failed:50',
  kind: 'abort-criteria',
  severity: 'warning',
  description:
    '10 % of the things that received the task have failed (of at least 10): AWS cancels the rollout at 20 %.',
};
const breach = {
  rule,
  observed: { value: 10, limit: 10, unit: 'percent', numerator: 6, denominator: 60 },
  summary:
    '6 of 60 things that received the task have failed (10 %, limit 10 %); AWS cancels the rollout at 20 %, after 6 more failures at today’s mix.',
  sampleThings: [95, 96, 97, 98, 99, 100].map((number) => ({
    managedThingId: `thing-${String(number).padStart(6, '0')}`,
    status: 'FAILED',
    retryAttempt: 0,
    lastUpdatedAt: scheduled.lastUpdatedAt,
  })),
};
const recovery = {
  rule,
  observed: { value: 6, limit: 10, unit: 'percent', numerator: 6, denominator: 100 },
  summary: expect.stringMatching(
    /^The task has ended: 6 of 100 things that received the task have failed \(6 %, limit 10 %\)\. The breach lasted \d+ s\.$/,
  ),
  breachedAt: INSTANT,
  durationSeconds: expect.any(Number),
  reason: 'task-ended',
};

const TOLD: readonly (readonly [type: string, fields: object])[] = [
  ['Tracking Started', { ...scheduled, reason: 'discovered' }],
  ['Status Changed', { ...running, previousStatus: 'SCHEDULED', terminal: false }],
  ['Progressed', { ...running, previousCounts: scheduled.counts, percentComplete: 60, ...progress }],
  ['Threshold Breached', { ...running, ...breach }],
  ['Status Changed', { ...ended, previousStatus: 'IN_PROGRESS', terminal: true }],
  ['Progressed', { ...ended, previousCounts: running.counts, percentComplete: 100, ...progress }],
  ['Threshold Recovered', { ...ended, ...recovery }],
  ['Tracking Stopped', { ...ended, reason: 'completed' }],
];

/** All that the bus gets of it. */
export const EVENTS = TOLD.map(([type, fields], index) => ({
  id: expect.any(String),
  source: 'ota-watch',
  detailType: `OTA Task ${type}`,
  resources: [TASK_ARN],
  time: expect.any(String),
  busName: 'ota-watch-dev',
  detail: {
    schemaVersion: '1',
    eventId: `t1:${index + 1}`,
    sequence: index + 1,
    ...(index > 0 && { previousSequence: index }),
    observedAt: INSTANT,
    taskId: 't1',
    taskArn: TASK_ARN,
    accountId: '123456789012',
    region: 'us-east-1',
    configurationId: 'limits',
    otaType: 'ONE_TIME',
    description: 'spring release',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    ...fields,
  },
}));

/** A log entry of an invocation, counted from 1. */
export function logged<Fields extends object>(
  level: string,
  message: string,
  fields: Fields,
  invocation = 1,
) {
  return {
    level,
    message,
    timestamp: INSTANT,
    service: 'ota-watch-dev',
    cold_start: invocation === 1,
    function_name: 'ota-watch-dev-poll',
    function_arn: 'arn:aws:lambda:us-east-1:123456789012:function:ota-watch-dev-poll',
    function_memory_size: '1024',
    function_request_id: `00000000-0000-4000-8000-${String(invocation).padStart(12, '0')}`,
    sampling_rate: 0,
    ...fields,
  };
}

/** The metrics of a poll, as CloudWatch reads them. */
export function metricsOf(report: typeof QUIET) {
  const values = {
    TasksTracked: report.tracked,
    TasksPolled: report.polled,
    ChangesObserved: report.changes,
    EventsPublished: report.published,
    EventsSetAside: 0,
    OutboxBacklog: 0,
    ApiCalls: report.api.calls,
    ApiThrottles: 0,
    TaskFailures: report.failures,
    UnexpectedAnswers: report.oddities,
    PublishFailures: 0,
    PublishRefused: 0,
    TasksPostponed: 0,
    LostRaces: 0,
    ListFailures: 0,
    ListDistrusted: 0,
    PollCompleted: 1,
    OutboxOldestAge: 0,
    PollDuration: expect.any(Number),
  };
  const units: Readonly<Record<string, string>> = {
    OutboxOldestAge: 'Seconds',
    PollDuration: 'Milliseconds',
  };
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: units[Name] ?? 'Count' }));
  const directive = { Namespace: 'ota-watch', Dimensions: [['service']], Metrics };
  return {
    _aws: { Timestamp: expect.any(Number), CloudWatchMetrics: [directive] },
    service: 'ota-watch-dev',
    ...values,
  };
}

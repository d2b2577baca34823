import type { HistoryRow } from '../../../lib/api/generated/api.ts';
import { counts } from '../../support/builders.ts';
import type { Answer } from './fake-api.ts';
import { at } from './scene.ts';

/** A row of the history, as far as it is given. */
export function aRow(of: Partial<HistoryRow> & { readonly minute?: number } = {}): HistoryRow {
  const { minute = 0, taskId = 'ota-7f3a91c2d4', sequence = 1, ...others } = of;
  return {
    schemaVersion: '1',
    eventId: `${taskId}:${sequence}`,
    taskId,
    sequence,
    observedAt: at(minute),
    detailType: 'OTA Task Progressed',
    published: true,
    status: 'IN_PROGRESS',
    counts: counts({ queued: 140, inProgress: 10, succeeded: 50 }),
    hash: `${sequence}`.padStart(64, '0'),
    day: at(minute).slice(0, 10),
    ...others,
  };
}

const LOCKS = { taskId: 'ota-7f3a91c2d4', description: 'door-locks 4.2.1' };
const SENSORS = { taskId: 'ota-02be77a1f9', description: 'window-sensors 2.9' };
const THERMOSTATS = { taskId: 'ota-e6b30d94c1', description: 'spring-thermostats' };
const WINDOWS = { taskId: 'ota-60d1c7f254', description: 'roof-windows' };
const LEAKS = { taskId: 'ota-c81d5520b7', description: 'leak-sensors, second attempt' };
const VALVES = { taskId: 'ota-19f2ab6604', description: 'radiator-valves' };

const failedRule = (percentage: number, severity: 'warning' | 'critical') => ({
  id: `abort-criteria:failed:${percentage}`,
  kind: 'abort-criteria',
  severity,
  description: 'AWS cancels the rollout at 20 %.',
});

/** Eight hours of rollouts, newest first. */
export const CHRONICLE: readonly HistoryRow[] = [
  aRow({
    ...THERMOSTATS,
    minute: -0.8,
    sequence: 19,
    counts: counts({ queued: 20, inProgress: 10, succeeded: 470 }),
    previousCounts: counts({ queued: 30, inProgress: 10, succeeded: 460 }),
    percentComplete: 94,
    ratePerMinute: 10,
    estimatedCompletionAt: at(3),
  }),
  aRow({
    ...LOCKS,
    minute: -3.9,
    sequence: 31,
    detailType: 'OTA Task Threshold Breached',
    counts: counts({ queued: 1490, inProgress: 96, succeeded: 301, failed: 83, timedOut: 12, rejected: 4 }),
    rule: failedRule(100, 'critical'),
    observed: { value: 21.56, limit: 20, unit: 'percent', numerator: 83, denominator: 385 },
    summary:
      '83 of 385 things that received the task have failed (21.56 %, limit 20 %): AWS cancels the rollout.',
    sampleThings: [{ managedThingId: 'door-lock-0051', status: 'FAILED', retryAttempt: 0 }],
  }),
  aRow({
    ...SENSORS,
    minute: -6.9,
    sequence: 212,
    detailType: 'OTA Task Threshold Breached',
    counts: counts({ queued: 5200, inProgress: 410, succeeded: 33_180, failed: 610, timedOut: 96 }),
    rule: {
      id: 'failing-fast',
      kind: 'rate',
      severity: 'error',
      description: '50 things fail within 15 minutes.',
    },
    observed: { value: 64, limit: 50, unit: 'things' },
    summary: '64 things failed within 15 minutes (limit 50 things).',
  }),
  aRow({
    ...VALVES,
    minute: -9,
    sequence: 6,
    detailType: 'OTA Task Configuration Changed',
    counts: counts({ queued: 880, inProgress: 20, succeeded: 95, rejected: 5 }),
    configurationId: 'night-only',
    previousConfigurationId: 'gradual-10-percent',
  }),
  aRow({
    ...LOCKS,
    minute: -12,
    sequence: 30,
    detailType: 'OTA Task Threshold Breached',
    counts: counts({ queued: 1790, inProgress: 90, succeeded: 80, failed: 40 }),
    rule: failedRule(50, 'warning'),
    observed: { value: 19.05, limit: 10, unit: 'percent', numerator: 40, denominator: 210 },
    summary: '40 of 210 things that received the task have failed (19.05 %, limit 10 %).',
    reminder: 1,
  }),
  aRow({
    ...LEAKS,
    minute: -30,
    sequence: 44,
    detailType: 'OTA Task Threshold Breached',
    counts: counts({ queued: 310, succeeded: 96, failed: 2 }),
    rule: {
      id: 'stalled',
      kind: 'stalled',
      severity: 'error',
      description: 'Nothing has changed for 1 h.',
    },
    observed: { value: 5_400, limit: 3_600, unit: 'seconds' },
    summary: 'Nothing has changed for 1 h 30 min (limit 1 h): 310 things are queued.',
  }),
  aRow({
    ...SENSORS,
    minute: -41,
    sequence: 211,
    detailType: 'OTA Task Event Set Aside',
    published: false,
    counts: counts({ queued: 6000, inProgress: 410, succeeded: 32_180, failed: 560 }),
    setAsideSequence: 208,
    errorCode: 'MalformedDetail',
    errorMessage: 'Detail is malformed.',
  }),
  aRow({
    ...THERMOSTATS,
    minute: -55,
    sequence: 3,
    detailType: 'OTA Task Threshold Recovered',
    counts: counts({ queued: 420, inProgress: 10, succeeded: 70 }),
    rule: {
      id: 'slow',
      kind: 'slow',
      severity: 'warning',
      description: 'Fewer than 5 things finish a minute.',
    },
    observed: { value: 9, limit: 5, unit: 'things' },
    breachedAt: at(-62),
    reason: 'recovered',
    durationSeconds: 420,
    summary: 'Over after 7 min: 9 things finish a minute (limit 5).',
  }),
  aRow({
    ...WINDOWS,
    minute: -170,
    sequence: 18,
    detailType: 'OTA Task Tracking Stopped',
    status: 'CANCELED',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
    reason: 'canceled',
  }),
  aRow({
    ...WINDOWS,
    minute: -170,
    sequence: 17,
    detailType: 'OTA Task Status Changed',
    status: 'CANCELED',
    previousStatus: 'IN_PROGRESS',
    terminal: true,
    inferredCause: 'abort-criteria',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
  }),
  aRow({
    ...WINDOWS,
    minute: -390,
    sequence: 2,
    detailType: 'OTA Task Status Changed',
    previousStatus: 'SCHEDULED',
    terminal: false,
    counts: counts({ queued: 190, inProgress: 10 }),
  }),
  aRow({
    ...WINDOWS,
    minute: -400,
    sequence: 1,
    detailType: 'OTA Task Tracking Started',
    status: 'SCHEDULED',
    counts: counts({ queued: 200 }),
    reason: 'discovered',
  }),
];

/** `/history`, as the API filters and pages, newest first; a cursor is the number of rows before it. */
export function history(rows: () => readonly HistoryRow[], pageSize = 100): Answer {
  return ({ query }) => {
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? '9'];
    const [taskId, types] = [query.get('taskId'), query.get('type')?.split(',')];
    const severities = query.get('severity')?.split(',');
    const found = rows().filter(
      (row) =>
        row.observedAt >= from &&
        row.observedAt < to &&
        (taskId === null || row.taskId === taskId) &&
        (types === undefined || types.includes(row.detailType)) &&
        (severities === undefined || severities.includes(row.rule?.severity ?? '')),
    );
    const start = Number(query.get('cursor') ?? 0);
    const end = start + Math.min(pageSize, Number(query.get('limit')));
    const items = found.slice(start, end);
    const searchedThrough = items.at(-1)?.observedAt ?? from;
    return { body: { items, ...(end < found.length && { next: String(end), searchedThrough }) } };
  };
}

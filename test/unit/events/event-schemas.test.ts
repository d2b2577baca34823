import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows } from '../../../lib/domain/chain.ts';
import { detailOf, type HistoryRow, SOURCE, type TaskEvent } from '../../../lib/domain/events.ts';
import { counts, facts, NOON } from '../../support/builders.ts';
import {
  type BusEvent,
  EVENT_TYPES,
  expectValidEvent,
  expectValidRow,
  ROW_TYPES,
  validateDetail,
  validateEvent,
  validateRow,
} from '../../support/event-schemas.ts';

const rule = {
  id: 'abort-criteria:all:100',
  kind: 'abort-criteria',
  severity: 'critical',
  description: 'It holds.',
} as const;
const observed = { value: 20, limit: 20, unit: 'percent', numerator: 1, denominator: 5 } as const;
const breachedAt = '2026-11-22T11:00:00.000Z';

/** One of each kind, with every field that it may have. */
const EVENTS: readonly TaskEvent[] = [
  { detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'discovered' } },
  {
    detailType: 'OTA Task Status Changed',
    published: true,
    body: { previousStatus: 'IN_PROGRESS', terminal: true, inferredCause: 'operator' },
  },
  {
    detailType: 'OTA Task Configuration Changed',
    published: true,
    body: { previousConfigurationId: 'config0' },
  },
  {
    detailType: 'OTA Task Progressed',
    published: false,
    body: {
      previousCounts: counts(),
      percentComplete: 0,
      ratePerMinute: -0.5,
      estimatedCompletionAt: '2026-11-22T13:00:00.000Z',
    },
  },
  {
    detailType: 'OTA Task Threshold Breached',
    published: true,
    body: {
      rule,
      observed,
      summary: 'It happened.',
      breachedAt,
      reminder: 1,
      flapping: true,
      sampleThings: [
        { managedThingId: 'thing1', status: 'FAILED', retryAttempt: 1, lastUpdatedAt: breachedAt },
      ],
    },
  },
  {
    detailType: 'OTA Task Threshold Recovered',
    published: true,
    body: { rule, observed, breachedAt, reason: 'task-ended', summary: 'It is over.', durationSeconds: 60.5 },
  },
  { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'canceled' } },
  {
    detailType: 'OTA Task Event Set Aside',
    published: false,
    body: { setAsideSequence: 1, errorCode: 'MalformedDetail', errorMessage: 'Detail is malformed.' },
  },
];

const rows = appendRows(
  { sequence: 1, hash: '0'.repeat(64), publishedSequence: 1 },
  facts({ status: 'CANCELED', description: 'spring', lastUpdatedAt: breachedAt }),
  EVENTS,
  { now: NOON + 7, hash: canonicalHash, retentionDays: 1 },
).rows;

const rowOf = (detailType: string): HistoryRow => {
  const row = rows.find((candidate) => candidate.detailType === detailType);
  if (row === undefined) throw new Error(`No row of ${detailType}`);
  return row;
};
const eventOf = (detailType: string): BusEvent & { detail: Record<string, unknown> } => {
  const row = rowOf(detailType);
  const { taskArn = '' } = row;
  return {
    source: SOURCE,
    detailType,
    resources: [taskArn],
    time: '2026-11-22T12:00:00Z',
    detail: { ...detailOf(row) },
  };
};

const without = (detail: object, field: string) =>
  Object.fromEntries(Object.entries(detail).filter(([name]) => name !== field));

const COMMON_REQUIRED = [
  'schemaVersion',
  'eventId',
  'sequence',
  'observedAt',
  'taskId',
  'status',
  'counts',
  'hash',
];
const OWN_REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'OTA Task Tracking Started': ['reason'],
  'OTA Task Status Changed': ['previousStatus', 'terminal'],
  'OTA Task Configuration Changed': [],
  'OTA Task Progressed': ['previousCounts'],
  'OTA Task Threshold Breached': ['rule', 'observed', 'summary'],
  'OTA Task Threshold Recovered': ['rule', 'observed', 'breachedAt', 'reason', 'summary', 'durationSeconds'],
  'OTA Task Tracking Stopped': ['reason'],
  'OTA Task Event Set Aside': ['setAsideSequence', 'errorCode'],
};

it('knows the seven events of the contract, and one that is for the history only', () => {
  expect([...ROW_TYPES].sort()).toEqual(Object.keys(OWN_REQUIRED).sort());
  expect(ROW_TYPES.filter((type) => !EVENT_TYPES.includes(type))).toEqual(['OTA Task Event Set Aside']);
});

describe.each(EVENT_TYPES)('%s', (detailType) => {
  const event = eventOf(detailType);

  it('is taken as it is made', () => {
    expect(validateEvent(event)).toEqual([]);
    expect(validateEvent({ ...event, time: new Date(NOON + 7) })).toEqual([]);
    expect(() => expectValidEvent(event)).not.toThrow();
  });

  it.each([...COMMON_REQUIRED, ...(OWN_REQUIRED[detailType] ?? [])])('needs %s', (field) => {
    expect(validateDetail(detailType, without(event.detail, field)).join()).toContain(
      `"missingProperty":"${field}"`,
    );
  });

  it.each(Object.keys(event.detail))('refuses null as %s', (field) => {
    expect(validateDetail(detailType, { ...event.detail, [field]: null }).join()).toContain(
      `/${field} must be`,
    );
  });

  it.each([
    ['a field that nobody knows', { color: 'red' }, '"unevaluatedProperty":"color"'],
    ['a field of the history', { day: '2026-11-22' }, '"unevaluatedProperty":"day"'],
    ['an unknown field in counts', { counts: { ...counts(), paused: 0 } }, '"additionalProperty":"paused"'],
    ['a status that is no text', { status: 3 }, '/status must be string'],
    ['an instant without milliseconds', { observedAt: '2026-11-22T12:00:00Z' }, '/observedAt must match'],
    ['another eventId', { eventId: 'task1-2' }, 'eventId is not taskId:sequence'],
    [
      'a total that is not the sum',
      { counts: { ...counts(), total: 99 } },
      'counts.total is not the sum of the eight',
    ],
    [
      'a previous event that is none',
      { previousSequence: event.detail.sequence },
      'previousSequence is not below sequence',
    ],
    ['a detail of 64 KB', { region: 'x'.repeat(64 * 1024) }, 'the detail has 64 KB or more'],
  ])('refuses %s', (_, change, problem) => {
    expect(validateDetail(detailType, { ...event.detail, ...change }).join()).toContain(problem);
  });

  it.each([
    ['another source', { source: 'aws.iot' }, ['source is aws.iot']],
    ['no resource', { resources: [] }, ['resources is not the task ARN alone']],
    ['a second resource', { resources: [...event.resources, 'x'] }, ['resources is not the task ARN alone']],
    ['another time', { time: '2026-11-22T12:00:01Z' }, ['time is not observedAt']],
  ])('refuses %s', (_, change, problems) => {
    expect(validateEvent({ ...event, ...change })).toEqual(problems);
  });
});

describe('fields of one kind of event', () => {
  const cases: [detailType: string, change: object, problem: string][] = [
    [
      'OTA Task Progressed',
      { previousCounts: { ...counts(), total: 1 } },
      'previousCounts.total is not the sum',
    ],
    ['OTA Task Status Changed', { terminal: false }, 'terminal does not fit status'],
    ['OTA Task Status Changed', { status: 'COMPLETED' }, 'inferredCause is there on CANCELED only'],
    [
      'OTA Task Threshold Breached',
      { rule: { ...rule, extra: 1 } },
      '/rule must NOT have additional properties',
    ],
    [
      'OTA Task Threshold Breached',
      { rule: without(rule, 'severity') },
      `/rule must have required property 'severity'`,
    ],
    [
      'OTA Task Threshold Breached',
      { observed: { ...observed, numerator: null } },
      '/observed/numerator must be integer',
    ],
    [
      'OTA Task Threshold Breached',
      { sampleThings: [{ managedThingId: 't', status: 'FAILED', x: 1 }] },
      '/sampleThings/0 must NOT have',
    ],
    ['OTA Task Tracking Started', { reason: 'recovered' }, '/reason must be equal to one of'],
  ];
  it.each(cases)('%s refuses %o', (detailType, change, problem) => {
    expect(validateDetail(detailType, { ...eventOf(detailType).detail, ...change }).join()).toContain(
      problem,
    );
  });

  it('has a status without a cause where the task was not canceled', () => {
    const { detail } = eventOf('OTA Task Status Changed');
    expect(validateDetail('OTA Task Status Changed', without(detail, 'inferredCause'))).toEqual([
      'inferredCause is there on CANCELED only, and always',
    ]);
  });
});

describe('rows', () => {
  it.each(rows)('$detailType is taken as it is made', (row) => {
    expect(validateRow({ ...row })).toEqual([]);
    expect(() => expectValidRow({ ...row })).not.toThrow();
  });

  const stopped = { ...rowOf('OTA Task Tracking Stopped') };
  it.each([
    ['without a day', without(stopped, 'day'), '"missingProperty":"day"'],
    ['of another day', { ...stopped, day: '2026-11-21' }, 'day is not that of observedAt'],
    ['that is not published though it must be', { ...stopped, published: false }, '/published must be equal'],
    ['with what nobody knows', { ...stopped, color: 'red' }, '"unevaluatedProperty":"color"'],
    ['of no kind', { ...stopped, detailType: 'Else' }, 'no detail-type here: Else'],
    [
      'set aside and published',
      { ...rowOf('OTA Task Event Set Aside'), published: true },
      '/published must be equal',
    ],
  ])('refuses a row %s', (_, row, problem) => {
    expect(validateRow(row).join()).toContain(problem);
  });

  it('keeps what was set aside off the bus', () => {
    expect(validateEvent(eventOf('OTA Task Event Set Aside'))).toEqual([
      'no detail-type here: OTA Task Event Set Aside',
    ]);
  });
});

it('throws errors that say all', () => {
  const event = eventOf('OTA Task Tracking Stopped');
  expect(() => expectValidEvent({ ...event, source: 'x', resources: [] })).toThrow(
    'OTA Task Tracking Stopped on the bus:\n- source is x\n- resources is not the task ARN alone\n{',
  );
  expect(() => expectValidRow({})).toThrow('undefined in the history:\n- no detail-type here: undefined\n{}');
});

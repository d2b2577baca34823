import { describe, expect, it } from 'vitest';
import { causeIn, pastTask } from '../../../../lib/api/past-task.ts';
import { counts, NOON } from '../../../support/builders.ts';

const iso = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();

const row = (detailType: string, minute: number, more: object = {}) => ({
  taskId: 'task1',
  observedAt: iso(minute),
  detailType: `OTA Task ${detailType}`,
  status: 'CANCELED',
  counts: counts({ succeeded: 1, canceled: 1 }),
  ...more,
});

const SHOWN = {
  taskId: 'task1',
  state: 'past',
  status: 'CANCELED',
  counts: counts({ succeeded: 1, canceled: 1 }),
  percentComplete: 100,
  trackedSince: iso(0),
  breaches: [],
  undelivered: 0,
};
const started = row('Tracking Started', 0);
const changed = row('Status Changed', 4, { inferredCause: 'end-time' });
const stopped = row('Tracking Stopped', 5, { reason: 'canceled' });

describe('a task of the past', () => {
  it('is shown with all that its last row tells', () => {
    const told = {
      configurationId: 'c1',
      otaType: 'ONE_TIME',
      description: 'spring release',
      lastUpdatedAt: iso(3),
    };
    const where = { taskArn: 'arn', accountId: '123456789012', region: 'eu-west-1' };
    const last = row('Progressed', 3, {
      ...told,
      ...where,
      status: 'IN_PROGRESS',
      hash: 'x',
      later: 'field',
    });
    const task = { ...SHOWN, ...told, status: 'IN_PROGRESS' };
    expect(pastTask(started, [last, changed])).toEqual({ task, ...where });
  });

  it.each([
    ['it was tracked to its end', [stopped, changed], { endedAt: iso(5), stopped: 'canceled' }],
    [
      'an event was set aside after its end',
      [row('Event Set Aside', 6), stopped, changed],
      { endedAt: iso(5), stopped: 'canceled' },
    ],
    ['its end is not recorded', [changed], {}],
    ['a later version had another reason', [row('Tracking Stopped', 5, { reason: 'other' }), changed], {}],
    ['tracking began again', [changed, row('Tracking Started', 6), stopped], {}],
  ] as const)('says how it ended: %s', (_, rows, expected) => {
    const [last, ...before] = rows;
    expect(pastTask(started, [last, ...before])).toEqual({
      task: { ...SHOWN, ...expected },
      inferredCause: 'end-time',
    });
  });

  it('without things is in no percent', () => {
    const last = row('Progressed', 1, { counts: counts({}) });
    expect(pastTask(started, [last]).task).not.toHaveProperty('percentComplete');
  });

  it('is shown from what can be understood', () => {
    const broken = { ...stopped, status: 7, observedAt: 8 };
    const { trackedSince, ...task } = SHOWN;
    expect(pastTask(broken, [broken, changed])).toEqual({ task, inferredCause: 'end-time' });
  });

  it('cannot be shown from rows that tell of no task', () => {
    const broken = row('Progressed', 1, { status: 7, counts: { ...counts(), failed: -1 } });
    expect(() => pastTask(started, [broken])).toThrow(
      'A history row cannot be understood: status (invalid_type), counts.failed (too_small)',
    );
  });
});

describe('the cause of a cancellation', () => {
  it.each([
    ['none is told', [started, stopped], undefined],
    ['it is told', [stopped, changed], 'end-time'],
    ['it is told twice', [row('Status Changed', 9, { inferredCause: 'operator' }), changed], 'operator'],
    [
      'another change',
      [row('Status Changed', 9, { status: 'IN_PROGRESS', inferredCause: 'operator' })],
      undefined,
    ],
    ['a cause that a later version knows', [row('Status Changed', 9, { inferredCause: 'storm' })], undefined],
  ])('%s', (_, rows, expected) => {
    expect(causeIn(rows)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { appendRows } from '../../../../lib/domain/chain.ts';
import type { TaskEvent } from '../../../../lib/domain/events.ts';
import { totalsOf } from '../../../../lib/domain/fleet/totals.ts';
import { undeliveredOf } from '../../../../lib/domain/fleet/undelivered.ts';
import { viewOf } from '../../../../lib/domain/fleet/view.ts';
import { initialState } from '../../../../lib/domain/rules/state.ts';
import type { EndedTask, LastLook, LiveTask, TrackedTask } from '../../../../lib/domain/tracked.ts';
import {
  counts,
  facts,
  liveTask,
  MINUTE,
  NOON,
  openBreach,
  sample,
  snapshot,
} from '../../../support/builders.ts';

const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

const ended = (last?: LastLook): EndedTask => ({
  state: 'ended',
  taskId: 'task1',
  version: 1,
  expiresAt: NOON / 1_000 + 60,
  ...(last && { last }),
});

const lastLook = (overrides: Partial<LastLook> = {}): LastLook => ({
  facts: facts({ status: 'COMPLETED', counts: counts({ succeeded: 7, failed: 1 }) }),
  trackedSince: NOON,
  endedAt: NOON + 5 * MINUTE,
  stopped: 'completed',
  ...overrides,
});

const SHOWN = {
  taskId: 'task1',
  status: 'IN_PROGRESS',
  counts: counts(),
  percentComplete: 0,
  configurationId: 'config1',
  otaType: 'ONE_TIME',
  trackedSince: iso(-60),
};

describe('a live task', () => {
  it('is shown with its facts, and without where it is', () => {
    const shown = {
      description: 'spring release',
      lastUpdatedAt: iso(-2),
      startTime: iso(-30),
      endTime: iso(30),
    };
    const live = liveTask({ snapshot: snapshot({ facts: facts({ ...shown, endBehavior: 'CANCEL' }) }) });
    expect(viewOf(live, NOON)).toEqual({ ...SHOWN, ...shown, state: 'live', breaches: [], undelivered: 0 });
  });

  it('without things is in no percent', () => {
    const live = liveTask({ snapshot: snapshot({ facts: facts({ counts: counts({}) }) }) });
    expect(viewOf(live, NOON)).not.toHaveProperty('percentComplete');
  });

  const pace = (minute: number, live: Partial<LiveTask['snapshot']>) => {
    const view = viewOf(liveTask({ snapshot: snapshot(live) }), NOON + minute * MINUTE);
    return { rate: view?.ratePerMinute, end: view?.estimatedEndAt };
  };
  const samples = [sample(0), sample(10, { finished: 20 })];
  const left = facts({ counts: counts({ queued: 15, inProgress: 15, succeeded: 20 }) });

  it.each([
    ['nothing was measured', 10, [], { rate: undefined, end: undefined }],
    ['it was just seen', 0, [sample(0)], { rate: undefined, end: undefined }],
    ['nothing changed since it was seen', 16, [sample(0)], { rate: 0, end: undefined }],
    ['it goes on', 10, samples, { rate: 2, end: iso(25) }],
    ['the last change is a while ago', 24, samples, { rate: 2, end: iso(25) }],
    ['the estimated end has come', 25, samples, { rate: 2, end: undefined }],
    ['the last change is too long ago', 26, samples, { rate: 0, end: undefined }],
    [
      'counts fell',
      11,
      [...samples, sample(11, { finished: 9 })],
      { rate: 0.82, end: iso(47.585366666666665) },
    ],
  ])('has the rate of its samples: %s', (_, minute, measured, expected) => {
    expect(pace(minute, { facts: left, samples: measured })).toEqual(expected);
  });

  it('has no estimate where it goes on for ever', () => {
    const continuous = { ...left, otaType: 'CONTINUOUS' };
    expect(pace(10, { facts: continuous, samples })).toEqual({ rate: 2, end: undefined });
  });

  it('shows its breaches: worst first, the oldest of them first, muted ones last', () => {
    const open = {
      quiet: { open: openBreach({ severity: 'critical', muted: true, numerator: 3, denominator: 4 }) },
      young: { open: openBreach({ at: NOON + MINUTE }) },
      warned: { open: openBreach({ severity: 'warning', kind: 'stalled' }) },
      old: { open: openBreach({ reminders: 3 }) },
      over: { recent: [NOON] },
    };
    const rules = { ...initialState(NOON), rules: open };
    const view = viewOf(liveTask({ snapshot: snapshot({ rules }) }), NOON);
    const common = { kind: 'count', severity: 'error', since: iso(0), value: 12, limit: 10 };
    expect(view?.worstSeverity).toBe('error');
    expect(view?.breaches).toEqual([
      { ...common, rule: 'old' },
      { ...common, rule: 'young', since: iso(1) },
      { ...common, rule: 'warned', kind: 'stalled', severity: 'warning' },
      { ...common, rule: 'quiet', severity: 'critical', numerator: 3, denominator: 4, muted: true },
    ]);
  });

  it('is as bad as its muted breaches if it has no others', () => {
    const muted = { open: openBreach({ severity: 'warning', muted: true }) };
    const rules = { ...initialState(NOON), rules: { muted } };
    expect(viewOf(liveTask({ snapshot: snapshot({ rules }) }), NOON)?.worstSeverity).toBe('warning');
  });

  it('says since when it cannot be read', () => {
    const unread = { unreadAt: NOON, unread: { since: NOON - 4 * MINUTE } };
    const rules = { ...initialState(NOON - 5 * MINUTE), ...unread };
    const view = viewOf(liveTask({ snapshot: snapshot({ rules }) }), NOON + 9 * MINUTE);
    expect(view?.unreadableSince).toBe(iso(-4));
  });
});

describe('a task that is over', () => {
  const SHOWN_ENDED = {
    ...SHOWN,
    state: 'ended',
    status: 'COMPLETED',
    counts: counts({ succeeded: 7, failed: 1 }),
    percentComplete: 100,
    trackedSince: iso(0),
    endedAt: iso(5),
    stopped: 'completed',
    breaches: [],
    undelivered: 0,
  };

  it('is shown as it ended', () => {
    expect(viewOf(ended(lastLook()), NOON)).toEqual(SHOWN_ENDED);
  });

  it('is over while its last events are on their way', () => {
    const live = liveTask({
      ...outbox(1),
      stopped: 'completed',
      snapshot: snapshot({
        facts: lastLook().facts,
        trackedSince: NOON,
        rules: initialState(NOON + 5 * MINUTE),
        samples: [sample(0), sample(5, { finished: 8 })],
      }),
    });
    expect(viewOf(live, NOON + 6 * MINUTE)).toEqual({ ...SHOWN_ENDED, undelivered: 3 });
  });

  it('is forgotten when its item expires', () => {
    expect(viewOf(ended(lastLook()), NOON + MINUTE - 1)).toEqual(SHOWN_ENDED);
    expect(viewOf(ended(lastLook()), NOON + MINUTE)).toBeUndefined();
  });

  it.each<TrackedTask>([
    ended(),
    { state: 'requested', taskId: 'task1', version: 1 },
    { state: 'excluded', taskId: 'task1', version: 1 },
  ])('is not shown if nothing is known of it: $state', (task) => {
    expect(viewOf(task, NOON)).toBeUndefined();
  });
});

const started: TaskEvent = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
};
const quiet: TaskEvent = {
  detailType: 'OTA Task Progressed',
  published: false,
  body: { previousCounts: counts() },
};

/** Rows for the bus, for the history only, for the bus, for the history only; the first ones are recorded. */
function outbox(recordedThrough: number, minute = 0) {
  const context = { now: NOON + minute * MINUTE, hash: () => '0' };
  const { rows } = appendRows(undefined, facts(), [quiet, started, quiet, started], context);
  return { outbox: rows, recordedThrough };
}

describe('what is undelivered', () => {
  it.each([
    ['all', 0, { count: 4, unrecorded: 4, unpublished: 2, oldestObservedAt: iso(3) }],
    ['what is recorded and not for the bus is delivered', 1, { count: 3, unrecorded: 3, unpublished: 2 }],
    ['what is recorded and for the bus is not', 3, { count: 2, unrecorded: 1, unpublished: 2 }],
  ])('%s', (_, recordedThrough, expected) => {
    const live = liveTask(outbox(recordedThrough, 3));
    expect(undeliveredOf(live)).toEqual({ oldestObservedAt: iso(3), ...expected });
  });

  it.each([liveTask(), ended(lastLook()), undefined])('nothing', (task) => {
    expect(undeliveredOf(task)).toEqual({ count: 0, unrecorded: 0, unpublished: 0 });
  });
});

it('a fleet is counted', () => {
  const tasks: TrackedTask[] = [
    liveTask(outbox(0, 2)),
    liveTask(),
    liveTask({ ...outbox(3, 1), stopped: 'completed' }),
    ended(lastLook()),
    ended(),
    { state: 'requested', taskId: 'task1', version: 1 },
  ];
  expect(totalsOf(tasks, NOON)).toEqual({ live: 2, ended: 2, undelivered: 6, oldestUndeliveredAt: iso(1) });
  expect(totalsOf([], NOON)).toEqual({ live: 0, ended: 0, undelivered: 0 });
});

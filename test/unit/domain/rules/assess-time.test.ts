import { describe, expect, it } from 'vitest';
import { assess } from '../../../../lib/domain/rules/assess.ts';
import type { MaintenanceWindow, TaskLook } from '../../../../lib/domain/rules/look.ts';
import type {
  OverdueRule,
  RuleState,
  SlowRule,
  StalledRule,
  TaskRule,
} from '../../../../lib/domain/rules/rule.ts';
import { configuration, counts, look, MINUTE, NOON, rules, sample } from '../../../support/builders.ts';

type Holds = boolean | undefined;

const HOUR = 60 * MINUTE;
const MIN15 = 15 * MINUTE;
const at = (minute: number) => NOON + minute * MINUTE;
const seconds = (value: number, limit: number) => ({ value, limit, unit: 'seconds' });
const paced = (pace: { maximumPerMinute?: number; basePerMinute?: number }) => ({
  configuration: configuration({ pace }),
});
const opened = (since: number): MaintenanceWindow => ({ open: true, since });

function assessed(rule: TaskRule, seen: Partial<TaskLook>, isOpen = false, state: Partial<RuleState> = {}) {
  return assess(rule, look(seen), isOpen, {
    now: NOON,
    state: { lastAt: at(-1), watchedSince: at(-60), runsSince: at(-60), rules: {}, ...state },
  });
}

describe('stalled', () => {
  const mixed = { counts: counts({ queued: 5, inProgress: 2, succeeded: 3 }) };
  const queued = { counts: counts({ queued: 5, succeeded: 3 }) };
  const done = { counts: counts({ succeeded: 9 }) };
  const timeout = { configuration: configuration({ inProgressTimeoutMinutes: 90 }) };
  const window = { window: opened(at(-60)) };
  const closed: Partial<TaskLook> = { window: { open: false } };
  it.each<[string, Partial<StalledRule>, Partial<TaskLook>, number, Holds, number]>([
    ['just below its limit', {}, mixed, HOUR - 1, false, 3_600],
    ['at its limit', {}, mixed, HOUR, true, 3_600],
    ['nothing is left', {}, done, 2 * HOUR, false, 3_600],
    ['nothing is queued', {}, { counts: counts({ inProgress: 2 }) }, HOUR, true, 3_600],
    ['things may still be at work', {}, { ...mixed, ...timeout }, 89 * MINUTE, false, 5_400],
    ['things should have timed out', {}, { ...mixed, ...timeout }, 90 * MINUTE, true, 5_400],
    ['nothing is at work', {}, { ...queued, ...timeout }, HOUR, true, 3_600],
    ['a shorter timeout', { afterMs: 2 * HOUR }, { ...mixed, ...timeout }, 119 * MINUTE, false, 7_200],
    ['a timeout of no matter', { awaitTimeout: false }, { ...mixed, ...timeout }, HOUR, true, 3_600],
    ['no timeout', {}, { ...mixed, configuration: configuration() }, HOUR, true, 3_600],
    ['in a maintenance window', {}, { ...mixed, ...window }, HOUR, true, 3_600],
    ['outside of maintenance windows', {}, { ...mixed, ...closed }, HOUR, undefined, 3_600],
    ['outside, and something has finished', {}, { ...mixed, ...closed }, 0, false, 3_600],
    ['before its start', {}, { ...mixed, startTime: at(0) + 1 }, HOUR, undefined, 3_600],
    ['from its start', {}, { ...mixed, startTime: at(0) }, HOUR, true, 3_600],
    ['scheduled', {}, { ...mixed, status: 'SCHEDULED' }, HOUR, undefined, 3_600],
    ['being deleted', {}, { ...mixed, status: 'DELETION_IN_PROGRESS' }, HOUR, undefined, 3_600],
  ])('%s', (_, overrides, seen, idle, holds, limit) => {
    const observed = seconds(Math.round(idle / 1_000), limit);
    for (const clock of [{ held: idle }, { since: NOON - idle }])
      expect(assessed(rules.stalled(overrides), seen, false, { idle: clock })).toEqual({ holds, observed });
  });
});

describe('overdue', () => {
  const overdue = (
    overrides: Partial<OverdueRule>,
    seen: Partial<TaskLook>,
    state: Partial<RuleState> = {},
  ) => assessed(rules.overdue(overrides), seen, false, state);

  it('is nothing without an end time', () => {
    expect(overdue({}, {})).toEqual({ holds: false, observed: seconds(0, 900) });
  });

  /** Only the time tells. */
  const TOLD = { projected: false };
  it.each<[string, Partial<OverdueRule>, Partial<TaskLook>, Holds, number, number]>([
    ['just below its limit', TOLD, { endTime: at(-15) + 1 }, false, 900, at(0) + 1],
    [
      'just below it, and what is left is not foreseen',
      {},
      { endTime: at(-15) + 1 },
      undefined,
      900,
      at(0) + 1,
    ],
    ['at its limit', {}, { endTime: at(-15) }, true, 900, at(0)],
    ['scheduled', {}, { status: 'SCHEDULED', endTime: at(-15) }, true, 900, at(0)],
    ['yet to come', TOLD, { endTime: at(5) }, false, 0, at(20)],
    ['at once, at its end', { ...TOLD, afterMs: 0 }, { endTime: at(0) }, false, 0, at(0) + 1],
    ['at once, after its end', { afterMs: 0 }, { endTime: at(0) - 1 }, true, 0, at(0)],
    ['nothing is left', {}, { counts: counts({ succeeded: 9 }), endTime: at(-15) }, true, 900, at(0)],
    ['it has ended', {}, { status: 'COMPLETED', endTime: at(-60) }, undefined, 3_600, at(-45)],
    [
      'it is being deleted',
      {},
      { status: 'DELETION_IN_PROGRESS', endTime: at(-60) },
      undefined,
      3_600,
      at(-45),
    ],
  ])('%s', (_, overrides, seen, holds, value, dueAt) => {
    const observed = seconds(value, overrides.afterMs === 0 ? 0 : 900);
    expect(overdue(overrides, seen)).toEqual({ holds, observed, dueAt });
  });

  /** 30 of 100 things in 15 minutes: the 70 that are left take 35 more. */
  const rolling = {
    counts: counts({ queued: 60, inProgress: 10, succeeded: 30 }),
    samples: [sample(-30), sample(0, { finished: 30 })],
    endTime: at(0),
  };
  const waiting = { counts: counts({ queued: 60 }), endTime: at(0) };
  const pause = [sample(-30, { finished: 30 })];
  const falling = [sample(-30, { finished: 40 })];
  const recent = [sample(-5, { finished: 20 }), sample(0, { finished: 30 })];
  it.each<[string, Partial<TaskLook>, Partial<RuleState>, Holds, number]>([
    ['too late', { ...rolling, endTime: at(20) }, {}, true, 900],
    ['late, and not by so much', { ...rolling, endTime: at(21) }, {}, false, 840],
    ['in time', { ...rolling, endTime: at(40) }, {}, false, 0],
    ['not between its windows', { ...rolling, status: 'SCHEDULED' }, {}, undefined, 0],
    ['never, where it never ends', { ...rolling, isContinuous: true }, {}, false, 0],
    ['by 5 minutes', { ...rolling, samples: recent }, { runsSince: at(-5) }, true, 2_100],
    ['not by less', { ...rolling, samples: recent }, { runsSince: at(-5) + 1 }, undefined, 0],
    ['not by what finished in a gap', rolling, { watchedSince: at(0) }, undefined, 0],
    ['not while nothing finishes', { ...rolling, samples: pause }, {}, undefined, 0],
    ['not while counts fall', { ...rolling, samples: falling }, {}, undefined, 0],
    ['from nothing, without samples', { ...rolling, samples: [] }, {}, true, 2_100],
    ['by its pace, the slower', { ...rolling, ...paced({ maximumPerMinute: 1 }) }, {}, true, 3_600],
    ['by its rate, the slower', { ...rolling, ...paced({ maximumPerMinute: 60 }) }, {}, true, 2_100],
    ['by its pace alone', { ...waiting, ...paced({ maximumPerMinute: 2 }) }, {}, true, 1_800],
    ['not by the pace of its beginning', { ...waiting, ...paced({ basePerMinute: 2 }) }, {}, undefined, 0],
  ])('is projected: %s', (_, seen, state, holds, value) => {
    const dueAt = (seen.endTime ?? 0) + MIN15;
    expect(overdue({}, seen, state)).toEqual({ holds, observed: seconds(value, 900), dueAt });
  });

  it('is not projected by the rate of what is not known to run', () => {
    const state: RuleState = { lastAt: at(-1), watchedSince: at(-60), rules: {} };
    expect(assess(rules.overdue(), look(rolling), false, { now: NOON, state }).holds).toBe(undefined);
  });

  it('is not projected where that is not wanted', () => {
    expect(overdue({ projected: false }, rolling)).toEqual({
      holds: false,
      observed: seconds(0, 900),
      dueAt: at(15),
    });
  });
});

describe('slow', () => {
  /** 10 a minute promised, and so many notified in the last 15 minutes. */
  const notified = (number: number): Partial<TaskLook> => ({
    ...paced({ maximumPerMinute: 10 }),
    samples: [sample(-40, { notified: 5 }), sample(-1, { notified: 5 + number })],
  });
  const growing = { ...notified(15), ...paced({ maximumPerMinute: 1_000, basePerMinute: 2 }) };
  const narrow = [sample(-14, { notified: 5 }), sample(-1, { notified: 6 })];
  const empty = counts({ inProgress: 5 });
  const closed: MaintenanceWindow = { open: false, opensAt: at(60) };
  it.each<[string, Partial<SlowRule>, Partial<TaskLook>, Holds, number, number, number]>([
    ['just below its share', {}, notified(74), true, 74, 150, 49.33],
    ['at its share', {}, notified(75), false, 75, 150, 50],
    ['between its limits', { recoverAbove: 80 }, notified(119), false, 119, 150, 79.33],
    ['by the rate at its beginning', {}, growing, false, 15, 30, 50],
    ['a window of its own', { windowMs: 2 * MIN15 }, notified(149), true, 149, 300, 49.67],
    ['nothing is promised', {}, { ...notified(1), configuration: configuration() }, undefined, 1, 0, 0],
    ['no configuration', {}, { samples: narrow }, undefined, 1, 0, 0],
    ['samples that do not reach back', {}, { ...notified(1), samples: narrow }, undefined, 1, 150, 0.67],
    ['samples that just reach back', {}, { ...notified(1), samples: [sample(-15)] }, true, 0, 150, 0],
    ['no samples', {}, { ...notified(1), samples: [] }, undefined, 0, 150, 0],
    ['begun a window ago', {}, { ...notified(1), startTime: at(-15) }, true, 1, 150, 0.67],
    ['begun later', {}, { ...notified(1), startTime: at(-15) + 1 }, undefined, 1, 150, 0.67],
    ['open for a window', {}, { ...notified(1), window: opened(at(-15)) }, true, 1, 150, 0.67],
    ['opened later', {}, { ...notified(1), window: opened(at(-15) + 1) }, undefined, 1, 150, 0.67],
    ['between maintenance windows', {}, { ...notified(1), window: closed }, undefined, 1, 150, 0.67],
    ['nothing is queued', {}, { ...notified(1), counts: empty }, false, 1, 150, 0.67],
    ['scheduled', {}, { ...notified(1), status: 'SCHEDULED' }, undefined, 1, 150, 0.67],
  ])('%s', (_, overrides, seen, holds, numerator, denominator, value) => {
    const observed = { value, limit: 50, unit: 'percent', numerator, denominator };
    expect(assessed(rules.slow(overrides), seen)).toEqual({ holds, observed });
  });

  it.each([
    [119, true],
    [120, false],
  ])('breached, with a second limit of 120 notified things: %d', (number, holds) => {
    expect(assessed(rules.slow({ recoverAbove: 80 }), notified(number), true).holds).toBe(holds);
  });

  it.each<[string, Partial<RuleState>, Holds]>([
    ['watched for a window', { watchedSince: at(-15) }, true],
    ['watched since then', { watchedSince: at(-15) + 1 }, undefined],
    ['running for a window', { runsSince: at(-15) }, true],
    ['running since then', { runsSince: at(-15) + 1 }, undefined],
  ])('%s', (_, state, holds) => {
    expect(assessed(rules.slow(), notified(1), false, state).holds).toBe(holds);
  });

  it('cannot be told of what is not known to run', () => {
    const state: RuleState = { lastAt: at(-1), watchedSince: at(-60), rules: {} };
    expect(assess(rules.slow(), look(notified(1)), false, { now: NOON, state }).holds).toBeUndefined();
  });
});

describe('stuck-scheduled', () => {
  const scheduled = (startTime: number, window?: MaintenanceWindow): Partial<TaskLook> => ({
    status: 'SCHEDULED',
    startTime,
    ...(window && { window }),
  });
  const later: MaintenanceWindow = { open: false, opensAt: at(60) };
  it.each<[string, Partial<TaskLook>, Holds, number, number]>([
    ['just below its limit', scheduled(at(-15) + 1), false, 900, at(0) + 1],
    ['at its limit', scheduled(at(-15)), true, 900, at(0)],
    ['its start is yet to come', scheduled(at(60)), false, 0, at(75)],
    ['from when its window opened', scheduled(at(-60), opened(at(-15))), true, 900, at(0)],
    ['from its start in a window', scheduled(at(-15), opened(at(-60))), true, 900, at(0)],
    ['between windows', scheduled(at(-60), later), undefined, 0, at(75)],
    ['after the last window', scheduled(at(-60), { open: false }), undefined, 3_600, at(-45)],
  ])('%s', (_, seen, holds, value, dueAt) => {
    expect(assessed(rules.stuckScheduled(), seen)).toEqual({ holds, observed: seconds(value, 900), dueAt });
  });

  it.each<[string, Partial<TaskLook>, Holds, number, number]>([
    ['its window has closed', scheduled(at(-60), later), true, 3_600, at(-45)],
    ['the next window has opened', scheduled(at(-60), opened(at(0))), true, 3_600, at(-45)],
    ['its start was put off', scheduled(at(60)), false, 0, at(75)],
  ])('breached, and %s', (_, seen, holds, value, dueAt) => {
    expect(assessed(rules.stuckScheduled(), seen, true)).toEqual({
      holds,
      observed: seconds(value, 900),
      dueAt,
    });
  });

  it.each<[string, Partial<TaskLook>, Holds, number]>([
    ['no start time', { status: 'SCHEDULED' }, false, 0],
    ['no start time, between windows', { status: 'SCHEDULED', window: later }, false, 0],
    ['it has begun', { ...scheduled(at(-60)), status: 'IN_PROGRESS' }, false, 3_600],
    ['it has ended', { ...scheduled(at(-60)), status: 'CANCELED' }, undefined, 3_600],
    ['it is being deleted', { ...scheduled(at(-60)), status: 'DELETION_IN_PROGRESS' }, undefined, 3_600],
  ])('nothing is due: %s', (_, seen, holds, value) => {
    expect(assessed(rules.stuckScheduled(), seen)).toEqual({ holds, observed: seconds(value, 900) });
  });
});

describe('unreachable', () => {
  it.each<[string, number, Partial<RuleState>, boolean, number]>([
    ['it can be read', MIN15, {}, false, 0],
    ['just below its limit', MIN15, { unread: { since: at(-15) + 1 } }, false, 900],
    ['at its limit', MIN15, { unread: { since: at(-15) } }, true, 900],
    ['a clock that stands', MIN15, { unread: { held: 20 * MINUTE } }, true, 1_200],
    ['at once, and it can be read', 0, {}, false, 0],
    ['at once', 0, { unread: { since: at(0) } }, true, 0],
  ])('%s', (_, afterMs, state, holds, value) => {
    expect(assessed(rules.unreachable({ afterMs }), {}, false, state)).toEqual({
      holds,
      observed: seconds(value, afterMs / 1_000),
    });
  });
});

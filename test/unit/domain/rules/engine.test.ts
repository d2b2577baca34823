import { describe, expect, it } from 'vitest';
import type { ThingState } from '../../../../lib/domain/counts.ts';
import { evaluate, removeAll } from '../../../../lib/domain/rules/engine.ts';
import type { TaskLook } from '../../../../lib/domain/rules/look.ts';
import type { Clock, RuleState, TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { initialState, isSameState } from '../../../../lib/domain/rules/state.ts';
import { removed } from '../../../../lib/domain/rules/step.ts';
import { counts, look, MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const at = (minute: number) => NOON + minute * MINUTE;
const since = (minute: number): Clock => ({ since: at(minute) });
const held = (minutes: number): Clock => ({ held: minutes * MINUTE });

/** The state after a look a minute before noon, of a task that has been watched for an hour. */
const state = (overrides: Partial<RuleState> = {}): RuleState => ({
  lastAt: at(-1),
  watchedSince: at(-60),
  rules: {},
  ...overrides,
});
const evaluated = (of: readonly TaskRule[], before: RuleState, seen: Partial<TaskLook>, minute = 0) =>
  evaluate(of, before, look(seen), { now: at(minute), periodMs: MINUTE });

/** So many things failed, of a hundred that were executed. */
const failed = (number: number) => counts({ queued: 100, succeeded: 100 - number, failed: number });
const good = { counts: failed(0) };
const bad = { counts: failed(20) };

describe('a look', () => {
  it('is noted', () => {
    expect(evaluated([], initialState(at(-1)), { status: 'SCHEDULED' })).toEqual({
      state: { lastAt: NOON, watchedSince: at(-1), rules: {} },
      told: [],
    });
  });

  it('at the same instant changes nothing, and tells nothing twice', () => {
    const of = [rules.count(), rules.ratio({ forMs: 10 * MINUTE }), rules.stalled()];
    const first = evaluated(of, state(), bad);
    expect(first.told).toHaveLength(1);
    expect(evaluated(of, first.state, bad)).toEqual({ state: first.state, told: [] });
  });

  it('leaves what is remembered as it is when nothing changes, so that nothing has to be written', () => {
    const of = [rules.count(), rules.ratio({ forMs: 10 * MINUTE }), rules.rate()];
    const first = evaluated(of, state(), bad);
    const next = evaluated(of, first.state, bad, 1);
    expect(next.state.rules).toBe(first.state.rules);
    expect(isSameState(first.state, next.state)).toBe(true);
  });

  it('tells breaches before recoveries, each in the order of the rules', () => {
    const of = [
      rules.count({ id: 'z', things: 90, recoverBelow: 90 }),
      rules.count({ id: 'y' }),
      rules.count({ id: 'x', things: 80, recoverBelow: 80 }),
      rules.count({ id: 'a' }),
    ];
    const before = state({
      rules: { gone: { open: openBreach() }, x: { open: openBreach() }, z: { open: openBreach() } },
    });
    const { told } = evaluated(of, before, bad);
    expect(told.map((one) => (one.type === 'breached' ? `+${one.rule.id}` : `-${one.id}`))).toEqual([
      '+y',
      '+a',
      '-z',
      '-x',
      '-gone',
    ]);
  });
});

describe('time between looks', () => {
  const patient = rules.count({ forMs: 60 * MINUTE });
  const clocks = (minute: number) => ({ idle: since(minute), rules: { count: { clock: since(minute) } } });

  it.each<[string, number, number, number, number]>([
    ['counts up to five periods', -5, 0, -10, -60],
    ['counts when polls are not punctual', -5.5, 0, -10, -60],
    ['counts no longer: that is a gap', -6, 0, -4, 0],
    ['counts not when the clock steps back', 30, 0, -40, -90],
  ])('%s', (_, lastAt, now, clock, watchedSince) => {
    const before = state({ lastAt: at(lastAt), runsSince: at(-60), ...clocks(-10) });
    const { state: after } = evaluated([patient, rules.stalled()], before, bad, now);
    expect(after).toEqual({
      lastAt: at(now),
      watchedSince: at(watchedSince),
      runsSince: lastAt > now ? at(-60 - lastAt) : at(-60),
      ...clocks(clock),
    });
  });

  it('keeps what clocks that stop after a gap had run', () => {
    const before = state({ lastAt: at(-30), ...clocks(-40) });
    const closed: Partial<TaskLook> = { counts: failed(0), status: 'SCHEDULED', previousCounts: failed(0) };
    expect(evaluated([rules.stalled()], before, closed).state.idle).toEqual(held(10));
    const slow = rules.slow({ id: 'count', forMs: 20 * MINUTE });
    expect(evaluated([slow], before, bad).state.rules).toEqual({ count: { clock: held(10) } });
  });

  it('leaves clocks that stand and breaches alone', () => {
    const before = state({ lastAt: at(-30), rules: { count: { open: openBreach(), clock: held(3) } } });
    const { state: after } = evaluated([rules.slow({ id: 'count' })], before, bad);
    expect(after.rules).toEqual({});
    const still = evaluated([rules.count({ keepFiringForMs: 9 * MINUTE })], before, good);
    expect(still.state.rules).toEqual({ count: { open: openBreach(), clock: since(-3) } });
  });

  it('never makes up for a gap: a rule that is seen to hold before and after is breached by what was seen', () => {
    const minutes = [0, 1, 2, 3, 13, 14, 15, 16, 17, 18];
    let last = state({ lastAt: at(-1) });
    const breached = minutes.filter((minute) => {
      const result = evaluated([rules.count({ forMs: 7 * MINUTE })], last, bad, minute);
      last = result.state;
      return result.told.length > 0;
    });
    expect(breached).toEqual([17]);
  });
});

describe('rules that are not as they were', () => {
  const open = openBreach({ at: at(-30) });
  const before = state({ rules: { count: { open, recent: [at(-30)] } } });

  it('close when they are gone', () => {
    expect(evaluated([], before, bad)).toEqual({
      state: evaluated([], state(), bad).state,
      told: [removed('count', open)],
    });
  });

  it('are forgotten when they are gone, with their clocks', () => {
    const waiting = state({ rules: { count: { clock: since(-10), recent: [at(-30)] } } });
    expect(evaluated([], waiting, bad).state.rules).toEqual({});
  });

  it('go on in silence when they still hold', () => {
    const changed = rules.count({ things: 15, recoverBelow: 15, severity: 'critical' });
    const result = evaluated([changed], before, bad);
    expect([result.told, result.state.rules]).toEqual([[], before.rules]);
  });

  it('recover when they hold no longer', () => {
    const changed = rules.count({ things: 21, recoverBelow: 21 });
    expect(evaluated([changed], before, bad).told).toEqual([
      {
        type: 'recovered',
        id: 'count',
        rule: changed,
        open,
        observed: { value: 20, limit: 21, unit: 'things' },
        reason: 'recovered',
        published: true,
      },
    ]);
  });

  it('close when their kind has changed, and begin with the next look', () => {
    const ratio = rules.ratio({ id: 'count' });
    const closed = evaluated([ratio], before, bad);
    expect([closed.told, closed.state.rules]).toEqual([[removed('count', open)], {}]);
    expect(evaluated([ratio], closed.state, bad, 1).told).toMatchObject([{ type: 'breached', rule: ratio }]);
  });
});

describe('the clock of what is stalled', () => {
  const left = { queued: 5, inProgress: 2, succeeded: 3 };
  const idle = (
    before: Clock | undefined,
    seen: Partial<TaskLook>,
    of: readonly TaskRule[] = [rules.stalled()],
  ) => evaluated(of, state(before && { idle: before }), { counts: counts(left), ...seen }).state.idle;

  it.each<[string, Clock | undefined, Partial<TaskLook>, Clock]>([
    ['begins', undefined, {}, since(0)],
    ['runs', since(-30), {}, since(-30)],
    ['runs on', held(20), {}, since(-20)],
    [
      'runs though counts fall',
      since(-30),
      { previousCounts: counts({ ...left, succeeded: 4 }) },
      since(-30),
    ],
    ['stands before the start', since(-30), { startTime: at(1) }, held(29)],
    ['stands between windows', since(-30), { window: { open: false } }, held(29)],
    ['stands when not in progress', since(-30), { status: 'PAUSED' }, held(29)],
    ['stands while things are all done', since(-30), { counts: counts({ succeeded: 9 }) }, held(29)],
    ['does not begin before the start', undefined, { startTime: at(1) }, held(0)],
  ])('%s', (_, before, seen, after) => {
    expect(idle(before, seen)).toEqual(after);
  });

  it.each<[ThingState]>([['succeeded'], ['failed'], ['rejected'], ['timedOut'], ['removed'], ['canceled']])(
    'starts anew when things are %s',
    (finished) => {
      const previousCounts = counts({ ...left, [finished]: 3 });
      const seen = { previousCounts, counts: counts({ ...left, [finished]: 4 }) };
      expect(idle(since(-30), seen)).toEqual(since(0));
      expect(idle(held(30), { ...seen, window: { open: false } })).toEqual(held(0));
    },
  );

  describe('when its rules are breached', () => {
    const stalled = { stalled: { open: openBreach({ kind: 'stalled', at: at(-1), value: 3_600 }) } };
    const later = rules.stalled({ id: 'later', afterMs: 99 * MINUTE });
    const told = (minute: number): Clock => ({ ...since(minute), told: true });
    const idleAfter = (clock: Clock, of: readonly TaskRule[], seen: Partial<TaskLook> = {}) =>
      evaluated(of, state({ idle: clock, rules: stalled }), { counts: counts(left), ...seen }).state.idle;

    it('goes on, and is not noted any more', () => {
      expect(idleAfter(since(-61), [rules.stalled()])).toEqual(told(-61));
      expect(idleAfter(told(-61), [rules.stalled()])).toEqual(told(-61));
      expect(idleAfter(told(-61), [rules.stalled()], { window: { open: false } })).toEqual(told(-61));
    });

    it('is noted as long as one waits for it', () => {
      expect(idleAfter(since(-61), [rules.stalled(), later])).toEqual(since(-61));
      expect(idleAfter(told(-61), [rules.stalled(), later])).toEqual(since(-61));
    });

    it('starts anew when something finishes', () => {
      const seen = { previousCounts: counts({ ...left, succeeded: 2 }) };
      expect(idleAfter(told(-61), [rules.stalled()], seen)).toEqual(since(0));
    });

    it('counts the quiet time in which nothing was noted', () => {
      const critical = rules.stalled({ severity: 'critical', repeatEveryMs: 60 * MINUTE });
      const before = state({ lastAt: at(-60), idle: told(-120), rules: stalled });
      const open = { stalled: { open: openBreach({ kind: 'stalled', at: at(-60), value: 3_600 }) } };
      const { told: reminded } = evaluated([critical], { ...before, rules: open }, { counts: counts(left) });
      expect(reminded).toMatchObject([{ reminder: 1, observed: { value: 7_200, limit: 3_600 } }]);
    });
  });

  it('is none without a rule', () => {
    expect(idle(since(-30), {}, [rules.count()])).toBeUndefined();
  });

  it('is breached when it has run long enough, in pieces, and recovers when something finishes', () => {
    const closed: Partial<TaskLook> = { window: { open: false } };
    const looks: [number, Partial<TaskLook>, string][] = [
      [0, {}, ''],
      [4, {}, ''],
      [5, closed, ''],
      [9, closed, ''],
      [10, {}, ''],
      [14, {}, ''],
      [16, {}, 'breached 600'],
      [17, closed, ''],
      [19, { previousCounts: counts({ ...left, succeeded: 2 }) }, 'recovered 0'],
    ];
    let last = state();
    for (const [minute, seen, expected] of looks) {
      const result = evaluated(
        [rules.stalled({ afterMs: 10 * MINUTE })],
        last,
        { counts: counts(left), ...seen },
        minute,
      );
      last = result.state;
      expect(result.told.map(({ type, observed }) => `${type} ${observed.value}`).join()).toBe(expected);
    }
  });
});

describe('what is remembered of a task as a whole', () => {
  const running: Partial<TaskLook> = { counts: counts({ queued: 5 }) };
  it.each<[string, Partial<RuleState>, Partial<TaskLook>, Partial<RuleState>]>([
    ['since when it runs', {}, running, { runsSince: NOON }],
    ['that it runs', { runsSince: at(-9) }, running, { runsSince: at(-9) }],
    ['that it does not', { runsSince: at(-9) }, { ...running, status: 'SCHEDULED' }, {}],
    ['not that it could not be read', { unreadAt: at(-1), unread: since(-4) }, running, { runsSince: NOON }],
  ])('%s', (_, before, seen, after) => {
    expect(evaluated([], state(before), seen).state).toEqual(state({ lastAt: NOON, ...after }));
  });

  it.each<[string, TaskRule, string, true | undefined]>([
    ['rate', rules.rate(), 'IN_PROGRESS', true],
    ['slow', rules.slow(), 'IN_PROGRESS', true],
    ['rate, not in progress', rules.rate(), 'SCHEDULED', undefined],
    ['count', rules.count(), 'IN_PROGRESS', undefined],
  ])('whether a rate is measured: %s', (_, rule, status, measures) => {
    expect(evaluated([rule], state(), { status }).state.measures).toBe(measures);
  });
});

describe('when a task is due that nothing else calls for', () => {
  const scheduled: Partial<TaskLook> = { status: 'SCHEDULED', startTime: at(5), endTime: at(30) };
  const due = (of: readonly TaskRule[], seen: Partial<TaskLook>, before: Partial<RuleState> = {}) =>
    evaluated(of, state({ dueAt: at(0), ...before }), seen).state.dueAt;
  const { stuckScheduled, overdue, count } = rules;

  it.each<[string, readonly TaskRule[], Partial<TaskLook>, number | undefined]>([
    ['it may be stuck', [stuckScheduled()], scheduled, at(20)],
    ['it may be overdue', [overdue()], scheduled, at(45)],
    ['the first of these', [overdue(), stuckScheduled(), count()], scheduled, at(20)],
    ['it is stuck', [stuckScheduled()], { ...scheduled, startTime: at(-15) }, undefined],
    ['nothing is', [count()], scheduled, undefined],
    [
      'in progress, it is read in every poll',
      [overdue()],
      { ...scheduled, status: 'IN_PROGRESS' },
      undefined,
    ],
    ['a rule must hold for a while', [count({ forMs: 9 * MINUTE })], { ...scheduled, ...bad }, at(9)],
    [
      'a rule must hold for a while, and has been due',
      [stuckScheduled({ forMs: 9 * MINUTE })],
      { ...scheduled, startTime: at(-15) },
      at(9),
    ],
    ['a mute ends', [count({ mutedUntil: at(40) })], { ...scheduled, ...bad }, at(40)],
    [
      'a reminder',
      [count({ severity: 'critical', repeatEveryMs: 60 * MINUTE })],
      { ...scheduled, ...bad },
      at(60),
    ],
  ])('%s', (_, of, seen, dueAt) => {
    expect(due(of, seen)).toBe(dueAt);
  });

  it('a recovery must last', () => {
    const open = { rules: { count: { open: openBreach() } } };
    expect(due([count({ keepFiringForMs: 7 * MINUTE })], { ...scheduled, ...good }, open)).toBe(at(7));
  });
});

it('closes all that is breached when nobody watches any more', () => {
  const open = openBreach();
  const muted = openBreach({ muted: true });
  const some = state({ rules: { a: { open }, b: { recent: [NOON] }, c: { open: muted } } });
  expect(removeAll(some)).toEqual([removed('a', open), removed('c', muted)]);
});

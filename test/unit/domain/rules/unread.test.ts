import { describe, expect, it } from 'vitest';
import { evaluate, evaluateUnread } from '../../../../lib/domain/rules/engine.ts';
import type { Clock, RuleState, UnreachableRule } from '../../../../lib/domain/rules/rule.ts';
import { initialState, isSameState, isTimeToNote } from '../../../../lib/domain/rules/state.ts';
import { counts, look, MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const at = (minute: number) => NOON + minute * MINUTE;
const since = (minute: number): Clock => ({ since: at(minute) });
const state = (overrides: Partial<RuleState> = {}): RuleState => ({
  lastAt: at(-1),
  watchedSince: at(-60),
  rules: {},
  ...overrides,
});
const unread = (of: readonly UnreachableRule[], before: RuleState, minute = 0, mayBreach = true) =>
  evaluateUnread(of, before, mayBreach, { now: at(minute), periodMs: MINUTE });

const quick = rules.unreachable({ afterMs: 10 * MINUTE });

describe('a task that cannot be read', () => {
  it('is noted, beside when it was read last', () => {
    expect(unread([quick], state())).toEqual({
      state: state({ unreadAt: NOON, unread: since(0) }),
      told: [],
    });
    expect(unread([quick], state({ lastAt: at(-3), unreadAt: at(-1), unread: since(-2) }))).toEqual({
      state: state({ lastAt: at(-3), unreadAt: NOON, unread: since(-2) }),
      told: [],
    });
  });

  it('leaves everything else as it is: as if nobody had looked', () => {
    const before = {
      dueAt: at(-1),
      runsSince: at(-9),
      measures: true,
      idle: since(-30),
      rules: {
        ratio: { clock: since(-9) },
        count: { open: openBreach(), clock: since(-5) },
        unreachable: { clock: since(-2) },
      },
    } as const;
    const patient = { ...quick, forMs: 5 * MINUTE };
    expect(unread([patient], state({ ...before, unread: since(-12) }))).toEqual({
      state: state({ ...before, unreadAt: NOON, unread: since(-12) }),
      told: [],
    });
  });

  it('counts no gap between looks, whether they succeed or fail', () => {
    const others = {
      idle: since(-40),
      rules: { ratio: { clock: since(-50) }, unreachable: { clock: since(-31) } },
    };
    const before = state({ lastAt: at(-33), unreadAt: at(-30), unread: since(-32), ...others });
    expect(unread([quick], before).state).toEqual({
      ...before,
      unreadAt: NOON,
      unread: since(-2),
      rules: { ratio: { clock: since(-50) } },
    });
    const patient = { ...quick, afterMs: 0, forMs: 5 * MINUTE };
    expect(unread([patient], before).state.rules).toEqual({
      ratio: { clock: since(-50) },
      unreachable: { clock: since(-1) },
    });
  });

  it('is a look that was missed: time counts again when it is read soon, and not when that is a gap', () => {
    const idleAfter = (minutes: number) => {
      let last = state({ lastAt: at(0), idle: since(-10), runsSince: at(-60) });
      for (let minute = 1; minute < minutes; minute += 1) last = unread([quick], last, minute).state;
      const seen = look({ counts: counts({ queued: 5 }) });
      return evaluate([rules.stalled(), quick], last, seen, { now: at(minutes), periodMs: MINUTE }).state;
    };
    expect(idleAfter(5)).toEqual(state({ lastAt: at(5), idle: since(-10), runsSince: at(-60) }));
    expect(idleAfter(6)).toEqual(
      state({ lastAt: at(6), idle: since(-4), runsSince: at(-60), watchedSince: at(6) }),
    );
  });

  it('has nothing to be noted without a rule', () => {
    const { state: first } = unread([], state());
    expect(isTimeToNote(first, { now: at(99), periodMs: MINUTE })).toBe(false);
    expect(isSameState(first, unread([], first, 1).state)).toBe(true);
  });

  it('is breached once, goes on in silence, and recovers by itself', () => {
    let last = initialState(at(-1));
    const told: [number, object][] = [];
    const quiet: number[] = [];
    for (let minute = 0; minute <= 30; minute += 1) {
      const result = unread([quick], last, minute);
      if (isSameState(last, result.state)) quiet.push(minute);
      for (const { type, observed, published } of result.told)
        told.push([minute, { type, observed, published }]);
      last = result.state;
    }
    const observed = { value: 600, limit: 600, unit: 'seconds' };
    expect(told).toEqual([[10, { type: 'breached', observed, published: true }]]);
    // Nothing has to be written but that it began and that it was breached.
    expect(
      Array.from({ length: 31 }, (_, minute) => minute).filter((minute) => !quiet.includes(minute)),
    ).toEqual([0, 10]);

    const seen = look({ counts: counts({ queued: 5 }) });
    expect(evaluate([quick], last, seen, { now: at(31), periodMs: MINUTE })).toEqual({
      state: {
        lastAt: at(31),
        watchedSince: at(31),
        runsSince: at(31),
        rules: { unreachable: { recent: [at(10)] } },
      },
      told: [
        {
          type: 'recovered',
          id: 'unreachable',
          rule: quick,
          open: openBreach({ at: at(10), kind: 'unreachable', value: 600, limit: 600 }),
          observed: { ...observed, value: 0 },
          reason: 'recovered',
          published: true,
        },
      ],
    });
  });

  it('goes on to be gone through looks that fail, where that is no breach yet', () => {
    const patient = rules.unreachable({ afterMs: 60 * MINUTE, keepFiringForMs: 40 * MINUTE });
    const gone = { open: openBreach({ at: at(-99), kind: 'unreachable' }), clock: since(-30) };
    const before = state({
      lastAt: at(-30),
      unreadAt: at(-1),
      unread: since(-29),
      rules: { unreachable: gone },
    });
    const seen = look({ status: 'SCHEDULED' });
    expect(evaluate([patient], before, seen, { now: NOON, periodMs: MINUTE })).toEqual({
      state: state({ lastAt: NOON, watchedSince: NOON, dueAt: at(10), rules: { unreachable: gone } }),
      told: [],
    });
  });

  it('is not unreachable while it is being deleted', () => {
    const before = state({ unreadAt: at(-1), unread: since(-10) });
    expect(unread([quick], before).told).toHaveLength(1);
    expect(unread([quick], before, 0, false).told).toEqual([]);
  });

  it('reminds of a critical breach, with the time that has passed since', () => {
    const critical = { ...quick, severity: 'critical', repeatEveryMs: 60 * MINUTE } as const;
    const open = openBreach({
      at: at(-60),
      kind: 'unreachable',
      severity: 'critical',
      value: 600,
      limit: 600,
    });
    const before = state({
      lastAt: at(-71),
      unreadAt: at(-1),
      unread: { ...since(-70), told: true },
      rules: { unreachable: { open } },
    });
    expect(unread([critical], before).told).toEqual([
      {
        type: 'breached',
        rule: critical,
        observed: { value: 4_200, limit: 600, unit: 'seconds' },
        published: true,
        breachedAt: at(-60),
        reminder: 1,
      },
    ]);
  });

  it('may be read in between', () => {
    const before = state({ lastAt: at(-3), unreadAt: at(-1), unread: since(-2) });
    const read = evaluate([quick], before, look({ status: 'SCHEDULED' }), { now: NOON, periodMs: MINUTE });
    expect(read.state).toEqual(state({ lastAt: NOON }));
    expect(unread([quick], read.state, 1).state.unread).toEqual(since(1));
  });
});

import { describe, expect, it } from 'vitest';
import type { Clock, RuleState } from '../../../../lib/domain/rules/rule.ts';
import {
  initialState,
  isDue,
  isSameState,
  isTimeToNote,
  openBreaches,
} from '../../../../lib/domain/rules/state.ts';
import { MINUTE, NOON, openBreach } from '../../../support/builders.ts';

const at = (minute: number) => NOON + minute * MINUTE;
const since = (minute: number): Clock => ({ since: at(minute) });
const held = (minutes: number): Clock => ({ held: minutes * MINUTE });
const state = (overrides: Partial<RuleState> = {}): RuleState => ({ ...initialState(NOON), ...overrides });

it('knows what is breached', () => {
  const some = { a: { open: openBreach() }, b: { recent: [NOON] }, c: { open: openBreach({ muted: true }) } };
  expect(openBreaches(state({ rules: some }))).toEqual(['a', 'c']);
});

describe('isTimeToNote', () => {
  it.each<[string, Partial<RuleState>, number, boolean]>([
    ['nothing runs', { idle: held(1), unread: held(1), rules: { count: { clock: held(1) } } }, 99, false],
    ['a clock runs', { rules: { count: { clock: since(-1) } } }, 5, true],
    ['polls are not punctual', { rules: { count: { clock: since(-1) } } }, 3.6, true],
    ['not yet', { rules: { count: { clock: since(-1) } } }, 3.5, false],
    ['it may be stalled', { idle: since(-1) }, 5, true],
    ['it cannot be read', { unread: since(-1) }, 5, true],
    ['a rate is measured', { measures: true }, 5, true],
    ['the clock stepped back', {}, -5, true],
    ['the clock stepped back a little', {}, -3.5, false],
  ])('%s', (_, overrides, minute, expected) => {
    const context = { now: at(minute), periodMs: MINUTE };
    expect(isTimeToNote(state(overrides), context)).toBe(expected);
    expect(isDue(state(overrides), context)).toBe(expected);
  });

  it.each([
    [at(2), false],
    [at(1), true],
    [at(0), true],
  ])('something else is due at %d', (dueAt, expected) => {
    expect(isDue(state({ dueAt }), { now: at(1), periodMs: MINUTE })).toBe(expected);
  });
});

it('counts from the look before, also when that failed, and tries each poll again', () => {
  const failed = state({ idle: since(-1), unreadAt: at(1) });
  expect(isTimeToNote(failed, { now: at(4), periodMs: MINUTE })).toBe(false);
  expect(isTimeToNote(failed, { now: at(5), periodMs: MINUTE })).toBe(true);
  expect(isDue(failed, { now: at(2), periodMs: MINUTE })).toBe(true);
});

describe('isSameState', () => {
  const full = state({
    dueAt: NOON,
    runsSince: NOON,
    measures: true,
    idle: since(0),
    unread: since(0),
  });
  const { measures, ...unmeasured } = full;
  it.each<[string, RuleState, boolean]>([
    ['the same', { ...full, idle: since(0), unread: since(0) }, true],
    ['another look', { ...full, lastAt: at(1) }, true],
    ['rules', { ...full, rules: {} }, false],
    ['dueAt', { ...full, dueAt: at(1) }, false],
    ['another look that failed', { ...full, unreadAt: at(1) }, true],
    ['runsSince', { ...full, runsSince: at(1) }, false],
    ['measures', unmeasured, false],
    ['idle', { ...full, idle: since(1) }, false],
    ['unread', { ...full, unread: since(1) }, false],
  ])('%s', (_, other, expected) => {
    expect(isSameState(full, other)).toBe(expected);
  });
});

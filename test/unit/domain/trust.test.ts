import { describe, expect, it } from 'vitest';
import type { LastSeen } from '../../../lib/domain/last-seen.ts';
import type { RuleState } from '../../../lib/domain/rules/rule.ts';
import type { TaskFacts } from '../../../lib/domain/task.ts';
import { isLie, isUnmoved, mayBeLeftAlone, SAMPLE_SIZE, sampleOf } from '../../../lib/domain/trust.ts';
import { counts, facts, liveTask, MINUTE, NOON, openBreach, snapshot } from '../../support/builders.ts';

const at = (instant: number) => new Date(instant).toISOString();
const last = (overrides: Partial<LastSeen> = {}): LastSeen => ({
  lookedAt: NOON,
  counts: counts(),
  lastUpdatedAt: at(NOON - MINUTE),
  ...overrides,
});

describe('a task has not moved', () => {
  const listed = (lastUpdatedAt?: string) => ({
    taskId: 'a',
    status: 'IN_PROGRESS',
    ...(lastUpdatedAt !== undefined && { lastUpdatedAt }),
  });
  const { lastUpdatedAt: _, ...silent } = last();
  const cases: [string, string | undefined, LastSeen, boolean][] = [
    ['as it was told', at(NOON - MINUTE), last(), true],
    ['later than what was told', at(NOON), last(), false],
    ['the list lags behind', at(NOON - 2 * MINUTE), last(), false],
    ['the list does not say', undefined, last(), false],
    ['neither says', undefined, silent, false],
    ['nothing was told', at(NOON - MINUTE), silent, false],
    ['settled by the last look', at(NOON - 5_000), last({ lastUpdatedAt: at(NOON - 5_000) }), true],
    ['updated about the time of it', at(NOON - 4_999), last({ lastUpdatedAt: at(NOON - 4_999) }), false],
  ];
  it.each(cases)('%s', (_name, lastUpdatedAt, seen, expected) => {
    expect(isUnmoved(listed(lastUpdatedAt), seen)).toBe(expected);
  });
});

describe('a task that has not moved may be left alone', () => {
  const cadence = { now: NOON, periodMs: MINUTE, roundMs: MINUTE, maxLatencyMs: MINUTE };
  const cases: [string, Partial<RuleState>, Partial<LastSeen>, Partial<TaskFacts>, boolean][] = [
    ['under way', {}, {}, {}, true],
    ['not begun, as far as is known', { runsSince: undefined as never }, {}, {}, false],
    ['outside its windows', { runsSince: undefined as never }, { closed: {} }, {}, true],
    ['outside its windows, a clock running', { idle: { since: 0 } }, { closed: {} }, {}, true],
    ['a window opens', { runsSince: undefined as never }, { closed: { opensAt: NOON } }, {}, false],
    ['before its end', {}, {}, { endTime: at(NOON + 1) }, true],
    ['past its end', {}, {}, { endTime: at(NOON) }, false],
    ['breached', { rules: { a: { open: openBreach() } } }, {}, {}, false],
    ['about to be breached', { rules: { a: { clock: { since: 0 } } } }, {}, {}, false],
    ['unreadable', { unreadAt: NOON }, {}, {}, false],
    ['about to stall', { idle: { since: 0 } }, { stallsAt: NOON + 1 }, {}, true],
    ['stalled', { idle: { since: 0 } }, { stallsAt: NOON }, {}, false],
    ['idle, nobody knows since when, looked at', { idle: { since: 0 } }, {}, {}, true],
    ['idle, nobody knows since when', { idle: { since: 0 } }, { lookedAt: NOON - 5 * MINUTE }, {}, false],
    ['its rate measured', { measures: true }, { lookedAt: NOON - 2 * MINUTE, stallsAt: NOON + 1 }, {}, false],
    ['its rate measured, looked at', { measures: true }, {}, {}, true],
  ];
  it.each(cases)('%s: %o', (_, rules, seen, told, expected) => {
    const { runsSince, ...state } = { runsSince: 0, ...rules };
    const task = liveTask({
      snapshot: snapshot({
        facts: facts(told),
        rules: {
          lastAt: NOON,
          watchedSince: 0,
          rules: {},
          ...(runsSince !== undefined && { runsSince }),
          ...state,
        },
      }),
    });
    expect(mayBeLeftAlone(task, last(seen), cadence)).toBe(expected);
  });
});

it.each([
  ['unchanged', at(NOON), {}, false],
  ['changed, and updated', at(NOON), { lastUpdatedAt: at(NOON + 1), counts: counts({ queued: 1 }) }, false],
  ['changed, and not updated', at(NOON), { counts: counts({ queued: 1 }) }, true],
  ['of another status, and not updated', at(NOON), { status: 'COMPLETED' }, false],
])('%s: a lie?', (_, told, now, expected) => {
  expect(isLie(facts(), told, facts({ lastUpdatedAt: at(NOON), ...now }))).toBe(expected);
});

it('samples those that were not looked at for the longest time', () => {
  const waiting = Array.from({ length: SAMPLE_SIZE + 2 }, (_, index) => ({
    taskId: `${9 - (index % 2)}`,
    lookedAt: NOON - Math.floor(index / 2),
  }));
  const sample = sampleOf(waiting);
  expect(sample).toHaveLength(SAMPLE_SIZE);
  expect(sample.slice(0, 3)).toEqual([
    { taskId: '8', lookedAt: NOON - 5 },
    { taskId: '9', lookedAt: NOON - 5 },
    { taskId: '8', lookedAt: NOON - 4 },
  ]);
});

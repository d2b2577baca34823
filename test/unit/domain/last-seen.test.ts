import { describe, expect, it } from 'vitest';
import { isClosed, lastLookAt, lastSeenOf } from '../../../lib/domain/last-seen.ts';
import type { Snapshot } from '../../../lib/domain/task.ts';
import { counts, facts, liveTask, MINUTE, NOON, rules, snapshot } from '../../support/builders.ts';

const THEN = '2026-11-22T11:00:00.000Z';

describe('what is remembered of a look', () => {
  const told = facts({ lastUpdatedAt: THEN, counts: counts({ queued: 5 }) });
  const idle = (clock: Snapshot['rules']['idle']) =>
    snapshot({ rules: { lastAt: NOON, watchedSince: NOON, rules: {}, ...(clock && { idle: clock }) } });
  const stalled = [
    rules.count(),
    rules.stalled({ afterMs: 60 * MINUTE }),
    rules.stalled({ afterMs: 30 * MINUTE }),
  ];
  const seen = { lookedAt: NOON, counts: told.counts, lastUpdatedAt: THEN };

  it.each([
    ['its counts, and when it was updated', told, idle(undefined), {}, seen],
    [
      'what it told, where that is less',
      facts({ counts: told.counts }),
      idle(undefined),
      {},
      { lookedAt: NOON, counts: told.counts },
    ],
    [
      'what the list said',
      told,
      idle(undefined),
      { listedLastUpdatedAt: THEN },
      { ...seen, listedLastUpdatedAt: THEN },
    ],
    [
      'that no window is open',
      told,
      idle(undefined),
      { window: { open: false, opensAt: NOON + 1 } },
      { ...seen, closed: { opensAt: NOON + 1 } },
    ],
    ['that none will be', told, idle(undefined), { window: { open: false } }, { ...seen, closed: {} }],
    ['that one is open', told, idle(undefined), { window: { open: true, since: NOON } }, seen],
    [
      'when it stalls',
      told,
      idle({ since: NOON - MINUTE }),
      { rules: stalled },
      { ...seen, stallsAt: NOON + 29 * MINUTE },
    ],
    ['that no clock runs', told, idle({ held: MINUTE }), { rules: stalled }, seen],
    ['that a clock has told all', told, idle({ since: NOON, told: true }), { rules: stalled }, seen],
  ] as const)('%s', (_, of, result, context, expected) => {
    expect(lastSeenOf(of, result, { now: NOON, rules: [], ...context })).toEqual(expected);
  });

  it('says nothing of windows while things are in progress', () => {
    const busy = facts({ counts: counts({ inProgress: 1 }) });
    expect(lastSeenOf(busy, snapshot(), { now: NOON, rules: [], window: { open: false } })).toEqual({
      lookedAt: NOON,
      counts: busy.counts,
    });
  });

  it('is nothing of a task that is not in progress', () => {
    expect(lastSeenOf(facts({ status: 'SCHEDULED' }), snapshot(), { now: NOON, rules: [] })).toBeUndefined();
  });
});

describe('the last look', () => {
  const task = liveTask({
    snapshot: snapshot({ facts: facts({ lastUpdatedAt: THEN }), listedLastUpdatedAt: THEN }),
  });
  const stored = {
    lookedAt: NOON - MINUTE,
    counts: counts(),
    lastUpdatedAt: THEN,
    listedLastUpdatedAt: THEN,
  };

  it('is the one that is remembered', () => {
    const seen = { lookedAt: NOON, counts: counts() };
    expect(lastLookAt(task, seen)).toBe(seen);
  });

  it('is the one that was written last, where none is remembered', () => {
    expect(lastLookAt(task, undefined)).toEqual(stored);
    expect(lastLookAt(liveTask(), undefined)).toEqual({ lookedAt: NOON - MINUTE, counts: counts() });
  });

  it('is the one that was written last, where somebody else has seen something else', () => {
    expect(lastLookAt(task, { lookedAt: NOON, counts: counts({ queued: 99, failed: 1 }) })).toEqual(stored);
  });
});

it.each([
  [{}, false],
  [{ closed: {} }, true],
  [{ closed: { opensAt: NOON + 1 } }, true],
  [{ closed: { opensAt: NOON } }, false],
])('outside windows: %o', (overrides, expected) => {
  expect(isClosed({ lookedAt: 0, counts: counts(), ...overrides }, NOON)).toBe(expected);
});

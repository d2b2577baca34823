import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cadence, isItsTurn, longestInterval, urgencyOf } from '../../../lib/domain/cadence.ts';
import type { LastSeen } from '../../../lib/domain/last-seen.ts';
import type { Snapshot } from '../../../lib/domain/task.ts';
import {
  configuration,
  counts,
  criterion,
  facts,
  liveTask,
  MINUTE,
  NOON,
  openBreach,
  sample,
  snapshot,
} from '../../support/builders.ts';

const LONG_AGO = NOON - 60 * MINUTE;
const state = (overrides: Partial<Snapshot['rules']>) => ({
  lastAt: NOON,
  watchedSince: LONG_AGO,
  rules: {},
  ...overrides,
});
const limits = { configuration: configuration({ criteria: [criterion({ thresholdPercentage: 20 })] }) };
const failed = (share: number) => facts({ counts: counts({ succeeded: 100 - share, failed: share }) });

describe('how urgent a task in progress is', () => {
  const rising = [sample(-16), sample(-10, { finished: 40 }), sample(-1, { finished: 80 })];
  const falling = [sample(-16), sample(-10, { finished: 80 }), sample(-1, { finished: 90 })];
  const cases: [string, Partial<Snapshot>, string][] = [
    ['tracked for less than 15 minutes', { trackedSince: NOON - 15 * MINUTE + 1 }, 'hot'],
    ['tracked for 15 minutes', { trackedSince: NOON - 15 * MINUTE }, 'quiet'],
    ['begun of late', { rules: state({ runsSince: NOON - MINUTE }) }, 'hot'],
    ['breached', { rules: state({ rules: { count: { open: openBreach() } } }) }, 'hot'],
    ['about to be breached', { rules: state({ rules: { count: { clock: { since: NOON } } } }) }, 'hot'],
    ['was about to', { rules: state({ rules: { count: { clock: { held: MINUTE } } } }) }, 'quiet'],
    ['idle', { rules: state({ idle: { since: LONG_AGO } }) }, 'quiet'],
    ['at half of what cancels it', { ...limits, facts: failed(10) }, 'hot'],
    ['below that', { ...limits, facts: failed(9) }, 'quiet'],
    ['without criteria, of 5 % failures', { facts: failed(5) }, 'hot'],
    ['without criteria, of fewer', { facts: failed(4) }, 'quiet'],
    ['changed of late', { samples: rising }, 'warm'],
    ['changed of late, and known for a short time', { samples: rising.slice(1) }, 'warm'],
    ['changed 15 minutes ago', { samples: [sample(-40), sample(-15, { finished: 80 })] }, 'quiet'],
    ['getting slow', { samples: falling }, 'hot'],
    ['getting slow as far as is known', { samples: [sample(-14), ...falling.slice(1)] }, 'warm'],
    ['never seen to change', {}, 'quiet'],
  ];

  it.each(cases)('%s', (_, overrides, urgency) => {
    const task = liveTask({ snapshot: snapshot({ trackedSince: LONG_AGO, ...overrides }) });
    expect(urgencyOf(task, NOON)).toBe(urgency);
  });
});

const cadence = (overrides: Partial<Cadence> = {}): Cadence => ({
  now: NOON,
  periodMs: MINUTE,
  roundMs: MINUTE,
  maxLatencyMs: MINUTE,
  ...overrides,
});
const last = (lookedAt: number, overrides: Partial<LastSeen> = {}): LastSeen => ({
  lookedAt,
  counts: counts(),
  ...overrides,
});

describe('the turn of a task', () => {
  it.each(['hot', 'warm', 'quiet'] as const)('is every poll where no latency is allowed: %s', (urgency) => {
    expect(isItsTurn('a', urgency, last(NOON), cadence())).toBe(true);
  });

  it('is every round, for a hot one', () => {
    expect(isItsTurn('a', 'hot', last(NOON), cadence({ roundMs: 5_000 }))).toBe(true);
  });

  it('is now, where the clock of the computer stepped back', () => {
    expect(isItsTurn('a', 'quiet', last(NOON + 1), cadence({ roundMs: 5_000 }))).toBe(true);
  });

  const closed = { closed: { opensAt: NOON + 120 * MINUTE } };
  /** Minutes after a look at which a task is looked at again, by polls that are not quite punctual. */
  function looksOf(taskId: string, urgency: 'warm' | 'quiet', overrides: Partial<LastSeen>, of: Cadence) {
    let lookedAt = NOON;
    const looks: number[] = [];
    for (let round = 1; round <= 60; round += 1) {
      const now = NOON + round * of.roundMs + ((round * 7_919) % 900) - 450;
      if (!isItsTurn(taskId, urgency, last(lookedAt, overrides), { ...of, now })) continue;
      lookedAt = now;
      looks.push(round);
    }
    return looks;
  }
  const gaps = (looks: readonly number[]) => looks.map((round, index) => round - (looks[index - 1] ?? 0));

  it.each([
    ['quiet', 5, {}, 5],
    ['warm', 5, {}, 2],
    ['quiet', 1, closed, 5],
    ['warm', 12, closed, 12],
    ['quiet', 5, { closed: {} }, 5],
  ] as const)('%s, at least every %i minutes, %o', (urgency, minutes, overrides, rounds) => {
    const of = cadence({ maxLatencyMs: minutes * MINUTE });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const found = gaps(looksOf(id, urgency, overrides, of));
      expect(Math.max(...found)).toBeLessThanOrEqual(rounds);
      // Where a poll comes just before the turn, there may be one look too many.
      expect(found.length).toBeLessThanOrEqual(2 * Math.ceil(60 / rounds) + 1);
    }
  });

  it('comes when the window opens', () => {
    const opens = last(NOON, { closed: { opensAt: NOON + 2_000 } });
    const of = cadence({ maxLatencyMs: 60 * MINUTE });
    expect(isItsTurn('a', 'quiet', opens, { ...of, now: NOON + 1_999 })).toBe(false);
    expect(isItsTurn('a', 'quiet', opens, { ...of, now: NOON + 2_000 })).toBe(true);
  });

  it('is spread over the rounds, whenever tasks were looked at first', () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `task${index}`);
    const of = cadence({ maxLatencyMs: 10 * MINUTE });
    const lookedAt = new Map(ids.map((id) => [id, NOON]));
    for (let round = 1; round <= 30; round += 1) {
      const now = NOON + round * MINUTE;
      const due = ids.filter((id) => isItsTurn(id, 'quiet', last(lookedAt.get(id) ?? 0), { ...of, now }));
      for (const id of due) lookedAt.set(id, now);
      expect(due.length).toBeGreaterThan(400);
      expect(due.length).toBeLessThan(600);
    }
  });

  it('never waits longer than is promised', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 5, max: 60 }),
        fc.integer({ min: 60, max: 3_600 }),
        (taskId, roundSeconds, latencySeconds) => {
          const of = cadence({ roundMs: roundSeconds * 1_000, maxLatencyMs: latencySeconds * 1_000 });
          const most = Math.floor(of.maxLatencyMs / of.roundMs);
          for (let round = most; round < most + 3; round += 1) {
            const now = NOON + round * of.roundMs;
            expect(isItsTurn(taskId, 'quiet', last(NOON), { ...of, now })).toBe(true);
          }
        },
      ),
    );
  });
});

describe('the longest interval from look to look', () => {
  const lap = { ms: 10 * MINUTE, at: NOON };
  it.each([
    ['that of polls', {}, undefined, MINUTE],
    ['what is promised', { maxLatencyMs: 5 * MINUTE }, undefined, 5 * MINUTE],
    ['what it takes, where that is longer', { maxLatencyMs: 5 * MINUTE }, lap, 10 * MINUTE],
    ['what it took a while ago', { now: NOON + 20 * MINUTE }, lap, 10 * MINUTE],
    ['not what it took long ago', { now: NOON + 20 * MINUTE + 1 }, lap, MINUTE],
    ['not what it will take', { now: NOON - 20 * MINUTE - 1 }, lap, MINUTE],
  ])('is %s', (_, overrides, measured, expected) => {
    expect(longestInterval(cadence(overrides), measured)).toBe(expected);
  });
});

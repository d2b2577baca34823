import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsOf,
  executedThings,
  finishedThings,
  sameCounts,
  THING_STATES,
  thingsIn,
} from '../../../lib/domain/counts.ts';

const partialCounts = fc.record(Object.fromEntries(THING_STATES.map((state) => [state, fc.nat(1_000_000)])), {
  requiredKeys: [],
});

describe('countsOf', () => {
  it('counts a missing state as 0 and sums all eight', () => {
    expect(countsOf({ queued: 5, failed: 2, timedOut: 1 })).toEqual({
      queued: 5,
      inProgress: 0,
      succeeded: 0,
      failed: 2,
      rejected: 0,
      timedOut: 1,
      removed: 0,
      canceled: 0,
      total: 8,
    });
  });

  it('splits every total into unfinished and finished things', () => {
    fc.assert(
      fc.property(partialCounts, (partial) => {
        const counts = countsOf(partial);
        expect(finishedThings(counts) + counts.queued + counts.inProgress).toBe(counts.total);
        expect(executedThings(counts)).toBeLessThanOrEqual(counts.total);
      }),
    );
  });
});

describe('sameCounts', () => {
  it.each(THING_STATES)('tells counts apart by %s alone', (state) => {
    expect(sameCounts(countsOf({}), countsOf({}))).toBe(true);
    expect(sameCounts(countsOf({}), countsOf({ [state]: 1 }))).toBe(false);
  });
});

describe('thingsIn', () => {
  it.each([
    [[], 0],
    [['failed'], 4],
    [['queued', 'timedOut'], 9],
    [THING_STATES, 15],
  ] as const)('%o: %d', (states, expected) => {
    expect(thingsIn(states, countsOf({ queued: 1, inProgress: 2, failed: 4, timedOut: 8 }))).toBe(expected);
  });
});

describe('executedThings', () => {
  it('is what has received the task', () => {
    const counts = countsOf({
      queued: 1,
      inProgress: 2,
      succeeded: 4,
      failed: 8,
      rejected: 16,
      timedOut: 32,
      removed: 64,
      canceled: 128,
    });
    expect(executedThings(counts)).toBe(2 + 4 + 8 + 16 + 32);
  });
});

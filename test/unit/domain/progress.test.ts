import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addSample,
  estimatedCompletion,
  milestoneOf,
  percentComplete,
  ratePerMinute,
} from '../../../lib/domain/progress.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';

describe('milestoneOf', () => {
  it.each([
    [{ queued: 0 }, 0],
    [{ queued: 100 }, 0],
    [{ queued: 76, succeeded: 24 }, 0],
    [{ queued: 75, succeeded: 25 }, 25],
    [{ queued: 2, succeeded: 1 }, 25],
    [{ queued: 50, failed: 20, rejected: 10, timedOut: 10, removed: 5, canceled: 5 }, 50],
    [{ inProgress: 1, succeeded: 999_999 }, 75],
    [{ succeeded: 3 }, 100],
  ])('%o is at %d', (partial, milestone) => {
    expect(milestoneOf(counts(partial))).toBe(milestone);
  });
});

describe('percentComplete', () => {
  it.each([
    [{}, undefined],
    [{ queued: 3 }, 0],
    [{ queued: 2, failed: 1 }, 33.33],
    [{ inProgress: 1, succeeded: 999_999 }, 99.99],
    [{ succeeded: 7, removed: 1 }, 100],
  ])('%o is %o', (partial, percent) => {
    expect(percentComplete(counts(partial))).toBe(percent);
  });
});

describe('addSample', () => {
  it('keeps one sample from before the window, to measure from', () => {
    const samples = [
      { at: NOON - 40 * MINUTE, finished: 1 },
      { at: NOON - 20 * MINUTE, finished: 2 },
      { at: NOON - 10 * MINUTE, finished: 3 },
    ];
    expect(addSample(samples, counts({ queued: 1, succeeded: 4 }), NOON)).toEqual([
      { at: NOON - 20 * MINUTE, finished: 2 },
      { at: NOON - 10 * MINUTE, finished: 3 },
      { at: NOON, finished: 4 },
    ]);
  });

  it('forgets samples of a clock that stepped back', () => {
    expect(addSample([{ at: NOON + 1, finished: 9 }], counts({ succeeded: 1 }), NOON)).toEqual([
      { at: NOON, finished: 1 },
    ]);
  });

  it('is bounded and in order, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 60 }), (instants) => {
        const samples = instants.reduce(
          (all, at) => addSample(all, counts({ succeeded: 1 }), at),
          addSample([], counts(), 0),
        );
        const times = samples.map(({ at }) => at);
        expect(samples.length).toBeLessThanOrEqual(16);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('ratePerMinute', () => {
  it.each([
    ['nothing', [], undefined],
    ['one sample', [{ at: NOON, finished: 5 }], undefined],
    [
      'a rise',
      [
        { at: NOON, finished: 5 },
        { at: NOON + 2 * MINUTE, finished: 12 },
      ],
      3.5,
    ],
    [
      'a fall',
      [
        { at: NOON, finished: 5 },
        { at: NOON + MINUTE, finished: 4 },
      ],
      -1,
    ],
    [
      'thirds',
      [
        { at: NOON, finished: 0 },
        { at: NOON + 3 * MINUTE, finished: 1 },
      ],
      0.33,
    ],
  ])('of %s', (_, samples, rate) => {
    expect(ratePerMinute(samples)).toBe(rate);
  });
});

describe('estimatedCompletion', () => {
  it.each([
    [undefined, undefined],
    [0, undefined],
    [-3, undefined],
    [30, '2026-11-22T12:04:00.000Z'],
    [Number.MIN_VALUE, undefined],
    [0.000_000_01, undefined],
  ])('at a rate of %o a minute', (rate, at) => {
    expect(estimatedCompletion(counts({ queued: 100, inProgress: 20, succeeded: 5 }), rate, NOON)).toBe(at);
  });
});

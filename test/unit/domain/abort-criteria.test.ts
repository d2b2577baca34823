import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abortCriterionHolds,
  FAILURE_TYPES,
  failuresOf,
  failuresToCancel,
  isAtShare,
} from '../../../lib/domain/abort-criteria.ts';
import { counts, criterion } from '../../support/builders.ts';

describe('failuresOf', () => {
  it('counts each type of failure, or all', () => {
    const some = counts({ inProgress: 100, succeeded: 200, failed: 1, rejected: 2, timedOut: 4, removed: 8 });
    expect(FAILURE_TYPES.map((type) => [type, failuresOf(type, some)])).toEqual([
      ['FAILED', 1],
      ['REJECTED', 2],
      ['TIMED_OUT', 4],
      ['ALL', 7],
    ]);
  });
});

describe('abortCriterionHolds', () => {
  it.each([
    ['below the threshold', {}, { succeeded: 81, failed: 19 }, false],
    ['at the threshold', {}, { succeeded: 80, failed: 20 }, true],
    ['too few executed', {}, { succeeded: 5, failed: 4 }, false],
    ['just enough executed', {}, { succeeded: 8, failed: 2 }, true],
    ['queued things do not count', {}, { queued: 1_000, succeeded: 8, failed: 2 }, true],
    ['things in progress count as executed', {}, { inProgress: 80, failed: 19 }, false],
    [
      'removed and canceled things do not',
      {},
      { removed: 500, canceled: 500, succeeded: 8, failed: 2 },
      true,
    ],
    ['another type of failure', { failureType: 'REJECTED' as const }, { succeeded: 8, failed: 2 }, false],
    ['rejections', { failureType: 'REJECTED' as const }, { succeeded: 8, rejected: 2 }, true],
    ['timeouts', { failureType: 'TIMED_OUT' as const }, { succeeded: 8, timedOut: 2 }, true],
    [
      'all types together',
      { failureType: 'ALL' as const },
      { succeeded: 7, failed: 1, rejected: 1, timedOut: 1 },
      true,
    ],
    ['a threshold of 0 % and no failure', { thresholdPercentage: 0 }, { succeeded: 100 }, false],
    ['a threshold of 0 % and one failure', { thresholdPercentage: 0 }, { succeeded: 99, failed: 1 }, true],
    ['a decimal threshold, exactly', { thresholdPercentage: 1.1 }, { succeeded: 989, failed: 11 }, true],
    ['a decimal threshold, one short', { thresholdPercentage: 1.1 }, { succeeded: 990, failed: 10 }, false],
    ['nothing at all', {}, {}, false],
    ['no minimum, and nothing executed', { minExecutedThings: 0 }, { queued: 1 }, false],
  ])('%s', (_, overrides, partial, holds) => {
    expect(abortCriterionHolds([criterion(overrides)], counts(partial))).toBe(holds);
  });

  it('takes one of several', () => {
    const list = [criterion({ thresholdPercentage: 90 }), criterion({ thresholdPercentage: 10 })];
    expect(abortCriterionHolds(list, counts({ succeeded: 89, failed: 11 }))).toBe(true);
    expect(abortCriterionHolds([], counts({ failed: 100 }))).toBe(false);
  });
});

/** Percentages of two decimals, as hundredths: so that the truth can be worked out in whole numbers. */
const hundredths = fc.integer({ min: 0, max: 10_000 });
const shares = fc.integer({ min: 1, max: 100 });
const fleets = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([executed, part]) => ({ executed, failed: Math.round(executed * part) }));
const fleet = ({ executed, failed }: { readonly executed: number; readonly failed: number }) =>
  counts({ succeeded: executed - failed, failed });

describe('isAtShare', () => {
  it.each([
    [20, 50, { executed: 60, failed: 6 }, true],
    [20, 50, { executed: 61, failed: 6 }, false],
    [1.1, 50, { executed: 2_000, failed: 11 }, true],
    [1.1, 50, { executed: 2_001, failed: 11 }, false],
    [0.83, 10, { executed: 1_000_000, failed: 830 }, true],
    [0.83, 10, { executed: 1_000_000, failed: 829 }, false],
    [0, 50, { executed: 10, failed: 0 }, false],
    [0, 50, { executed: 10, failed: 1 }, true],
  ])('%d %% at a share of %d %%, %o: %s', (thresholdPercentage, share, numbers, expected) => {
    expect(isAtShare(criterion({ thresholdPercentage }), fleet(numbers), share)).toBe(expected);
  });

  it('is exact in percentages of two decimals, whatever the size of the fleet', () => {
    fc.assert(
      fc.property(hundredths, shares, fleets, (hundredth, share, { executed, failed }) => {
        const thresholdPercentage = hundredth / 100;
        // The least number of failures at the limit, and one fewer.
        const least = Math.ceil((hundredth * share * executed) / 1_000_000);
        for (const failures of [failed, least, least - 1].filter((number) => number >= 0)) {
          const some = fleet({ executed, failed: failures });
          expect(isAtShare(criterion({ thresholdPercentage }), some, share)).toBe(
            failures > 0 && failures >= least,
          );
        }
      }),
    );
  });

  it('is never at the whole of a threshold without being at each share of it', () => {
    fc.assert(
      fc.property(hundredths, shares, fleets, (hundredth, share, numbers) => {
        const of = criterion({ thresholdPercentage: hundredth / 100 });
        expect(isAtShare(of, fleet(numbers), share) || !isAtShare(of, fleet(numbers), 100)).toBe(true);
      }),
    );
  });
});

describe('failuresToCancel', () => {
  it.each([
    [10, { executed: 160, failed: 8 }, 8],
    [10, { executed: 161, failed: 8 }, 9],
    [1.1, { executed: 1_000, failed: 0 }, 11],
    [10, { executed: 160, failed: 16 }, 0],
    [10, { executed: 160, failed: 99 }, 0],
    [0, { executed: 160, failed: 0 }, 1],
    [10, { executed: 0, failed: 0 }, 1],
  ])('%d %%, %o: %d', (thresholdPercentage, numbers, expected) => {
    expect(failuresToCancel(criterion({ thresholdPercentage }), fleet(numbers))).toBe(expected);
  });

  it('is the number of successes that must turn into failures, and no more', () => {
    fc.assert(
      fc.property(hundredths, fleets, (hundredth, { executed, failed }) => {
        const of = criterion({ thresholdPercentage: hundredth / 100 });
        const needed = failed + failuresToCancel(of, fleet({ executed, failed }));
        expect(isAtShare(of, fleet({ executed, failed: needed }), 100)).toBe(true);
        if (needed > failed) {
          expect(isAtShare(of, fleet({ executed, failed: needed - 1 }), 100)).toBe(false);
        }
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { criterionHolds } from '../../../local/simulator/rollout/abort.ts';

const counts = {
  QUEUED: 50,
  IN_PROGRESS: 3,
  SUCCEEDED: 2,
  FAILED: 2,
  REJECTED: 1,
  TIMED_OUT: 2,
  REMOVED: 9,
  CANCELED: 9,
};

describe('criterionHolds, with ten things that received the task', () => {
  it.each([
    ['FAILED', 20, 10, true],
    ['FAILED', 20.1, 10, false],
    ['FAILED', 20, 11, false],
    ['REJECTED', 10, 10, true],
    ['REJECTED', 10.1, 10, false],
    ['TIMED_OUT', 20, 10, true],
    ['TIMED_OUT', 20.1, 10, false],
    ['ALL', 50, 10, true],
    ['ALL', 50.1, 10, false],
  ] as const)(
    '%s at %s %% of at least %s: %s',
    (FailureType, ThresholdPercentage, MinNumberOfExecutedThings, holds) => {
      expect(criterionHolds({ FailureType, ThresholdPercentage, MinNumberOfExecutedThings }, counts)).toBe(
        holds,
      );
    },
  );

  it('takes one thing for the minimum where none is given', () => {
    const none = { ...counts, IN_PROGRESS: 0, SUCCEEDED: 0, FAILED: 0, REJECTED: 0, TIMED_OUT: 0 };
    expect(criterionHolds({ FailureType: 'ALL', ThresholdPercentage: 0 }, none)).toBe(false);
    expect(criterionHolds({ FailureType: 'ALL', ThresholdPercentage: 0 }, { ...none, IN_PROGRESS: 1 })).toBe(
      true,
    );
  });
});

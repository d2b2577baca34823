import { describe, expect, it } from 'vitest';
import type { ThingState } from '../../../../lib/domain/counts.ts';
import type { ProgressSample } from '../../../../lib/domain/progress.ts';
import { assess } from '../../../../lib/domain/rules/assess.ts';
import type { TaskLook } from '../../../../lib/domain/rules/look.ts';
import type {
  AbortCriteriaRule,
  CountRule,
  RateRule,
  RatioRule,
  RuleState,
  TaskRule,
} from '../../../../lib/domain/rules/rule.ts';
import { counts, criterion, look, MINUTE, NOON, rules, sample } from '../../../support/builders.ts';

type Partials = Partial<Record<ThingState, number>>;
/** What is observed as a share: things counted, the whole, percent. */
type Share = readonly [numerator: number, denominator: number, value: number];

function assessed(rule: TaskRule, seen: Partial<TaskLook>, isOpen = false, state: Partial<RuleState> = {}) {
  return assess(rule, look(seen), isOpen, {
    now: NOON,
    state: { lastAt: NOON - MINUTE, watchedSince: NOON - 60 * MINUTE, rules: {}, ...state },
  });
}

const shareOf = ([numerator, denominator, value]: Share, limit: number) => ({
  value,
  limit,
  unit: 'percent',
  numerator,
  denominator,
});

describe('abort-criteria', () => {
  const zero = { criterion: criterion({ thresholdPercentage: 0 }) };
  const decimal = { criterion: criterion({ thresholdPercentage: 1.1 }), share: 100 };
  const rejections = { criterion: criterion({ failureType: 'REJECTED' }) };
  it.each<[string, Partial<AbortCriteriaRule>, Partials, boolean, Share, number]>([
    ['just below its share', {}, { succeeded: 91, failed: 9 }, false, [9, 100, 9], 10],
    ['at its share', {}, { succeeded: 90, failed: 10 }, true, [10, 100, 10], 10],
    ['below a larger share', { share: 80 }, { succeeded: 90, failed: 10 }, false, [10, 100, 10], 16],
    ['the minimum is not met', {}, { queued: 90, succeeded: 5, failed: 4 }, false, [4, 9, 44.44], 10],
    ['the minimum is met', {}, { queued: 90, succeeded: 6, failed: 4 }, true, [4, 10, 40], 10],
    ['fractions of a percent', decimal, { succeeded: 989, failed: 11 }, true, [11, 1_000, 1.1], 1.1],
    ['0 %, and no failure', zero, { succeeded: 100 }, false, [0, 100, 0], 0],
    ['0 %, and a failure', zero, { succeeded: 99, failed: 1 }, true, [1, 100, 1], 0],
    ['nothing executed', {}, { queued: 100 }, false, [0, 0, 0], 10],
    ['its own failures', rejections, { succeeded: 80, failed: 11, rejected: 9 }, false, [9, 100, 9], 10],
  ])('%s', (_, overrides, partial, holds, share, limit) => {
    expect(assessed(rules.abortCriteria(overrides), { counts: counts(partial) })).toEqual({
      holds,
      observed: shareOf(share, limit),
    });
  });

  it.each<[string, Partials, boolean, Share]>([
    ['the minimum is no longer met', { queued: 90, succeeded: 5, failed: 4 }, true, [4, 9, 44.44]],
    ['below its share', { succeeded: 91, failed: 9 }, false, [9, 100, 9]],
  ])('breached, and %s', (_, partial, holds, share) => {
    expect(assessed(rules.abortCriteria(), { counts: counts(partial) }, true)).toEqual({
      holds,
      observed: shareOf(share, 10),
    });
  });
});

describe('ratio', () => {
  const all = { queued: 500, inProgress: 50, succeeded: 45, failed: 1, rejected: 1, timedOut: 3, removed: 9 };
  const minimum: Partial<RatioRule> = { minExecuted: 10 };
  const ofTotal: Partial<RatioRule> = { of: 'total' };
  const rejections: Partial<RatioRule> = { failures: ['rejected'] };
  const decimal: Partial<RatioRule> = { percent: 1.1 };
  const zero: Partial<RatioRule> = { percent: 0 };
  it.each<[string, Partial<RatioRule>, Partials, boolean, Share]>([
    ['just below its limit', {}, { succeeded: 154, failed: 8 }, false, [8, 162, 4.94]],
    ['at its limit', {}, { succeeded: 152, failed: 8 }, true, [8, 160, 5]],
    ['all failures, of all executed', {}, all, true, [5, 100, 5]],
    ['some failures only', rejections, { succeeded: 90, failed: 6, rejected: 4 }, false, [4, 100, 4]],
    ['of the total', ofTotal, { queued: 900, succeeded: 60, failed: 40 }, false, [40, 1_000, 4]],
    ['of the total, at its limit', ofTotal, { queued: 900, succeeded: 50, failed: 50 }, true, [50, 1_000, 5]],
    ['of a total that grew', ofTotal, { queued: 901, succeeded: 50, failed: 50 }, false, [50, 1_001, 5]],
    ['the minimum is not met', minimum, { succeeded: 8, failed: 1 }, false, [1, 9, 11.11]],
    ['the minimum is met', minimum, { succeeded: 9, failed: 1 }, true, [1, 10, 10]],
    [
      'a minimum of executed things',
      { ...minimum, of: 'total' },
      { queued: 1, failed: 9 },
      false,
      [9, 10, 90],
    ],
    ['between its limits', { recoverBelow: 3 }, { succeeded: 97, failed: 3 }, false, [3, 100, 3]],
    ['fractions of a percent', decimal, { succeeded: 989, failed: 11 }, true, [11, 1_000, 1.1]],
    ['fractions, just below', decimal, { succeeded: 990, failed: 10 }, false, [10, 1_000, 1]],
    ['0 %, and no failure', zero, { succeeded: 9 }, false, [0, 9, 0]],
    ['0 %, and a failure', zero, { succeeded: 999, failed: 1 }, true, [1, 1_000, 0.1]],
    ['nothing executed', {}, { queued: 5 }, false, [0, 0, 0]],
    ['no things at all', ofTotal, {}, false, [0, 0, 0]],
  ])('%s', (_, overrides, partial, holds, share) => {
    const rule = rules.ratio(overrides);
    expect(assessed(rule, { counts: counts(partial) })).toEqual({
      holds,
      observed: shareOf(share, rule.percent),
    });
  });

  it.each<[string, Partial<RatioRule>, Partials, boolean, Share]>([
    ['the minimum is no longer met', minimum, { queued: 1, succeeded: 8, failed: 1 }, true, [1, 9, 11.11]],
    ['below its limit', {}, { succeeded: 96, failed: 4 }, false, [4, 100, 4]],
    ['at its second limit', { recoverBelow: 3 }, { succeeded: 97, failed: 3 }, true, [3, 100, 3]],
    ['below its second limit', { recoverBelow: 3 }, { succeeded: 98, failed: 3 }, false, [3, 101, 2.97]],
    ['a failure is left', { recoverBelow: 0 }, { succeeded: 999, failed: 1 }, true, [1, 1_000, 0.1]],
    ['no failure is left', { recoverBelow: 0 }, { succeeded: 1_000 }, false, [0, 1_000, 0]],
  ])('breached, and %s', (_, overrides, partial, holds, share) => {
    const rule = rules.ratio(overrides);
    expect(assessed(rule, { counts: counts(partial) }, true)).toEqual({ holds, observed: shareOf(share, 5) });
  });
});

describe('count', () => {
  const unfinished: Partial<CountRule> = { states: ['queued', 'inProgress'] };
  it.each<[string, Partial<CountRule>, Partials, boolean, boolean, number]>([
    ['just below its limit', {}, { succeeded: 5, failed: 9 }, false, false, 9],
    ['at its limit', {}, { failed: 10 }, false, true, 10],
    ['several states', unfinished, { queued: 4, inProgress: 6, failed: 8 }, false, true, 10],
    ['between its limits', { recoverBelow: 5 }, { failed: 9 }, false, false, 9],
    ['breached, and at its second limit', { recoverBelow: 5 }, { failed: 5 }, true, true, 5],
    ['breached, and below its second limit', { recoverBelow: 5 }, { failed: 4 }, true, false, 4],
  ])('%s', (_, overrides, partial, isOpen, holds, value) => {
    expect(assessed(rules.count(overrides), { counts: counts(partial) }, isOpen)).toEqual({
      holds,
      observed: { value, limit: 10, unit: 'things' },
    });
  });
});

describe('rate', () => {
  const steady = [-20, -15, -10, -5, 0].map((minute) => sample(minute, { failed: (minute + 20) * 2 }));
  const burst = [sample(-30), sample(-2, { failed: 15 }), sample(-1, { failed: 15, timedOut: 5 })];
  const zero: Partial<RateRule> = { perMinute: 0, recoverBelow: 0 };
  it.each<[string, Partial<RateRule>, readonly ProgressSample[], boolean, number, number]>([
    ['at its limit', {}, steady, true, 20, 20],
    ['just below its limit', { perMinute: 2.01 }, steady, false, 20, 20.1],
    ['fractions', { perMinute: 1.1 }, [sample(-10), sample(0, { failed: 11 })], true, 11, 11],
    ['a burst after a pause', {}, burst, true, 20, 20],
    ['some failures only', { failures: ['failed'] }, burst, false, 15, 20],
    ['a longer window', { windowMs: 15 * MINUTE, perMinute: 1 }, steady, true, 30, 15],
    ['between its limits', { perMinute: 4, recoverBelow: 2 }, steady, false, 20, 40],
    ['0, and no failure', zero, [sample(-9), sample(0)], false, 0, 0],
    ['0, and a failure', zero, [sample(-9), sample(0, { rejected: 1 })], true, 1, 0],
    ['one sample', {}, [sample(0, { failed: 50 })], false, 0, 20],
    ['no sample', {}, [], false, 0, 20],
  ])('%s', (_, overrides, samples, holds, value, limit) => {
    expect(assessed(rules.rate(overrides), { samples })).toEqual({
      holds,
      observed: { value, limit, unit: 'things' },
    });
  });

  it.each<[string, Partial<RateRule>, boolean]>([
    ['at its second limit', { perMinute: 4, recoverBelow: 2 }, true],
    ['below its second limit', { perMinute: 4, recoverBelow: 2.1 }, false],
  ])('breached, and %s', (_, overrides, holds) => {
    expect(assessed(rules.rate(overrides), { samples: steady }, true)).toEqual({
      holds,
      observed: { value: 20, limit: 40, unit: 'things' },
    });
  });

  it.each([
    ['5 minutes ago', 5, 10],
    ['in this very look', 0, 0],
  ])('counts nothing from before the task was watched: since %s', (_, minutes, value) => {
    const state = { watchedSince: NOON - minutes * MINUTE };
    expect(assessed(rules.rate(), { samples: steady }, false, state)).toEqual({
      holds: false,
      observed: { value, limit: 20, unit: 'things' },
    });
  });
});

describe('milestone', () => {
  it.each<[string, number, Partials, Partials, boolean, Share]>([
    ['just below', 50, { queued: 60, succeeded: 40 }, { queued: 51, succeeded: 49 }, false, [49, 100, 49]],
    ['passed', 50, { queued: 51, succeeded: 49 }, { queued: 50, succeeded: 50 }, true, [50, 100, 50]],
    ['passed before', 50, { queued: 50, succeeded: 50 }, { queued: 40, succeeded: 60 }, false, [60, 100, 60]],
    [
      'passed by failures',
      50,
      { queued: 51, succeeded: 49 },
      { queued: 10, failed: 90 },
      true,
      [90, 100, 90],
    ],
    ['fractions', 1.1, { queued: 1_000 }, { queued: 989, succeeded: 11 }, true, [11, 1_000, 1.1]],
    ['a smaller total', 50, { queued: 60, succeeded: 40 }, { queued: 40, succeeded: 40 }, true, [40, 80, 50]],
    ['0 %, and nothing has finished', 0, { queued: 9 }, { queued: 9, inProgress: 1 }, false, [0, 10, 0]],
    ['0 %, and something has', 0, { queued: 10 }, { queued: 9, succeeded: 1 }, true, [1, 10, 10]],
    ['no things', 50, {}, {}, false, [0, 0, 0]],
  ])('%s', (_, percent, previous, now, holds, share) => {
    const seen = { previousCounts: counts(previous), counts: counts(now) };
    expect(assessed(rules.milestone({ percent }), seen)).toEqual({
      holds,
      observed: shareOf(share, percent),
    });
  });
});

it('holds a malformed tag as long as it is there', () => {
  expect(assessed(rules.malformedTag(), {})).toEqual({
    holds: true,
    observed: { value: 1, limit: 0, unit: 'tags' },
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbortCriterion, SeriesPoint } from '../../../../lib/api/generated/api.ts';
import { abortCriterionHolds, FAILURE_TYPES } from '../../../../lib/domain/abort-criteria.ts';
import {
  criterionWords,
  failuresAllowed,
  failuresOf,
  limitCurves,
} from '../../../../web/src/rollout/chart/limits.ts';
import { edges, stepAt, stepsOf } from '../../../../web/src/rollout/chart/stack.ts';
import { timeLabels } from '../../../../web/src/rollout/chart/time-axis.ts';
import { STACK } from '../../../../web/src/rollout/states.ts';
import { counts, MINUTE, NOON } from '../../../support/builders.ts';

const CRITERION: AbortCriterion = { failureType: 'FAILED', thresholdPercentage: 20, minExecutedThings: 10 };

const point = (minute: number, of: Parameters<typeof counts>[0], status = 'IN_PROGRESS'): SeriesPoint => ({
  sequence: minute,
  observedAt: new Date(NOON + minute * MINUTE).toISOString(),
  status,
  counts: counts(of),
});

describe('the steps of a curve', () => {
  it('are one an instant: of rows of one look, the last one', () => {
    const steps = stepsOf([
      point(0, { queued: 2 }),
      point(1, { queued: 1, failed: 1 }),
      point(1, { failed: 2 }),
    ]);
    expect(steps.map(({ at, counts: { failed } }) => [at, failed])).toEqual([
      [NOON, 0],
      [NOON + MINUTE, 2],
    ]);
  });

  it('go on to now, where the task does', () => {
    const points = [point(0, { queued: 2 })];
    expect(stepsOf(points, NOON + 90_000).map(({ at }) => at)).toEqual([NOON, NOON + 90_000]);
    expect(stepsOf(points, NOON - 1).map(({ at }) => at)).toEqual([NOON]);
    expect(stepsOf([], NOON)).toEqual([]);
  });

  it('hold until the next one', () => {
    const steps = stepsOf([point(0, { queued: 2 }), point(5, { succeeded: 2 })]);
    expect(stepAt(steps, NOON - 1)).toBeUndefined();
    expect(stepAt(steps, NOON + 5 * MINUTE - 1)).toBe(steps[0]);
    expect(stepAt(steps, NOON + 5 * MINUTE)).toBe(steps[1]);
  });

  it('are stacked up to the total, with the failures at the bottom', () => {
    const steps = stepsOf([point(0, { queued: 7, failed: 2, timedOut: 1, succeeded: 4, canceled: 3 })]);
    expect(STACK.map((state, i) => [state, edges(steps)[i]?.[0]])).toEqual([
      ['failed', 2],
      ['timedOut', 3],
      ['rejected', 3],
      ['succeeded', 7],
      ['inProgress', 7],
      ['queued', 14],
      ['removed', 14],
      ['canceled', 17],
    ]);
  });
});

describe('the abort limit', () => {
  it.each([
    [{ queued: 90, inProgress: 9 }, undefined],
    [{ inProgress: 10 }, 2],
    [{ inProgress: 10, succeeded: 1 }, 3],
    [{ succeeded: 950, failed: 50, queued: 1_000 }, 200],
  ])('of %o is %s', (of, limit) => {
    expect(failuresAllowed(CRITERION, counts(of))).toBe(limit);
  });

  it('is a failure at least', () => {
    expect(failuresAllowed({ ...CRITERION, thresholdPercentage: 0 }, counts({ succeeded: 10 }))).toBe(1);
  });

  it('is where the domain takes a criterion to hold', () => {
    const number = fc.nat({ max: 400 });
    fc.assert(
      fc.property(
        fc.record({
          inProgress: number,
          succeeded: number,
          failed: number,
          rejected: number,
          timedOut: number,
        }),
        fc.constantFrom(...FAILURE_TYPES),
        fc.double({ min: 0, max: 100, noNaN: true }).map((n) => Math.round(n * 100) / 100),
        fc.nat({ max: 100 }),
        (of, failureType, thresholdPercentage, minExecutedThings) => {
          const criterion = { failureType, thresholdPercentage, minExecutedThings };
          const things = counts(of);
          const allowed = failuresAllowed(criterion, things);
          const holds = allowed !== undefined && failuresOf(criterion, things) >= allowed;
          expect(holds).toBe(abortCriterionHolds([criterion], things));
        },
      ),
    );
  });

  it('begins with the least number of things, and ends with the rollout', () => {
    const steps = stepsOf([
      point(0, { queued: 50, inProgress: 5 }),
      point(1, { queued: 40, inProgress: 14, failed: 1 }),
      point(2, { queued: 30, inProgress: 20, failed: 5 }),
      point(3, { failed: 5, canceled: 50 }, 'CANCELED'),
      point(4, { failed: 5, canceled: 50 }, 'CANCELED'),
    ]);
    expect(limitCurves([CRITERION], steps)).toEqual([
      {
        criterion: CRITERION,
        words: 'failed',
        tone: 'failed',
        failures: [0, 1, 5, 5, 5],
        limit: [null, 3, 5, 5, null],
      },
    ]);
  });

  it('counts all failures where it is not known which', () => {
    const criterion = { ...CRITERION, failureType: 'MELTED' };
    const [curve] = limitCurves([criterion], stepsOf([point(0, { failed: 1, rejected: 2, timedOut: 4 })]));
    expect(curve).toMatchObject({ words: 'MELTED', tone: 'all', failures: [7] });
  });

  it('is said in words', () => {
    expect(
      criterionWords({ failureType: 'TIMED_OUT', thresholdPercentage: 2.5, minExecutedThings: 1_000 }),
    ).toBe('2.5 % of the things that have received the task timed out, once 1,000 have received it');
    expect(criterionWords({ failureType: 'ALL', thresholdPercentage: 10, minExecutedThings: 1 })).toBe(
      '10 % of the things that have received the task failed, rejected or timed out',
    );
  });
});

describe('the time axis', () => {
  const seconds = (iso: string) => Date.parse(iso) / 1_000;

  it.each([
    [
      ['2026-11-22T23:50Z', '2026-11-22T23:55Z', '2026-11-23T00:00Z', '2026-11-23T00:05Z'],
      ['23:50\nNov 22', '23:55', '00:00\nNov 23', '00:05'],
    ],
    [
      ['2026-11-22T12:00:00Z', '2026-11-22T12:00:15Z'],
      ['12:00:00\nNov 22', '12:00:15'],
    ],
    [
      ['2026-11-22T00:00Z', '2026-11-24T00:00Z'],
      ['Nov 22', 'Nov 24'],
    ],
    [[], []],
  ])('says %j as %j', (instants, labels) => {
    expect(timeLabels(instants.map(seconds))).toEqual(labels);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abortCriterionHolds,
  type Breaches,
  closeBreaches,
  compareBreaches,
  evaluateAbortCriteria,
  FAILURE_TYPES,
} from '../../../lib/domain/rules.ts';
import { counts, criterion } from '../../support/builders.ts';

const AT = '2026-11-22T12:00:00.000Z';
const LATER = '2026-11-22T12:01:00.000Z';

describe('abortCriterionHolds', () => {
  it.each([
    ['below the share', {}, { succeeded: 81, failed: 19 }, false],
    ['at the share', {}, { succeeded: 80, failed: 20 }, true],
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
    ['nothing at all', {}, {}, false],
  ])('%s', (_, overrides, partial, holds) => {
    expect(abortCriterionHolds([criterion(overrides)], counts(partial))).toBe(holds);
  });

  it('takes one of several', () => {
    const list = [criterion({ thresholdPercentage: 90 }), criterion({ thresholdPercentage: 10 })];
    expect(abortCriterionHolds(list, counts({ succeeded: 89, failed: 11 }))).toBe(true);
    expect(abortCriterionHolds([], counts({ failed: 100 }))).toBe(false);
  });
});

describe('evaluateAbortCriteria', () => {
  it('evaluates half of the threshold and the whole of it', () => {
    expect(evaluateAbortCriteria([criterion()], counts({ queued: 40, succeeded: 53, failed: 7 }))).toEqual([
      {
        rule: {
          id: 'abort-criteria:failed:50',
          kind: 'abort-criteria',
          severity: 'warning',
          description:
            '10 % of the things that received the task have failed (of at least 10): AWS cancels the rollout at 20 %.',
        },
        observed: { value: 11.67, limit: 10, unit: 'percent', numerator: 7, denominator: 60 },
        holds: true,
      },
      {
        rule: {
          id: 'abort-criteria:failed:100',
          kind: 'abort-criteria',
          severity: 'critical',
          description:
            '20 % of the things that received the task have failed (of at least 10): AWS cancels the rollout.',
        },
        observed: { value: 11.67, limit: 20, unit: 'percent', numerator: 7, denominator: 60 },
        holds: false,
      },
    ]);
  });

  it('gives every rule of a task an id of its own', () => {
    const list = [...FAILURE_TYPES, ...FAILURE_TYPES].map((failureType) => criterion({ failureType }));
    expect(evaluateAbortCriteria(list, counts({})).map(({ rule }) => rule.id)).toEqual([
      'abort-criteria:failed:50',
      'abort-criteria:failed:100',
      'abort-criteria:rejected:50',
      'abort-criteria:rejected:100',
      'abort-criteria:timed-out:50',
      'abort-criteria:timed-out:100',
      'abort-criteria:all:50',
      'abort-criteria:all:100',
      'abort-criteria:failed-2:50',
      'abort-criteria:failed-2:100',
      'abort-criteria:rejected-2:50',
      'abort-criteria:rejected-2:100',
      'abort-criteria:timed-out-2:50',
      'abort-criteria:timed-out-2:100',
      'abort-criteria:all-2:50',
      'abort-criteria:all-2:100',
    ]);
  });

  it('never holds the whole of a threshold without the half of it', () => {
    const states = fc.record({ inProgress: fc.nat(50), succeeded: fc.nat(50), failed: fc.nat(50) });
    fc.assert(
      fc.property(states, fc.double({ min: 0, max: 100, noNaN: true }), (partial, thresholdPercentage) => {
        const [half, whole] = evaluateAbortCriteria([criterion({ thresholdPercentage })], counts(partial));
        expect(half?.holds || !whole?.holds).toBe(true);
        expect(whole?.holds).toBe(abortCriterionHolds([criterion({ thresholdPercentage })], counts(partial)));
      }),
    );
  });
});

describe('compareBreaches', () => {
  const bad = evaluateAbortCriteria([criterion()], counts({ succeeded: 70, failed: 30 }));
  const fair = evaluateAbortCriteria([criterion()], counts({ succeeded: 88, failed: 12 }));
  const good = evaluateAbortCriteria([criterion()], counts({ succeeded: 99, failed: 1 }));
  const open = compareBreaches({}, bad, AT).breaches;

  it('opens a breach for each rule that starts to hold', () => {
    const [half, whole] = bad;
    const expected = [half, whole].map((evaluation) => ({
      rule: evaluation?.rule,
      observed: evaluation?.observed,
      breachedAt: AT,
    }));
    expect(compareBreaches({}, bad, AT)).toEqual({
      breaches: { 'abort-criteria:failed:50': expected[0], 'abort-criteria:failed:100': expected[1] },
      breached: expected,
      recovered: [],
    });
  });

  it('says nothing while a breach stays open', () => {
    expect(compareBreaches(open, bad, LATER)).toEqual({ breaches: open, breached: [], recovered: [] });
  });

  it('closes only the rules that no longer hold, with the numbers of now and the time of then', () => {
    const { breaches, breached, recovered } = compareBreaches(open, fair, LATER);
    expect(Object.keys(breaches)).toEqual(['abort-criteria:failed:50']);
    expect(breached).toEqual([]);
    expect(recovered).toEqual([
      { rule: fair[1]?.rule, observed: fair[1]?.observed, breachedAt: AT, reason: 'recovered' },
    ]);
  });

  it('closes breaches of rules that are gone, with the numbers they had', () => {
    const { breaches, recovered } = compareBreaches(open, [], LATER);
    expect(breaches).toEqual({});
    expect(recovered).toEqual(Object.values(open).map((breach) => ({ ...breach, reason: 'rule-removed' })));
  });

  it('alternates breach and recovery of each rule, whatever the counts do', () => {
    const looks = fc.array(fc.constantFrom(bad, fair, good, []), { maxLength: 40 });
    fc.assert(
      fc.property(looks, (evaluations) => {
        let state: Breaches = {};
        const last = new Map<string, string>();
        for (const evaluation of evaluations) {
          const { breaches, breached, recovered } = compareBreaches(state, evaluation, AT);
          for (const { rule } of breached) {
            expect(last.get(rule.id)).not.toBe('breached');
            last.set(rule.id, 'breached');
          }
          for (const { rule } of recovered) {
            expect(last.get(rule.id)).toBe('breached');
            last.set(rule.id, 'recovered');
          }
          state = breaches;
        }
        expect(Object.keys(state).sort()).toEqual(
          [...last]
            .filter(([, kind]) => kind === 'breached')
            .map(([id]) => id)
            .sort(),
        );
      }),
    );
  });
});

describe('closeBreaches', () => {
  it('closes all, with the numbers of now where there are any', () => {
    const bad = evaluateAbortCriteria([criterion()], counts({ succeeded: 70, failed: 30 }));
    const worse = evaluateAbortCriteria([criterion()], counts({ succeeded: 60, failed: 40 }));
    const open = compareBreaches({}, bad, AT).breaches;
    expect(closeBreaches(open, worse.slice(0, 1), 'task-ended')).toEqual([
      { rule: bad[0]?.rule, observed: worse[0]?.observed, breachedAt: AT, reason: 'task-ended' },
      { rule: bad[1]?.rule, observed: bad[1]?.observed, breachedAt: AT, reason: 'task-ended' },
    ]);
  });
});

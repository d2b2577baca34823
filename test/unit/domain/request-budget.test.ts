import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answered, type Budget, giveBack, newBudget, take } from '../../../lib/domain/request-budget.ts';
import { NOON } from '../../support/builders.ts';

const ACCEPTED = { isThrottled: false, isRetry: false };
const THROTTLED = { isThrottled: true, isRetry: false };

/** When requests go that are all there at once, in milliseconds from noon. */
function goTimes(start: Budget, requests: number): number[] {
  let budget = start;
  return Array.from({ length: requests }, () => {
    const taken = take(budget, NOON);
    budget = taken.budget;
    return taken.at - NOON;
  });
}

/** Answers that come evenly, each of which is asked for at the same time. */
function learned(
  start: Budget,
  answers: readonly (typeof ACCEPTED)[],
  from: number,
  everyMs: number,
): Budget {
  let budget = start;
  for (const [index, answer] of answers.entries()) {
    const now = from + (index + 1) * everyMs;
    budget = answered(take(budget, now).budget, answer, now);
  }
  return budget;
}

const answers = (accepted: number, throttled: number) => [
  ...Array.from({ length: throttled }, () => THROTTLED),
  ...Array.from({ length: accepted }, () => ACCEPTED),
];

describe('a budget that is given', () => {
  it('lets requests go evenly, a few of them early', () => {
    expect(goTimes(newBudget(NOON, 20), 7)).toEqual([0, 0, 0, 50, 100, 150, 200]);
  });

  it('does not save up for later', () => {
    const rested = { ...newBudget(NOON - 60_000, 20) };
    expect(goTimes(rested, 4)).toEqual([0, 0, 0, 50]);
  });

  it('is not changed by throttling', () => {
    const budget = newBudget(NOON, 20);
    expect(answered(budget, THROTTLED, NOON)).toBe(budget);
  });

  it('is never exceeded by more than its slack', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(500), { minLength: 1, maxLength: 300 }),
        (rate, pauses) => {
          let budget = newBudget(NOON, rate);
          let now = NOON;
          const times = pauses.map((pause) => {
            now += pause;
            const taken = take(budget, now);
            budget = taken.budget;
            return taken.at;
          });
          for (const [index, from] of times.entries())
            for (const [more, until] of times.slice(index).entries())
              expect(more * 1_000).toBeLessThanOrEqual((until - from + 100.001) * rate + 1_000);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a budget that is learned', () => {
  const start = newBudget(NOON);

  it('has no limit at first', () => {
    expect(goTimes(start, 1_000).every((at) => at === 0)).toBe(true);
  });

  it('is below what the service took while it throttled', () => {
    // 100 answers in 1 s, 40 of them good.
    const budget = learned(start, answers(40, 60), NOON, 10);
    expect([budget.rate, budget.lowered, budget.clean]).toEqual([36, 36, 0]);
  });

  it('never falls below one request a second', () => {
    expect(learned(start, answers(0, 100), NOON, 10).rate).toBe(1);
  });

  it('does not fall for a few tasks that are throttled alone, however often they are tried', () => {
    const retries = Array.from({ length: 30 }, () => ({ isThrottled: true, isRetry: true }));
    expect(learned(start, [...answers(65, 5), ...retries], NOON, 10).rate).toBeUndefined();
  });

  it('falls where a tenth of first tries are throttled, and not for less', () => {
    expect(learned(start, answers(90, 10), NOON, 10).rate).toBe(81);
    expect(learned(start, answers(91, 9), NOON, 10).rate).toBeUndefined();
  });

  it('judges few answers later, and by more of them', () => {
    expect(learned(start, answers(10, 5), NOON, 500).rate).toBeUndefined();
    expect(learned(start, answers(10, 10), NOON, 500).rate).toBe(1);
    expect(learned(start, answers(14, 6), NOON, 400).rate).toBe(1.575);
    expect(learned(start, answers(15, 4), NOON, 550).rate).toBeUndefined();
  });

  it('starts anew after a pause, and where the clock of the computer steps back', () => {
    const some = learned(start, answers(0, 15), NOON, 10);
    expect(learned(some, answers(0, 15), NOON + 60_000, 10).rate).toBeUndefined();
    expect(learned(some, answers(0, 15), NOON - 60_000, 10).rate).toBeUndefined();
  });

  it('falls no further than a tenth at once where more was taken than it allows', () => {
    const slow = { ...start, rate: 10, lowered: 10 };
    expect(learned(slow, answers(60, 40), NOON, 10).rate).toBe(9);
  });

  it('rises while requests have to wait and none is throttled, ever faster', () => {
    let budget: Budget = { ...start, rate: 20, lowered: 20, dueAt: NOON + 10_000 };
    const rates: (number | undefined)[] = [];
    for (let window = 0; window < 3; window += 1) {
      budget = learned(budget, answers(21, 0), NOON + window * 1_100, 50);
      rates.push(budget.rate);
    }
    expect(rates).toEqual([21, 23, 26]);
  });

  it('stays as it is while nobody needs more', () => {
    const budget = learned({ ...start, rate: 1_000, lowered: 1_000 }, answers(21, 0), NOON, 50);
    expect([budget.rate, budget.clean]).toEqual([1_000, 0]);
  });
});

describe('a request that never went', () => {
  it('holds up none behind it', () => {
    const start = newBudget(NOON, 10);
    const queued = Array.from({ length: 50 }).reduce<Budget>((budget) => take(budget, NOON).budget, start);
    const given = Array.from({ length: 50 }).reduce<Budget>((budget) => giveBack(budget, NOON), queued);
    expect([queued.dueAt, given.dueAt]).toEqual([NOON + 5_000, NOON]);
  });

  it('makes up for nothing that was due before', () => {
    const { dueAt } = giveBack(take(newBudget(NOON, 10), NOON).budget, NOON + 60_000);
    expect(dueAt).toBe(NOON + 60_000);
  });

  it('is nothing where there is no limit', () => {
    const start = newBudget(NOON);
    expect(giveBack(start, NOON)).toBe(start);
  });
});

it('A clock that steps back holds up no request', () => {
  const { budget } = take(newBudget(NOON, 10), NOON);
  expect(take(budget, NOON - 1_800_000).at).toBe(NOON - 1_800_000);
});

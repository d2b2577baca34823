import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../local/simulator/rollout/pace.ts';
import type { OtaTaskExecutionRolloutConfig } from '../../../local/simulator/wire.ts';

/** The first slots, in milliseconds, of a queue that is never empty. */
function slots(config: OtaTaskExecutionRolloutConfig | undefined, length: number): number[] {
  const pace = new Pace(config);
  return Array.from({ length }, () => {
    const slot = pace.nextSlot(0);
    pace.takeSlot(0);
    return slot;
  });
}

const exponential = (RateIncreaseCriteria: object, MaximumPerMinute = 1_000) => ({
  ExponentialRolloutRate: { BaseRatePerMinute: 10, IncrementFactor: 2, RateIncreaseCriteria },
  MaximumPerMinute,
});

describe('Pace', () => {
  it.each([
    ['the quota of 1,000 a minute', undefined, 4, [0, 60, 120, 180]],
    ['a constant rate', { MaximumPerMinute: 7 }, 4, [0, 8_572, 17_143, 25_715]],
    ['a rate of more than one in a millisecond', { MaximumPerMinute: 120_000 }, 5, [0, 1, 1, 2, 2]],
    ['a base rate alone', { ExponentialRolloutRate: { BaseRatePerMinute: 6 } }, 3, [0, 10_000, 20_000]],
    [
      'the maximum where there is no base rate',
      { ExponentialRolloutRate: {}, MaximumPerMinute: 6 },
      2,
      [0, 10_000],
    ],
    [
      'a doubling for each two notified',
      exponential({ numberOfNotifiedThings: 2 }),
      6,
      [0, 6_000, 9_000, 12_000, 13_500, 15_000],
    ],
    ['the maximum as a cap', exponential({ numberOfNotifiedThings: 1 }, 20), 4, [0, 3_000, 6_000, 9_000]],
  ])('keeps %s', (_, config, length, expected) => {
    expect(slots(config, length)).toEqual(expected);
  });

  it('has never more slots in a minute than its rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), (MaximumPerMinute) => {
        const taken = slots({ MaximumPerMinute }, 5_000);
        const spans = taken.slice(MaximumPerMinute).map((slot, index) => slot - (taken[index] ?? 0));
        expect(spans.filter((span) => span < 60_000)).toEqual([]);
      }),
    );
  });

  it('increases when so many things succeeded, and counts from there again', () => {
    const pace = new Pace(exponential({ numberOfNotifiedThings: 100, numberOfSucceededThings: 2 }));
    const rates = Array.from({ length: 5 }, () => {
      pace.succeeded();
      return pace.perMinute;
    });
    expect(rates).toEqual([10, 20, 20, 40, 40]);
  });

  it('counts both criteria from the last increase, whichever caused it', () => {
    const pace = new Pace(exponential({ numberOfNotifiedThings: 2, numberOfSucceededThings: 2 }));
    pace.succeeded();
    pace.takeSlot(0);
    pace.takeSlot(0);
    pace.succeeded();
    expect(pace.perMinute).toBe(20);
    pace.succeeded();
    expect(pace.perMinute).toBe(40);
  });

  it('lets no slots pile up while there is nothing to notify', () => {
    const pace = new Pace({ MaximumPerMinute: 6 });
    pace.takeSlot(0);
    expect(pace.nextSlot(95_000)).toBe(95_000);
    pace.takeSlot(95_000);
    expect(pace.nextSlot(95_000)).toBe(105_000);
  });

  it('starts over at the base rate of another configuration, after the gap that it asks for', () => {
    const pace = new Pace(exponential({ numberOfNotifiedThings: 1 }));
    pace.takeSlot(0);
    pace.configure({ MaximumPerMinute: 2 });
    expect([pace.perMinute, pace.nextSlot(0)]).toEqual([2, 30_000]);
  });
});

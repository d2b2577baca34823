import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alternativesTo, estimate } from '../../../../lib/cost/estimate.ts';
import type { Fleet } from '../../../../lib/cost/fleet.ts';
import { countsOf } from '../../../../lib/cost/monthly-requests.ts';
import prices from '../../../../lib/cost/prices.json' with { type: 'json' };
import { PRICED, type Priced, parsePriceList } from '../../../../lib/cost/prices.ts';
import { aFleet } from './fleets.ts';

const LIST = parsePriceList(prices);
const usd = (overrides: Partial<Fleet> = {}) => estimate(aFleet(overrides), LIST).usd;

/** What is taken of something in a month, over all items. */
const taken = (of: Priced, overrides: Partial<Fleet> = {}) =>
  estimate(aFleet(overrides), LIST)
    .items.filter((item) => item.of === of)
    .reduce((sum, { quantity }) => sum + quantity, 0);

/** Each with its price, by hand: a month has 43,200 minutes. */
const BY_HAND: readonly (readonly [what: string, of: Priced, overrides: Partial<Fleet>, quantity: number])[] =
  [
    ['an invocation a minute', 'lambdaRequest', {}, 43_200],
    ['one in two minutes', 'lambdaRequest', { pollIntervalSeconds: 120 }, 21_600],
    ['rounds need no more', 'lambdaRequest', { pollIntervalSeconds: 10 }, 43_200],
    ['the schedule', 'schedulerInvocation', {}, 43_200],
    ['metrics of the poll', 'customMetric', {}, 19],
    ['and of workers that share it', 'customMetric', { tasks: 6_000, inProgress: 6_000 }, 22],
    ['and of two notifiers', 'customMetric', { slack: true, pagerduty: true }, 35],
    ['alarms of all', 'alarm', { slack: true, pagerduty: true, api: true }, 24],
    ['no secret', 'secret', {}, 0],
    ['one of the API', 'secret', { api: true }, 1],
    ['an idle queue', 'sqsRequest', {}, 648_000],
    ['no queue', 'sqsRequest', { fanOutAbove: 'off' }, 0],
    ['events: start, end, status and four milestones', 'customEvent', {}, 300 * 7],
    ['events of all progress', 'customEvent', { progressEvents: 'all' }, 144_000 + 300 * 3],
    ['events of none', 'customEvent', { progressEvents: 'none' }, 300 * 3],
  ];

describe('an estimate', () => {
  it.each(BY_HAND)('%s', (_, of, overrides, quantity) => {
    expect(taken(of, overrides)).toBeCloseTo(quantity, 6);
  });

  it('is the sum of its items, dearest first, each at its price', () => {
    const { items, usd: total } = estimate(aFleet(), LIST);
    expect(items.reduce((sum, item) => sum + item.usd, 0)).toBeCloseTo(total, 9);
    expect(items.map((item) => item.usd)).toEqual(items.map((item) => item.usd).toSorted((a, b) => b - a));
    for (const item of items) {
      const price = LIST.prices[item.of];
      expect(item.usd).toBeCloseTo((item.quantity * price.usd) / price.per, 9);
    }
  });

  it('has every price in use', () => {
    const all = estimate(aFleet({ slack: true, pagerduty: true, api: true }), LIST).items;
    expect(new Set(all.map(({ of }) => of))).toEqual(new Set(PRICED));
  });

  it('takes off what is free, of all items together and not below nothing', () => {
    const { items } = estimate(aFleet(), LIST, { freeTier: true });
    const of = (priced: Priced) =>
      items.filter((item) => item.of === priced).reduce((sum, item) => sum + item.usd, 0);
    expect(of('customMetric')).toBeCloseTo((19 - 10) * 0.3, 9);
    expect(of('alarm')).toBeCloseTo((11 - 10) * 0.1, 9);
    expect(of('lambdaGbSecond')).toBe(0);
    expect(of('dynamodbWrite')).toBeGreaterThan(0);
  });

  it('of a fleet that does nothing has what is paid for all the same', () => {
    const idle = { tasks: 1, inProgress: 0, hot: 0, changesPerHour: 0, endedPerDay: 0 };
    expect(taken('customEvent', idle)).toBe(0);
    expect(taken('dynamodbWrite', idle)).toBe(0);
    expect(usd(idle)).toBeGreaterThan(6);
  });

  it.each([
    { inProgress: 10_000, share: 0 },
    { inProgress: 20_000, share: 0.5 },
    { inProgress: 35_000, share: 0.7 },
    { inProgress: 100_000, share: 0.97 },
    { inProgress: 200_000, share: 0.97 },
    { inProgress: 100_000, share: undefined, fanOutAbove: 'off' as const },
  ])('of $inProgress tasks that are shared has what workers read anew (%#)', ({ share, ...settings }) => {
    const { items } = estimate(aFleet({ tasks: 200_000, ...settings }), LIST);
    const found = items.find(({ what }) => what === 'tasks: items that workers do not remember');
    expect(found?.quantity).toEqual(
      share ? expect.closeTo((43_200 * share * settings.inProgress) / 2, 3) : undefined,
    );
  });

  it('tells what other settings would change', () => {
    const alternatives = alternativesTo(aFleet(), LIST);
    const byName = Object.fromEntries(alternatives.map(({ setting, usd: change }) => [setting, change]));
    expect(byName['fanOutAbove off']).toBeCloseTo(-0.2592 - 2 * 0.1, 6);
    expect(byName['a round every 10 s']).toBeGreaterThan(20);
    expect(byName).not.toHaveProperty('a round every 60 s');
  });
});

/** A write at every second poll of a month, dollars. */
const MOST_FOR_NOTES = 0.0271;
const ONE_TASK = { tasks: 1, inProgress: 1, hot: 0, changesPerHour: 1, endedPerDay: 0 };

describe('more', () => {
  const most = (max: number) => fc.integer({ min: 0, max });
  const fleets = fc
    .record({
      tasks: fc.integer({ min: 1, max: 200_000 }),
      inProgress: most(100_000),
      hot: most(1_000),
      changesPerHour: most(1_000_000),
      endedPerDay: most(10_000),
      pollIntervalSeconds: fc.constantFrom(5, 10, 20, 60, 300),
      trust: fc.boolean(),
      fanOutAbove: fc.constantFrom<Fleet['fanOutAbove']>(1_000, 5_000, 'off'),
      progressEvents: fc.constantFrom<Fleet['progressEvents']>('all', 'milestones', 'none'),
      slack: fc.boolean(),
      historyMonths: most(60),
    })
    .map((fleet) => aFleet(fleet));

  it.each<keyof Fleet>(['tasks', 'inProgress', 'hot', 'endedPerDay', 'historyMonths', 'latencyMs'])(
    '%s never cost less',
    (name) => {
      fc.assert(
        fc.property(fleets, fc.integer({ min: 1, max: 50_000 }), (fleet, more) => {
          // Where the list is trusted, a longer one may not be worth reading in each round any more.
          const steady = name === 'tasks' ? { ...fleet, trust: false } : fleet;
          const before = estimate(steady, LIST).usd;
          const after = estimate({ ...steady, [name]: Number(steady[name]) + more }, LIST).usd;
          expect(after).toBeGreaterThanOrEqual(before - MOST_FOR_NOTES);
        }),
        // The same changes among more tasks: clocks of rules run at the same time more often, and are noted together.
        { examples: [[aFleet({ ...ONE_TASK, pollIntervalSeconds: 5, maxLatencySeconds: 60 }), 1]] },
      );
    },
  );

  it('that is deployed costs more', () => {
    fc.assert(
      fc.property(fleets, fc.constantFrom('pagerduty', 'api'), (fleet, name) => {
        const before = estimate(fleet, LIST).usd;
        expect(estimate({ ...fleet, [name]: true }, LIST).usd).toBeGreaterThan(before);
      }),
    );
  });

  it.each([
    ['a minute and a look each', {}, { ListOtaTasks: 43_200, GetOtaTask: 50 * 43_200 + 2 * 300 }],
    [
      'rounds of 10 s, in which hot ones have a look, half the others are warm, and the list is read once a minute',
      { pollIntervalSeconds: 10, changesPerHour: 50 * 4 * Math.log(2) },
      { ListOtaTasks: 43_200, GetOtaTask: (5 + 22.5 / 2 + 22.5 / 6) * 6 * 43_200 + 2 * 300 },
    ],
    [
      'and where the list saves looks',
      { pollIntervalSeconds: 10, trust: true },
      { ListOtaTasks: 6 * 43_200 },
    ],
  ])('%s', (_, overrides, month) => {
    const counted: Partial<Record<string, number>> = countsOf(aFleet(overrides)).month;
    for (const [operation, count] of Object.entries(month))
      expect(Math.abs((counted[operation] ?? 0) - count), operation).toBeLessThanOrEqual(0.03 * count);
  });

  it('trust never makes more looks', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const looks = (trust: boolean) => countsOf({ ...fleet, trust }).month.GetOtaTask;
        expect(looks(true)).toBeLessThanOrEqual(looks(false));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import prices from '../../../../lib/cost/prices.json' with { type: 'json' };
import { PRICED, parsePriceList, UNITS } from '../../../../lib/cost/prices.ts';

describe('a price list', () => {
  it('is the one that comes along', () => {
    expect(parsePriceList(prices)).toEqual(prices);
    expect([...PRICED].sort()).toEqual(Object.keys(UNITS).sort());
  });

  const { secret: _, ...withoutSecret } = prices.prices;
  const price = { ...prices.prices.secret, usd: -1 };
  it.each([
    ['nothing', undefined, 'the list'],
    ['no date', { ...prices, date: 'today' }, 'date'],
    ['a price missing', { ...prices, prices: withoutSecret }, 'prices.secret'],
    ['a price too many', { ...prices, prices: { ...prices.prices, gold: price } }, 'prices'],
    [
      'a price below nothing',
      { ...prices, prices: { ...prices.prices, secret: price } },
      'prices.secret.usd',
    ],
  ])('with %s is refused, and says where', (_what, list, where) => {
    expect(() => parsePriceList(list)).toThrow(`Not a price list: ${where}: `);
  });
});

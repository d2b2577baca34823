import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Guarantee } from '../../guarantees/guarantee.ts';
import { plan, split } from '../../guarantees/run/plan.ts';

const guarantee = (number: number, full: number): Guarantee => ({
  number,
  name: `g${number}`,
  promise: 'Holds.',
  unit: 'runs',
  runsPerScript: 1,
  scripts: { full, share: 1 },
  script: fc.nat(),
  play: async () => ({ problems: [], tally: {} }),
});

const planned = (options: Partial<Parameters<typeof plan>[1]>) =>
  plan([guarantee(2, 1_000), guarantee(7, 100), guarantee(9, 30)], { seed: 5, share: 100, ...options }).map(
    ({ guarantee: { number }, engine, scripts, full, chunks }) => [
      number,
      engine,
      scripts,
      full,
      chunks.length,
    ],
  );

describe('what is proven', () => {
  it.each([
    [
      'everything, in full',
      {},
      [
        [2, 'embedded', 1_000, 1_000, 20],
        [2, 'dynamodb-local', 50, 50, 20],
        [7, 'dynamodb-local', 100, 100, 20],
        [9, 'embedded', 30, 30, 20],
      ],
    ],
    [
      'a share, of which nothing is left out',
      { share: 1 },
      [
        [2, 'embedded', 10, 1_000, 10],
        [2, 'dynamodb-local', 1, 50, 1],
        [7, 'dynamodb-local', 1, 100, 1],
        [9, 'embedded', 1, 30, 1],
      ],
    ],
    [
      'some, on the engine that is asked for',
      { only: [7, 2], engine: 'embedded' as const },
      [
        [2, 'embedded', 1_000, 1_000, 20],
        [7, 'embedded', 100, 100, 20],
      ],
    ],
    ['one script again', { only: [2], path: '3:1' }, [[2, 'embedded', 1, 1_000, 1]]],
  ])('%s', (_, options, rows) => {
    expect(planned(options)).toEqual(rows);
  });
});

it('there is no proof of what nobody guarantees', () => {
  expect(() => planned({ only: [2, 3] })).toThrow('There is no guarantee 3');
});

describe('splitting', () => {
  it('gives each chunk a seed of its own', () => {
    expect(split(3, 40)).toEqual([
      { seed: 40, scripts: 1 },
      { seed: 41, scripts: 1 },
      { seed: 42, scripts: 1 },
    ]);
  });

  it('loses no script, and makes no chunk much larger than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (scripts) => {
        const sizes = split(scripts, 0).map((chunk) => chunk.scripts);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(scripts);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

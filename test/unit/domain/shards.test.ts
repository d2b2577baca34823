import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIn, overlap, partsOf, placeOf, split, WHOLE } from '../../../lib/domain/shards.ts';

const IDS = Array.from({ length: 20_000 }, (_, index) => `task-${index}`);

describe('the place of a task', () => {
  // Items are found by their place: it must not be another one tomorrow.
  it.each([
    ['', 2_872_998_923],
    ['task1', 320_775_954],
    ['8b5a9c0e-1111-4222-8333-944455556666', 2_000_873_863],
  ])('of %j is always the same', (taskId, place) => {
    expect(placeOf(taskId)).toBe(place);
  });

  it('is as likely in one part of the ring as in another', () => {
    const counts = split(16).map((range) => IDS.filter((taskId) => isIn(range, taskId)).length);
    const mean = IDS.length / 16;
    // Six standard deviations of what chance does.
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(6 * Math.sqrt(mean));
  });
});

describe('ranges', () => {
  it('have every place once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.string(), (parts, taskId) => {
        const ranges = split(parts);
        expect(ranges.filter((range) => isIn(range, taskId))).toHaveLength(1);
      }),
    );
  });

  it('are as many as the ring has of their length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (parts) => {
        for (const range of split(parts)) expect(partsOf(range)).toBe(parts);
      }),
    );
  });

  it.each([
    [{ from: 0, to: 4 }, { from: 4, to: 8 }, false],
    [{ from: 0, to: 4 }, { from: 3, to: 4 }, true],
    [{ from: 2, to: 3 }, WHOLE, true],
  ])('%j and %j overlap: %j', (one, other, expected) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  });

  it('follow each other', () => {
    expect(split(1)).toEqual([WHOLE]);
    expect(split(4)).toEqual([
      { from: 0, to: 2 ** 30 },
      { from: 2 ** 30, to: 2 ** 31 },
      { from: 2 ** 31, to: 3 * 2 ** 30 },
      { from: 3 * 2 ** 30, to: 2 ** 32 },
    ]);
  });
});

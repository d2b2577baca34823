import { describe, expect, it } from 'vitest';
import type { Progress, Turn } from '../../../../lib/domain/alerts/ledger.ts';
import {
  advance,
  hold,
  PATIENCE_MS,
  type Place,
  passOver,
  STRANGER_PATIENCE_MS,
  turnOf,
} from '../../../../lib/domain/alerts/order.ts';
import { NOON } from '../../../support/builders.ts';

const place = (sequence: number, previousSequence?: number): Place => ({
  sequence,
  ...(previousSequence !== undefined && { previousSequence }),
});

/** Through 5, with 2 and 3 passed over, at noon. */
const GAPPED: Progress = { applied: 5, gaps: [[2, 3]], appliedAt: NOON };
const HELD: Progress = { ...GAPPED, held: { sequence: 6, from: NOON + 30_000, until: NOON + 60_000 } };
const LATER = NOON + PATIENCE_MS;

describe('turnOf', () => {
  it.each<
    [what: string, progress: Progress | undefined, place: Place, now: number, waitedMs: number, turn: Turn]
  >([
    ['the first event', undefined, place(1), NOON, 0, 'next'],
    ['the first published event', undefined, place(3), NOON, 0, 'next'],
    [
      'one in the middle, when nothing is known',
      undefined,
      place(7, 5),
      NOON,
      STRANGER_PATIENCE_MS - 1,
      'wait',
    ],
    ['one in the middle, after a while', undefined, place(7, 5), NOON, STRANGER_PATIENCE_MS, 'next'],
    ['the next one', GAPPED, place(6, 5), NOON, 0, 'next'],
    ['the next one behind others that were not published', GAPPED, place(9, 5), NOON, 0, 'next'],
    ['the newest again', GAPPED, place(5, 4), NOON, 0, 'duplicate'],
    ['an old one again', GAPPED, place(4, 3), NOON, PATIENCE_MS, 'duplicate'],
    ['one from a gap', GAPPED, place(2, 1), NOON, 0, 'late'],
    ['one from a gap before the rest of it', GAPPED, place(3, 2), NOON, 0, 'late'],
    ['one too early', GAPPED, place(7, 6), LATER, PATIENCE_MS - 1, 'wait'],
    ['one too early, after a while', GAPPED, place(7, 6), LATER, PATIENCE_MS, 'next'],
    ['one with more before it that is missing', GAPPED, place(9, 8), NOON + 34_999, 3_600_000, 'wait'],
    ['one with more before it, after a longer while', GAPPED, place(9, 8), NOON + 35_000, 35_000, 'next'],
    ['one far ahead', GAPPED, place(99, 98), NOON + 40_000, 40_000, 'next'],
    ['one too early and old, just after another', GAPPED, place(7, 6), LATER - 1, 3_600_000, 'wait'],
    ['the one that is held, too early', HELD, place(6, 5), NOON + 29_999, 3_600_000, 'wait'],
    ['the one that is held', HELD, place(6, 5), NOON + 30_000, 0, 'next'],
    ['one after it', HELD, place(7, 6), NOON + 59_999, 3_600_000, 'wait'],
    ['one after it, when its time is over', HELD, place(7, 6), NOON + 60_000, 60_000, 'next'],
    ['one before it', HELD, place(3, 2), NOON, 0, 'late'],
    ['a duplicate before it', HELD, place(4, 3), NOON, 0, 'duplicate'],
    [
      'a late one after a held one',
      hold(GAPPED, { sequence: 2, from: NOON, until: NOON + 60_000 }),
      place(3, 2),
      NOON + 59_999,
      3_600_000,
      'wait',
    ],
    [
      'a duplicate after a held one',
      hold(GAPPED, { sequence: 2, from: NOON, until: NOON + 60_000 }),
      place(5, 4),
      NOON,
      0,
      'duplicate',
    ],
  ])('%s', (_, progress, event, now, waitedMs, turn) => {
    expect(turnOf(progress, event, now, waitedMs)).toBe(turn);
  });
});

describe('advance', () => {
  it.each<[what: string, progress: Progress | undefined, place: Place, after: Progress]>([
    ['the first event', undefined, place(1), { applied: 1, gaps: [], appliedAt: LATER }],
    ['one in the middle', undefined, place(7, 5), { applied: 7, gaps: [[1, 5]], appliedAt: LATER }],
    ['the next one', GAPPED, place(6, 5), { applied: 6, gaps: [[2, 3]], appliedAt: LATER }],
    [
      'one that passes others over',
      GAPPED,
      place(9, 7),
      {
        applied: 9,
        gaps: [
          [2, 3],
          [6, 7],
        ],
        appliedAt: LATER,
      },
    ],
    ['the first of a gap', GAPPED, place(2, 1), { ...GAPPED, gaps: [[3, 3]] }],
    ['the last of a gap', GAPPED, place(3, 2), { ...GAPPED, gaps: [[2, 2]] }],
    ['the last of a gap that has no other', GAPPED, place(3, 1), { ...GAPPED, gaps: [] }],
    [
      'one in the middle of a gap',
      { applied: 9, gaps: [[2, 8]] },
      place(5, 4),
      {
        applied: 9,
        gaps: [
          [2, 4],
          [6, 8],
        ],
      },
    ],
    [
      'the first published event, late',
      { applied: 9, gaps: [[1, 8]] },
      place(5),
      { applied: 9, gaps: [[6, 8]] },
    ],
    ['a duplicate', GAPPED, place(4, 3), GAPPED],
    ['the one that was held', HELD, place(6, 5), { applied: 6, gaps: [[2, 3]], appliedAt: LATER }],
    ['one before the one that is held', HELD, place(2, 1), { ...HELD, gaps: [[3, 3]] }],
  ])('%s', (_, progress, event, after) => {
    expect(advance(progress, event, LATER)).toEqual(after);
  });

  const everySecond = (gaps: number) => {
    const passing = Array.from({ length: gaps }, (_, index) => place(2 * index + 2, 2 * index + 1));
    return passing.reduce<Progress | undefined>((before, one) => advance(before, one, NOON), undefined);
  };

  it('remembers the ten newest gaps', () => {
    const gaps = Array.from({ length: 10 }, (_, index) => [2 * index + 5, 2 * index + 5]);
    expect(everySecond(12)).toEqual({ applied: 24, gaps, appliedAt: NOON });
  });

  it('remembers the ten newest gaps when one is split', () => {
    const full = advance(everySecond(9), place(30, 28), NOON);
    expect(advance(full, place(25, 24), NOON).gaps).toEqual([
      ...Array.from({ length: 8 }, (_, index) => [2 * index + 3, 2 * index + 3]),
      [19, 24],
      [26, 28],
    ]);
  });
});

describe('passOver', () => {
  it.each<[what: string, progress: Progress | undefined, place: Place, after: Progress]>([
    ['the first event', undefined, place(1), { applied: 1, gaps: [[1, 1]], appliedAt: LATER }],
    [
      'the one that was held',
      HELD,
      place(6, 5),
      {
        applied: 6,
        gaps: [
          [2, 3],
          [6, 6],
        ],
        appliedAt: LATER,
      },
    ],
    [
      'one from a gap',
      { applied: 9, gaps: [[2, 8]] },
      place(5, 4),
      {
        applied: 9,
        gaps: [
          [2, 4],
          [5, 5],
          [6, 8],
        ],
      },
    ],
  ])('%s', (_, progress, event, after) => {
    const passed = passOver(progress, event, LATER);
    expect(passed).toEqual(after);
    expect(passOver(passed, event, LATER)).toEqual(after);
    expect(turnOf(passed, event, LATER, 0)).toBe('late');
  });
});

describe('hold', () => {
  it('holds the first event', () => {
    expect(hold(undefined, { sequence: 1, from: NOON, until: LATER })).toEqual({
      applied: 0,
      gaps: [],
      held: { sequence: 1, from: NOON, until: LATER },
    });
  });

  it('holds an event for longer', () => {
    const held = { sequence: 6, from: NOON + 90_000, until: NOON + 120_000 };
    expect(hold(HELD, held)).toEqual({ ...GAPPED, held });
  });
});

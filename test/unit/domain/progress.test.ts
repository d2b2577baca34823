import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addSample,
  estimatedCompletion,
  firstSample,
  milestoneOf,
  type ProgressSample,
  percentComplete,
  ratePerMinute,
  sampleAt,
  steppedBack,
} from '../../../lib/domain/progress.ts';
import { counts, MINUTE, NOON, sample } from '../../support/builders.ts';

const WINDOW = 15 * MINUTE;

describe('milestoneOf', () => {
  it.each([
    [{ queued: 0 }, 0],
    [{ queued: 100 }, 0],
    [{ queued: 76, succeeded: 24 }, 0],
    [{ queued: 75, succeeded: 25 }, 25],
    [{ queued: 2, succeeded: 1 }, 25],
    [{ queued: 50, failed: 20, rejected: 10, timedOut: 10, removed: 5, canceled: 5 }, 50],
    [{ inProgress: 1, succeeded: 999_999 }, 75],
    [{ succeeded: 3 }, 100],
  ])('%o is at %d', (partial, milestone) => {
    expect(milestoneOf(counts(partial))).toBe(milestone);
  });
});

describe('percentComplete', () => {
  it.each([
    [{}, undefined],
    [{ queued: 3 }, 0],
    [{ queued: 2, failed: 1 }, 33.33],
    [{ inProgress: 1, succeeded: 999_999 }, 99.99],
    [{ succeeded: 7, removed: 1 }, 100],
  ])('%o is %o', (partial, percent) => {
    expect(percentComplete(counts(partial))).toBe(percent);
  });
});

describe('addSample', () => {
  it('never adds up to more than a table takes', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const before: ProgressSample[] = [[NOON - MINUTE, 0, most - 1, most - 1, most - 1, most - 1]];
    const many = counts({ failed: 5, rejected: 5, timedOut: 5 });
    expect(addSample(before, counts({}), many, NOON, WINDOW).at(-1)).toEqual([
      NOON,
      15,
      most,
      most,
      most,
      most,
    ]);
  });

  const nothing = counts();

  it('begins with nothing but what has finished', () => {
    const some = counts({ inProgress: 5, succeeded: 4, failed: 3 });
    expect(firstSample(some, NOON)).toEqual(sample(0, { finished: 7 }));
  });

  it('adds up what was notified and what failed, and follows what has finished', () => {
    const looks = [
      { queued: 100 },
      { queued: 90, inProgress: 10 },
      { queued: 80, inProgress: 12, succeeded: 3, failed: 5 },
      // Three of those that failed are tried again.
      { queued: 80, inProgress: 15, succeeded: 3, failed: 2 },
      { queued: 70, inProgress: 15, succeeded: 4, failed: 4, rejected: 3, timedOut: 4 },
      {
        queued: 60,
        inProgress: 15,
        succeeded: 4,
        failed: 4,
        rejected: 3,
        timedOut: 4,
        removed: 5,
        canceled: 5,
      },
    ].map(counts);
    const samples = looks
      .slice(1)
      .reduce<readonly ProgressSample[]>(
        (all, look, index) => addSample(all, looks[index] ?? look, look, NOON + (index + 1) * MINUTE, WINDOW),
        [sample(0)],
      );
    expect(samples).toEqual([
      sample(0),
      sample(1, { notified: 10 }),
      sample(2, { notified: 20, finished: 8, failed: 5 }),
      sample(3, { notified: 20, finished: 5, failed: 5 }),
      sample(4, { notified: 30, finished: 15, failed: 7, rejected: 3, timedOut: 4 }),
      sample(5, { notified: 30, finished: 25, failed: 7, rejected: 3, timedOut: 4 }),
    ]);
  });

  it('counts from the look before where there is no sample', () => {
    expect(addSample([], counts({ failed: 3 }), counts({ failed: 4 }), NOON, WINDOW)).toEqual([
      sample(0, { finished: 4, notified: 1, failed: 1 }),
    ]);
  });

  it('keeps one sample from before the window, to measure from', () => {
    const samples = [sample(-40), sample(-20), sample(-10)];
    expect(addSample(samples, nothing, nothing, NOON, WINDOW)).toEqual([sample(-20), sample(-10), sample(0)]);
    expect(addSample(samples, nothing, nothing, NOON, 30 * MINUTE)).toEqual([...samples, sample(0)]);
    expect(addSample(samples, nothing, nothing, NOON + 20 * MINUTE, WINDOW)).toEqual([
      sample(-10),
      sample(20),
    ]);
  });

  it('replaces a sample of the same instant, and those of a clock that is ahead', () => {
    const samples = [sample(-1), sample(0, { failed: 2 }), sample(1, { failed: 5 })];
    expect(addSample(samples, nothing, counts({ failed: 1 }), NOON, WINDOW)).toEqual([
      sample(-1),
      sample(0, { finished: 1, notified: 1, failed: 6 }),
    ]);
  });

  it('keeps every sample of polls that are a minute apart for a quarter of an hour', () => {
    const minutes = Array.from({ length: 40 }, (_, minute) => minute - 39);
    const samples = minutes.reduce<ProgressSample[]>(
      (all, minute) => addSample(all, nothing, nothing, NOON + minute * MINUTE, WINDOW),
      [],
    );
    expect(samples).toEqual(minutes.slice(-16).map((minute) => sample(minute)));
  });

  it('drops a sample whose neighbors are less than 108 seconds apart, in quicker polls', () => {
    const after = (seconds: number) => NOON + seconds * 1_000;
    const kept = (last: number) =>
      [0, 54, last, 200].reduce<ProgressSample[]>(
        (all, second) => addSample(all, nothing, nothing, after(second), WINDOW),
        [],
      );
    expect(kept(107).map(([at]) => at)).toEqual([0, 107, 200].map(after));
    expect(kept(108).map(([at]) => at)).toEqual([0, 54, 108, 200].map(after));
  });

  const longestWindow = 60 * MINUTE;
  /** Seconds from look to look, at which counts have changed. */
  const intervals = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 300 }),
    fc.tuple(fc.constantFrom(10, 30, 50, 60), fc.nat(300)).map(([every, times]) => Array(times).fill(every)),
    fc.array(fc.constantFrom(1, 59, 61, 119, 1_000), { maxLength: 300 }),
  );
  const instantsOf = (seconds: readonly number[]) => {
    let now = NOON;
    return seconds.map((interval) => {
      now += interval * 1_000;
      return now;
    });
  };

  it('takes no instant of the longest window for one that is much earlier', () => {
    fc.assert(
      fc.property(intervals, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, part) => {
        const instants = instantsOf(seconds);
        const now = instants.at(-1) ?? NOON;
        const samples = instants.reduce<readonly ProgressSample[]>(
          (all, at) => addSample(all, nothing, nothing, at, longestWindow),
          [firstSample(nothing, NOON)],
        );
        const age = Math.min(part * longestWindow, now - NOON);
        const truth = Math.max(NOON, ...instants.filter((at) => at <= now - age));
        const [found = Number.NaN] = sampleAt(samples, now - age) ?? [];
        expect(found).toBeLessThanOrEqual(truth);
        expect(truth - found).toBeLessThanOrEqual(Math.max(1.8 * MINUTE, 0.1 * (now - found)));
      }),
    );
  });

  it('is bounded and in order, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 200 }), (instants) => {
        const inOrder = instants.toSorted((a, b) => a - b);
        for (const sequence of [instants, inOrder]) {
          const samples = sequence.reduce<ProgressSample[]>(
            (all, at) => addSample(all, nothing, nothing, at, longestWindow),
            [],
          );
          const times = samples.map(([at]) => at);
          expect(times.length).toBeLessThanOrEqual(48);
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        }
      }),
    );
  });
});

describe('steppedBack', () => {
  it('moves samples, and changes nothing else', () => {
    expect(steppedBack([sample(-5, { failed: 3 }), sample(0, { failed: 4 })], 60 * MINUTE)).toEqual([
      sample(-65, { failed: 3 }),
      sample(-60, { failed: 4 }),
    ]);
  });
});

describe('sampleAt', () => {
  const samples = [sample(-10), sample(-5), sample(0)];
  it.each([
    [-11, -10],
    [-10, -10],
    [-6, -10],
    [-5, -5],
    [9, 0],
  ])('%d minutes after noon, things were as at %d', (minute, expected) => {
    expect(sampleAt(samples, NOON + minute * MINUTE)).toEqual(sample(expected));
  });

  it('knows nothing without a sample', () => {
    expect(sampleAt([], NOON)).toBeUndefined();
  });
});

describe('ratePerMinute', () => {
  it.each<[string, readonly ProgressSample[], number | undefined]>([
    ['nothing', [], undefined],
    ['one sample', [sample(0, { finished: 5 })], undefined],
    ['a rise', [sample(0, { finished: 5 }), sample(2, { finished: 12 })], 3.5],
    ['a fall', [sample(0, { finished: 5 }), sample(1, { finished: 4 })], -1],
    ['thirds', [sample(0), sample(3, { finished: 1 })], 0.33],
    ['the last 15 minutes', [sample(0), sample(10, { finished: 50 }), sample(25, { finished: 80 })], 2],
    ['a pause', [sample(0), sample(60, { finished: 30 })], 0.5],
  ])('of %s', (_, samples, rate) => {
    expect(ratePerMinute(samples)).toBe(rate);
  });
});

describe('estimatedCompletion', () => {
  it.each([
    [undefined, undefined],
    [0, undefined],
    [-3, undefined],
    [30, '2026-11-22T12:04:00.000Z'],
    [Number.MIN_VALUE, undefined],
    [0.000_000_01, undefined],
  ])('at a rate of %o a minute', (rate, at) => {
    expect(estimatedCompletion(counts({ queued: 100, inProgress: 20, succeeded: 5 }), rate, NOON)).toBe(at);
  });
});

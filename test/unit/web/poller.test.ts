import { describe, expect, it } from 'vitest';
import { backOff, type Live, startPoller } from '../../../web/src/poller.ts';

const EVERY = 5_000;

/** A clock that is put forward by hand, and what the poller told. */
function aScene<T>(everyMs: number | undefined, answers: (T | 'unchanged' | Error)[]) {
  let now = 0;
  let due: { at: number; callback: () => void } | undefined;
  let state: Live<T> = { loading: true };
  const askedAt: number[] = [];
  const signals: AbortSignal[] = [];
  const poller = startPoller<T>(
    async (signal) => {
      askedAt.push(now);
      signals.push(signal);
      const answer = answers.shift() ?? 'unchanged';
      if (answer instanceof Error) throw answer;
      return answer;
    },
    everyMs,
    (change) => {
      state = change(state);
    },
    {
      now: () => now,
      later: (callback, ms) => {
        const planned = { at: now + ms, callback };
        due = planned;
        return () => {
          if (due === planned) due = undefined;
        };
      },
    },
  );
  return {
    poller,
    askedAt,
    signals,
    state: () => state,
    /** Lets time go by, and what falls into it happen. */
    async pass(ms: number) {
      const until = now + ms;
      while (due !== undefined && due.at <= until) {
        const { at, callback } = due;
        due = undefined;
        now = at;
        callback();
        await settled();
      }
      now = until;
    },
    settled,
  };
}

/** Answers are there at once: what waits for them has run by then. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a poller', () => {
  it('asks at once, and again after each answer', async () => {
    const { pass, askedAt, state } = aScene(EVERY, ['a', 'b']);
    await pass(0);
    expect(state()).toEqual({ data: 'a', loading: false, updatedAt: 0 });
    await pass(5_000);
    expect(state()).toEqual({ data: 'b', loading: false, updatedAt: 5_000 });
    await pass(10_000);
    expect([state(), askedAt]).toEqual([
      { data: 'b', loading: false, updatedAt: 15_000 },
      [0, 5_000, 10_000, 15_000],
    ]);
  });

  it('asks once where it is not told how often', async () => {
    const { pass, askedAt, poller, settled } = aScene(undefined, ['a']);
    await pass(1_000_000);
    poller.refresh();
    await settled();
    await pass(1_000_000);
    expect(askedAt).toEqual([0, 1_000_000]);
  });

  it('keeps the data beside an error, and asks later and later', async () => {
    const error = new Error('none of it');
    const { pass, askedAt, state } = aScene(EVERY, ['a', error, error, error, 'b']);
    await pass(5_000);
    expect(state()).toEqual({ data: 'a', loading: false, updatedAt: 0, error });
    await pass(75_000);
    expect(askedAt).toEqual([0, 5_000, 15_000, 35_000, 75_000, 80_000]);
    expect(state()).toEqual({ data: 'b', loading: false, updatedAt: 80_000 });
  });

  it('has no data to show with an error at first', async () => {
    const error = new Error('none of it');
    const { pass, state } = aScene(EVERY, [error]);
    await pass(0);
    expect(state()).toEqual({ loading: false, error });
  });

  it('does not ask while paused, and at once after that if it is time', async () => {
    const { pass, askedAt, poller } = aScene(EVERY, ['a']);
    await pass(1_000);
    poller.pause(true);
    await pass(100_000);
    poller.pause(false);
    await pass(0);
    expect(askedAt).toEqual([0, 101_000]);
    poller.pause(true);
    await pass(1_000);
    poller.pause(false);
    await pass(5_000);
    expect(askedAt).toEqual([0, 101_000, 106_000]);
  });

  it('asks now when it is told to, and goes on from there', async () => {
    const { pass, askedAt, poller, settled } = aScene(EVERY, ['a']);
    await pass(2_000);
    poller.refresh();
    await settled();
    await pass(5_000);
    expect(askedAt).toEqual([0, 2_000, 7_000]);
  });

  it('asks once more where it is told to while it asks', async () => {
    const { pass, askedAt, poller, settled, state } = aScene(EVERY, ['a', 'b']);
    poller.refresh();
    poller.refresh();
    await settled();
    await pass(0);
    expect([state().data, askedAt]).toEqual(['b', [0, 0]]);
    await pass(5_000);
    expect(askedAt).toEqual([0, 0, 5_000]);
  });

  it('tells nothing once it is stopped, and calls off what is under way', async () => {
    const { pass, askedAt, poller, settled, signals, state } = aScene(EVERY, ['a', 'b']);
    await pass(0);
    poller.refresh();
    poller.stop();
    await settled();
    await pass(100_000);
    expect([state().data, askedAt, signals.map(({ aborted }) => aborted)]).toEqual([
      'a',
      [0, 0],
      [true, true],
    ]);
  });
});

describe('backOff', () => {
  it('doubles up to a minute, and is never shorter than what was asked for', () => {
    expect([0, 1, 2, 3, 4, 50].map((errors) => backOff(5_000, errors))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
    expect(backOff(90_000, 3)).toBe(90_000);
  });
});

import { describe, expect, it } from 'vitest';
import {
  elapsed,
  isRunning,
  isSameClock,
  running,
  shifted,
  stopped,
  told,
} from '../../../../lib/domain/rules/clock.ts';
import type { Clock } from '../../../../lib/domain/rules/rule.ts';

const since = (instant: number): Clock => ({ since: instant });
const held = (run: number): Clock => ({ held: run });
const toldOf = (instant: number): Clock => ({ since: instant, told: true });

describe('a clock', () => {
  it.each<[Clock | undefined, number]>([
    [undefined, 0],
    [since(60), 40],
    [since(100), 0],
    [since(101), 0],
    [held(7), 7],
    [toldOf(60), 40],
  ])('%o has run at 100 for %d', (clock, run) => {
    expect(elapsed(clock, 100)).toBe(run);
  });

  it.each<[Clock | undefined, Clock]>([
    [undefined, since(100)],
    [since(60), since(60)],
    [held(7), since(93)],
    [toldOf(60), since(60)],
  ])('%o runs from 100 on as %o', (clock, expected) => {
    expect(running(clock, 100)).toEqual(expected);
  });

  it.each<[Clock | undefined, Clock | undefined]>([
    [undefined, undefined],
    [since(60), held(40)],
    [held(7), held(7)],
    [toldOf(60), toldOf(60)],
  ])('%o stops at 100 as %o', (clock, expected) => {
    expect(stopped(clock, 100)).toEqual(expected);
  });

  it.each<[Clock, Clock]>([
    [since(60), toldOf(60)],
    [toldOf(60), toldOf(60)],
    [held(7), toldOf(93)],
  ])('%o of which all is told at 100 is %o', (clock, expected) => {
    expect(told(clock, 100)).toEqual(expected);
  });

  it.each<[Clock, number, Clock]>([
    [since(60), 30, since(90)],
    [since(60), -30, since(30)],
    [since(60), 0, since(60)],
    [held(7), 30, held(7)],
    [toldOf(60), 30, toldOf(60)],
    [toldOf(60), -30, toldOf(30)],
  ])('%o for which %d did not pass is %o', (clock, by, expected) => {
    expect(shifted(clock, by)).toEqual(expected);
  });

  it.each<[Clock | undefined, boolean]>([
    [undefined, false],
    [since(60), true],
    [held(7), false],
    [toldOf(60), false],
  ])('%o runs towards something: %s', (clock, expected) => {
    expect(isRunning(clock)).toBe(expected);
  });
});

describe('isSameClock', () => {
  const clocks = [undefined, since(1), since(2), held(1), held(2), toldOf(1), toldOf(2)];
  it.each(clocks.flatMap((a, i) => clocks.map((b, j) => [a, b, i === j] as const)))(
    '%o, %o: %s',
    (a, b, same) => {
      expect(isSameClock(a && { ...a }, b && { ...b })).toBe(same);
    },
  );
});

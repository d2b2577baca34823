import { expect, it } from 'vitest';
import { acceleratedClock } from '../../../local/simulator/simulator.ts';

it('runs so many times as fast as the real clock, from where it starts', () => {
  let real = 5_000;
  const now = acceleratedClock({ startsAt: 1_000_000, factor: 60, real: () => real });
  expect(now()).toBe(1_000_000);
  real += 1_000.01;
  expect(now()).toBe(1_060_000);
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { crashEverywhere } from '../../guarantees/01-crash-everywhere.ts';
import { histories } from '../../guarantees/02-histories.ts';
import { lostAnswers } from '../../guarantees/03-lost-answers.ts';
import { overlaps } from '../../guarantees/04-overlaps.ts';
import { partialFailures } from '../../guarantees/05-partial-failures.ts';
import { type Guarantee, prove, type Report } from '../../guarantees/guarantee.ts';
import { Rig } from '../../guarantees/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.close());

const SEED = 20_261_122;
/** DynamoDB Local is behind sockets, and answers a dozen times as slowly. */
const TIMEOUT = 120_000;

function share<Script>(guarantee: Guarantee<Script>): Promise<Report> {
  return prove(guarantee, rig, { seed: SEED, scripts: guarantee.scripts.share });
}

it.each([
  { name: crashEverywhere.name, shareOf: () => share(crashEverywhere), seen: ['crashes', 'hangs'] },
  { name: histories.name, shareOf: () => share(histories), seen: ['crashes'] },
  { name: lostAnswers.name, shareOf: () => share(lostAnswers), seen: ['writes that were given up'] },
  { name: overlaps.name, shareOf: () => share(overlaps), seen: ['crashes'] },
  {
    name: partialFailures.name,
    shareOf: () => share(partialFailures),
    seen: ['entries that failed', 'requests that failed'],
  },
])('$name: holds', { timeout: TIMEOUT }, async ({ shareOf, seen }) => {
  const { failure, tally } = await shareOf();
  expect(failure).toBeUndefined();
  for (const what of ['rows', ...seen]) expect(tally[what], what).toBeGreaterThan(0);
});

import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { randomRollout } from '../../../support/random-rollouts.ts';
import { tell } from '../../../support/rule-oracle/watching.ts';
import { predict, type Told } from '../../../support/rule-oracle.ts';

const ROLLOUTS = 10_000;

/** What must have been told so often, or the rollouts say little: by kind of rule, and by what it tells. */
const LEAST = {
  'abort-criteria': 2_000,
  ratio: 2_000,
  count: 2_000,
  rate: 1_000,
  stalled: 2_000,
  overdue: 1_000,
  slow: 1_000,
  'stuck-scheduled': 500,
  milestone: 1_000,
  unreachable: 2_000,
  'malformed-tag': 1_000,
  breached: 10_000,
  muted: 2_000,
  'mute ended': 1_000,
  reminder: 10_000,
  flapping: 1_000,
  recovered: 10_000,
  'task-ended': 5_000,
  'rule-removed': 1_000,
  'closed quietly': 1_000,
};

function classOf({ type, reminder, breachedAt, published, reason }: Told): string {
  if (type === 'recovered') return published ? `${reason}` : 'closed quietly';
  if (reminder !== undefined) return 'reminder';
  if (breachedAt !== undefined) return 'mute ended';
  return published ? 'breached' : 'muted';
}

it(`tells what the rules of ${ROLLOUTS} whole rollouts amount to`, { timeout: 120_000 }, () => {
  const times: Record<string, number> = {};
  const count = (what: string) => {
    times[what] = (times[what] ?? 0) + 1;
  };
  for (let seed = 0; seed < ROLLOUTS; seed += 1) {
    const looks = randomRollout(seed);
    const [told, predicted] = [tell(looks), predict(looks)];
    if (!isDeepStrictEqual(told, predicted)) expect({ seed, told }).toEqual({ seed, told: predicted });
    for (const one of told) {
      count(one.kind);
      count(classOf(one));
      if (one.flapping) count('flapping');
    }
  }
  const rare = Object.entries(LEAST).filter(([what, least]) => (times[what] ?? 0) < least);
  expect(rare).toEqual([]);
});

import fc from 'fast-check';
import type { World } from '../support/world.ts';
import type { Guarantee } from './guarantee.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';
import { dice } from './rollouts-dice.ts';

const POLLS = 6;
const TASKS = 20;

/** Worth another try. */
const CODES = ['InternalFailure', 'ThrottlingException', 'InternalException', 'ServiceUnavailable'] as const;
const REQUEST_FAULTS = ['throttle', 'internal-error', 'drop-before', 'drop-after'] as const;

interface Script {
  readonly lives: readonly Life[];
  readonly seed: number;
  /** Of a hundred entries, and requests, so many fail. */
  readonly entries: number;
  readonly requests: number;
}

async function failPartially(play: Play, world: World, { seed, entries, requests }: Script): Promise<void> {
  const roll = dice(seed);
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(roll() * values.length)];
  world.bus.faults.entry = () => {
    if (roll() * 100 >= entries) return undefined;
    play.count('entries that failed');
    return { errorCode: pick(CODES) ?? '' };
  };
  world.bus.faults.request = () => {
    const kind = roll() * 100 < requests ? pick(REQUEST_FAULTS) : undefined;
    if (kind !== undefined) play.count('requests that failed');
    return kind && { kind };
  };
  for (let poll = 0; poll < POLLS; poll += 1) await play.poll();
  world.bus.faults.entry = undefined;
  world.bus.faults.request = undefined;
}

export const partialFailures: Guarantee<Script> = {
  number: 5,
  name: 'Partial failures of the bus',
  promise:
    'Whatever entries fail: the bus accepts the events of a task first in the order of their sequence.',
  unit: 'rollouts',
  runsPerScript: TASKS,
  scripts: { full: 500, share: 2 },
  script: fc.record({
    lives: fc.array(lives({ polls: 2, maxSteps: 6, maxWait: 1 }), { minLength: TASKS, maxLength: TASKS }),
    seed: fc.nat(),
    entries: fc.integer({ min: 10, max: 80 }),
    requests: fc.nat(30),
  }),
  play: (script, world) =>
    playing(new Play(world, script.lives, { progressEvents: 'all' }), (play) =>
      failPartially(play, world, script),
    ),
};

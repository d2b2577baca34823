import fc from 'fast-check';
import type { Guarantee } from './guarantee.ts';
import { type Fate, HeldPoller } from './ledger/interleaving.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';

const MOST_TURNS = 16;
const SECOND = 1_000;

interface Script {
  readonly lives: readonly Life[];
  /** By poller: how it ends, where it does. */
  readonly fates: readonly (Fate | undefined)[];
  readonly turns: readonly Turn[];
}

/** Whose turn it is, for how many requests: that of a poller or, with the highest number, that of the world. */
interface Turn {
  readonly who: number;
  readonly times: number;
}

async function interleave(play: Play, { fates, turns }: Script): Promise<void> {
  await play.poll();
  const pollers = fates.map((fate) => new HeldPoller(play.ledger, fate));
  for (const turn of turns) await takeTurn(play, pollers, turn);
  // On in the same order, as far as that goes, and each of them at least once in every round.
  const round = [...turns.map(({ who }) => pollers[who % pollers.length]), ...pollers];
  while (pollers.some(({ isPolling }) => isPolling))
    for (const poller of round) if (poller?.isPolling) await poller.turns(1);
  play.world.now += SECOND;
  while (play.rollouts.advance(0));
  for (const poller of pollers) {
    play.count('requests', poller.requestCount);
    play.count('crashes', poller.isDead ? 1 : 0);
    poller.close();
  }
}

async function takeTurn(
  { world, rollouts }: Play,
  pollers: readonly HeldPoller[],
  { who, times }: Turn,
): Promise<void> {
  const poller = pollers[who % (pollers.length + 1)];
  if (poller !== undefined) return poller.turns(times);
  world.now += SECOND;
  rollouts.advance(who);
}

const fate = fc.record({
  request: fc.nat(20),
  death: fc.constantFrom('before', 'after'),
});

/** Whoever waits should wait for long, now and then. */
const turn = fc.record({ who: fc.nat(59), times: fc.integer({ min: 1, max: 9 }) });

export const overlaps: Guarantee<Script> = {
  number: 4,
  name: 'Overlapping pollers',
  promise: 'Any number of pollers, in any interleaving, make one chain, in which no status goes backwards.',
  unit: 'interleavings',
  runsPerScript: 1,
  scripts: { full: 10_000, share: 20 },
  script: fc.record({
    lives: fc.array(lives({ polls: 0, maxSteps: 6, maxWait: 1 }), { minLength: 1, maxLength: 2 }),
    fates: fc.array(fc.option(fate, { nil: undefined }), { minLength: 2, maxLength: 4 }),
    turns: fc.noBias(fc.array(turn, { minLength: 1, maxLength: MOST_TURNS, size: 'max' })),
  }),
  play: (script, world) => playing(new Play(world, script.lives), (play) => interleave(play, script)),
};

import fc from 'fast-check';
import type { Guarantee } from './guarantee.ts';
import { type Fate, HeldPoller } from './ledger/interleaving.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';

const MOST_TURNS = 40;
const SECOND = 1_000;

interface Script {
  readonly lives: readonly Life[];
  /** By poller: how it ends, where it does. */
  readonly fates: readonly (Fate | undefined)[];
  /** Whose turn it is: that of a poller, with its next request, or that of the world (the highest number). */
  readonly turns: readonly number[];
}

async function interleave(play: Play, { fates, turns }: Script): Promise<void> {
  await play.poll();
  const pollers = fates.map((fate) => new HeldPoller(play.ledger, fate));
  for (const turn of turns) await takeTurn(play, pollers, turn);
  // In the same order as far as that goes.
  for (let turn = 0; pollers.some(({ isPolling }) => isPolling); turn += 1) {
    const poller = pollers[(turns[turn % (turns.length + 1)] ?? turn) % pollers.length];
    if (poller?.isPolling) await poller.turn();
  }
  for (const poller of pollers) {
    play.count('requests', poller.requestCount);
    play.count('crashes', poller.isDead ? 1 : 0);
    poller.close();
  }
}

async function takeTurn(
  { world, rollouts }: Play,
  pollers: readonly HeldPoller[],
  turn: number,
): Promise<void> {
  const poller = pollers[turn % (pollers.length + 1)];
  if (poller !== undefined) return poller.turn();
  world.now += SECOND;
  rollouts.advance(turn);
}

const fate = fc.record({
  request: fc.nat(20),
  death: fc.constantFrom('before', 'after'),
});

export const overlaps: Guarantee<Script> = {
  number: 4,
  name: 'Overlapping pollers',
  promise: 'Any number of pollers, in any interleaving, make one chain, in which no status goes backwards.',
  unit: 'interleavings',
  runsPerScript: 1,
  scripts: { full: 10_000, share: 100 },
  script: fc.record({
    lives: fc.array(lives({ polls: 0, maxSteps: 6, maxWait: 1 }), { minLength: 1, maxLength: 2 }),
    fates: fc.array(fc.option(fate, { nil: undefined }), { minLength: 2, maxLength: 4 }),
    turns: fc.noBias(fc.array(fc.nat(59), { minLength: 1, maxLength: MOST_TURNS, size: 'max' })),
  }),
  play: (script, world) => playing(new Play(world, script.lives), (play) => interleave(play, script)),
};

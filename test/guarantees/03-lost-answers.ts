import fc from 'fast-check';
import type { Guarantee } from './guarantee.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';
import { dice } from './rollouts-dice.ts';

const POLLS = 4;
const MOST_TASKS = 2;
/** Of all tries, these are applied and reported failed … */
const LOST = 0.3;
/** … and these are not even applied. */
const UNSENT = 0.15;
const WRITES: ReadonlySet<string> = new Set(['PutItem', 'BatchExecuteStatement', 'PutEvents']);

interface Script {
  readonly lives: readonly Life[];
  readonly seed: number;
}

/** Writes are applied, and then reported failed. Some are so in each of their three tries. */
async function loseAnswers(play: Play, seed: number): Promise<void> {
  const roll = dice(seed);
  play.decide = ({ operation, attempt }) => {
    if (!WRITES.has(operation)) return undefined;
    const rolled = roll();
    if (rolled >= LOST + UNSENT) return undefined;
    if (attempt === 3) play.count('writes that were given up');
    play.count(rolled < LOST ? 'lost answers' : 'lost requests');
    return rolled < LOST ? 'lost' : 'unsent';
  };
  for (let poll = 0; poll < POLLS; poll += 1) await play.poll();
}

export const lostAnswers: Guarantee<Script> = {
  number: 3,
  name: 'Applied, then reported failed',
  promise: 'Three of ten writes are applied and reported failed: no history has a gap or a fork.',
  unit: 'worlds',
  runsPerScript: 1,
  scripts: { full: 5_000, share: 5 },
  script: fc.record({
    lives: fc.array(lives({ polls: 1, maxSteps: 5, maxWait: 1 }), { minLength: 1, maxLength: MOST_TASKS }),
    seed: fc.nat(),
  }),
  play: (script, world) => playing(new Play(world, script.lives), (play) => loseAnswers(play, script.seed)),
};

import fc from 'fast-check';
import type { Death } from '../support/gate.ts';
import type { Guarantee } from './guarantee.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';

/** What ends a poll at a request: death, before that takes effect or after, or a wait for its answer until no time is left. */
const ENDS = ['before', 'after', 'hang'] as const;

interface Script {
  readonly lives: readonly Life[];
  /** By poll; begins again when all were used. */
  readonly ends: readonly (typeof ENDS)[number][];
}

const TASKS = 3;

/** Polls are ended at their first request, their second, … until one is through before its turn. */
async function crashInTurn(play: Play, ends: Script['ends']): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const end = ends[turn % ends.length] ?? 'before';
    const requests = await (end === 'hang' ? hangAt(play, turn) : dieAt(play, turn, end));
    if (requests <= turn) return;
    play.count(end === 'hang' ? 'hangs' : 'crashes');
    play.restart();
  }
}

/** @returns how many requests were made */
async function dieAt(play: Play, turn: number, death: Death): Promise<number> {
  play.decide = (_, index) => (index === turn ? death : undefined);
  return (await play.poll()).length;
}

/** When the answer to a request was waited for in vain, the time is up: nothing is tried again. */
async function hangAt(play: Play, turn: number): Promise<number> {
  play.decide = ({ attempt }, index) => {
    if (index === turn) play.runOutOfTime();
    return index === turn || (index > turn && attempt > 1) ? 'unsent' : undefined;
  };
  return (await play.poll()).length;
}

export const crashEverywhere: Guarantee<Script> = {
  number: 1,
  name: 'Crash at every call',
  promise: 'Whichever request a poll dies at, before it takes effect or after, nothing is lost.',
  unit: 'worlds',
  runsPerScript: 1,
  scripts: { full: 1_000, share: 4 },
  script: fc.record({
    lives: fc.array(lives({ polls: 4, maxSteps: 8, maxWait: 3 }), { minLength: TASKS, maxLength: TASKS }),
    ends: fc.array(fc.constantFrom(...ENDS), { minLength: 1, maxLength: 20, size: 'max' }),
  }),
  play: (script, world) => playing(new Play(world, script.lives), (play) => crashInTurn(play, script.ends)),
};

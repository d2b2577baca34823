import fc from 'fast-check';
import type { Guarantee } from './guarantee.ts';
import { Play, playing } from './ledger/play.ts';
import { type Life, lives } from './rollouts.ts';

const POLLS = 50;
const TASKS = 20;

interface Crash {
  /** In which poll, and at which of its requests. */
  readonly poll: number;
  readonly request: number;
  readonly death: 'before' | 'after';
}

interface Script {
  readonly lives: readonly Life[];
  readonly crashes: readonly Crash[];
  readonly progressEvents: 'milestones' | 'all' | 'none';
}

async function pollThrough(play: Play, crashes: readonly Crash[]): Promise<void> {
  for (let poll = 0; poll < POLLS; poll += 1) {
    const crash = crashes.find((one) => one.poll === poll);
    play.decide = (_, index) => {
      if (index !== crash?.request) return undefined;
      play.count('crashes');
      return crash.death;
    };
    await play.poll();
  }
}

const crash = fc.record({
  poll: fc.nat(POLLS - 1),
  request: fc.nat(25),
  death: fc.constantFrom('before', 'after'),
});

export const histories: Guarantee<Script> = {
  number: 2,
  name: 'Random histories',
  promise:
    'The events of a rollout are those that its states ask for, whatever crashes; duplicates are alike.',
  unit: `histories of ${POLLS} polls`,
  runsPerScript: TASKS,
  scripts: { full: 500, share: 1 },
  script: fc.record({
    lives: fc.array(lives({ polls: POLLS / 2, maxSteps: 15, maxWait: 5 }), {
      minLength: TASKS,
      maxLength: TASKS,
    }),
    crashes: fc.noBias(fc.array(crash, { maxLength: 5, size: 'max' })),
    progressEvents: fc.constantFrom('milestones', 'all', 'none'),
  }),
  play: ({ lives: all, crashes, progressEvents }, world) =>
    playing(new Play(world, all, { progressEvents }), (play) => pollThrough(play, crashes)),
};

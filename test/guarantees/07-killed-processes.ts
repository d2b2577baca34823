import fc from 'fast-check';
import { type BundledPoll, bundlePoll } from './07-killed/bundle.ts';
import { CHANGES, type Change } from './07-killed/rollouts.ts';
import { type Kill, KillingSpree, PLACES, type Script } from './07-killed/spree.ts';
import type { Guarantee } from './guarantee.ts';

const KILLS = 5;
/** About what three polls make. */
const REQUESTS = 60;
/** About what a poll takes. */
const TIME_MS = 60;

const READABLE = { noNullPrototype: true };

const kill: fc.Arbitrary<Kill> = fc.oneof(
  fc.record(
    { request: fc.nat(REQUESTS), delayMs: fc.integer({ min: 0, max: 3 }), overlaps: fc.boolean() },
    READABLE,
  ),
  fc.record({ request: fc.nat(REQUESTS / 3), delayMs: fc.nat(TIME_MS), overlaps: fc.boolean() }, READABLE),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('progress' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...CHANGES) },
);

let bundled: Promise<BundledPoll> | undefined;

export const killedProcesses: Guarantee<Script> = {
  number: 7,
  name: 'Killed processes',
  promise: 'A process that polls is killed with SIGKILL at any moment, and another goes on: nothing is lost.',
  unit: 'kills',
  runsPerScript: KILLS,
  scripts: { full: 500 / KILLS, share: 1 },
  script: fc.record(
    {
      kills: fc.array(kill, { minLength: KILLS, maxLength: KILLS }),
      changes: fc.array(fc.record({ place: fc.nat(PLACES - 1), change }, READABLE), {
        minLength: 20,
        maxLength: 60,
      }),
      requestsPerChange: fc.integer({ min: 2, max: 12 }),
    },
    READABLE,
  ),
  play: async (script, world) => {
    bundled ??= bundlePoll();
    return new KillingSpree(await bundled, script, world).play();
  },
};

import fc from 'fast-check';
import type { World } from '../support/world.ts';
import type { Rig } from './rig.ts';

/** What was seen of one script. */
export interface Played {
  /** In words; empty where the guarantee holds. */
  readonly problems: readonly string[];
  /** What was done, for the summary: polls, crashes, duplicates, … */
  readonly tally: Readonly<Record<string, number>>;
}

/** A promise, and how it is put to the test: scripts that are drawn at random, played in a world, and judged from outside. */
export interface Guarantee<Script = unknown> {
  /** Its place in docs/guarantees.md. */
  readonly number: number;
  readonly name: string;
  /** What holds, as a sentence. */
  readonly promise: string;
  /** What is counted as one run. */
  readonly unit: string;
  /** Runs that one script makes. */
  readonly runsPerScript: number;
  /** Scripts of the full proof, and of the share that `npm test` plays. */
  readonly scripts: { readonly full: number; readonly share: number };
  readonly script: fc.Arbitrary<Script>;
  /** Plays a script in a world that is empty. What it starts, it stops. */
  play(script: Script, world: World): Promise<Played>;
}

/** What fails, as small as it could be made, and how to play it again. */
export interface Failure {
  readonly seed: number;
  /** Of fast-check, to the smallest script that fails. */
  readonly path: string;
  readonly script: string;
  readonly problems: readonly string[];
}

export interface Report {
  readonly runs: number;
  readonly tally: Readonly<Record<string, number>>;
  readonly failure?: Failure;
}

export interface ProofOptions {
  readonly seed: number;
  readonly scripts: number;
  /** Goes straight to a script that failed before. */
  readonly path?: string;
  /** Called after each script. */
  readonly onPlayed?: () => void;
}

/** Milliseconds for making a script that fails smaller. */
const SHRINK_MS = 60_000;

function addTo(sum: Record<string, number>, tally: Played['tally']): void {
  for (const [name, count] of Object.entries(tally)) sum[name] = (sum[name] ?? 0) + count;
}

/** Plays scripts until one fails, which is then made as small as it can be. */
export async function prove<Script>(
  guarantee: Guarantee<Script>,
  rig: Rig,
  { seed, scripts, path, onPlayed }: ProofOptions,
): Promise<Report> {
  const tally: Record<string, number> = {};
  let problems: readonly string[] = [];
  let failing: string | undefined;
  let played = 0;
  let shrinkUntil = Number.POSITIVE_INFINITY;
  // Where the script of a path holds, fast-check goes on with those beside it.
  const isEnough = () =>
    performance.now() > shrinkUntil || (path !== undefined && played > 0 && failing === undefined);
  const property = fc.asyncProperty(guarantee.script, async (script) => {
    if (isEnough()) return;
    const seen = await guarantee.play(script, await rig.emptyWorld());
    if (failing === undefined) {
      played += 1;
      addTo(tally, seen.tally);
      onPlayed?.();
    }
    if (seen.problems.length === 0) return;
    if (failing === undefined) shrinkUntil = performance.now() + SHRINK_MS;
    problems = seen.problems;
    failing = fc.stringify(script);
    throw new Error(seen.problems.join('\n'));
  });
  const details = await fc.check(property, { seed, numRuns: scripts, ...(path !== undefined && { path }) });
  const runs = played * guarantee.runsPerScript;
  if (!details.failed) return { runs, tally };
  return {
    runs,
    tally,
    failure: {
      seed: details.seed,
      path: details.counterexamplePath ?? '',
      script: failing ?? fc.stringify(details.counterexample),
      problems: problems.length > 0 ? problems : [String(details.errorInstance)],
    },
  };
}

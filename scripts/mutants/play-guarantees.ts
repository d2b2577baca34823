// Plays guarantees of the folder that this file is in until one does not hold: 1 to 5, and 11, in which a history goes on without us.
// Prints which as JSON, or `null`.
import { glob } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { Guarantee } from '../../test/guarantees/guarantee.ts';
import { Rig } from '../../test/guarantees/rig.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What noticed a mutant. */
export interface Kill {
  readonly guarantee: string;
  /** Scripts that were played of it. */
  readonly scripts: number;
  readonly problem: string;
}

/** The part of a guarantee that is needed here: its scripts are its own. */
type Playable = Pick<Guarantee<unknown>, 'number' | 'name' | 'scripts' | 'script' | 'play'>;

function isPlayable(value: unknown): value is Playable {
  return (
    typeof value === 'object' && value !== null && 'number' in value && 'script' in value && 'play' in value
  );
}

async function guarantees(): Promise<Playable[]> {
  const found: Playable[] = [];
  for await (const file of glob('test/guarantees/{01,02,03,04,05,11}-*.ts', { cwd: ROOT }))
    found.push(...Object.values(await import(path.join(ROOT, file))).filter(isPlayable));
  return found.sort((a, b) => a.number - b.number);
}

/** Printed before each script, for whoever watches. */
const SIGN_OF_LIFE = '.';
/** A turn is this part of what `npm test` plays. */
const TURNS_IN_SHARE = 5;
async function problemsOf({ play }: Playable, script: unknown, rig: Rig): Promise<readonly string[]> {
  try {
    return (await play(script, await rig.emptyWorld())).problems;
  } catch (error) {
    return [String(error)];
  }
}

/** Scripts of each guarantee in turn, always the same ones. */
function* scriptsOf(all: readonly Playable[], turns: number) {
  for (let seed = 1; seed <= turns; seed += 1)
    for (const guarantee of all) {
      const numRuns = Math.ceil(guarantee.scripts.share / TURNS_IN_SHARE);
      const scripts = fc.sample(guarantee.script, { seed, numRuns });
      for (const [index, script] of scripts.entries())
        yield { guarantee, script, nth: (seed - 1) * numRuns + index + 1 };
    }
}

async function playUntilOneFails(turns: number): Promise<Kill | undefined> {
  const rig = await Rig.start();
  for (const { guarantee, script, nth } of scriptsOf(await guarantees(), turns)) {
    process.stderr.write(SIGN_OF_LIFE);
    const [problem] = await problemsOf(guarantee, script, rig);
    if (problem !== undefined)
      return { guarantee: `${guarantee.number} ${guarantee.name}`, scripts: nth, problem };
  }
  return undefined;
}

console.log(JSON.stringify((await playUntilOneFails(Number(process.argv[2]))) ?? null));
process.exit(0);

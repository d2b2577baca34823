import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { MUTANTS_BY_HAND, type MutantByHand } from '../../test/mutation/by-hand/mutants.ts';

/** What the guarantees need. */
const COPIED = ['lib', 'local', 'test', 'events', 'scripts', 'schemas', 'rules.yml', 'package.json'];
/** A fifth of what `npm test` plays is a turn: one must hold for the code as it is, and so many may for a mutant. */
const SOUND_TURNS = 1;
const MUTANT_TURNS = 25;

/** Scripts take milliseconds: one that takes so long goes round in circles. */
const NO_SIGN_MS = 120_000;

const Kill = z.object({ guarantee: z.string(), scripts: z.int(), problem: z.string() }).nullable();
type Kill = z.infer<typeof Kill>;

/**
 * Applies each mutant to a copy of the code, and plays guarantees there until one does not hold.
 *
 * @param names of mutants; all of them when there are none
 * @returns exit status: 1 when the code as it is fails or a mutant survives
 */
export async function killByHand(root: string, names: readonly string[]): Promise<number> {
  const mutants = MUTANTS_BY_HAND.filter(({ name }) => names.length === 0 || names.includes(name));
  const copy = await mkdtemp(path.join(tmpdir(), 'ota-watch-mutants-'));
  try {
    for (const name of COPIED) await cp(path.join(root, name), path.join(copy, name), { recursive: true });
    await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const sound = await play(copy, SOUND_TURNS);
    if (sound !== null) {
      console.error(`Without any mutant: ${sound.guarantee}: ${sound.problem}`);
      return 1;
    }
    const survivors: string[] = [];
    for (const mutant of mutants) {
      const kill = await playMutant(mutant, copy);
      if (kill === null) survivors.push(mutant.name);
      console.log(`${kill === null ? 'SURVIVED' : 'killed'} ${mutant.name}: ${mutant.breaks}`);
      if (kill !== null) console.log(`  by ${kill.guarantee}, script ${kill.scripts}: ${kill.problem}`);
    }
    console.log(`${mutants.length - survivors.length} of ${mutants.length} killed`);
    return survivors.length === 0 && mutants.length > 0 ? 0 : 1;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function playMutant(mutant: MutantByHand, copy: string): Promise<Kill> {
  const file = path.join(copy, mutant.file);
  const code = await readFile(file, 'utf8');
  await writeFile(file, mutated(code, mutant));
  try {
    return await play(copy, MUTANT_TURNS);
  } finally {
    await writeFile(file, code);
  }
}

/** @throws when the mutant does not fit the code any more */
function mutated(code: string, { name, file, find, replace }: MutantByHand): string {
  const [before, after, ...more] = code.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `${name}: what it replaces stands ${more.length + (after === undefined ? 0 : 1)} times in ${file}`,
    );
  return `${before}${replace}${after}`;
}

async function play(copy: string, turns: number): Promise<Kill> {
  const child = spawn(process.execPath, ['scripts/mutants/play-guarantees.ts', String(turns)], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchdog = setTimeout(() => child.kill('SIGKILL'), NO_SIGN_MS);
  child.stderr.on('data', () => watchdog.refresh());
  const [out, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  clearTimeout(watchdog);
  if (code === null)
    return { guarantee: 'the watchdog', scripts: errors.length, problem: 'a script without end' };
  if (code !== 0)
    return { guarantee: 'the process', scripts: 0, problem: errors.trim().split('\n').at(-1) ?? '' };
  return Kill.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
}

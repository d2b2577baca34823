import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OtaWatchError } from '../../lib/errors.ts';
import type { RunStore } from '../../lib/republish/ports.ts';
import { RunState } from '../../lib/republish/run-state.ts';
import { UsageError } from '../connect.ts';

/** A file of a run cannot be understood: nobody can tell what was published. */
export class UnreadableStateError extends OtaWatchError {
  override readonly name = 'UnreadableStateError';
}

/** The state of a run in a file, which one process at a time may change. */
export class StateFile implements RunStore {
  readonly file: string;
  readonly #lock: string;

  private constructor(file: string) {
    this.file = file;
    this.#lock = `${file}.lock`;
  }

  /**
   * Takes the file for this process, whether it exists yet or not.
   *
   * @throws UsageError when another process works on it
   */
  static async take(file: string): Promise<StateFile> {
    const state = new StateFile(path.resolve(file));
    await mkdir(path.dirname(state.file), { recursive: true });
    // A lock is there with what it says, or not at all.
    const own = `${state.#lock}.${process.pid}`;
    await writeFile(own, String(process.pid));
    try {
      while (!(await state.#lockWith(own)));
    } finally {
      await rm(own, { force: true });
    }
    return state;
  }

  async #lockWith(own: string): Promise<boolean> {
    try {
      await link(own, this.#lock);
      return true;
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== 'EEXIST') throw error;
      await this.#unlockAfterDeath(`${own}.dead`);
      return false;
    }
  }

  /** A process that was killed leaves its lock behind. Of several that find it, one takes it away. */
  async #unlockAfterDeath(away: string): Promise<void> {
    const owner = await readText(this.#lock);
    if (owner === undefined) return;
    if (isAlive(Number(owner)))
      throw new UsageError(`Process ${owner} is at work on the same replay (${this.#lock})`);
    try {
      await rename(this.#lock, away);
    } catch (error) {
      if (Reflect.get(Object(error), 'code') === 'ENOENT') return;
      throw error;
    }
    const taken = await readText(away);
    // Somebody else was faster, and has a lock of its own by now.
    if (taken !== owner) await rename(away, this.#lock);
    else await rm(away);
  }

  /** @throws UnreadableStateError */
  async read(): Promise<RunState | undefined> {
    return readState(this.file);
  }

  async write(state: RunState): Promise<void> {
    const draft = `${this.file}.draft`;
    {
      await using handle = await open(draft, 'w');
      await handle.writeFile(JSON.stringify(state));
      await handle.datasync();
    }
    await rename(draft, this.file);
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }

  async release(): Promise<void> {
    await rm(this.#lock, { force: true });
  }
}

/**
 * @returns undefined where there is none
 * @throws UnreadableStateError
 */
export async function readState(file: string): Promise<RunState | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  try {
    return RunState.parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableStateError(`${file} is not the state of a replay`, { cause: error });
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return Reflect.get(Object(error), 'code') === 'EPERM';
  }
}

import { type ChildProcess, execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const SOURCES = ['cli', 'events/samples', 'events/schemas', 'lib', 'local', 'package.json', 'rules.yml'];

export interface Ended {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the project with settings of its own: the user's are not touched, and never used. */
export class CommandFolder {
  readonly folder: string;
  /** Must not be in any output. */
  readonly secrets = new Set<string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<CommandFolder> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-alert-'));
    for (const source of SOURCES)
      await cp(path.join(REPOSITORY, source), path.join(folder, source), { recursive: true });
    await symlink(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'));
    return new CommandFolder(folder);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  write(file: string, text: string, mode = 0o600): Promise<void> {
    return writeFile(path.join(this.folder, file), text, { mode });
  }

  /** Runs the command as a person would, and makes sure that it tells no secret. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.#run(args, options);
    for (const secret of this.secrets)
      if (`${ended.stdout}${ended.stderr}`.includes(secret)) throw new Error('The output tells a secret');
    return ended;
  }

  #run(args: readonly string[], { env, input = '', onStart }: RunOptions): Promise<Ended> {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['cli/alert.ts', ...args],
        { cwd: this.folder, env: { ...Object.fromEntries(inherited), ...env } },
        (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : (error.code ?? String(error.signal)), stdout, stderr }),
      );
      child.stdin?.end(input);
      onStart?.(child);
    });
  }
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The standard input. */
  readonly input?: string;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Several lines of output. */
export const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;

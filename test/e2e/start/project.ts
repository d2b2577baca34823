import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const SOURCES = [
  'api',
  'events',
  'functions',
  'infra',
  'lib',
  'local',
  'package.json',
  'rules.yml',
  'serverless.yml',
  'tsconfig.json',
  'web',
];

/** How `npm start` ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** What it has printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<Ended>;
}

/** A copy of the project, to be changed at will. What runs in it does not meet what runs in the repository. */
export class Project {
  readonly folder: string;
  readonly #started: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async copy(): Promise<Project> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-start-'));
    for (const source of SOURCES) {
      await cp(path.join(REPOSITORY, source), path.join(folder, source), { recursive: true });
    }
    await symlink(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'));
    return new Project(folder);
  }

  async remove(): Promise<void> {
    for (const child of this.#started) child.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.folder, file), 'utf8');
  }

  write(file: string, content: string): Promise<void> {
    return writeFile(path.join(this.folder, file), content);
  }

  /** Puts a text into a file in place of another, which must be there. */
  async replace(file: string, before: string, after: string): Promise<void> {
    const content = await this.read(file);
    if (!content.includes(before)) throw new Error(`${file} has no ${JSON.stringify(before)}`);
    await this.write(
      file,
      content.replace(before, () => after),
    );
  }

  /** Lets the notifiers send as fast as they can, and the stand-in of Slack take it: for what is not about their pace. */
  async hurry(): Promise<void> {
    await this.replace('lib/alerts/slack-channel.ts', 'POST_EVERY_MS = 1_100', 'POST_EVERY_MS = 1');
    await this.replace('lib/alerts/slack-channel.ts', 'EDIT_EVERY_MS = 1_250', 'EDIT_EVERY_MS = 1');
    await this.replace('lib/alerts/pagerduty-lane.ts', 'SEND_EVERY_MS = 550', 'SEND_EVERY_MS = 1');
    await this.replace('local/demo/destinations.ts', 'burst: 2', 'burst: 1_000, updatesPerMinute: 1_000');
  }

  /** Runs `npm start`, with its output in pipes. */
  npmStart(...args: string[]): Running {
    return this.#run('npm', ['--silent', 'start', '--', ...args]);
  }

  /** Runs what `npm start` runs, without npm in between. */
  start(...args: string[]): Running {
    return this.#run(process.execPath, ['local/start.ts', ...args]);
  }

  #run(command: string, args: readonly string[]): Running {
    const { FORCE_COLOR, ...env } = process.env;
    const child = spawn(command, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#started.push(child);
    const stdout: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => stdout.push(chunk));
    const printed = () => stdout.join('');
    const ended = Promise.all([text(child.stderr), once(child, 'close')]).then(([stderr, [status]]) => ({
      status,
      stdout: printed(),
      stderr,
    }));
    return { pid: child.pid ?? 0, printed, ended };
  }
}

/** The processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'ppid=,pid='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([parent, child]) => (parent === pid && child !== undefined ? [child] : []));
}

/** Whether a process of a group is left. */
export function isGroupAlive(leader: number): boolean {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' });
  return new RegExp(`^ *${leader} +[^Z]`, 'm').test(stdout);
}

import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface ServerlessOptions {
  /** Folder of serverless.yml and node_modules. */
  readonly project: string;
  readonly env: Readonly<Record<string, string>>;
  /** Kills the command, with everything that it started, at once. */
  readonly signal: AbortSignal;
  /** Takes the lines of its standard output and error. */
  readonly onLine: (line: string) => void;
}

/** How a command ended: its exit status, or what ended it, and the last lines that it printed (not those of functions). */
export interface Ending {
  readonly status: number | string;
  readonly lastLines: string;
}

/** Parameters of the service, by name. */
export type ServerlessParams = Readonly<Record<string, string>>;

const LAST_LINES = 10;
const MAX_LINE = 200;
const COMMAND = 'node_modules/serverless/bin/serverless.js';
const DIE_WITH_PARENT = import.meta.resolve('./die-with-parent.ts');
/** Windows has no process groups, and opens a window for a detached process. */
const OWN_GROUP = process.platform !== 'win32';

/**
 * Runs a `serverless` command. It is in a process group of its own, so that Ctrl-C in a terminal reaches it only through
 * us, and does not outlive this process.
 *
 * @returns how it ended, once everything that it printed has been read
 */
export function runServerless(
  args: readonly string[],
  params: ServerlessParams,
  options: ServerlessOptions,
): Promise<Ending> {
  const { project, env, signal, onLine } = options;
  const given = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const child = spawn(
    process.execPath,
    ['--import', DIE_WITH_PARENT, path.join(project, COMMAND), ...args, ...given],
    {
      cwd: project,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: OWN_GROUP,
    },
  );
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill);
  process.on('exit', kill);
  if (signal.aborted) kill();

  const lastLines: string[] = [];
  const take = (line: string) => {
    if (!line.startsWith('{')) lastLines.push(line.slice(0, MAX_LINE));
    if (lastLines.length > LAST_LINES) lastLines.shift();
    onLine(line);
  };
  for (const input of [child.stdout, child.stderr]) {
    if (input !== null) createInterface({ input }).on('line', take);
  }

  return new Promise<Ending>((resolve) => {
    const end = (status: number | string) => resolve({ status, lastLines: lastLines.join('\n') });
    child.once('error', ({ message }) => end(message));
    // What it has started would otherwise live on for a while, and hold its output open.
    child.once('exit', kill);
    child.once('close', (code, killedBy) => end(code ?? killedBy ?? 'unknown'));
  }).finally(() => {
    signal.removeEventListener('abort', kill);
    process.off('exit', kill);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(OWN_GROUP ? -pid : pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

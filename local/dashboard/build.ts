import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { StackError } from '../stack/stack-error.ts';
import { readWebFiles, type WebFile } from './web-files.ts';

/**
 * Builds the dashboard as it is deployed. In a process of its own: Vite goes by the environment, and changes it; and what it builds
 * with cannot be ended in between without complaints.
 *
 * @param project folder of `web/`; what is built is in its `.local/builds` meanwhile
 * @throws StackError, and the reason of the signal
 */
export async function buildDashboard(project: string, signal: AbortSignal): Promise<readonly WebFile[]> {
  const builds = path.join(project, '.local/builds');
  await mkdir(builds, { recursive: true });
  const outDir = await mkdtemp(path.join(builds, 'web-'));
  try {
    await runVite(path.join(project, 'web'), outDir, signal);
    return await readWebFiles(outDir);
  } finally {
    await rm(outDir, { recursive: true });
  }
}

async function runVite(root: string, outDir: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const vite = fork(new URL('./build-process.ts', import.meta.url), [root, outDir], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  });
  const complaint = vite.stderr === null ? '' : text(vite.stderr);
  const [code] = await once(vite, 'exit').catch((error) => {
    signal.throwIfAborted();
    throw error;
  });
  if (code !== 0) throw new StackError(`The dashboard cannot be built: ${await complaint}`);
}

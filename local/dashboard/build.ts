import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { StackError } from '../stack/stack-error.ts';
import { readWebFiles, type WebFile } from './web-files.ts';

/**
 * Builds the dashboard as it is deployed. In a thread of its own: Vite goes by the environment, and changes it.
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
  const worker = new Worker(new URL('./build-worker.ts', import.meta.url), {
    workerData: { root, outDir },
    env: { ...process.env, NODE_ENV: 'production' },
  });
  try {
    await once(worker, 'exit', { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new StackError(`The dashboard cannot be built: ${cause}`, { cause });
  } finally {
    await worker.terminate();
  }
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built dashboard. */
    dashboard: string;
  }
}

const ROOT = path.resolve(import.meta.dirname, '../../..');
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js');

/** Builds the dashboard as it is deployed, once for all tests. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-web-'));
  const env = { ...process.env, NODE_ENV: 'production' };
  const build = [VITE, 'build', 'web', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, build, { cwd: ROOT, env });
  provide('dashboard', folder);
  return () => rm(folder, { recursive: true });
}

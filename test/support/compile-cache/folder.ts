import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for one run of the tests, in which the commands that they start keep their compiled code. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-compiled-'));
  process.env.TEST_COMPILE_CACHE = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, transform } from 'esbuild';
import { bundleSettings, ROOT } from '../../support/bundle-settings.ts';

/** The poll as it is deployed, in a folder of its own. */
export interface BundledPoll {
  readonly folder: string;
  /** Value of `_HANDLER`. */
  readonly handler: string;
  /** Module that runs it as Lambda does. */
  readonly runtime: string;
}

/** Bundles the poll with the settings of serverless.yml, which takes a second; packaging takes many. Gone when this process ends. */
export async function bundlePoll(): Promise<BundledPoll> {
  // A worker of vitest is told nothing of its end, but that folder is removed.
  const folder = mkdtempSync(path.join(process.env.TEST_COMPILE_CACHE ?? tmpdir(), 'ota-watch-killed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { options, extension } = await bundleSettings();
  const entryPoints = [path.join(ROOT, 'functions/poll.ts')];
  await build({ ...options, entryPoints, outfile: path.join(folder, `poll${extension}`) });
  const runtime = path.join(folder, 'runtime.mjs');
  const source = await readFile(path.join(ROOT, 'test/e2e/packaged/runtime.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', target: 'node24' });
  await writeFile(runtime, code);
  return { folder, handler: 'poll.handler', runtime };
}

import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleSettings, ROOT } from '../support/bundle-settings.ts';

/** What would make every cold start longer, and is not needed. */
const NOT_LOADED =
  /node_modules\/(yaml\/|zod\/v4\/(classic|locales)\/|@aws-sdk\/nested-clients\/)|lib\/rule-file\//;

it.each(['poll', 'poll-shard'])('%s loads only what it needs', async (name) => {
  const { options } = await bundleSettings();
  const entryPoints = [path.join(ROOT, `functions/${name}.ts`)];
  const { metafile } = await build({ ...options, entryPoints, outdir: '/', write: false, metafile: true });
  const [bundle] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  const inputs = Object.entries(bundle?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(inputs.map(([file]) => file).filter((file) => NOT_LOADED.test(file))).toEqual([]);
  expect(inputs.length).toBeGreaterThan(100);
  expect(bundle?.bytes).toBeLessThan(550 * 1_024);
});

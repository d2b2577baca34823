import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, transform } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../../..');

const settingsSchema = z.object({
  custom: z.object({
    esbuild: z.object({
      format: z.enum(['esm', 'cjs']),
      mainFields: z.array(z.string()),
      loader: z.record(z.string(), z.enum(['text'])),
      banner: z.record(z.string(), z.string()),
    }),
  }),
});

/** The poll as it is deployed, in a folder of its own. */
export interface BundledPoll {
  readonly folder: string;
  /** Value of `_HANDLER`. */
  readonly handler: string;
  /** Module that runs it as Lambda does. */
  readonly runtime: string;
}

/** Bundles the poll with the settings of serverless.yml, which takes half a second; packaging takes many. Gone when this process ends. */
export async function bundlePoll(): Promise<BundledPoll> {
  // A worker of vitest is told nothing of its end, but that folder is removed.
  const folder = mkdtempSync(path.join(process.env.TEST_COMPILE_CACHE ?? tmpdir(), 'ota-watch-killed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const template = parse(await readFile(path.join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
  const { format, mainFields, loader, banner } = settingsSchema.parse(template).custom.esbuild;
  await build({
    entryPoints: [path.join(ROOT, 'functions/poll.ts')],
    outfile: path.join(folder, 'poll.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format,
    mainFields,
    loader,
    banner,
    logLevel: 'warning',
  });
  const runtime = path.join(folder, 'runtime.mjs');
  const source = await readFile(path.join(ROOT, 'test/e2e/packaged/runtime.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', target: 'node24' });
  await writeFile(runtime, code);
  return { folder, handler: 'poll.handler', runtime };
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';
import { LAMBDA_PLUGINS } from '../../infra/bundle.js';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const settingsSchema = z.object({
  custom: z.object({
    esbuild: z.object({
      format: z.enum(['esm', 'cjs']),
      outputFileExtension: z.string(),
      mainFields: z.array(z.string()),
      minify: z.boolean(),
      sourcemap: z.enum(['linked']),
      sourcesContent: z.boolean(),
      loader: z.record(z.string(), z.enum(['text'])),
      banner: z.record(z.string(), z.string()),
    }),
  }),
});

/** What esbuild is told when functions are packaged, with the extension of what it writes. */
export async function bundleSettings(): Promise<{
  readonly options: BuildOptions;
  readonly extension: string;
}> {
  const template = parse(await readFile(path.join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
  const { outputFileExtension: extension, ...settings } = settingsSchema.parse(template).custom.esbuild;
  const options = { ...settings, bundle: true, platform: 'node', target: 'node24' } satisfies BuildOptions;
  return { options: { ...options, plugins: LAMBDA_PLUGINS, logLevel: 'warning' }, extension };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleSettings } from '../../support/bundle-settings.ts';

/** What measured processes run. */
const SCRIPTS = ['ours', 'naive', 'floor'] as const;
export type Script = (typeof SCRIPTS)[number];

export interface Bundles {
  /** The file of a script. */
  readonly fileOf: (script: Script) => string;
  readonly remove: () => void;
}

/** With the settings that functions are packaged with. */
export async function bundle(): Promise<Bundles> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ota-watch-bench-'));
  const { options, extension } = await bundleSettings();
  const entryPoints = SCRIPTS.map((script) => path.join(import.meta.dirname, `${script}.ts`));
  await build({ ...options, entryPoints, outdir: folder, outExtension: { '.js': extension } });
  return {
    fileOf: (script) => path.join(folder, `${script}${extension}`),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

/** Scripts that each measured process runs, made as the functions' bundles are. */
const SCRIPTS = ['ours', 'naive', 'floor'] as const;
export type Script = (typeof SCRIPTS)[number];

export interface Bundles {
  /** The file of a script. */
  readonly fileOf: (script: Script) => string;
  readonly remove: () => void;
}

export async function bundle(): Promise<Bundles> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ota-watch-bench-'));
  await build({
    entryPoints: SCRIPTS.map((script) => path.join(import.meta.dirname, `${script}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    loader: { '.yml': 'text' },
    logLevel: 'warning',
    banner: {
      js: "globalThis.require ??= process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  });
  return {
    fileOf: (script) => path.join(folder, `${script}.mjs`),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

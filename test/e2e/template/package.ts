import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import JSZip from 'jszip';
import { z } from 'zod';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const SOURCES = [
  'api',
  'events',
  'functions',
  'infra',
  'lib',
  'package.json',
  'rules.yml',
  'serverless.yml',
  'tsconfig.json',
];
const BIN = path.join(REPOSITORY, 'node_modules/.bin');
const run = promisify(execFile);

/** What the command keeps in its HOME: making it takes as long as packaging. */
const CACHE = '.serverless';
const { TEST_COMPILE_CACHE: RUN_FOLDER } = process.env;
/** The same, for other files of this run of the tests. */
const KEPT = RUN_FOLDER && path.join(RUN_FOLDER, 'serverless-cache');

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});

/** What a packaged CloudFormation template is made of. */
export const templateSchema = z.looseObject({
  Conditions: z.record(z.string(), z.unknown()),
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })),
});

export type Template = z.infer<typeof templateSchema>;

export interface Packaged {
  template: Template;
  /** The template as it lies in the file. */
  text: string;
  /** What the command printed, standard output and error. */
  output: string;
  /** A function's archive, by the function's key. */
  archive(name: string): Promise<Buffer>;
}

/** A folder for packaged copies. Its HOME has no AWS profile, and keeps what the command caches between runs. */
export class Workshop {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-template-'));
    if (KEPT && existsSync(KEPT)) await cp(KEPT, path.join(folder, CACHE), { recursive: true });
    return new Workshop(folder);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  async emptyFolder(name: string): Promise<string> {
    const folder = path.join(this.folder, name);
    await mkdir(folder);
    return folder;
  }

  /**
   * Runs `serverless package` on a copy of the sources, since it empties `.serverless` and `.esbuild` of where it runs.
   * Of the environment it gets PATH and HOME, and where to leave what it leaves behind: no credentials, no region.
   */
  async package(name: string, args: string[], edit?: (copy: string) => Promise<void>): Promise<Packaged> {
    const copy = await this.emptyFolder(name);
    for (const source of SOURCES) {
      await cp(path.join(REPOSITORY, source), path.join(copy, source), { recursive: true });
    }
    await symlink(path.join(REPOSITORY, 'node_modules'), path.join(copy, 'node_modules'));
    await edit?.(copy);
    const env = {
      PATH: `${BIN}${path.delimiter}${process.env.PATH}`,
      HOME: this.folder,
      TMPDIR: this.folder,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    };
    const { stdout, stderr } = await run(path.join(BIN, 'serverless'), ['package', ...args], {
      cwd: copy,
      env,
    });
    await this.#keepCache();
    const written = path.join(copy, '.serverless');
    const text = await readFile(path.join(written, 'cloudformation-template-update-stack.json'), 'utf8');
    return {
      template: templateSchema.parse(JSON.parse(text)),
      text,
      output: stdout + stderr,
      archive: (key) => readFile(path.join(written, `${key}.zip`)),
    };
  }

  /** Only a whole cache is ever seen by others, and the first one stays. */
  async #keepCache(): Promise<void> {
    const cache = path.join(this.folder, CACHE);
    if (!KEPT || existsSync(KEPT) || !existsSync(cache)) return;
    const copy = `${KEPT}-${path.basename(this.folder)}-${process.hrtime.bigint()}`;
    await cp(cache, copy, { recursive: true });
    await rename(copy, KEPT).catch(() => rm(copy, { recursive: true }));
  }
}

/** Writes an archive's files below a folder; answers their names. */
export async function unpack(archive: Buffer, folder: string): Promise<string[]> {
  const files = Object.values((await JSZip.loadAsync(archive)).files).filter((file) => !file.dir);
  for (const file of files) {
    const target = path.join(folder, file.name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, await file.async('nodebuffer'));
  }
  return files.map((file) => file.name).sort();
}

/** Imports a module in a new process of the production runtime; answers the type of each of its exports. */
export async function exportsOf(
  module: string,
  environment: Record<string, string>,
): Promise<Record<string, string>> {
  const script = `
    const loaded = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(Object.fromEntries(Object.entries(loaded).map(([k, v]) => [k, typeof v]))));
  `;
  const { stdout } = await run(path.join(BIN, 'node'), ['--input-type=module', '--eval', script], {
    cwd: path.dirname(module),
    env: environment,
  });
  return z.record(z.string(), z.string()).parse(JSON.parse(stdout));
}

// How long the packaged poll takes to load, beside an empty module, each time in a new process of the runtime, in turns; and how large
// it is. On a machine that is busy with other things, what it takes of a processor tells more.
// node test/bench/loading.ts [--rounds 15]
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundleSettings, ROOT } from '../support/bundle-settings.ts';

/** Milliseconds that a process takes, the middle of all rounds: as the clock tells, and of a processor. */
export interface Ms {
  readonly wall: number;
  readonly cpu: number;
}

export interface LoadingFigures {
  readonly bundleBytes: number;
  /** Of the bundle as it lies in the archive. */
  readonly compressedBytes: number;
  readonly poll: Ms;
  readonly bare: Ms;
  /** What the poll takes more than the bare runtime: the middle of the differences. */
  readonly loading: Ms;
}

const LOAD = `
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage();
  process.stdout.write(String(user + system), () => process.exit());
`;
/** As in Lambda. */
const ENVIRONMENT = {
  NODE_OPTIONS: '--enable-source-maps',
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: 'ota-watch-dev-poll',
  POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
};
const run = promisify(execFile);

export async function measureLoading({ rounds = 15 } = {}): Promise<LoadingFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-loading-'));
  try {
    const { options, extension } = await bundleSettings();
    const bundle = path.join(folder, `poll${extension}`);
    const empty = path.join(folder, `empty${extension}`);
    await build({ ...options, entryPoints: [path.join(ROOT, 'functions/poll.ts')], outfile: bundle });
    await writeFile(empty, '');
    const measured: { readonly bare: Ms; readonly poll: Ms }[] = [];
    for (let round = 0; round < rounds; round += 1)
      measured.push({ bare: await load(empty), poll: await load(bundle) });
    const code = await readFile(bundle);
    return {
      bundleBytes: code.length,
      compressedBytes: gzipSync(code, { level: 9 }).length,
      poll: middle(measured.map(({ poll }) => poll)),
      bare: middle(measured.map(({ bare }) => bare)),
      loading: middle(
        measured.map(({ bare, poll }) => ({ wall: poll.wall - bare.wall, cpu: poll.cpu - bare.cpu })),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Loads a module in a new process. */
async function load(module: string): Promise<Ms> {
  const startedAt = performance.now();
  const args = ['--input-type=module', '--eval', LOAD, module];
  const { stdout } = await run(process.execPath, args, { env: ENVIRONMENT });
  return { wall: performance.now() - startedAt, cpu: Number(stdout) / 1_000 };
}

function middle(all: readonly Ms[]): Ms {
  const of = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
  return { wall: of(all.map(({ wall }) => wall)), cpu: of(all.map(({ cpu }) => cpu)) };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
  const { bundleBytes, compressedBytes, ...times } = await measureLoading({ rounds: Number(values.rounds) });
  for (const [name, { wall, cpu }] of Object.entries(times))
    process.stdout.write(
      `${name.padEnd(8)} ${wall.toFixed(0).padStart(4)} ms, ${cpu.toFixed(0)} ms of a processor\n`,
    );
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1_024)} KB`;
  process.stdout.write(`bundle   ${kilobytes(bundleBytes)}, compressed ${kilobytes(compressedBytes)}\n`);
}

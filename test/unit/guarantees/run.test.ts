import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Worker } from '../../guarantees/run/pool.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const EXAMPLE = path.join(import.meta.dirname, 'example.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-guarantees-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command on the guarantees of the example. */
async function command(args: readonly string[]) {
  const files = [
    '--summary',
    path.join(folder, 'summary.md'),
    '--json-report',
    path.join(folder, 'report.json'),
  ];
  const node = spawn(
    path.join(ROOT, 'node_modules/.bin/node'),
    [path.join(ROOT, 'scripts/test-guarantees.ts'), '--guarantees', EXAMPLE, ...files, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output, [status]] = await Promise.all([text(node.stdout), once(node, 'exit')]);
  return {
    status,
    output,
    summary: await readFile(path.join(folder, 'summary.md'), 'utf8'),
    report: JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')),
  };
}

describe('npm run test:guarantees', () => {
  it('shows a failure made small, goes on, also where a worker died, and fails', async () => {
    const { status, output, summary, report } = await command([
      '--only',
      '90,91,92',
      '--share',
      '4',
      '--workers',
      '1',
    ]);
    expect(status).toBe(1);
    expect(output).toContain(
      '  10 is no digit\n  script: 10\n  again: npm run test:guarantees -- --only 92 ',
    );
    expect(output).toContain('FAILED  90 Ends its process: the worker died (3)');
    expect(output).toMatch(/^holds {2}91 .* 4 numbers: 2 scripts/m);
    expect(summary.split('\n').filter((row) => row.includes('**fails**'))).toHaveLength(2);
    expect(report).toMatchObject({ numPassedTests: 1, numFailedTests: 2 });

    const replay = /again: npm run test:guarantees -- (--only 92 .*)/.exec(output)?.[1] ?? '';
    const again = await command(replay.split(' '));
    expect({ status: again.status, isSame: again.output.includes('  script: 10\n') }).toEqual({
      status: 1,
      isSame: true,
    });
  });

  it('is content when all holds', async () => {
    const { status, report } = await command(['--only', '91']);
    expect({ status, report }).toMatchObject({ status: 0, report: { numPassedTests: 1, numFailedTests: 0 } });
  });
});

describe('a worker', () => {
  it('that is heard of no more is given up', async () => {
    const worker = new Worker(EXAMPLE, { stallMs: 100 });
    const job = { number: 94, seed: 1, scripts: 1 };
    await expect(worker.run(job, () => undefined)).rejects.toThrow(
      'nothing was heard of the worker for 0.1 s',
    );
  });
});

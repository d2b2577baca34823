import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { prepareRun } from '../../../local/stack/run-files.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

it('keeps the logs of the last ten runs', async () => {
  const project = await mkdtemp(path.join(tmpdir(), 'ota-watch-runs-'));
  onTestFinished(() => rm(project, { recursive: true }));
  const names: string[] = [];
  for (let run = 0; run < 12; run += 1) {
    const { logFile, folder } = await prepareRun(project, NOON + run * MINUTE);
    expect(path.dirname(folder)).toBe('.local/builds');
    await writeFile(logFile, '');
    names.push(path.basename(logFile));
  }
  expect(names[0]).toBe(`2026-11-22T12-00-00.000Z-${process.pid}.log`);
  expect((await readdir(path.join(project, '.local/logs'))).sort()).toEqual(names.slice(2));
});

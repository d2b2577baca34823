import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Where one run of the stack keeps its files. */
export interface RunFiles {
  /** For builds, relative to the project. It exists only during the run. */
  readonly folder: string;
  readonly logFile: string;
}

/** Runs of which the files are kept. */
const KEPT_RUNS = 10;

/** Makes room for the files of a run, in the folder `.local` of a project. */
export async function prepareRun(project: string, now: number): Promise<RunFiles> {
  const run = `${new Date(now).toISOString().replaceAll(':', '-')}-${process.pid}`;
  const builds = path.join('.local', 'builds');
  const logs = path.join(project, '.local', 'logs');
  await Promise.all([path.join(project, builds), logs].map(keepNewest));
  return { folder: path.join(builds, run), logFile: path.join(logs, `${run}.log`) };
}

/** Makes a folder, or removes all but the newest of its entries, whose names tell their age. */
async function keepNewest(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = (await readdir(folder)).sort().slice(0, 1 - KEPT_RUNS);
  await Promise.all(entries.map((entry) => rm(path.join(folder, entry), { recursive: true, force: true })));
}

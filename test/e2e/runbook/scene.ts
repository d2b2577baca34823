import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { z } from 'zod';
import { recordMetrics } from '../../../lib/metrics.ts';
import type { MeteredReport } from '../../../lib/poll-report.ts';
import { startCloudFormation } from '../../integration/publish-dashboard/cloudformation.ts';
import { MINUTE } from '../../support/builders.ts';
import { World } from '../../support/world.ts';
import { type Entry, wordsOf } from './entries.ts';

/** The task that the runbook's commands name. */
export const TASK = '0123456789abcdef';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')));

/** What a command of the runbook is an npm script for. */
export function scriptOf(command: string): string {
  const [npm, run, name = '', dashes] = wordsOf(command);
  const script = scripts[name];
  if (npm !== 'npm' || run !== 'run' || script === undefined || dashes !== '--')
    throw new Error(`Not a script of package.json: ${command}`);
  return script;
}

/** Whether a command is one that a scene can run. */
export const isOurs = (command: string) =>
  command.startsWith('npm run ') && scriptOf(command).startsWith('node cli/');

export interface Ended {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stage in the state that raises an alarm, and somebody who works through its entry in the runbook. */
export class Scene {
  readonly world: World;
  /** Where the files are that the commands name. */
  readonly folder: string;
  /** Of the commands, besides the world's. */
  readonly env: NodeJS.ProcessEnv = {};
  readonly #left: string[];
  readonly #closers: (() => unknown)[];

  private constructor(world: World, folder: string, { commands }: Entry, closers: (() => unknown)[]) {
    this.world = world;
    this.folder = folder;
    this.#left = [...commands.Look, ...commands.End].filter(isOurs);
    this.#closers = closers;
  }

  static async begin(entry: Entry): Promise<Scene> {
    const world = await World.start({ inProcess: true });
    world.now = Date.now() - 10 * MINUTE;
    const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-runbook-'));
    const stacks = await startCloudFormation({ 'ota-watch-dev': { EventBusName: 'ota-watch-dev' } });
    const closers = [() => world.close(), () => rm(folder, { recursive: true }), () => stacks.close()];
    const scene = new Scene(world, folder, entry, closers);
    Object.assign(scene.env, {
      AWS_ENDPOINT_URL_EVENTBRIDGE: world.bus.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
    });
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers) await close();
  }

  /** Runs the entry's next command, which has to begin so. */
  next(begin: string): Promise<Ended> {
    const command = this.#left.shift() ?? '';
    if (!command.startsWith(`npm run ${begin}`))
      throw new Error(`Next is ${command || 'nothing'}, not ${begin}`);
    const [, , , , ...words] = wordsOf(command);
    const args = words.map((word) =>
      word.endsWith('.json') ? path.join(this.folder, word) : word.replace(/^prod$/, 'dev'),
    );
    const env = { ...this.world.environment(), ...this.env };
    const program = path.join(REPOSITORY, scriptOf(command).replace('node ', ''));
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { env, cwd: REPOSITORY }, (error, stdout, stderr) => {
        resolve({ status: error?.code ?? 0, stdout, stderr });
      });
    });
  }

  /** Commands that are not run yet. */
  get left(): readonly string[] {
    return this.#left;
  }
}

/** A poll's metrics, as its alarms see them. */
export function metricsOf(report: MeteredReport): Readonly<Record<string, unknown>> {
  const metrics = new Metrics({ namespace: 'ota-watch', serviceName: 'ota-watch-dev' });
  recordMetrics(metrics, report, 1);
  return { ...metrics.serializeMetrics() };
}

import { execFile } from 'node:child_process';
import path from 'node:path';
import type { World } from '../../support/world.ts';

const COMMAND = path.resolve(import.meta.dirname, '../../../cli/outbox.ts');

export interface Ended {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run outbox` as a person would, on the stage of a world. */
export function outbox(world: World, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { ...world.environment(), AWS_ENDPOINT_URL_EVENTBRIDGE: world.bus.url, ...more };
  return new Promise((resolve) => {
    const command = [COMMAND, ...args, '--stage', 'dev'];
    execFile(process.execPath, command, { env }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

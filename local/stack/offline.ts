import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../bus/listen.ts';
import { type Ending, runServerless, type ServerlessOptions, type ServerlessParams } from './serverless.ts';
import { StackError } from './stack-error.ts';

const START_TIMEOUT_MS = 60_000;
const PAUSE_MS = 50;

/** URLs at which serverless-offline is to listen: it has to be told. */
export interface OfflineUrls {
  readonly http: string;
  readonly lambda: string;
}

/** URLs on ports that are free now. */
export async function freeUrls(): Promise<OfflineUrls> {
  const [http, lambda] = await Promise.all([listen(createServer(), 0), listen(createServer(), 0)]);
  await Promise.all([http.close(), lambda.close()]);
  return { http: http.url, lambda: lambda.url };
}

/**
 * Runs serverless-offline until the signal ends it.
 *
 * @param folder relative to the project; gets a working folder of the bundler
 */
export function runOffline(
  folder: string,
  urls: OfflineUrls,
  params: ServerlessParams,
  options: ServerlessOptions,
): Promise<Ending> {
  return runServerless(
    [
      'offline',
      'start',
      `--httpPort=${new URL(urls.http).port}`,
      `--lambdaPort=${new URL(urls.lambda).port}`,
      '--noSponsor',
      // Without it, which says that signatures are not verified, tokens would not be looked at at all.
      '--ignoreJWTSignature',
    ],
    { ...params, buildFolder: path.join(folder, 'offline-build') },
    options,
  );
}

/** Waits until a server answers. */
export async function untilAnswering(url: string, signal: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const either = AbortSignal.any([signal, timeout]);
  while (!(await isAnswering(url, either))) {
    if (timeout.aborted)
      throw new StackError(`${url} does not answer after ${START_TIMEOUT_MS / 1_000} seconds`);
    signal.throwIfAborted();
    await sleep(PAUSE_MS);
  }
}

function isAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  return fetch(url, { signal }).then(
    () => true,
    () => false,
  );
}

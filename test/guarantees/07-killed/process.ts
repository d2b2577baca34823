import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ACCOUNT, REGION } from '../../support/world.ts';
import type { BundledPoll } from './bundle.ts';

const NODE = path.resolve(import.meta.dirname, '../../../node_modules/.bin/node');
const TIMEOUT_MS = 55_000;
const CREDENTIALS = { AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };

/** What came of a poll: `undefined` where all went well, else what went wrong; `died` when the process ended before it did. */
export type Outcome = undefined | 'died' | { readonly problem: string };

/** A process of production's Node that polls with the bundled function whenever it is told to. */
export class PollProcess {
  readonly #child: ChildProcess;
  readonly #died: Promise<'died'>;
  #complaint = '';
  #isKilled = false;

  /** @param url where it reaches everything */
  constructor({ folder, handler, runtime }: BundledPoll, url: string, accessKeyId: string) {
    this.#child = fork(runtime, {
      execPath: NODE,
      execArgv: [],
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        HOME: folder,
        NODE_COMPILE_CACHE: path.join(folder, 'compiled'),
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: handler,
        AWS_LAMBDA_FUNCTION_NAME: 'ota-watch-dev-poll',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: accessKeyId,
        ...CREDENTIALS,
        AWS_ENDPOINT_URL: url,
        PROGRESS_EVENTS: 'all',
        POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
        TZ: ':UTC',
      },
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2_000);
    });
    this.#died = once(this.#child, 'exit').then(() => 'died');
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** What it wrote to its standard error last. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Has it poll once. */
  async poll(): Promise<Outcome> {
    const answered = once(this.#child, 'message').then(([answer]): Outcome => {
      const error: unknown = Reflect.get(answer, 'error');
      return error === undefined ? undefined : { problem: JSON.stringify(error) };
    });
    const context = {
      awsRequestId: '00000000-0000-4000-8000-000000000000',
      invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:ota-watch-dev-poll`,
    };
    this.#child.send({ event: {}, context, timeoutMs: TIMEOUT_MS }, () => undefined);
    return Promise.race([answered, this.#died]);
  }

  /** Ends the process at this very moment. */
  kill(): void {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
  }

  /** Ends the process between two polls, and keeps the code that it compiled for the next. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#died;
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { type Job, type News, newsSchema } from './messages.ts';

export type Done = Extract<News, { kind: 'done' }>;

/** A worker cannot go on: it died, or was heard of no more. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
}

const WORKER = path.join(import.meta.dirname, 'worker.ts');
/** Longer than any script takes, and than making a smaller one of it. */
const STALL_MS = 480_000;

/** One process that works, and is replaced when it dies. */
export class Worker {
  readonly #module: string;
  readonly #stallMs: number;
  #child: ChildProcess | undefined;

  /** @param module file with the guarantees */
  constructor(module: string, { stallMs = STALL_MS } = {}) {
    this.#module = module;
    this.#stallMs = stallMs;
  }

  /** @throws WorkerError */
  async run(job: Job, onPlayed: () => void): Promise<Done> {
    const child = this.#child ?? this.#start();
    this.#child = child;
    try {
      return await this.#finish(child, job, onPlayed);
    } catch (error) {
      child.kill('SIGKILL');
      this.#child = undefined;
      throw error;
    }
  }

  /** Has it clean up and end, whatever it is at. */
  stop(): void {
    if (this.#child?.connected === true) this.#child.disconnect();
    this.#child = undefined;
  }

  #start(): ChildProcess {
    return fork(WORKER, [this.#module], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  #finish(child: ChildProcess, job: Job, onPlayed: () => void): Promise<Done> {
    const { promise, resolve, reject } = Promise.withResolvers<Done>();
    const stall = setTimeout(() => {
      reject(new WorkerError(`nothing was heard of the worker for ${this.#stallMs / 1_000} s`));
    }, this.#stallMs);
    const onMessage = (message: unknown) => {
      stall.refresh();
      const news = newsSchema.parse(message);
      if (news.kind === 'played') onPlayed();
      else if (news.kind === 'done') resolve(news);
      else reject(new WorkerError(news.reason));
    };
    const onExit = (code: number | null, signal: string | null) =>
      reject(new WorkerError(`the worker died (${signal ?? code})`));
    child.on('message', onMessage).once('exit', onExit);
    child.send(job);
    return promise.finally(() => {
      clearTimeout(stall);
      child.off('message', onMessage).off('exit', onExit);
    });
  }
}

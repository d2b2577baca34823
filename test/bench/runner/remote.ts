import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const Request = z.object({ id: z.number(), name: z.string(), argument: z.unknown().optional() });
const Reply = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });

type Handlers = Readonly<Record<string, (argument: unknown) => unknown>>;

/** Answers the calls of the process that started this one, and ends with it. */
export function answerCalls(handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async (message) => {
    const { id, name, argument } = Request.parse(message);
    try {
      process.send?.({ id, result: await handlers[name]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
}

/** Where and how a process is started. */
export interface RemoteOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

/** A process of its own that is called like an object. */
export class Remote {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #calls = 0;

  constructor(script: string, { env = {}, execArgv = [] }: RemoteOptions = {}) {
    const inherited = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
    this.#process = fork(script, { env: { ...inherited, ...env }, execArgv: [...execArgv] });
    this.#process.on('message', (message) => this.#settle(message));
    this.#process.on('exit', (code, signal) => this.#fail(`${script} ended (${signal ?? code})`));
  }

  /** @throws what the process threw, or that it ended */
  async call<Schema extends z.ZodType>(
    name: string,
    argument: unknown,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    this.#calls += 1;
    const id = this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.#process.send({ id, name, argument });
    return schema.parse(await promise);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #settle(message: unknown): void {
    const { id, result, error } = Reply.parse(message);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  #fail(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}

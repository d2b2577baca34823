import path from 'node:path';
import { z } from 'zod';
import { Remote } from '../runner/remote.ts';

const Traffic = z.object({
  /** Requests by operation. */
  counts: z.record(z.string(), z.number()),
  /** Bodies sent to queues. */
  messages: z.array(z.string()),
  /** What the stand-ins took of the processors for it. */
  cpuMs: z.number(),
});
export type Traffic = z.infer<typeof Traffic>;

const Nothing = z.unknown();

/** Stand-ins for all services, in a process of their own. */
export class StandIns {
  readonly #remote = new Remote(path.join(import.meta.dirname, 'main.ts'));
  #url = '';

  static async start(): Promise<StandIns> {
    const standIns = new StandIns();
    standIns.#url = await standIns.#remote.call('listen', undefined, z.string());
    return standIns;
  }

  get url(): string {
    return this.#url;
  }

  /** The environment of a process that is to talk to them. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: this.#url,
    };
  }

  /** An account with so many tasks in progress, and empty tables. Instants are epoch milliseconds. */
  async seed(tasks: number, now: number): Promise<void> {
    await this.#remote.call('seed', { tasks, now }, Nothing);
  }

  /** Adds tasks until there are so many, and stores of each what a poll stored of the first, if one did. */
  async grow(tasks: number): Promise<void> {
    await this.#remote.call('grow', { tasks }, Nothing);
  }

  /**
   * Makes progress in a share of the tasks.
   *
   * @param among only the first so many
   * @returns how many changed
   */
  change(share: number, now: number, among?: number): Promise<number> {
    return this.#remote.call('change', { share, now, among }, z.number());
  }

  async setLatency(milliseconds: number): Promise<void> {
    await this.#remote.call('latency', { milliseconds }, Nothing);
  }

  /** Counts anew from here. */
  async begin(): Promise<void> {
    await this.#remote.call('begin', undefined, Nothing);
  }

  end(): Promise<Traffic> {
    return this.#remote.call('end', undefined, Traffic);
  }

  stop(): Promise<void> {
    return this.#remote.stop();
  }
}

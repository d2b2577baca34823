import { duplicates } from '../../support/audit.ts';
import type { World } from '../../support/world.ts';
import type { Played } from '../guarantee.ts';
import type { BundledPoll } from './bundle.ts';
import { Ledger } from './ledger.ts';
import { PollProcess } from './process.ts';
import { type Change, Rollouts } from './rollouts.ts';
import { Wire } from './wire.ts';

/** When a process is killed, once it may be: so long after one of its next requests arrives. */
export interface Kill {
  /** Which, from 0. */
  readonly request: number;
  readonly delayMs: number;
  /** Not before the next process polls. */
  readonly overlaps: boolean;
}

export interface Script {
  readonly kills: readonly Kill[];
  /** One at each so-manieth request, round and round. */
  readonly changes: readonly { readonly place: number; readonly change: Change }[];
  readonly requestsPerChange: number;
}

/** Tasks that run at any time. */
export const PLACES = 6;

/** Processes that poll one after the other, and sometimes two at once, while tasks change. */
export class KillingSpree {
  readonly #poll: BundledPoll;
  readonly #script: Script;
  readonly #world: World;
  readonly #rollouts: Rollouts;
  readonly #ledger = new Ledger();
  readonly #problems: string[] = [];
  readonly #watching = Promise.withResolvers<void>();
  #isOver = false;
  #requests = 0;
  #changes = 0;
  #polls = 0;
  /** After which request of a process it was killed. */
  readonly #killedAfter: Record<string, number> = {};

  constructor(poll: BundledPoll, script: Script, world: World) {
    this.#poll = poll;
    this.#script = script;
    this.#world = world;
    this.#rollouts = new Rollouts(world, PLACES);
  }

  async play(): Promise<Played> {
    const started = this.#script.kills.map(() => Promise.withResolvers<void>());
    const lives: Promise<void>[] = [];
    for (const [index, kill] of this.#script.kills.entries()) {
      const successor = kill.overlaps ? started[index + 1]?.promise : undefined;
      const mayDie = Promise.all([index === 0 && this.#watching.promise, successor]);
      const life = this.#live(kill, mayDie, () => started[index]?.resolve());
      lives.push(life);
      if (successor === undefined) await life;
    }
    await Promise.all(lives);
    this.#isOver = true;
    await this.#pollInPeace(3);
    return {
      problems: [...this.#problems, ...(await this.#ledger.judge(this.#world, this.#rollouts.all))],
      tally: {
        polls: this.#polls,
        requests: this.#requests,
        changes: this.#changes,
        commits: this.#ledger.commits,
        rows: (await this.#world.history()).length,
        duplicates: duplicates(this.#world),
        ...this.#killedAfter,
      },
    };
  }

  /** A process polls until it is killed. @param mayDie not before that */
  async #live(kill: Kill, mayDie: Promise<unknown>, onStart: () => void): Promise<void> {
    let isArmed = false;
    void mayDie.then(() => {
      isArmed = true;
    });
    let remaining = kill.request;
    let last = '';
    const { process, wire } = await this.#start((operation) => {
      onStart();
      last = operation;
      if (!isArmed) return;
      if (remaining === 0) setTimeout(() => process.kill(), kill.delayMs);
      remaining -= 1;
    });
    let isPolling = true;
    while (isPolling) isPolling = await this.#pollOnce(process);
    onStart();
    await wire.close();
    const where = `killed after ${last}`;
    if (process.isKilled) this.#killedAfter[where] = (this.#killedAfter[where] ?? 0) + 1;
  }

  async #pollInPeace(polls: number): Promise<void> {
    const { process, wire } = await this.#start(() => undefined);
    for (let poll = 0; poll < polls; poll += 1) await this.#pollOnce(process);
    await process.stop();
    await wire.close();
  }

  async #start(onRequest: (operation: string) => void) {
    const wire = await Wire.open(this.#world, {
      onRequest: (operation) => {
        this.#change();
        onRequest(operation);
      },
      onAnswer: this.#ledger.listener(),
    });
    const process = new PollProcess(this.#poll, wire.url, this.#world.database.credentials.accessKeyId);
    return { process, wire };
  }

  /** @returns whether it lives */
  async #pollOnce(process: PollProcess): Promise<boolean> {
    const outcome = await process.poll();
    if (outcome === undefined) {
      this.#polls += 1;
      this.#watching.resolve();
      return true;
    }
    if (outcome !== 'died') this.#problems.push(`a poll failed: ${outcome.problem}`);
    else if (!process.isKilled) this.#problems.push(`a process ended by itself: ${process.complaint}`);
    return false;
  }

  #change(): void {
    this.#requests += 1;
    const { changes, requestsPerChange } = this.#script;
    // What is over before anybody watches is no news.
    if (this.#polls === 0 || this.#isOver || this.#requests % requestsPerChange !== 0) return;
    const next = changes[this.#changes % changes.length];
    if (next !== undefined) this.#rollouts.change(next.place, next.change);
    this.#changes += 1;
  }
}

import { setImmediate as macrotask } from 'node:timers/promises';
import type { TestPoller } from '../../support/world.ts';
import type { Ledger } from '../ledger.ts';
import type { Fault } from './wire.ts';

/** How a process ends: at which of its requests, before that takes effect or after. */
export interface Fate {
  readonly request: number;
  readonly death: 'before' | 'after';
}

/** Macrotasks from an answer to whatever a process does next. */
const SETTLING = 3;

/** A process whose every request waits for its turn. */
export class HeldPoller {
  readonly #poller: TestPoller;
  readonly #waiting: (() => void)[] = [];
  #isPolling = false;
  #isFree = false;

  constructor(ledger: Ledger, fate: Fate | undefined) {
    this.#poller = ledger.poller(async ({ index }): Promise<Fault> => {
      if (!this.#isFree) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return index === fate?.request ? fate.death : undefined;
    });
  }

  get isDead(): boolean {
    return this.#poller.gate.isKilled;
  }

  get isPolling(): boolean {
    return this.#isPolling;
  }

  get requestCount(): number {
    return this.#poller.gate.requests.length;
  }

  /** Sends its next request, or begins to poll; resolves when it waits again, or has come to the end. */
  async turn(): Promise<void> {
    if (this.isDead) return;
    if (!this.#isPolling) this.#begin();
    else this.#waiting.shift()?.();
    await this.#settle();
  }

  /** Goes on to the end of its poll without waiting. */
  async finish(): Promise<void> {
    this.#isFree = true;
    for (const go of this.#waiting.splice(0)) go();
    await this.#done;
  }

  close(): void {
    this.#poller.close();
  }

  #done: Promise<void> = Promise.resolve();

  #begin(): void {
    this.#isPolling = true;
    this.#done = this.#poller
      .poll()
      .catch(() => undefined)
      .then(() => {
        this.#isPolling = false;
      });
  }

  async #settle(): Promise<void> {
    do await macrotask();
    while (this.#isPolling && this.#waiting.length === 0);
    for (let tick = 0; tick < SETTLING; tick += 1) await macrotask();
  }
}

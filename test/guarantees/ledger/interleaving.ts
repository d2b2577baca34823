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

  constructor(ledger: Ledger, fate: Fate | undefined) {
    this.#poller = ledger.poller(async ({ index }): Promise<Fault> => {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
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

  /** Begins to poll, or sends its next requests, one after the other, to the end of its poll. */
  async turns(times: number): Promise<void> {
    for (let turn = 0; turn < times; turn += 1) {
      if (this.#isPolling) this.#waiting.shift()?.();
      else if (turn === 0 && !this.isDead) this.#begin();
      else return;
      await this.#settle();
    }
  }

  close(): void {
    this.#poller.close();
  }

  #begin(): void {
    this.#isPolling = true;
    this.#poller
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

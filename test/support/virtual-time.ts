import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop in which nothing is under way, after which everybody counts as asleep. */
const QUIET_TURNS = 4;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock (epoch milliseconds) that stands while any request is under way, and jumps to the next one who wakes. */
export class VirtualTime {
  now: number;
  #sleepers: Sleeper[] = [];
  #underway = 0;
  #idle: (() => void) | undefined;
  #moves = false;

  constructor(now: number) {
    this.now = now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.now + milliseconds, wake });
      if (!this.#moves) this.#move();
    });
  }

  /** A request is under way, until the function that is returned is called. */
  begin(): () => void {
    this.#underway += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#underway -= 1;
      if (this.#underway === 0) this.#idle?.();
    };
  }

  async #move(): Promise<void> {
    this.#moves = true;
    while (this.#sleepers.length > 0) {
      await this.#quiet();
      this.now = Math.max(this.now, Math.min(...this.#sleepers.map(({ at }) => at)));
      const woken = this.#sleepers.filter(({ at }) => at <= this.now);
      this.#sleepers = this.#sleepers.filter(({ at }) => at > this.now);
      for (const { wake } of woken) wake();
    }
    this.#moves = false;
  }

  async #quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      await turn();
      if (this.#underway === 0) continue;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      turns = -1;
    }
  }
}

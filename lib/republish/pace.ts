export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const SECOND = 1_000;

/** Keeps to so many events a second. */
export class Pace {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #nextAt = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Waits until so many events may be sent. */
  async take(events: number): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#nextAt) await this.#clock.sleep(this.#nextAt - now);
    this.#nextAt = Math.max(now, this.#nextAt) + (events / this.#perSecond) * SECOND;
  }
}

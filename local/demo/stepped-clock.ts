/** A clock that stands until it is moved. Epoch milliseconds. */
export class SteppedClock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  /** Never goes back. */
  moveTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
  }
}

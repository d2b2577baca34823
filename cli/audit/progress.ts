/** The part of a stream of standard error that a progress bar needs. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

/** A bar in the last line of a terminal; nothing elsewhere. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #total: number | undefined;
  readonly #unit: string;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #done = 0;

  /** @param total about how many there are; undefined where nobody knows */
  constructor(output: Output, now: () => number, total: number | undefined, unit: string) {
    this.#output = output;
    this.#now = now;
    this.#total = total;
    this.#unit = unit;
    this.#startedAt = now();
  }

  add(count: number): void {
    this.#done += count;
    const now = this.#now();
    if (this.#output.isTTY !== true || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#output.write(`${CLEAR_LINE}${this.#line(now)}`);
  }

  end(): void {
    if (this.#output.isTTY === true) this.#output.write(CLEAR_LINE);
  }

  #line(now: number): string {
    const seconds = (now - this.#startedAt) / 1_000;
    const rate = seconds > 0 ? Math.round(this.#done / seconds) : 0;
    const pace = `${number(this.#done)} ${this.#unit}, ${number(rate)} a second`;
    if (!this.#total) return pace;
    const share = Math.min(1, this.#done / this.#total);
    const filled = Math.round(share * WIDTH);
    return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${Math.floor(share * 100)} %  ${pace}`;
  }
}

const FORMAT = new Intl.NumberFormat('en-US');

/** A number for people. */
export const number = (value: number) => FORMAT.format(value);

const WIDTH = 24;

/** How far a run has come, as a bar on a terminal; elsewhere a line for each step. */
export class Progress {
  readonly #total: number;
  readonly #startedAt = performance.now();
  #done = 0;

  /** @param total what all steps weigh */
  constructor(total: number) {
    this.#total = total;
  }

  /** Since the beginning. */
  get seconds(): number {
    return Math.round((performance.now() - this.#startedAt) / 1_000);
  }

  /** @param weight of the step, in the unit of the total */
  async step<Result>(name: string, weight: number, run: () => Promise<Result>): Promise<Result> {
    this.#show(name);
    const result = await run();
    this.#done += weight;
    return result;
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }

  #show(name: string): void {
    const share = Math.min(1, this.#done / this.#total);
    const { seconds } = this;
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const percent = `${String(Math.round(share * 100)).padStart(3)} %`;
    if (!process.stderr.isTTY) {
      process.stderr.write(`${time} ${percent} ${name}\n`);
      return;
    }
    const filled = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    process.stderr.write(`\r\u001b[2K${bar} ${percent}  ${time}  ${name}`);
  }
}

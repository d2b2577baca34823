import type { Log, ObservedTask } from './ports.ts';

const MAX_REMEMBERED = 1_000;

/** Logs what is odd about the answers of the service: of each task once, and again when that changes. Counts in each poll. */
export class OddityLog {
  readonly #log: Log;
  readonly #told = new Map<string, string>();
  #count = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  beginPoll(): void {
    this.#count = 0;
  }

  /** Answers in this poll that were odd. */
  get count(): number {
    return this.#count;
  }

  report({ facts: { taskId }, oddities }: ObservedTask): void {
    if (oddities.length > 0) this.#count += 1;
    const members = oddities.join(', ');
    if (members === (this.#told.get(taskId) ?? '')) return;
    if (this.#told.size >= MAX_REMEMBERED) this.#told.clear();
    this.#told.set(taskId, members);
    if (members !== '')
      this.#log.warn('An answer has members that are missing or not known', { taskId, members });
  }
}

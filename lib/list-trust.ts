import { summarizeError } from './errors.ts';
import type { Log } from './ports.ts';

/** Where it is remembered that the list was found not to tell of changes. */
export interface DistrustStore {
  /** @returns since when, epoch milliseconds; undefined where it was not found so */
  read(): Promise<number | undefined>;
  write(since: number | undefined): Promise<void>;
}

export interface ListTrustDeps {
  /** Whether `LastUpdatedAt` of the list is to be trusted at all. */
  readonly isOn: boolean;
  readonly store: DistrustStore;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Whether a task in progress may be left alone while its `LastUpdatedAt` in the list stands still. The first task whose counts change
 * all the same ends that, for every function, until the setting has been off once.
 */
export class ListTrust {
  readonly #deps: ListTrustDeps;
  #since: number | undefined;
  #isStored = true;
  #isCleared = false;

  constructor(deps: ListTrustDeps) {
    this.#deps = deps;
  }

  /** Whether the setting is on, and the list was found out. */
  get isDistrusted(): boolean {
    return this.#deps.isOn && this.#since !== undefined;
  }

  /** Begins a poll. Where it is not known whether the list was found out, it is not trusted. */
  async begin(): Promise<boolean> {
    const { isOn, log } = this.#deps;
    try {
      return isOn ? await this.#isTrusted() : await this.#clear();
    } catch (error) {
      log.error('Whether the list can be trusted is not known', { error: summarizeError(error) });
      return false;
    }
  }

  /** The counts of a task have changed, and its `LastUpdatedAt` has not. */
  async distrust(taskId: string): Promise<void> {
    const { log, now } = this.#deps;
    log.error('Counts have changed without LastUpdatedAt: tasks are looked at whatever the list says', {
      taskId,
    });
    if (this.#since !== undefined) return;
    this.#since = now();
    this.#isStored = false;
    await this.#store();
  }

  async #isTrusted(): Promise<boolean> {
    if (!this.#isStored) await this.#store();
    this.#since ??= await this.#deps.store.read();
    return this.#since === undefined;
  }

  async #store(): Promise<void> {
    const { store, log } = this.#deps;
    try {
      await store.write(this.#since);
      this.#isStored = true;
    } catch (error) {
      log.error('That the list cannot be trusted was not noted', { error: summarizeError(error) });
    }
  }

  /** A function keeps its settings for as long as it is warm: once is enough. */
  async #clear(): Promise<false> {
    const { store } = this.#deps;
    if (!this.#isCleared && (await store.read()) !== undefined) await store.write(undefined);
    this.#isCleared = true;
    return false;
  }
}

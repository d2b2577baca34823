import type { TaskConfiguration } from './domain/task.ts';
import { summarizeError } from './errors.ts';
import type { Log, OtaService } from './ports.ts';

/** A configuration that is gone stays gone, most likely: asked for again only this much later. */
const GONE_RETRY_MS = 10 * 60_000;
const MAX_REMEMBERED = 1_000;

/** Configurations, each read once: one cannot be changed once made. Kept from poll to poll in a warm function. */
export class ConfigurationReader {
  readonly #known = new Map<string, TaskConfiguration>();
  readonly #goneUntil = new Map<string, number>();
  readonly #service: OtaService;
  readonly #log: Log;
  readonly #now: () => number;
  #reading = new Map<string, Promise<TaskConfiguration | undefined>>();
  #failures = 0;

  constructor(service: OtaService, log: Log, now: () => number) {
    this.#service = service;
    this.#log = log;
    this.#now = now;
  }

  /** Forgets what could not be read in the poll before, so that it is tried again. */
  beginPoll(): void {
    this.#reading = new Map();
    this.#failures = 0;
    if (this.#known.size > MAX_REMEMBERED) this.#known.clear();
    for (const [id, until] of this.#goneUntil) if (until <= this.#now()) this.#goneUntil.delete(id);
  }

  /** Configurations that could not be read in this poll. */
  get failures(): number {
    return this.#failures;
  }

  /** @returns undefined for a configuration that cannot be read now: unknown, not changed. */
  read(configurationId: string, signal: AbortSignal): Promise<TaskConfiguration | undefined> {
    const known = this.#known.get(configurationId);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#goneUntil.has(configurationId)) return Promise.resolve(undefined);
    const reading = this.#reading.get(configurationId) ?? this.#fetch(configurationId, signal);
    this.#reading.set(configurationId, reading);
    return reading;
  }

  async #fetch(configurationId: string, signal: AbortSignal): Promise<TaskConfiguration | undefined> {
    try {
      const read = await this.#service.getConfiguration(configurationId, signal);
      if (read === undefined) {
        this.#failures += 1;
        this.#goneUntil.set(configurationId, this.#now() + GONE_RETRY_MS);
        this.#log.warn('A configuration is gone: its last known limits stay in force', { configurationId });
        return undefined;
      }
      const { configuration, unreadable } = read;
      if (unreadable > 0) {
        this.#failures += 1;
        this.#log.error('A configuration has parts that cannot be understood', {
          configurationId,
          unreadable,
        });
      }
      this.#known.set(configurationId, configuration);
      return configuration;
    } catch (error) {
      this.#failures += 1;
      const summary = summarizeError(error);
      this.#log.error('A configuration could not be read: its last known limits stay in force', {
        configurationId,
        error: summary,
      });
      return undefined;
    }
  }
}

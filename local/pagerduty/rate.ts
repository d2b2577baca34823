/** How many events may come in a window that ends now. */
export interface RateLimit {
  readonly events: number;
  readonly windowMs: number;
}

/** https://developer.pagerduty.com/docs/events-api-rate-limits */
export const DOCUMENTED: RateLimit = { events: 120, windowMs: 60_000 };

/** Counts the events of each routing key over a sliding window. */
export class SlidingWindow {
  readonly #limit: RateLimit;
  /** Instants, epoch milliseconds, oldest first. */
  readonly #taken = new Map<string, readonly number[]>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Counts an event, unless it is one too many. */
  admit(key: string, at: number): boolean {
    const { events, windowMs } = this.#limit;
    const recent = (this.#taken.get(key) ?? []).filter((instant) => instant > at - windowMs);
    const isFree = recent.length < events;
    this.#taken.set(key, isFree ? [...recent, at] : recent);
    return isFree;
  }
}

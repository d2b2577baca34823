/** What becomes of a message of the queue: gone, or to come again. */
export type Outcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

/** What came of an invocation, to be logged and counted. */
export interface Tally {
  /** Events of the queue. */
  received: number;
  /** Messages that cannot be read. */
  unreadable: number;
  /** Events that a destination was told: one count for each target. */
  told: number;
  /** Of those, events that were told in one message with others. */
  grouped: number;
  /** Messages that were edited. */
  edited: number;
  /** Events that had been dealt with before. */
  duplicates: number;
  /** Events that wait for an earlier one. */
  waiting: number;
  /** Targets that could not be told everything. */
  failures: number;
  /** Of those, targets that need repair. */
  misconfigured: number;
  /** Events that a target refused for good. */
  setAside: number;
  /** Age of the oldest message that is to come again, since the queue took it, milliseconds; 0 if none is. */
  oldestMs: number;
  /** Longest time from the observation to the answer of the destination, milliseconds. */
  slowestMs: number;
}

export function emptyTally(): Tally {
  return {
    received: 0,
    unreadable: 0,
    told: 0,
    grouped: 0,
    edited: 0,
    duplicates: 0,
    waiting: 0,
    failures: 0,
    misconfigured: 0,
    setAside: 0,
    oldestMs: 0,
    slowestMs: 0,
  };
}

/**
 * Outcomes by message id: a message is done once nobody wants it again; the one who wants it first decides, so that nobody
 * waits for somebody else.
 */
export class Outcomes {
  readonly #again = new Map<string, number>();

  again(messageId: string, afterMs: number): void {
    this.#again.set(messageId, Math.min(afterMs, this.#again.get(messageId) ?? afterMs));
  }

  of(messageId: string): Outcome {
    const afterMs = this.#again.get(messageId);
    return afterMs === undefined ? { kind: 'done' } : { kind: 'again', afterMs };
  }
}

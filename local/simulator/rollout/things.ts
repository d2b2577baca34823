export const THING_STATUSES = [
  'QUEUED',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
  'TIMED_OUT',
  'REMOVED',
  'CANCELED',
] as const;
export type ThingStatus = (typeof THING_STATUSES)[number];
export type ThingCounts = Record<ThingStatus, number>;
export type Failure = 'FAILED' | 'TIMED_OUT';

/** One thing's execution of the task. Times are epoch milliseconds. */
export interface Execution {
  readonly index: number;
  readonly status: ThingStatus;
  readonly queuedAt: number;
  readonly startedAt: number | undefined;
  readonly updatedAt: number;
  readonly retryAttempt: number;
}

interface NotifiedThing {
  status: ThingStatus;
  queuedAt: number;
  /** Of the present attempt; none while the thing is queued. */
  startedAt: number | undefined;
  updatedAt: number;
  readonly retries: Record<Failure, number>;
}

const retryAttempt = ({ retries }: NotifiedThing): number => retries.FAILED + retries.TIMED_OUT;

/**
 * The things of one rollout and where each stands. A thing has a record only from its first notification on:
 * those never notified are the tail of the index range and share one status.
 */
export class Things {
  readonly counts: ThingCounts = {
    QUEUED: 0,
    IN_PROGRESS: 0,
    SUCCEEDED: 0,
    FAILED: 0,
    REJECTED: 0,
    TIMED_OUT: 0,
    REMOVED: 0,
    CANCELED: 0,
  };
  readonly #notified: NotifiedThing[] = [];
  readonly #joinedAt: (index: number) => number;
  #joined = 0;
  #moves = 0;
  #requeued: number[] = [];
  #tail: { readonly status: ThingStatus; readonly at: number } | undefined;

  constructor(joinedAt: (index: number) => number) {
    this.#joinedAt = joinedAt;
  }

  get joined(): number {
    return this.#joined;
  }

  /** How often any thing has changed its status, or joined. */
  get moves(): number {
    return this.#moves;
  }

  join(things: number): void {
    this.#joined += things;
    this.#moves += things;
    this.counts.QUEUED += things;
  }

  /** Notifies the next queued thing, one that is to be retried before a new one. Returns its index and its attempt. */
  start(at: number): { readonly index: number; readonly attempt: number } {
    const index = this.#requeued.shift() ?? this.#notified.length;
    const thing = this.#notified[index] ?? this.#firstNotified(index);
    this.#move(thing, 'IN_PROGRESS', at);
    thing.startedAt = at;
    return { index, attempt: retryAttempt(thing) };
  }

  /** Ends the attempt that a thing has in progress. */
  finish(index: number, status: ThingStatus, at: number): void {
    this.#move(this.#thing(index), status, at);
  }

  /** Puts a thing that failed back into the queue. */
  requeue(index: number, failure: Failure, at: number): void {
    const thing = this.#thing(index);
    thing.retries[failure] += 1;
    thing.queuedAt = at;
    thing.startedAt = undefined;
    this.#move(thing, 'QUEUED', at);
    this.#requeued.push(index);
  }

  retriesOf(index: number): Readonly<Record<Failure, number>> {
    return this.#thing(index).retries;
  }

  /** Ends whatever is queued. Nothing can be notified afterwards. */
  closeQueued(status: 'CANCELED' | 'REMOVED', at: number): void {
    for (const index of this.#requeued) this.#move(this.#thing(index), status, at);
    this.#requeued = [];
    this.counts[status] += this.counts.QUEUED;
    this.#moves += this.counts.QUEUED;
    this.counts.QUEUED = 0;
    this.#tail ??= { status, at };
  }

  /** Cancels every attempt in progress. */
  cancelInProgress(at: number): void {
    for (const thing of this.#notified) if (thing.status === 'IN_PROGRESS') this.#move(thing, 'CANCELED', at);
  }

  /** The executions of the things of a range of indices. */
  executions(from: number, limit: number): Execution[] {
    const length = Math.max(0, Math.min(limit, this.#joined - from));
    return Array.from({ length }, (_, offset) => this.#execution(from + offset));
  }

  #execution(index: number): Execution {
    const thing = this.#notified[index];
    if (thing) {
      const { status, queuedAt, startedAt, updatedAt } = thing;
      return { index, status, queuedAt, startedAt, updatedAt, retryAttempt: retryAttempt(thing) };
    }
    const queuedAt = this.#joinedAt(index);
    const { status, at } = this.#tail ?? { status: 'QUEUED', at: queuedAt };
    return { index, status, queuedAt, startedAt: undefined, updatedAt: at, retryAttempt: 0 };
  }

  #firstNotified(index: number): NotifiedThing {
    const queuedAt = this.#joinedAt(index);
    const thing: NotifiedThing = {
      status: 'QUEUED',
      queuedAt,
      startedAt: undefined,
      updatedAt: queuedAt,
      retries: { FAILED: 0, TIMED_OUT: 0 },
    };
    this.#notified.push(thing);
    return thing;
  }

  #thing(index: number): NotifiedThing {
    const thing = this.#notified[index];
    if (thing === undefined) throw new RangeError(`Thing ${index} was never notified`);
    return thing;
  }

  #move(thing: NotifiedThing, status: ThingStatus, at: number): void {
    this.counts[thing.status] -= 1;
    this.counts[status] += 1;
    this.#moves += 1;
    thing.status = status;
    thing.updatedAt = at;
  }
}

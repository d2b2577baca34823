import pMap from 'p-map';
import { summarizeError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { backoffMs } from './backoff.ts';
import { DestinationError } from './destination-error.ts';
import type { Outcomes, Tally } from './outcomes.ts';
import type { AlertQueue, LedgerStore, ReceivedEvent, Slots } from './ports.ts';
import { openRun, type TaskRun } from './run.ts';

/** An event for one target. */
export interface LaneEvent {
  readonly received: ReceivedEvent;
  /** Whether the target is told, or only what it shows is kept up to date. */
  readonly told: boolean;
}

/** What an invocation works with. Instants are epoch milliseconds. */
export interface Invocation {
  /** Names it. */
  readonly id: string;
  readonly ledgers: LedgerStore;
  readonly slots: Slots;
  readonly queue: AlertQueue;
  readonly log: Log;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1: spreads what comes again. */
  readonly random: () => number;
  /** When the invocation is ended from outside. */
  readonly endsAt: number;
  readonly outcomes: Outcomes;
  readonly tally: Tally;
}

/** A target, and the name by which its destination knows it. */
export interface Target {
  readonly target: string;
  readonly name: string;
}

/** Brings the runs of one target to their destination. What fails stops the lane, not the others. */
export type Deliver = (lane: Lane, runs: readonly TaskRun[]) => Promise<void>;

/** Ledgers that are read at once. */
const CONCURRENCY = 10;
/** Kept for the last answer of a destination, and for writing down what came of it. */
const RESERVE_MS = 7_000;
/** Somebody has to do something: asking more often helps nobody. */
const MIN_REPAIR_MS = 60_000;
/** How much later than planned an event that failed may come again before those after it go on without it. */
export const LATE_MS = 30_000;

/** Why a lane has stopped. */
interface Stop {
  readonly afterMs: number;
}

/** The work for one target in one invocation. */
export class Lane {
  readonly invocation: Invocation;
  readonly target: string;
  readonly name: string;
  #stop: Stop | undefined;

  constructor(invocation: Invocation, { target, name }: Target) {
    this.invocation = invocation;
    this.target = target;
    this.name = name;
  }

  /** Why nothing more is to be sent in this invocation. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  get now(): number {
    return this.invocation.now();
  }

  /** Waits for a free slot of a line; throws DestinationError `busy` when there is none in time. */
  async paced(line: string, everyMs: number): Promise<void> {
    const freeAt = await this.slot(line, everyMs, this.latest);
    if (freeAt !== undefined) throw this.tooLate(freeAt);
  }

  /**
   * Waits for a free slot of a line, if there is one until `latest` (epoch milliseconds).
   *
   * @returns when one may be free, if there is none before
   */
  async slot(line: string, everyMs: number, latest: number): Promise<number | undefined> {
    const { slots, sleep } = this.invocation;
    for (;;) {
      const slot = await slots.take(line, this.now, everyMs, latest);
      if ('freeAt' in slot) return slot.freeAt;
      if (slot.at <= this.now) return undefined;
      await sleep(slot.at - this.now);
      // Somebody may have been asked to wait in the meantime.
      if ((await slots.blockedUntil(line)) <= this.now) return undefined;
    }
  }

  /** The error of a line that has no slot in time. */
  tooLate(freeAt: number): DestinationError {
    const retryAfterMs = Math.max(1_000, freeAt - this.now);
    return new DestinationError('There is no time left', { kind: 'busy', retryAfterMs });
  }

  /** The latest instant to send anything. */
  get latest(): number {
    return this.invocation.endsAt - RESERVE_MS;
  }

  /** Whether there is time for another request. */
  hasTime(): boolean {
    return this.now < this.latest;
  }

  /** Stops the lane for what a destination answered; gives how long the event that met it is held. */
  fail(error: unknown, receiveCount: number): Stop & { readonly heldUntil: number } {
    const afterMs = this.#delayAfter(error, receiveCount);
    if (this.#stop === undefined) this.#tell(error);
    // Anything else is a trouble of this one task.
    if (error instanceof DestinationError) this.#stop = { afterMs };
    return { afterMs, heldUntil: this.now + afterMs + LATE_MS };
  }

  #tell(error: unknown): void {
    const { log, tally } = this.invocation;
    const kind = error instanceof DestinationError ? error.trouble.kind : undefined;
    if (kind === 'busy') return;
    tally.failures += 1;
    if (kind === 'misconfigured') tally.misconfigured += 1;
    log.error('A destination could not be told', { target: this.target, error: summarizeError(error) });
  }

  #delayAfter(error: unknown, receiveCount: number): number {
    const { random } = this.invocation;
    if (error instanceof DestinationError && error.trouble.kind === 'busy')
      return error.trouble.retryAfterMs + random() * 1_000;
    const backoff = backoffMs(receiveCount, random());
    const needsRepair = error instanceof DestinationError && error.trouble.kind === 'misconfigured';
    return needsRepair ? Math.max(MIN_REPAIR_MS, backoff) : backoff;
  }
}

/** Deals with all events of one target: in order for each task, and each once. Never throws. */
export async function runLane(lane: Lane, events: readonly LaneEvent[], deliver: Deliver): Promise<void> {
  const tasks = Map.groupBy(events, ({ received }) => received.event.detail.taskId);
  try {
    const runs = await pMap(tasks, ([taskId, ofTask]) => openRun(lane, taskId, ofTask), {
      concurrency: CONCURRENCY,
    });
    const toDo = runs.filter((run) => run !== undefined);
    await deliver(lane, toDo);
    await pMap(toDo, (run) => run.report(), { concurrency: CONCURRENCY });
  } catch (error) {
    // Nobody expected it: whatever was not written down comes again.
    const { afterMs } = lane.fail(error, 1);
    for (const { received } of events) lane.invocation.outcomes.again(received.messageId, afterMs);
  }
}

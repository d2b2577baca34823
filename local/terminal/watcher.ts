import { readPublishedEvent } from '../../lib/alerts/read-event.ts';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import type { AcceptedEvent } from '../bus/bus.ts';
import type { DeliveryFailure } from '../bus/delivery.ts';
import type { BatchFailure } from '../queue/event-source.ts';
import { readLogEntry } from '../stack/function-log.ts';
import { eventLine } from './event-line.ts';
import { type Line, styled } from './line.ts';
import { batchFailureLine, deliveryFailureLine, invokedLine, logLine, troubleLine } from './messages.ts';
import { Rollouts, rolloutLines, rolloutsInShort, type Sighting } from './rollouts.ts';
import type { Screen } from './screen.ts';

/** Where there is no block, the rollouts are printed once in so many polls. */
const PRINT_EVERY = 5;

/** Shows what happens in a stack, and remembers the events. */
export class Watcher {
  readonly events: PublishedEvent[] = [];
  /** Events that are not as the contract says. */
  readonly violations: string[] = [];
  readonly rollouts = new Rollouts();
  readonly shared = { polls: 0, parts: 0 };
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
  #polls = 0;

  /** @param now epoch milliseconds */
  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
  }

  print(...lines: readonly Line[]): void {
    this.#screen.print(...lines);
  }

  /** Prints in place of the block, until the next poll. */
  conclude(lines: readonly Line[]): void {
    this.#screen.showBlock([]);
    this.print(...lines);
  }

  readonly onEvent = (accepted: AcceptedEvent): void => {
    try {
      const event = readPublishedEvent(accepted);
      if (event === undefined) return;
      this.events.push(event);
      this.rollouts.see(event.detail);
      this.print(eventLine(event, (instant) => this.#time.format(new Date(instant))));
    } catch (error) {
      this.violations.push(messageOf(error));
      this.onTrouble('contract', error);
    }
  };

  readonly onLogLine = (line: string): void => {
    const entry = readLogEntry(line);
    if (entry !== undefined) this.print(logLine(entry, this.#clock()));
  };

  readonly onInvoked = (functionName: string): void => this.print(invokedLine(functionName, this.#clock()));

  readonly onDeliveryFailure = (failure: DeliveryFailure): void =>
    this.print(deliveryFailureLine(failure, this.#clock()));

  readonly onBatchFailure = (failure: BatchFailure): void =>
    this.print(batchFailureLine(failure, this.#clock()));

  onTrouble(about: string, error: unknown): void {
    this.print(troubleLine(about, messageOf(error), this.#clock()));
  }

  /** A poll is over: the tasks as it left them, and into how many parts it was cut for workers (0 where it was not). */
  onPolled(tasks: readonly Sighting[], simulatedNow: number, parts: number): void {
    this.#polls += 1;
    if (parts > 0) {
      this.shared.polls += 1;
      this.shared.parts += parts;
    }
    for (const task of tasks) this.rollouts.see(task);
    const { all } = this.rollouts;
    const polled = `poll ${this.#polls}${inParts(parts)}, simulated time ${this.#time.format(simulatedNow)}`;
    this.#screen.showBlock([[], [styled('dim', polled)], ...rolloutLines(all)]);
    const isDue = !this.#screen.hasBlock && this.#polls % PRINT_EVERY === 0;
    if (isDue) this.print([styled('dim', `${this.#clock()}  ${polled}: ${rolloutsInShort(all)}`)]);
  }

  #clock(): string {
    return this.#time.format(this.#now());
  }
}

const inParts = (parts: number) => (parts === 0 ? '' : ` in ${parts} parts`);

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

import { fold } from '../domain/alerts/fold.ts';
import type { ClaimedPost, Ledger, RolloutMessage } from '../domain/alerts/ledger.ts';
import { advance, hold, passOver, turnOf, waitsFor } from '../domain/alerts/order.ts';
import type { RolloutView } from '../domain/alerts/rollout-view.ts';
import { summarizeError } from '../errors.ts';
import { backoffMs } from './backoff.ts';
import { DestinationError } from './destination-error.ts';
import { LATE_MS, type Lane, type LaneEvent } from './lane.ts';

/** An event comes again so soon when it waits for an earlier one, or for somebody who is at work on its task. */
const SOON_MS = 2_000;
/** Whoever waits for an event waits for longer than this. */
const SHORT_MS = 5_000;
/** A message that owes an edit only: the more often it came for that, the longer. */
const EDIT_MS = 5_000;
const MAX_EDIT_MS = 80_000;
/** An invocation may end a little later than it thinks. */
const CLAIM_MARGIN_MS = 1_000;

/** An event whose turn it is. */
export interface RunEvent extends LaneEvent {
  /** Later ones have been told before it. */
  readonly late: boolean;
}

/** The events of one task that a target is to deal with, and its ledger as it becomes while that is done. */
export class TaskRun {
  readonly #lane: Lane;
  readonly #events: readonly RunEvent[];
  /** Events that have been dealt with, of which the task may still owe something. */
  readonly #followers: readonly LaneEvent[];
  #ledger: Ledger;
  #done = 0;
  /** Milliseconds after which all of it comes again: nothing that was done is written down. */
  #postponed: number | undefined;
  /** Milliseconds after which what is left comes again, once something failed. */
  #failed: number | undefined;
  /** Nothing was tried, and for so long that others would go on without it. */
  #isLeftOut = false;
  /** What the claim that was found may have sent is yet to be looked for. */
  #owesSearch: boolean;

  constructor(lane: Lane, ledger: Ledger, events: readonly RunEvent[], followers: readonly LaneEvent[]) {
    this.#lane = lane;
    this.#ledger = ledger;
    this.#events = events;
    this.#followers = followers;
    this.#owesSearch = (ledger.claim?.posts.length ?? 0) > 0;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Events that are left, in order. */
  get events(): readonly RunEvent[] {
    const { sent = [] } = this.#ledger;
    const left = this.#events.slice(this.#done);
    return left.map((event) => ({
      ...event,
      told: event.told && !sent.includes(sequenceOf(event)),
      late: event.late || sent.some((sequence) => sequence > sequenceOf(event)),
    }));
  }

  /** The ledger as it will be when all events are dealt with. */
  get ahead(): Ledger {
    return this.events.reduce((ledger, event) => applied(ledger, event, this.#lane.now), this.#ledger);
  }

  /** What is known of the rollout once an event is dealt with. */
  after({ received }: RunEvent): RolloutView {
    return fold(this.#ledger.view, received.event);
  }

  /** An event has been dealt with: the next one. */
  apply(event: RunEvent): void {
    this.#ledger = applied(this.#ledger, event, this.#lane.now);
    this.#done += 1;
    if (event.told) this.#countTold(event);
  }

  /** The rest needs nothing to be sent. */
  applyAll(): void {
    for (const event of this.events) this.apply({ ...event, told: false });
  }

  /** The next event is refused for good: it is laid aside, from where it may be tried again by hand. */
  async setAside(event: RunEvent, error: Error): Promise<void> {
    const { invocation, target } = this.#lane;
    const { detail } = event.received.event;
    await invocation.queue.setAside(event.received.body, { target, answer: error.message });
    const { eventId } = detail;
    invocation.log.error('An event was set aside', { target, eventId, error: summarizeError(error) });
    invocation.tally.setAside += 1;
    this.apply({ ...event, told: false });
    this.#ledger = { ...this.#ledger, ...passOver(this.#ledger, detail, this.#lane.now) };
  }

  /** These were sent by somebody who did not come to write it down. */
  recover(sequences: readonly number[], message: RolloutMessage | undefined): void {
    const { claim, ...ledger } = this.#ledger;
    const left = sequences.filter((sequence) => !isDealtWith(ledger, sequence));
    const sent = [...new Set([...(ledger.sent ?? []), ...left])];
    this.#owesSearch = false;
    this.#ledger = {
      ...ledger,
      ...(sent.length > 0 && { sent }),
      ...(message !== undefined && { message }),
    };
  }

  changeMessage(message: RolloutMessage | undefined): void {
    const { message: before, ...ledger } = this.#ledger;
    this.#ledger = message === undefined ? ledger : { ...ledger, message };
  }

  changeIncidents(incidents: Ledger['incidents']): void {
    this.#ledger = { ...this.#ledger, incidents };
  }

  /**
   * Claims the task for this invocation, before anything is sent.
   *
   * @param posts what may be sent, to be looked for if nobody writes down what came of it
   * @returns false when somebody else was faster: then nothing may be sent
   */
  async claim(posts: readonly ClaimedPost[]): Promise<boolean> {
    const { id, endsAt } = this.#lane.invocation;
    const claim = { by: id, since: this.#lane.now, until: endsAt + CLAIM_MARGIN_MS, posts };
    return this.#write({ ...this.#ledger, claim });
  }

  /** Writes down what was done, and gives up the claim. */
  async settle(): Promise<void> {
    const { claim, ...ledger } = this.#ledger;
    await this.#write(ledger);
  }

  /** Writes down what was done before something failed: what is left comes again, and what comes after it waits. */
  async fail(error: unknown): Promise<void> {
    const { afterMs, heldUntil } = this.#lane.fail(error, this.#receiveCount());
    this.#failed = afterMs;
    const { claim, ...ledger } = this.#ledger;
    const [next] = this.events;
    const from = this.#lane.now + afterMs;
    const held =
      next === undefined
        ? ledger
        : { ...ledger, ...hold(ledger, { sequence: sequenceOf(next), from, until: heldUntil }) };
    // What may have been sent is looked for the next time.
    const keepsClaim = claim !== undefined && (this.#owesSearch || isUnsure(error));
    await this.#write(keepsClaim ? { ...held, claim: { ...claim, until: this.#lane.now } } : held);
  }

  /** All of it comes again: the lane has stopped, or somebody else was faster. */
  postpone(afterMs: number = this.#lane.stop?.afterMs ?? SOON_MS): void {
    this.#postponed = afterMs;
    this.#isLeftOut = afterMs > SHORT_MS;
  }

  /** Whether something kept its events from being dealt with: nothing more is to be done with it now. */
  get isLeft(): boolean {
    return this.#postponed !== undefined || this.#failed !== undefined;
  }

  /** Says which messages are to come again: where only an edit is owed, one of them will do. */
  async report(): Promise<void> {
    const { outcomes } = this.#lane.invocation;
    if (this.#isLeftOut) await this.#leaveHold();
    const all = [...this.#events, ...this.#followers];
    const left = this.#postponed === undefined ? this.events : all;
    const afterMs = this.#postponed ?? this.#failed ?? SOON_MS;
    for (const { received } of left) outcomes.again(received.messageId, afterMs);
    const newest = all.reduce((a, b) => (sequenceOf(b) > sequenceOf(a) ? b : a));
    if (left.length === 0 && owesEdit(this.#ledger))
      outcomes.again(newest.received.messageId, this.#failed ?? this.#editDelay(newest));
  }

  /** Those that come later would not wait that long for events that nobody has tried. */
  async #leaveHold(): Promise<void> {
    const [next] = this.events;
    if (next === undefined || this.#postponed === undefined) return;
    const from = this.#lane.now + this.#postponed;
    const held = { sequence: sequenceOf(next), from, until: from + LATE_MS };
    await this.#write({ ...this.#ledger, ...hold(this.#ledger, held) });
  }

  #editDelay({ received: { receiveCount } }: LaneEvent): number {
    const { random } = this.#lane.invocation;
    return Math.min(MAX_EDIT_MS, EDIT_MS * 2 ** Math.min(receiveCount - 1, 9)) * (0.5 + random());
  }

  async #write(ledger: Ledger): Promise<boolean> {
    const { ledgers, log, tally } = this.#lane.invocation;
    try {
      const written = await ledgers.write(ledger);
      if (written !== undefined) {
        this.#ledger = written;
        return true;
      }
    } catch (error) {
      const { taskId, target } = ledger;
      log.error('A ledger could not be written', { taskId, target, error: summarizeError(error) });
      tally.failures += 1;
      this.#comeAgain(backoffMs(this.#receiveCount(), this.#lane.invocation.random()));
      return false;
    }
    this.#comeAgain(SOON_MS);
    return false;
  }

  #comeAgain(afterMs: number): void {
    this.#postponed = Math.max(afterMs, this.#failed ?? this.#postponed ?? 0);
    this.#isLeftOut = false;
  }

  /** Of the event that came most often. */
  #receiveCount(): number {
    return Math.max(1, ...this.events.map(({ received }) => received.receiveCount));
  }

  #countTold({ received }: RunEvent): void {
    const { tally } = this.#lane.invocation;
    tally.told += 1;
    const took = this.#lane.now - Date.parse(received.event.detail.observedAt);
    tally.slowestMs = Math.max(tally.slowestMs, took);
  }
}

/** Whether the message of a rollout shows less than is known. */
export function owesEdit({ message, view }: Ledger): boolean {
  return message !== undefined && view !== undefined && message.shown < view.sequence;
}

/**
 * Reads the ledger of a task, and picks the events whose turn it is: the others are done, or come again.
 *
 * @returns undefined when there is nothing to do
 */
export async function openRun(
  lane: Lane,
  taskId: string,
  events: readonly LaneEvent[],
): Promise<TaskRun | undefined> {
  const { ledgers, outcomes, log, tally } = lane.invocation;
  const comeAgain = (afterMs: number) => {
    for (const { received } of events) outcomes.again(received.messageId, afterMs);
  };
  let ledger: Ledger;
  try {
    ledger = (await ledgers.read(lane.target, taskId)) ?? newLedger(lane.target, taskId);
  } catch (error) {
    tally.failures += 1;
    log.error('A ledger could not be read', { taskId, target: lane.target, error: summarizeError(error) });
    const receiveCount = Math.max(...events.map(({ received }) => received.receiveCount));
    comeAgain(backoffMs(receiveCount, lane.invocation.random()));
    return undefined;
  }
  const claimedFor = (ledger.claim?.until ?? 0) - lane.now;
  if (claimedFor > 0) {
    comeAgain(Math.min(claimedFor, SOON_MS));
    return undefined;
  }
  const { turns, followers } = sortOut(lane, ledger, events);
  if (turns.length === 0 && !(owesEdit(ledger) && followers.length > 0)) return undefined;
  return new TaskRun(lane, ledger, turns, followers);
}

function sortOut(lane: Lane, ledger: Ledger, events: readonly LaneEvent[]) {
  const { outcomes, tally } = lane.invocation;
  const turns: RunEvent[] = [];
  const followers: LaneEvent[] = [];
  let ahead = ledger.version === 0 ? undefined : withQuiet(ledger);
  for (const event of events.toSorted((a, b) => sequenceOf(a) - sequenceOf(b))) {
    const { firstReceivedAt, messageId } = event.received;
    const { detail } = event.received.event;
    const turn = turnOf(ahead, detail, lane.now, lane.now - firstReceivedAt);
    if (turn === 'wait') {
      tally.waiting += 1;
      outcomes.again(messageId, waitMs(ahead, detail.sequence, lane.now));
    } else if (turn === 'duplicate') {
      tally.duplicates += 1;
      followers.push(event);
    } else {
      const next = { ...event, late: turn === 'late' };
      turns.push(next);
      ahead = applied(ahead ?? ledger, next, lane.now);
    }
  }
  return { turns, followers };
}

/** How long an event waits whose turn it is not. Nobody has to look before the one that is held is tried again. */
function waitMs(progress: Ledger | undefined, sequence: number, now: number): number {
  const held = progress?.held;
  return held !== undefined && waitsFor(held, sequence, now) ? Math.max(SOON_MS, held.from - now) : SOON_MS;
}

function applied(ledger: Ledger, { received: { event } }: LaneEvent, now: number): Ledger {
  const { held, sent = [], message, ...rest } = ledger;
  const before = held === undefined ? rest : { ...rest, held };
  const left = sent.filter((sequence) => sequence !== event.detail.sequence);
  // What comes late may change what the message says of newer ones.
  const isOld = ledger.view !== undefined && event.detail.sequence < ledger.view.sequence;
  return {
    ...rest,
    ...advance(before, event.detail, now),
    view: fold(ledger.view, event),
    ...(message !== undefined && { message: isOld ? { ...message, shown: 0 } : message }),
    ...(left.length > 0 && { sent: left }),
  };
}

/** As long as somebody was at work on the task, none of its events could be dealt with. */
function withQuiet({ claim, appliedAt = 0, ...ledger }: Ledger): Ledger {
  return claim === undefined && appliedAt === 0
    ? ledger
    : { ...ledger, appliedAt: Math.max(appliedAt, claim?.until ?? 0) };
}

function isDealtWith({ applied: newest, gaps }: Ledger, sequence: number): boolean {
  return sequence <= newest && gaps.every(([from, to]) => sequence < from || sequence > to);
}

const sequenceOf = ({ received }: LaneEvent) => received.event.detail.sequence;

function newLedger(target: string, taskId: string): Ledger {
  return { target, taskId, version: 0, applied: 0, gaps: [], incidents: {} };
}

function isUnsure(error: unknown): boolean {
  return (
    !(error instanceof DestinationError) || (error.trouble.kind === 'unavailable' && error.trouble.unsure)
  );
}

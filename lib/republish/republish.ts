import pMap from 'p-map';
import { canonicalHash } from '../canonical-hash.ts';
import type { HistoryRow } from '../domain/events.ts';
import { describeError, summarizeError, UnreadableItemError } from '../errors.ts';
import type { EventBus, PublishOutcome } from '../ports.ts';
import { EventQueue } from './event-queue.ts';
import { type Clock, Pace } from './pace.ts';
import type { RepublishedHistory, RowPlace, RunStore } from './ports.ts';
import { doubted, eventIdOf, type RunState, sending, settle, taken } from './run-state.ts';

export interface RepublishDeps extends Clock {
  readonly history: Pick<RepublishedHistory, 'row'>;
  /** Marks what it publishes as replays, and never tries a request twice. */
  readonly bus: EventBus;
  readonly store: RunStore;
  /** Told of each event that is dealt with. */
  readonly onEvents: (events: number) => void;
  /** False once somebody wants it to end: no new request begins. */
  readonly mayGoOn: () => boolean;
}

/** What came of publishing. */
export interface Republished {
  readonly state: RunState;
  /** Events that were not published for a reason that will last, a sentence each. */
  readonly failed: readonly string[];
  /** Why it ended before its end; left out where it did not. */
  readonly stopped?: string;
}

/** The most that PutEvents takes. */
const MAX_EVENTS = 10;
/** Tries of an event, or of a bus that cannot be reached. */
const MAX_TRIES = 5;
const BACKOFF_MS = 200;
/** Requests in a row of which nobody knows whether they were taken. */
const MAX_DOUBTS = 3;
const CONCURRENCY = 10;

/**
 * Publishes rows of the history again, each task's in order: none is offered before the one before it was taken or, as in a poll,
 * refused for good. What is on its way is written down before and after each request.
 *
 * @param perSecond events
 */
export async function republish(
  state: RunState,
  places: readonly RowPlace[],
  perSecond: number,
  deps: RepublishDeps,
): Promise<Republished> {
  const run = new Run(state, places, perSecond, deps);
  while (await run.step());
  return run.result();
}

class Run {
  #state: RunState;
  readonly #queue: EventQueue;
  readonly #deps: RepublishDeps;
  readonly #pace: Pace;
  readonly #max: number;
  readonly #failed: string[] = [];
  readonly #tries = new Map<string, number>();
  #stopped: string | undefined;
  /** Tasks were left whose events a later process may publish. */
  #isLeftBehind = false;
  #outs = 0;
  #doubts = 0;

  constructor(state: RunState, places: readonly RowPlace[], perSecond: number, deps: RepublishDeps) {
    this.#state = state;
    this.#queue = new EventQueue(places);
    this.#deps = deps;
    this.#pace = new Pace(perSecond, deps);
    this.#max = Math.min(MAX_EVENTS, Math.max(1, Math.floor(perSecond)));
  }

  /** One request. @returns whether there may be more to do */
  async step(): Promise<boolean> {
    const places = this.#queue.next(this.#max);
    if (places.length === 0 || this.#stopped !== undefined) return false;
    if (!this.#deps.mayGoOn()) {
      this.#stopped = 'It was broken off';
      return false;
    }
    const offers = ofOneRequest(await this.#read(places));
    if (offers.length === 0) {
      await this.#deps.store.write(this.#state);
      return true;
    }
    await this.#pace.take(offers.length);
    await this.#deps.store.write(
      sending(
        this.#state,
        offers.map(({ place }) => place),
      ),
    );
    const outcomes = await this.#deps.bus.publish(
      offers.map(({ row }) => row),
      () => true,
    );
    const unknown: PublishOutcome = { kind: 'refused', code: NO_ANSWER };
    offers.forEach(({ place }, index) => {
      this.#settle(place, outcomes[index] ?? unknown);
    });
    await this.#deps.store.write(this.#state);
    await this.#rest(outcomes);
    return true;
  }

  /** The rows, without those that cannot be published: they are done with. */
  async #read(places: readonly RowPlace[]): Promise<Offer[]> {
    const found = await pMap(
      places,
      async (place) => ({ place, row: await readRow(place, this.#deps.history) }),
      { concurrency: CONCURRENCY },
    );
    return found.flatMap(({ place, row }) => {
      if (typeof row !== 'string') return [{ place, row }];
      this.#fail(place, row);
      return [];
    });
  }

  #settle(place: RowPlace, outcome: PublishOutcome): void {
    switch (outcome.kind) {
      case 'accepted':
        this.#state = taken(this.#state, [place]);
        this.#done(place);
        return;
      case 'refused-for-good':
        this.#fail(place, `the bus refuses it: ${outcome.code}`);
        return;
      case 'refused':
        if (outcome.code === NO_ANSWER) this.#doubt(place);
        else this.#tryAgain(place, outcome.code);
        return;
      case 'denied':
        this.#stopped = `The bus refuses everything: ${outcome.code}`;
        return;
      case 'unavailable':
        if (!isUntaken(outcome.error)) this.#doubt(place);
        return;
      default:
        outcome satisfies never;
    }
  }

  /** The task goes on only after it. */
  #tryAgain(place: RowPlace, code: string): void {
    const tries = (this.#tries.get(place.taskId) ?? 0) + 1;
    this.#tries.set(place.taskId, tries);
    if (tries < MAX_TRIES) return;
    this.#tries.delete(place.taskId);
    this.#queue.drop(place.taskId);
    this.#isLeftBehind = true;
    this.#failed.push(
      `${eventIdOf(place)}, and what follows it in its task: the bus refuses it for now: ${code}`,
    );
  }

  #fail(place: RowPlace, reason: string): void {
    this.#failed.push(`${eventIdOf(place)}: ${reason}`);
    this.#state = settle(this.#state, [place]);
    this.#done(place);
  }

  #doubt(place: RowPlace): void {
    this.#state = doubted(this.#state, [place]);
    this.#done(place);
  }

  #done(place: RowPlace): void {
    this.#tries.delete(place.taskId);
    this.#queue.remove([place]);
    this.#deps.onEvents(1);
  }

  /** A bus that does not answer is given some time, and not everything. */
  async #rest(outcomes: readonly PublishOutcome[]): Promise<void> {
    const errors = outcomes.flatMap((outcome) => (outcome.kind === 'unavailable' ? [outcome.error] : []));
    this.#outs = errors.length === outcomes.length ? this.#outs + 1 : 0;
    this.#doubts = errors.every(isUntaken) ? 0 : this.#doubts + 1;
    if (this.#doubts >= MAX_DOUBTS) this.#stopped ??= 'The answers of the bus get lost';
    if (this.#outs >= MAX_TRIES) this.#stopped ??= `The bus takes nothing: ${describeError(errors[0])}`;
    const tries = Math.max(this.#outs, ...this.#tries.values());
    if (this.#stopped === undefined && tries > 0) await this.#deps.sleep(BACKOFF_MS * 2 ** (tries - 1));
  }

  result(): Republished {
    const isThrough = this.#stopped === undefined && !this.#isLeftBehind;
    return {
      state: { ...this.#state, finished: isThrough },
      failed: this.#failed,
      ...(this.#stopped !== undefined && { stopped: this.#stopped }),
    };
  }
}

interface Offer {
  readonly place: RowPlace;
  readonly row: HistoryRow;
}

/** As a bus counts that makes one request of it: were it two, one might be tried again though nobody knows what came of it. */
const MAX_BYTES = 200_000;
/** What an entry has besides the row. */
const MORE_BYTES = 100;

/** The first of the rows, as many as one request may hold. */
function ofOneRequest(offers: readonly Offer[]): readonly Offer[] {
  let bytes = 0;
  const tooMany = offers.findIndex(({ row }, index) => {
    bytes += Buffer.byteLength(JSON.stringify(row) + (row.taskArn ?? '')) + MORE_BYTES;
    return index > 0 && bytes > MAX_BYTES;
  });
  return tooMany === -1 ? offers : offers.slice(0, tooMany);
}

/** @returns the row, or why it cannot be published */
async function readRow(
  { taskId, sequence }: RowPlace,
  history: RepublishDeps['history'],
): Promise<HistoryRow | string> {
  try {
    const row = await history.row(taskId, sequence);
    if (row === undefined) return 'its row is not there any more';
    const { hash, ...content } = row;
    return canonicalHash(content) === hash ? row : 'its row is not what was recorded: see "audit verify"';
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    return `its row cannot be understood: ${error.message}`;
  }
}

/** An answer without a result for an entry says neither yes nor no. */
const NO_ANSWER = 'NoResultForEntry';

/** No connection was made. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether a request that failed has certainly not been taken. */
function isUntaken(error: unknown): boolean {
  const { name, code = '', statusCode = 0 } = summarizeError(error);
  const isRefused = statusCode >= 400 && statusCode < 500 && statusCode !== 408;
  return isRefused || NOT_SENT.has(code) || name === 'CredentialsProviderError';
}

import {
  type EventBridgeClient,
  EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import pMap from 'p-map';
import type { HistoryRow } from '../domain/events.ts';
import { OtaWatchError } from '../errors.ts';
import type { EventBus, PublishOutcome } from '../ports.ts';
import { batchEntries, type EntryOptions, entryOf } from './put-events.ts';

const CONCURRENT_REQUESTS = 5;
/** After so many requests that failed as a whole, and none that succeeded, the bus is out: no more are made in a round. */
const MAX_FAILED_REQUESTS = 3;

/** The bus will never take such an entry. Codes that are not known are worth another try. */
const REFUSED_FOR_GOOD = new Set([
  'InvalidArgument',
  'MalformedDetail',
  'PutEventsRequestEntrySizeException',
  'RequestEntityTooLargeException',
  'ValidationException',
]);

const DENIED = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'InvalidAccountIdException',
  'InvalidSignatureException',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'UnrecognizedClientException',
]);

interface Offer {
  readonly index: number;
  readonly entry: PutEventsRequestEntry;
}

interface Result {
  readonly index: number;
  readonly outcome: PublishOutcome;
}

/** An EventBridge bus, by name or ARN. */
export function eventBus(client: EventBridgeClient, busName: string, options: EntryOptions = {}): EventBus {
  const suspects = new Suspects();
  return {
    async publish(rows, mayGoOn) {
      const offers = rows.map((row, index): Offer => ({ index, entry: entryOf(row, busName, options) }));
      const round = new Round(client, mayGoOn);
      const results = await round.offer(batchEntries(offers));
      // A request that fails while others succeed may fail because of one entry: the rest must not wait for it.
      const again = round.isBusUp ? await round.offer(round.failed.splice(0).flatMap(singles)) : [];
      return collect(suspects.judge([...results, ...again], rows), rows.length);
    },
  };
}

const singles = (batch: readonly Offer[]) => (batch.length > 1 ? batch.map((offer) => [offer]) : []);

/** The requests of one round. */
class Round {
  /** Batches whose request failed as a whole. */
  readonly failed: (readonly Offer[])[] = [];
  /** Whether any request succeeded. */
  isBusUp = false;
  readonly #client: EventBridgeClient;
  readonly #mayGoOn: () => boolean;

  constructor(client: EventBridgeClient, mayGoOn: () => boolean) {
    this.#client = client;
    this.#mayGoOn = mayGoOn;
  }

  async offer(batches: readonly (readonly Offer[])[]): Promise<Result[]> {
    const results = await pMap(batches, (batch) => this.#offerOne(batch), {
      concurrency: CONCURRENT_REQUESTS,
    });
    return results.flat();
  }

  async #offerOne(batch: readonly Offer[]): Promise<Result[]> {
    const isBusOut = !this.isBusUp && this.failed.length >= MAX_FAILED_REQUESTS;
    if (isBusOut || !this.#mayGoOn()) return [];
    const results = await putOrSplit(this.#client, batch);
    if (results.every(({ outcome }) => isFailure(outcome))) this.failed.push(batch);
    else this.isBusUp = true;
    return results;
  }
}

/** Refusals that may be about the request or the bus as well as about the entry. */
const AMBIGUOUS = new Set(['InvalidArgument', 'ValidationException']);

/**
 * Where not one entry was accepted, such a refusal is more likely about what all requests share: nothing is set aside for
 * it, publishing stops, and somebody is told. Unless the bus took others since it refused the same event before: a task whose
 * event is the only one on its way would wait for ever. Of several, one is to blame at a time: a bus that is out again says the
 * same of them all.
 */
class Suspects {
  /** By event id: how many entries the bus had taken when suspicion fell on the event. */
  readonly #takenBefore = new Map<string, number>();
  #taken = 0;

  judge(results: readonly Result[], rows: readonly HistoryRow[]): Result[] {
    const before = this.#taken;
    this.#taken += results.filter(({ outcome }) => outcome.kind === 'accepted').length;
    const isAnyTaken = this.#taken > before;
    let isOneToBlame = false;
    return results.map((result) => {
      const { index, outcome } = result;
      const eventId = rows[index]?.eventId ?? '';
      const isSuspect = outcome.kind === 'refused-for-good' && AMBIGUOUS.has(outcome.code) && !isAnyTaken;
      if (isSuspect && (isOneToBlame || !this.#tookOthersSince(eventId))) {
        this.#takenBefore.set(eventId, this.#taken);
        return { index, outcome: { kind: 'denied', code: outcome.code } };
      }
      isOneToBlame ||= isSuspect;
      this.#takenBefore.delete(eventId);
      return result;
    });
  }

  #tookOthersSince(eventId: string): boolean {
    const takenBefore = this.#takenBefore.get(eventId);
    return takenBefore !== undefined && this.#taken > takenBefore;
  }
}

/** One outcome a row, in the order of the rows. */
function collect(results: readonly Result[], length: number): PublishOutcome[] {
  const error = new OtaWatchError('Not offered: other requests failed, or time is short');
  const outcomes = Array.from({ length }, (): PublishOutcome => ({ kind: 'unavailable', error }));
  for (const { index, outcome } of results) outcomes[index] = outcome;
  return outcomes;
}

/** One bad entry spoils its whole request: then each is offered alone, to find it. */
async function putOrSplit(client: EventBridgeClient, batch: readonly Offer[]): Promise<Result[]> {
  const results = await put(client, batch);
  const isSpoiled = results.every(({ outcome }) => outcome.kind === 'refused-for-good');
  if (!isSpoiled || batch.length === 1) return results;
  const singles = await pMap(batch, (offer) => put(client, [offer]), { concurrency: 1 });
  return singles.flat();
}

function isFailure({ kind }: PublishOutcome): boolean {
  return kind === 'unavailable' || kind === 'denied';
}

/** One request: an outcome for each entry. */
async function put(client: EventBridgeClient, batch: readonly Offer[]): Promise<Result[]> {
  try {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) }),
    );
    return batch.map(({ index }, position) => ({ index, outcome: entryOutcome(Entries[position]) }));
  } catch (error) {
    return batch.map(({ index }) => ({ index, outcome: requestOutcome(error) }));
  }
}

/** A partial failure: the request succeeds, and its answer says which entries did not. */
function entryOutcome(result: PutEventsResultEntry | undefined): PublishOutcome {
  if (result === undefined) return { kind: 'refused', code: 'NoResultForEntry' };
  const { ErrorCode: code, ErrorMessage: message = '' } = result;
  if (code === undefined) return { kind: 'accepted' };
  if (REFUSED_FOR_GOOD.has(code)) return { kind: 'refused-for-good', code, message };
  return DENIED.has(code) ? { kind: 'denied', code } : { kind: 'refused', code };
}

function requestOutcome(error: unknown): PublishOutcome {
  if (!(error instanceof EventBridgeServiceException)) return { kind: 'unavailable', error };
  const { name: code, message } = error;
  if (DENIED.has(code)) return { kind: 'denied', code };
  const isTooLarge = error.$metadata.httpStatusCode === 413;
  if (isTooLarge || REFUSED_FOR_GOOD.has(code)) return { kind: 'refused-for-good', code, message };
  return { kind: 'unavailable', error };
}

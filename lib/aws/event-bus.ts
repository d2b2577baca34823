import {
  type EventBridgeClient,
  EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import pMap from 'p-map';
import { OtaWatchError } from '../errors.ts';
import type { EventBus, PublishOutcome } from '../ports.ts';
import { batchEntries, entryOf } from './put-events.ts';

const CONCURRENT_REQUESTS = 5;
/** After so many requests that failed as a whole, the others of a round are not made: the bus is out. */
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
export function eventBus(client: EventBridgeClient, busName: string): EventBus {
  return {
    async publish(rows) {
      const offers = rows.map((row, index): Offer => ({ index, entry: entryOf(row, busName) }));
      const notTried = new OtaWatchError('Not offered, since other requests failed');
      const outcomes: PublishOutcome[] = offers.map(() => ({ kind: 'unavailable', error: notTried }));
      let failedRequests = 0;
      const offer = async (batch: readonly Offer[]): Promise<void> => {
        if (failedRequests >= MAX_FAILED_REQUESTS) return;
        const results = await put(client, batch);
        if (results.every(({ outcome }) => isFailure(outcome))) failedRequests += 1;
        if (isSpoiled(results)) for (const single of batch) await offer([single]);
        else for (const { index, outcome } of results) outcomes[index] = outcome;
      };
      await pMap(batchEntries(offers), offer, { concurrency: CONCURRENT_REQUESTS });
      return outcomes;
    },
  };
}

function isFailure({ kind }: PublishOutcome): boolean {
  return kind === 'unavailable' || kind === 'denied';
}

/** One bad entry spoils its whole request: then each is offered alone, to find it. */
function isSpoiled(results: readonly Result[]): boolean {
  return results.length > 1 && results.every(({ outcome }) => outcome.kind === 'refused-for-good');
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

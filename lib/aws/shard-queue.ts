import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { OtaWatchError, summarizeError } from '../errors.ts';
import { type FanOut, type ShardMessage, shardMessageText, splitWork } from '../fan-out.ts';
import type { Log } from '../ports.ts';

export interface ShardQueueOptions {
  readonly queueUrl: string;
  /** Looks that are not worth sharing. */
  readonly above: number;
  /** Workers at once. */
  readonly workers: number;
}

export interface ShardQueueSurroundings {
  readonly log: Log;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** SendMessageBatch takes so many messages, and so many bytes of them together of any queue. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 250_000;
const CONCURRENT_REQUESTS = 5;
/** Of messages that a request did not take while it took others. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/** Workers that take their parts from an SQS queue. */
export function fanOut(
  client: SQSClient,
  { queueUrl, above, workers }: ShardQueueOptions,
  surroundings: ShardQueueSurroundings,
): FanOut {
  return {
    above,
    async split(work) {
      const shards = splitWork(work, { looksPerShard: Math.ceil(above / 2), workers });
      const results = await pMap(batchesOf(shards), (batch) => send(client, queueUrl, batch, surroundings), {
        concurrency: CONCURRENT_REQUESTS,
      });
      const failures = results.flat();
      if (failures.length > 0)
        surroundings.log.error('Parts of the poll could not be handed to workers', {
          shards: shards.length,
          failed: failures.length,
          error: summarizeError(failures[0]),
        });
      return { shards: shards.length, failed: failures.length };
    },
  };
}

/** As few requests as the limits allow, each made when it is its turn: all texts together take a lot of memory. */
function* batchesOf(shards: readonly ShardMessage[]): Generator<SendMessageBatchRequestEntry[]> {
  let batch: SendMessageBatchRequestEntry[] = [];
  let bytes = 0;
  for (const [index, shard] of shards.entries()) {
    const MessageBody = shardMessageText(shard);
    const size = Buffer.byteLength(MessageBody);
    if (batch.length > 0 && (batch.length === MAX_ENTRIES || bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ Id: String(index), MessageBody });
    bytes += size;
  }
  yield batch;
}

/** @returns an error for each message that was not taken */
async function send(
  client: SQSClient,
  QueueUrl: string,
  batch: readonly SendMessageBatchRequestEntry[],
  { sleep }: ShardQueueSurroundings,
): Promise<readonly unknown[]> {
  let left = batch;
  let failed: readonly BatchResultErrorEntry[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && left.length > 0; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS * 2 ** (attempt - 1));
    try {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl, Entries: [...left] }),
      );
      failed = Failed;
    } catch (error) {
      return left.map(() => error);
    }
    const ids = new Set(failed.map(({ Id }) => Id));
    left = left.filter(({ Id }) => ids.has(Id));
  }
  return failed.map(
    ({ Code }) =>
      new OtaWatchError(`The queue refuses a message: ${/^[\w.]{1,100}$/.exec(Code ?? '') ?? 'no code'}`),
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Call } from '../bus/lambda-endpoint.ts';
import type { EventSourceDefinition } from '../template/event-sources.ts';
import { readBatchAnswer } from './batch-answer.ts';
import type { Queues } from './queues.ts';
import { recordOf } from './records.ts';

/** What a standard queue may do. Set either function to have it done; both start undefined. */
export interface EventSourceFaults {
  /** The order in which a batch is handed over. */
  shuffle: ((records: readonly SQSRecord[]) => readonly SQSRecord[]) | undefined;
  /** Hands a message over twice: in a second invocation beside the first, or after it. */
  duplicate: ((record: SQSRecord) => 'at-once' | 'afterwards' | undefined) | undefined;
}

/** An invocation that failed, or a queue that did not answer; the messages come again. */
export interface BatchFailure {
  readonly source: EventSourceDefinition;
  readonly records: readonly SQSRecord[];
  readonly error: Error;
}

/** What a function has made of a batch. */
export interface HandledBatch {
  readonly source: EventSourceDefinition;
  readonly records: readonly SQSRecord[];
  /** Ids of the messages that failed, and come again. */
  readonly failed: ReadonlySet<string>;
}

export interface EventSourceOptions {
  readonly source: EventSourceDefinition;
  readonly queues: Queues;
  readonly region: string;
  readonly call: Call;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits for more messages as long as the definition says, as Lambda does; else only while the queue has more. */
  readonly keepsWindow?: boolean;
  readonly onFailure?: (failure: BatchFailure) => void;
  /** Called when a batch was dealt with: its messages that did not fail are out of the queue. */
  readonly onHandled?: (batch: HandledBatch) => void;
}

export interface EventSource {
  readonly faults: EventSourceFaults;
  /** Resolves when the queue is empty and no invocation is underway; at the latest when the signal is aborted. */
  idle(until?: AbortSignal): Promise<void>;
  /** Stops at once, and gives up invocations underway. */
  close(): Promise<void>;
}

/** Messages of one receive, seconds of a long poll (SQS API reference, ReceiveMessage). */
const MAX_MESSAGES = 10;
const LONG_POLL_SECONDS = 20;
const PAUSE_MS = 20;
const IDLE_PAUSE_MS = 100;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Takes the messages of a queue, and invokes a function with them, as an event source mapping of Lambda does. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { source, queues } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const faults: EventSourceFaults = { shuffle: undefined, duplicate: undefined };
  const underway = new Set<Promise<void>>();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const batch = await gather(options, signal);
      if (batch.length === 0) continue;
      const handled = handle(batch).finally(() => underway.delete(handled));
      underway.add(handled);
      if (underway.size >= (source.maximumConcurrency ?? Number.POSITIVE_INFINITY)) {
        await Promise.race(underway);
      }
    }
  }

  async function handle(batch: readonly SQSRecord[]): Promise<void> {
    const records = faults.shuffle?.(batch) ?? batch;
    const again = Map.groupBy(records, (record) => faults.duplicate?.(record));
    await Promise.all([deliver(records), invokeAgain(again.get('at-once'))]);
    await invokeAgain(again.get('afterwards'));
  }

  async function deliver(records: readonly SQSRecord[]): Promise<void> {
    const failed = await attempt(records).catch((cause) => {
      report(records, cause);
      return new Set(records.map(({ messageId }) => messageId));
    });
    options.onHandled?.({ source, records, failed });
  }

  async function attempt(records: readonly SQSRecord[]): Promise<ReadonlySet<string>> {
    const failed = await invoke(records, options, signal);
    await remove(
      records.filter(({ messageId }) => !failed.has(messageId)),
      options,
      signal,
    );
    return failed;
  }

  /** Whatever comes of a duplicate, the message is dealt with by its first delivery. */
  async function invokeAgain(records: readonly SQSRecord[] | undefined): Promise<void> {
    if (records === undefined || signal.aborted) return;
    await invoke(records, options, signal).catch((cause) => report(records, cause));
  }

  function report(records: readonly SQSRecord[], cause: unknown): void {
    if (signal.aborted) return;
    const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
    options.onFailure?.({ source, records, error });
  }

  async function keepRunning(): Promise<void> {
    while (!signal.aborted) {
      await run().catch((cause) => report([], cause));
      await pause(PAUSE_AFTER_FAILURE_MS, signal);
    }
  }

  const running = keepRunning();
  return {
    faults,
    idle: async (until = signal) => {
      const over = AbortSignal.any([signal, until]);
      while (!over.aborted && ((await queues.count(source.queue)) > 0 || underway.size > 0)) {
        await pause(IDLE_PAUSE_MS, over);
      }
    },
    close: async () => {
      stopped.abort();
      await Promise.all([running, ...underway]);
    },
  };
}

/** Waits for messages, and takes more of them until the batch is full or its time is over. */
async function gather(options: EventSourceOptions, signal: AbortSignal): Promise<readonly SQSRecord[]> {
  const { source, now, keepsWindow = false } = options;
  const records = await receive(MAX_MESSAGES, LONG_POLL_SECONDS, options, signal);
  if (records.length === 0) return records;
  const until = now() + source.windowSeconds * 1_000;
  while (records.length < source.batchSize && now() < until) {
    const more = await receive(source.batchSize - records.length, 0, options, signal);
    if (more.length === 0 && !keepsWindow) break;
    if (more.length === 0) await pause(PAUSE_MS, signal);
    records.push(...more);
  }
  return records;
}

async function receive(
  most: number,
  waitSeconds: number,
  { source, queues, region }: EventSourceOptions,
  abortSignal: AbortSignal,
): Promise<SQSRecord[]> {
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.urlOf(source.queue),
      MaxNumberOfMessages: Math.min(most, source.batchSize, MAX_MESSAGES),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
    { abortSignal },
  );
  return Messages.map((message) => recordOf(message, source.queueArn, region));
}

/** Invokes the function with a batch; gives the ids of the messages that failed. */
async function invoke(
  records: readonly SQSRecord[],
  { source, call }: EventSourceOptions,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const answer = await call(source.functionLogicalId, { Records: records }, signal);
  if (!source.reportsItemFailures) return new Set();
  return readBatchAnswer(answer, new Set(records.map(({ messageId }) => messageId)));
}

async function remove(
  records: readonly SQSRecord[],
  { source, queues }: EventSourceOptions,
  abortSignal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < records.length; start += MAX_MESSAGES) {
    const Entries = records
      .slice(start, start + MAX_MESSAGES)
      .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
    const command = new DeleteMessageBatchCommand({ QueueUrl: queues.urlOf(source.queue), Entries });
    const { Failed = [] } = await queues.client.send(command, { abortSignal });
    if (Failed.length > 0) throw new Error(`Messages were not deleted: ${JSON.stringify(Failed)}`);
  }
}

/** Ends early, without an error, when the signal is aborted. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

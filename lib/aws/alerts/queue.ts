import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AlertQueue, GivenBack } from '../../alerts/ports.ts';
import { summarizeError } from '../../errors.ts';
import type { Log } from '../../ports.ts';

/** Entries of one request (SQS API reference, ChangeMessageVisibilityBatch). */
const BATCH = 10;
/** Seconds (SQS API reference, ChangeMessageVisibility): twelve hours, less the time a receive may be old. */
const MAX_DELAY = 11 * 3_600;

/** What SQS takes in no text (SQS API reference, SendMessage). */
const NOT_ALLOWED = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** The queue of a notifier, and its dead-letter queue. */
export function alertQueue(
  client: SQSClient,
  urls: { readonly queue: string; readonly deadLetterQueue: string },
  log: Log,
): AlertQueue {
  const giveBackSome = async (messages: readonly GivenBack[]) => {
    try {
      const { Failed = [] } = await client.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: urls.queue,
          Entries: messages.map(({ receiptHandle, afterMs }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: Math.min(MAX_DELAY, Math.max(0, Math.ceil(afterMs / 1_000))),
          })),
        }),
      );
      if (Failed.length === 0) return;
      const codes = [...new Set(Failed.map(({ Code }) => Code))];
      log.warn('Messages come again later than they should', { messages: Failed.length, codes });
    } catch (error) {
      const fields = { messages: messages.length, error: summarizeError(error) };
      log.warn('Messages come again later than they should', fields);
    }
  };

  return {
    async giveBack(messages) {
      const batches = Array.from({ length: Math.ceil(messages.length / BATCH) }, (_, index) =>
        messages.slice(index * BATCH, (index + 1) * BATCH),
      );
      await Promise.all(batches.map(giveBackSome));
    },

    async setAside(body, { target, answer }) {
      const attribute = (value: string) => ({
        DataType: 'String',
        StringValue: value.replaceAll(NOT_ALLOWED, '\uFFFD'),
      });
      await client.send(
        new SendMessageCommand({
          QueueUrl: urls.deadLetterQueue,
          MessageBody: body,
          MessageAttributes: { target: attribute(target), answer: attribute(answer) },
        }),
      );
    },
  };
}

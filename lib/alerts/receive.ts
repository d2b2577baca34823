import { z } from 'zod';
import { OtaWatchError, placesText } from '../errors.ts';
import type { Batch } from './notify.ts';
import type { ReceivedEvent } from './ports.ts';
import { readPublishedEvent } from './read-event.ts';

/** A message of the queue that is no event of ota-watch. */
export interface UnreadableMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** When the queue took it, epoch milliseconds. */
  readonly sentAt: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  readonly body: string;
  readonly error: Error;
}

/** A message is not of the form that EventBridge gives an event. The message says where, never what stood there. */
class MessageFormError extends OtaWatchError {
  override readonly name = 'MessageFormError';
}

const Records = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({
        ApproximateReceiveCount: z.coerce.number().int().positive(),
        SentTimestamp: z.coerce.number().int().nonnegative(),
        ApproximateFirstReceiveTimestamp: z.coerce.number().int().nonnegative(),
      }),
    }),
  ),
});

/** What is noted of an event has a key with the task's id in it, and little besides; DynamoDB takes 2,048 bytes. */
const MAX_ID_BYTES = 1_536;

const Envelope = z.object({ source: z.string(), 'detail-type': z.string(), detail: z.unknown() });

/**
 * Reads what Lambda hands over of a queue.
 *
 * @throws MessageFormError for what is no batch of a queue
 */
export function receive(input: unknown): Batch {
  const parsed = Records.safeParse(input);
  if (!parsed.success) throw new MessageFormError(`This is no batch of a queue: ${placesOf(parsed.error)}`);
  const events: ReceivedEvent[] = [];
  const unreadable: UnreadableMessage[] = [];
  for (const { messageId, receiptHandle, body, attributes } of parsed.data.Records) {
    try {
      events.push({
        messageId,
        receiptHandle,
        body,
        sentAt: attributes.SentTimestamp,
        firstReceivedAt: attributes.ApproximateFirstReceiveTimestamp,
        receiveCount: attributes.ApproximateReceiveCount,
        event: readBody(body),
      });
    } catch (error) {
      if (!(error instanceof OtaWatchError)) throw error;
      unreadable.push({
        messageId,
        receiptHandle,
        sentAt: attributes.SentTimestamp,
        receiveCount: attributes.ApproximateReceiveCount,
        body,
        error,
      });
    }
  }
  return { events, unreadable };
}

function readBody(body: string): ReceivedEvent['event'] {
  const parsed = Envelope.safeParse(parseJson(body));
  if (!parsed.success) throw new MessageFormError(`The body is no event: ${placesOf(parsed.error)}`);
  const { source, 'detail-type': detailType, detail } = parsed.data;
  const event = readPublishedEvent({ source, detailType, detail });
  if (event === undefined) throw new MessageFormError('The event is of another source');
  if (Buffer.byteLength(event.detail.taskId) > MAX_ID_BYTES)
    throw new MessageFormError(`detail.taskId has more than ${MAX_ID_BYTES} bytes`);
  return event;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function placesOf(error: z.ZodError): string {
  return placesText(error.issues.map(({ path, code }) => `${path.join('.') || 'all of it'} (${code})`));
}

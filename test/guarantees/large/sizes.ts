import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { entrySize } from '../../../lib/aws/put-events.ts';
import type { Answered, GatedRequest } from '../../support/gate.ts';
import { writtenItems } from '../../support/written-items.ts';

/** What a member of a map or a list costs besides what it holds (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html). */
const CONTAINER_BYTES = 3;
const MEMBER_BYTES = 1;

const Entry = z.object({
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  Resources: z.array(z.string()),
  Time: z.number().transform((seconds) => new Date(seconds * 1_000)),
});
const PutEvents = z.object({ Entries: z.array(Entry) });

/** DynamoDB's limit for an item. */
export const MAX_ITEM_BYTES = 400 * 1_024;
/** Ours for an event, and for a request of them. */
export const MAX_EVENT_BYTES = 64 * 1_024;
export const MAX_REQUEST_BYTES = 200_000;
export const MAX_REQUEST_ENTRIES = 10;

/** The largest that was seen on the wire. */
export interface Sizes {
  item: number;
  event: number;
  request: number;
  entries: number;
}

/** Measures what went out, whatever came of it. */
export class WireScales {
  readonly largest: Sizes = { item: 0, event: 0, request: 0, entries: 0 };
  /** Answers that say that something is too large. */
  readonly refused: string[] = [];

  readonly weigh = ({ operation, body }: GatedRequest, answer: Answered): void => {
    for (const { item } of writtenItems(operation, body)) this.#note('item', itemBytes(item));
    if (operation === 'PutEvents') this.#weighEvents(PutEvents.parse(JSON.parse(body)).Entries);
    if (/size|too large/i.test(answer.body) && answer.status >= 400) this.refused.push(answer.body);
  };

  problems(): string[] {
    const { item, event, request, entries } = this.largest;
    return [
      ...this.refused.map((text) => `refused: ${text.slice(0, 200)}`),
      ...(item > MAX_ITEM_BYTES ? [`an item of ${item} bytes`] : []),
      ...(event > MAX_EVENT_BYTES ? [`an event of ${event} bytes`] : []),
      ...(request > MAX_REQUEST_BYTES ? [`a request of ${request} bytes`] : []),
      ...(entries > MAX_REQUEST_ENTRIES ? [`a request of ${entries} entries`] : []),
    ];
  }

  #weighEvents(entries: readonly PutEventsRequestEntry[]): void {
    const sizes = entries.map(entrySize);
    for (const size of sizes) this.#note('event', size);
    this.#note(
      'request',
      sizes.reduce((sum, size) => sum + size, 0),
    );
    this.#note('entries', entries.length);
  }

  #note(what: keyof Sizes, size: number): void {
    this.largest[what] = Math.max(this.largest[what], size);
  }
}

/** Size of an item as DynamoDB counts it, in bytes. */
function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + valueBytes(value), 0);
}

/** @param value an AttributeValue, as it is on the wire */
function valueBytes(value: unknown): number {
  const [[type, held] = ['', undefined]] = Object.entries(z.record(z.string(), z.unknown()).parse(value));
  switch (type) {
    case 'S':
      return bytes(String(held));
    case 'N':
      return Math.ceil(String(held).length / 2) + 1;
    case 'M': {
      const members = z.record(z.string(), z.unknown()).parse(held);
      return CONTAINER_BYTES + itemBytes(members) + Object.keys(members).length * MEMBER_BYTES;
    }
    case 'L':
      return z
        .array(z.unknown())
        .parse(held)
        .reduce<number>((sum, member) => sum + valueBytes(member) + MEMBER_BYTES, CONTAINER_BYTES);
    default:
      return 1;
  }
}

const bytes = (text: string) => Buffer.byteLength(text);

import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { canonicalJson } from '../canonical-hash.ts';
import { detailOf, type HistoryRow, SOURCE } from '../domain/events.ts';

/** PutEvents takes this many entries. */
const MAX_ENTRIES = 10;
/** PutEvents takes 256 KB; the rest is room for how AWS counts. */
const MAX_BYTES = 200_000;

export interface EntryOptions {
  /** Marks the event as one that is published again, so that consumers can tell. */
  readonly replay?: boolean;
}

/** A row as an entry of PutEvents. */
export function entryOf(
  row: HistoryRow,
  busName: string,
  { replay = false }: EntryOptions = {},
): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: SOURCE,
    DetailType: row.detailType,
    Time: new Date(row.observedAt),
    Resources: row.taskArn === undefined ? [] : [row.taskArn],
    // The same bytes for every delivery: a row that comes back from the table has its fields in another order.
    Detail: canonicalJson(replay ? { ...detailOf(row), replay } : detailOf(row)),
  };
}

/**
 * Size of an entry as EventBridge counts it, in bytes
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html).
 */
export function entrySize(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const time = entry.Time === undefined ? 0 : 14;
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), time);
}

/** Splits entries, in order, into as few requests as the limits allow. An entry over the limit goes alone. */
export function batchEntries<Item extends { readonly entry: PutEventsRequestEntry }>(
  items: readonly Item[],
): Item[][] {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = entrySize(item.entry);
    const last = batches.at(-1);
    if (last !== undefined && last.length < MAX_ENTRIES && bytes + size <= MAX_BYTES) {
      last.push(item);
      bytes += size;
    } else {
      batches.push([item]);
      bytes = size;
    }
  }
  return batches;
}

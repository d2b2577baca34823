import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { DatabaseBusyError } from '../errors.ts';

export type StoredItem = Readonly<Record<string, unknown>>;

/** Of one request (Amazon DynamoDB API reference, BatchGetItem). */
const MAX_KEYS = 100;
const REQUESTS_AT_ONCE = 8;
/** Before items that were left out, all of a request, are asked for again; milliseconds. */
const PAUSES_MS = [20, 50, 100, 200, 400];

/**
 * Items of different ids, in any order: those that are there.
 *
 * @param ConsistentRead whether they are to be as they are now; else, at half the price, they may be as they were a moment ago
 * @throws DatabaseBusyError when the database leaves out items however often they are asked for
 */
export async function batchRead(
  client: DynamoDBDocumentClient,
  tableName: string,
  taskIds: readonly string[],
  ConsistentRead: boolean,
): Promise<StoredItem[]> {
  const batches = Array.from({ length: Math.ceil(taskIds.length / MAX_KEYS) }, (_, index) =>
    taskIds.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS).map((taskId) => ({ taskId })),
  );
  const items = await pMap(batches, (keys) => readBatch(client, tableName, { Keys: keys, ConsistentRead }), {
    concurrency: REQUESTS_AT_ONCE,
  });
  return items.flat();
}

async function readBatch(
  client: DynamoDBDocumentClient,
  tableName: string,
  { Keys, ConsistentRead }: { readonly Keys: Record<string, unknown>[]; readonly ConsistentRead: boolean },
): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  const pauses = PAUSES_MS.values();
  for (let keys = Keys; keys.length > 0; ) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: keys, ConsistentRead } } }),
    );
    items.push(...(Responses?.[tableName] ?? []));
    const left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    // Items that are too large for one answer are no reason to wait.
    if (left.length === keys.length) {
      const pause = pauses.next().value;
      if (pause === undefined) throw new DatabaseBusyError(`${left.length} items were not read`);
      await sleep(pause);
    }
    keys = left;
  }
  return items;
}

/** Fewer items than that are not worth reading a whole table. */
const WORTH_A_SCAN = 2 * MAX_KEYS;
/** Items for which another part of a table is read at the same time, and most parts: what is underway is in memory, as text. */
const ITEMS_OF_SEGMENT = 2_000;
const MAX_SEGMENTS = 3;

/**
 * Reads a table, as it is now, for as long as each page has more of the items that are looked for than another request would
 * read.
 *
 * @param wanted how many items are looked for
 * @param take is given each item, and says whether it was looked for
 */
export async function scanFor(
  client: DynamoDBDocumentClient,
  TableName: string,
  wanted: number,
  take: (item: StoredItem) => boolean,
): Promise<void> {
  if (wanted <= WORTH_A_SCAN) return;
  const TotalSegments = Math.min(MAX_SEGMENTS, Math.ceil(wanted / ITEMS_OF_SEGMENT));
  const readSegment = async (Segment: number) => {
    let start: Record<string, unknown> | undefined;
    let found: number;
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName,
          ConsistentRead: true,
          ...(TotalSegments > 1 && { Segment, TotalSegments }),
          ...(start !== undefined && { ExclusiveStartKey: start }),
        }),
      );
      found = Items.filter(take).length;
      start = LastEvaluatedKey;
    } while (start !== undefined && found > MAX_KEYS);
  };
  await Promise.all(Array.from({ length: TotalSegments }, (_, segment) => readSegment(segment)));
}

import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { placeOf, type Range } from '../domain/shards.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { stampOf } from './task-memory.ts';

/** The index of the tasks that are watched or asked for: only their items have its keys. */
const LIVE_INDEX = 'live';

/** Bits of a place that name its shard: the first ones, so that a range of places is in few shards. */
const SHARD_BITS = 2;
const PLACE_DIGITS = 8;

/** Keys of the index: `place` is the task's place on the ring, eight hexadecimal digits. */
export interface IndexKeys {
  readonly shard: string;
  readonly place: string;
}

/** @returns undefined for a task that is not in the index */
export function indexKeysOf({ taskId, state }: TrackedTask): IndexKeys | undefined {
  if (state !== 'live' && state !== 'requested') return undefined;
  const place = placeOf(taskId);
  return { shard: String(shardOf(place)), place: placeText(place) };
}

/**
 * Stamps of the tasks of a range by task id, eventually consistent: what was written a moment ago may be missing, or be there as it
 * was before.
 */
export async function readIndex(
  client: DynamoDBDocumentClient,
  TableName: string,
  { from, to }: Range,
): Promise<Map<string, string>> {
  const last = to - 1;
  const shards = Array.from(
    { length: shardOf(last) - shardOf(from) + 1 },
    (_, index) => shardOf(from) + index,
  );
  const stamps = new Map<string, string>();
  await Promise.all(
    shards.map(async (shard) => {
      const query = {
        TableName,
        IndexName: LIVE_INDEX,
        KeyConditionExpression: '#shard = :shard AND #place BETWEEN :from AND :last',
        ProjectionExpression: '#taskId, #version, #writeId',
        ExpressionAttributeNames: {
          '#shard': 'shard',
          '#place': 'place',
          '#taskId': 'taskId',
          '#version': 'version',
          '#writeId': 'writeId',
        },
        ExpressionAttributeValues: {
          ':shard': String(shard),
          ':from': placeText(from),
          ':last': placeText(last),
        },
      };
      for await (const { Items = [] } of paginateQuery({ client }, query))
        for (const item of Items) stamps.set(String(item.taskId), stampOf(item));
    }),
  );
  return stamps;
}

const shardOf = (place: number) => Math.floor(place / 2 ** (32 - SHARD_BITS));

const placeText = (place: number) => place.toString(16).padStart(PLACE_DIGITS, '0');

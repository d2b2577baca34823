import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { seededRollout } from './rollouts.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** Over which the rollouts are spread. */
const DAYS = 90;
/** The most that BatchWriteItem takes. */
const BATCH = 25;
const WRITERS = 16;
const REMEMBERED_MS = 7 * DAY;
const LOOK_MS = 37;

export interface SeedOptions {
  readonly tables: { readonly tasks: string; readonly history: string };
  readonly tasks: number;
  /** About how many history rows in all. */
  readonly rows: number;
  /** Tasks that are still going on. */
  readonly live: number;
  /** Epoch milliseconds at which the story ends. */
  readonly now: number;
  readonly onProgress: (rows: number, tasks: number) => void;
}

/** Fills both tables as 90 days of polls would have; returns how many history rows there are. */
export async function seed(client: DynamoDBDocumentClient, options: SeedOptions): Promise<number> {
  const { tables, tasks, live, now, onProgress } = options;
  let rows = 0;
  let done = 0;
  const one = async (index: number) => {
    const { item, rows: history } = seededRollout(index, ...spanOf(index, options));
    await write(client, tables.history, history);
    const isRemembered = item.state === 'live' || (item.state === 'ended' && item.expiresAt * 1_000 > now);
    if (isRemembered) await write(client, tables.tasks, [{ ...item, writeId: 'seed' }]);
    rows += history.length;
    done += 1;
    onProgress(rows, done);
  };
  // Those that are still going on first: they are few, and a shorter run has them as well.
  await pMap(
    Array.from({ length: tasks }, (_, index) => index),
    one,
    { concurrency: WRITERS },
  );
  await write(client, tables.tasks, [{ taskId: '#poll', watchingSince: now - DAYS * DAY }]);
  if (live > tasks) throw new RangeError('more live tasks than tasks');
  return rows;
}

/** When a rollout began, how many minutes it was watched, and whether it is over. */
function spanOf(index: number, { tasks, rows, live, now }: SeedOptions): [number, number, boolean] {
  const minutes = Math.max(4, Math.round(rows / tasks) - 4);
  // A poll looks at one task after the other: no two of them in the same millisecond.
  if (index < live) return [now - minutes * MINUTE - index * LOOK_MS, minutes, false];
  const earliest = now - DAYS * DAY;
  const latest = now - REMEMBERED_MS / 100 - minutes * MINUTE;
  const share = (index - live) / Math.max(1, tasks - live - 1);
  return [Math.round(earliest + share * (latest - earliest)), minutes, true];
}

async function write(client: DynamoDBDocumentClient, table: string, items: readonly object[]): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    let left = items.slice(start, start + BATCH).map((Item) => ({ PutRequest: { Item: { ...Item } } }));
    while (left.length > 0) {
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table]: left } }),
      );
      left = (UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
        PutRequest?.Item === undefined ? [] : [{ PutRequest: { Item: PutRequest.Item } }],
      );
    }
  }
}

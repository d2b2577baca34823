import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { ProblemError } from '../../api/problem.ts';
import type { StoredRow } from '../../ports.ts';
import type { HistoryTable } from './row-query.ts';

type Key = Readonly<Record<string, unknown>>;

/** Of one request (Amazon DynamoDB API reference, BatchGetItem). */
const MAX_KEYS = 100;
const CONCURRENCY = 5;
/** Before rows that were left out are asked for again, milliseconds. */
const PAUSES_MS = [20, 50, 100, 200, 400];

/**
 * Rows by taskId and sequence, in any order, those that are there; of those written just now, maybe not all. No key may be given twice.
 *
 * @throws ProblemError `unavailable`, when the database leaves out rows however often they are asked for
 */
export async function batchGet(table: HistoryTable, keys: readonly Key[]): Promise<StoredRow[]> {
  const batches = Array.from({ length: Math.ceil(keys.length / MAX_KEYS) }, (_, index) =>
    keys
      .slice(index * MAX_KEYS, (index + 1) * MAX_KEYS)
      .map(({ taskId, sequence }) => ({ taskId, sequence })),
  );
  const rows = await pMap(batches, (batch) => getBatch(table, batch), { concurrency: CONCURRENCY });
  return rows.flat();
}

async function getBatch({ client, tableName }: HistoryTable, batch: readonly Key[]): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  let keys: Key[] = [...batch];
  for (const pause of [...PAUSES_MS, undefined]) {
    const answer = await client.send(new BatchGetCommand({ RequestItems: { [tableName]: { Keys: keys } } }));
    rows.push(...(answer.Responses?.[tableName] ?? []));
    keys = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (keys.length === 0) return rows;
    if (pause !== undefined) await sleep(pause);
  }
  throw new ProblemError('unavailable', `The history is too busy: ${keys.length} rows were not read`);
}

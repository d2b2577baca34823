import { z } from 'zod';
import { readPosition } from '../../api/cursor.ts';
import type { PageRequest, RowPage } from '../../api/ports.ts';
import type { StoredRow } from '../../ports.ts';
import type { Key } from '../exact-keys.ts';
import { batchGet } from './batch-get.ts';
import { fitting, PageBudget } from './page-budget.ts';
import { rowCondition, typesOf } from './row-filter.ts';
import { type HistoryTable, queryRows } from './row-query.ts';

/** The sequence that the search has come to, itself included. */
const Place = z.object({ sequence: z.int() });

/**
 * A page of one task's rows, by sequence. Clocks may step back, so that sequences do not tell where a time begins: a filter by
 * time reads all rows, a bounded number at once.
 */
export async function rowsOfTask(
  table: HistoryTable,
  taskId: string,
  { filter, order, limit, after }: PageRequest,
): Promise<RowPage> {
  if (typesOf(filter)?.length === 0) return { rows: [] };
  const condition = rowCondition(filter);
  const place = after && readPosition(Place, after).sequence;
  const query = {
    partition: { name: 'taskId', value: taskId },
    range: { name: 'sequence', ...spanOf(place, order) },
    order,
    ...(condition && { filter: condition }),
  };
  if (query.range.low > query.range.high) return { rows: [] };

  const rows: StoredRow[] = [];
  const budget = new PageBudget();
  let lastKey: Key | undefined;
  for (let reads = 0; ; reads += 1) {
    // One more than is shown, which tells whether there is a next page.
    const missing = limit + 1 - rows.length;
    const answer = await queryRows(table, {
      ...query,
      limit: budget.readSize(missing, reads),
      ...(lastKey && { startKey: lastKey }),
    });
    rows.push(...answer.rows);
    budget.spend(answer);
    lastKey = answer.lastKey;
    if (lastKey === undefined || rows.length > limit || budget.isSpent) break;
  }
  return pageOf(table, rows, { limit, order, ...(lastKey && { lastKey }) });
}

function spanOf(place: number | undefined, order: PageRequest['order']) {
  if (order === 'asc') return { low: (place ?? 0) + 1, high: Number.MAX_SAFE_INTEGER };
  return { low: 1, high: (place ?? Number.MAX_SAFE_INTEGER) - 1 };
}

async function pageOf(
  table: HistoryTable,
  found: readonly StoredRow[],
  { limit, order, lastKey }: Pick<PageRequest, 'limit' | 'order'> & { readonly lastKey?: Key },
): Promise<RowPage> {
  const rows = found.slice(0, fitting(found, limit));
  const last = rows.at(-1);
  if (rows.length < found.length && last !== undefined) return { rows, ...placeOf(last, order) };
  if (lastKey === undefined) return { rows };
  const key = { taskId: lastKey.taskId?.S, sequence: Number(lastKey.sequence?.N) };
  const [searched = key] = await batchGet(table, [key]);
  return { rows, ...placeOf(searched, order) };
}

/** A place that no event has is between two: the search goes on with the next event. */
function placeOf(
  { sequence, observedAt }: StoredRow,
  order: PageRequest['order'],
): Pick<RowPage, 'next' | 'searchedThrough'> {
  const place = order === 'asc' ? Math.floor(Number(sequence)) : Math.ceil(Number(sequence));
  return {
    next: { sequence: place },
    ...(typeof observedAt === 'string' && { searchedThrough: observedAt }),
  };
}

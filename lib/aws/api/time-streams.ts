import type { Order } from '../../api/ports.ts';
import type { StoredRow } from '../../ports.ts';
import type { Key } from '../exact-keys.ts';
import { dayOf, isEmpty, restFrom, type Span, spanOfDay, startOf, step, stepDay } from './instants.ts';
import { DETAIL_TYPES } from './row-filter.ts';
import { type Condition, type HistoryTable, queryRows, type RowAnswer, type RowQuery } from './row-query.ts';

/** What one read of a stream brought. */
export interface Batch {
  readonly rows: readonly StoredRow[];
  /** The instant before which nothing is missing (after which, where the order is descending); left out at the end. */
  readonly through?: string;
  readonly scanned: number;
}

/** Rows in the order of their instants. Those of one instant come in any order, and maybe not all in one batch. */
export interface TimeStream {
  /** @param limit rows that are read at most */
  read(limit: number): Promise<Batch>;
}

export interface StreamOptions {
  readonly span: Span;
  readonly order: Order;
}

/** Rows of one type. */
export function typeStream(
  table: HistoryTable,
  type: string,
  { span, order, filter }: StreamOptions & { readonly filter?: Condition },
): TimeStream {
  const query = { ...queryOfType(type, span, order), ...(filter && { filter }) };
  let startKey: Key | undefined;
  return {
    async read(limit) {
      const { rows, scanned, lastKey } = await queryRows(table, {
        ...query,
        limit,
        ...(startKey && { startKey }),
      });
      startKey = lastKey;
      return { rows, scanned, ...(lastKey && { through: String(lastKey.observedAt?.S) }) };
    },
  };
}

/**
 * Rows of every type, day by day. Days without rows cost nothing: from one, the index by type tells on which day to go on, and so
 * where to begin if the beginning is open. A later version's types are no partitions that this one knows to ask: days that have
 * rows of such types only may be left out, since looking for them would be a query for each day of the calendar.
 */
export function dayStream(table: HistoryTable, { span, order }: StreamOptions, isOpen: boolean): TimeStream {
  let rest = span;
  let startKey: Key | undefined;
  let isLost = isOpen;
  // Days are searched through their last row, not through their end: more rows may come until then.
  let through = startOf(span, order);
  return {
    async read(limit) {
      if (isLost) {
        const nearest = await nearestInstant(table, rest, order);
        if (nearest === undefined) return { rows: [], scanned: 0 };
        rest = restFromDayOf(nearest, rest, order);
      }
      const day = dayOf(startOf(rest, order));
      const { rows, scanned, lastKey } = await queryRows(table, {
        index: 'byDay',
        partition: { name: 'day', value: day },
        range: { name: 'observedAt', ...within(rest, spanOfDay(day)) },
        order,
        limit,
        ...(startKey && { startKey }),
      });
      startKey = lastKey;
      isLost = lastKey === undefined && rows.length === 0;
      through = throughOf({ rows, ...(lastKey && { lastKey }) }, order) ?? through;
      if (lastKey === undefined) rest = restFrom(stepDay(day, order), rest, order);
      return { rows, scanned, ...(!isEmpty(rest) && { through }) };
    },
  };
}

/** Text of no day is where it is: the database may have another order of what is no ASCII. */
function restFromDayOf(nearest: string, rest: Span, order: Order): Span {
  const day = dayOf(nearest);
  if (day === nearest) return restFrom(nearest, rest, order);
  return within(rest, restFrom(startOf(spanOfDay(day), order), rest, order));
}

function throughOf({ rows, lastKey }: Pick<RowAnswer, 'rows' | 'lastKey'>, order: Order): string | undefined {
  if (lastKey !== undefined) return String(lastKey.observedAt?.S);
  const last = rows.at(-1);
  return last && step(String(last.observedAt), order);
}

/** The instant of the first row in a span, in the order of the search. */
async function nearestInstant(table: HistoryTable, span: Span, order: Order): Promise<string | undefined> {
  const answers = await Promise.all(
    DETAIL_TYPES.map((type) => queryRows(table, { ...queryOfType(type, span, order), limit: 1 })),
  );
  const instants = answers.flatMap(({ rows }) => rows.map(({ observedAt }) => String(observedAt))).sort();
  return instants.at(order === 'asc' ? 0 : -1);
}

function queryOfType(type: string, span: Span, order: Order): Omit<RowQuery, 'limit'> {
  return {
    index: 'byType',
    partition: { name: 'detailType', value: type },
    range: { name: 'observedAt', ...span },
    order,
  };
}

function within(a: Span, b: Span): Span {
  return { low: a.low > b.low ? a.low : b.low, high: a.high < b.high ? a.high : b.high };
}

import type { StoredRow } from '../ports.ts';
import type { GetTaskHistoryQuery, ListHistoryQuery } from './generated/api.ts';
import type { HistoryPages, PageRequest, Position, RowFilter, RowPage } from './ports.ts';

/** A page of rows as they are stored, and where the next one begins. */
export interface HistoryAnswer {
  readonly page: { readonly items: readonly StoredRow[]; readonly searchedThrough?: string };
  readonly next?: Position;
}

/** Rows of one task, by sequence. */
export async function taskHistory(
  taskId: string,
  query: Omit<GetTaskHistoryQuery, 'cursor'>,
  after: Position | undefined,
  history: Pick<HistoryPages, 'ofTask'>,
): Promise<HistoryAnswer> {
  return answerOf(await history.ofTask(taskId, requestOf(query, query.limit, after)));
}

/** Rows of all tasks, by time; of one task, by sequence. */
export async function listHistory(
  query: Omit<ListHistoryQuery, 'cursor'>,
  after: Position | undefined,
  history: Pick<HistoryPages, 'ofTask' | 'byTime'>,
): Promise<HistoryAnswer> {
  return answerOf(await findRows(query, query.limit, after, history));
}

/** Which rows are looked for, whatever form they are shown in. */
export type RowsQuery = Omit<ListHistoryQuery, 'cursor' | 'limit'>;

/** A page of the rows that a query finds. */
export function findRows(
  query: RowsQuery,
  limit: number,
  after: Position | undefined,
  history: Pick<HistoryPages, 'ofTask' | 'byTime'>,
): Promise<RowPage> {
  const request = requestOf(query, limit, after);
  return query.taskId === undefined ? history.byTime(request) : history.ofTask(query.taskId, request);
}

function requestOf(query: RowsQuery, limit: number, after: Position | undefined): PageRequest {
  const { from, to, type: types, severity: severities, order } = query;
  const filter: RowFilter = {
    ...(from !== undefined && { from: canonicalInstant(from) }),
    ...(to !== undefined && { to: canonicalInstant(to) }),
    ...(types && { types }),
    ...(severities && { severities }),
  };
  return { filter, order, limit, ...(after && { after }) };
}

/** The last instant of four digits: a later one, which a time zone can make, would sort before all others. */
const LAST_INSTANT = '9999-12-31T23:59:59.999Z';

/** As rows have instants, which are compared as text. */
function canonicalInstant(given: string): string {
  const text = new Date(given).toISOString();
  return text.startsWith('+') ? LAST_INSTANT : text;
}

function answerOf({ rows, next, searchedThrough }: RowPage): HistoryAnswer {
  return {
    page: { items: rows, ...(searchedThrough !== undefined && { searchedThrough }) },
    ...(next && { next }),
  };
}

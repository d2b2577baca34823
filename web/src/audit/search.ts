import type { HistoryPage, HistoryRow } from '../../../lib/api/generated/api.ts';

/** Reads a page; the first one without a cursor. */
export type ReadPage = (cursor: string | undefined, signal: AbortSignal) => Promise<HistoryPage>;

/** How far a search has come. */
export interface Search {
  /**
   * `searching`; `more`: rows were found, and there is more; `paused`: nothing was found for long, or people stopped it, and
   * there is more; `done`: there is no more; `failed`: see `error`.
   */
  readonly phase: 'searching' | 'more' | 'paused' | 'done' | 'failed';
  readonly rows: readonly HistoryRow[];
  readonly next?: string;
  /** ISO 8601; where there is more, all from here on to the end of the range was looked at. */
  readonly searchedThrough?: string;
  readonly error?: Error;
}

export const NOT_SEARCHED: Search = { phase: 'searching', rows: [] };

/** So many empty pages one after the other, each of up to 40 days, and a search waits for people to let it go on. */
const MAX_EMPTY_PAGES = 25;

/**
 * Goes on until there are rows that were not there before, there is no more, or the signal is aborted. Tells each state but
 * those of a search that was aborted.
 */
export async function goOn(
  from: Search,
  read: ReadPage,
  signal: AbortSignal,
  tell: (search: Search) => void,
): Promise<void> {
  const { error: _, ...before } = from;
  let search: Search = { ...before, phase: 'searching' };
  tell(search);
  try {
    for (let empty = 0; search.phase === 'searching'; empty++) {
      const page = await read(search.next, signal);
      if (signal.aborted) return;
      search = withPage(search, page, empty + 1 < MAX_EMPTY_PAGES);
      tell(search);
    }
  } catch (error) {
    if (!signal.aborted) tell({ ...search, phase: 'failed', error: asError(error) });
  }
}

function withPage(search: Search, { items, next, searchedThrough }: HistoryPage, mayGoOn: boolean): Search {
  const rows = items.length === 0 ? search.rows : [...search.rows, ...items];
  if (next === undefined) return { phase: 'done', rows };
  const waiting = mayGoOn ? 'searching' : 'paused';
  return {
    phase: items.length > 0 ? 'more' : waiting,
    rows,
    next,
    ...(searchedThrough !== undefined && { searchedThrough }),
  };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

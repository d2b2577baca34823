import { useEffect, useRef, useState } from 'preact/hooks';

import { get } from '../api.ts';
import { type Query, queryString } from '../query.ts';
import { goOn, NOT_SEARCHED, type ReadPage, type Search } from './search.ts';

export interface SearchHandle {
  readonly search: Search;
  /** Reads on from where the search is. */
  readonly goOn: () => void;
  /** Leaves it at what was found so far. */
  readonly stop: () => void;
}

const LIMIT = 100;

/** The rows that a query finds, newest first. Nothing is searched for while there is none. */
export function useSearch(query: Query | undefined): SearchHandle {
  const key = query === undefined ? undefined : queryString(query);
  const [state, setState] = useState<{ readonly key: string | undefined; readonly search: Search }>({
    key,
    search: NOT_SEARCHED,
  });
  const reading = useRef(new AbortController());

  const start = (from: Search) => {
    reading.current.abort();
    const controller = new AbortController();
    reading.current = controller;
    const read: ReadPage = (cursor, signal) =>
      getFresh('/history', { ...query, limit: LIMIT, cursor }, signal);
    void goOn(from, read, controller.signal, (search) => setState({ key, search }));
  };

  useEffect(() => {
    if (query !== undefined) start(NOT_SEARCHED);
    return () => reading.current.abort();
  }, [key]);

  const search = state.key === key ? state.search : NOT_SEARCHED;
  return {
    search,
    goOn: () => start(search),
    stop: () => {
      reading.current.abort();
      setState({ key, search: { ...search, phase: search.next === undefined ? 'done' : 'paused' } });
    },
  };
}

/** Reads without an ETag, so that there is always an answer. */
export async function getFresh<T>(path: string, query: Query, signal: AbortSignal): Promise<T> {
  const answer = await get<T>(path, query, { signal });
  if (answer === 'unchanged') throw new Error(`${path} was not answered anew`);
  return answer.data;
}

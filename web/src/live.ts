import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';
import { type Live, type Poller, startPoller } from './poller.ts';
import { type Query, queryString } from './query.ts';

export type { Live } from './poller.ts';

/** What is known, and how to ask again now. */
export type LiveHandle<T> = Live<T> & { refresh(): void };

/** Gives an answer, or `unchanged` where the one before still holds. */
export type Load<T> = (signal: AbortSignal) => Promise<T | 'unchanged'>;

const WORLD = {
  now: () => Date.now(),
  later: (callback: () => void, ms: number) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

let longestMs = Number.POSITIVE_INFINITY;

/** From now on, nothing that is asked again and again is asked less often. */
export function refreshEvery(ms: number): void {
  longestMs = ms;
}

/**
 * What the API says, asked again every `everyMs` milliseconds while the page is seen, with the ETag of the last answer.
 * Another `path` starts from nothing; another `query` keeps the former data, with `loading`, until it has its own.
 */
export function useLive<T>(path: string, query: Query, everyMs: number): LiveHandle<T> {
  return useAsked<T>(path, query, everyMs);
}

/** What the API says, asked once. */
export function useOnce<T>(path: string, query: Query): LiveHandle<T> {
  return useAsked<T>(path, query, undefined);
}

function useAsked<T>(path: string, query: Query, everyMs: number | undefined): LiveHandle<T> {
  return useLoaded(path, queryString(query), () => loadOf<T>(path, query), everyMs);
}

function loadOf<T>(path: string, query: Query): Load<T> {
  let etag: string | undefined;
  return async (signal) => {
    const answer = await get<T>(path, query, { etag, signal });
    if (answer === 'unchanged') return answer;
    etag = answer.etag;
    return answer.data;
  };
}

/**
 * The same for what takes more than one request.
 * @param subject another one starts from nothing
 * @param question another one of the same subject keeps the data until it has its own, or an error
 * @param createLoad called for each question
 */
export function useLoaded<T>(
  subject: string,
  question: string,
  createLoad: () => Load<T>,
  everyMs: number | undefined,
): LiveHandle<T> {
  const [state, setState] = useState<{ subject: string; question: string; live: Live<T> }>({
    subject,
    question,
    live: { loading: true },
  });
  const poller = useRef<Poller | undefined>(undefined);

  useEffect(() => {
    const started = startPoller(
      createLoad(),
      everyMs === undefined ? undefined : Math.min(everyMs, longestMs),
      (change) =>
        setState((before) => {
          const live = change(before.subject === subject ? before.live : { loading: true });
          const isOfAnother = live.error !== undefined && before.question !== question;
          return { subject, question, live: isOfAnother ? withoutData(live) : live };
        }),
      WORLD,
    );
    poller.current = started;
    const stopWatching = watchPage(started);
    return () => {
      stopWatching();
      started.stop();
    };
  }, [subject, question, everyMs]);

  const refresh = useMemo(() => () => poller.current?.refresh(), []);
  if (state.subject !== subject) return { loading: true, refresh };
  return { ...state.live, loading: state.live.loading || state.question !== question, refresh };
}

/** What is known after an error: the data of another question is no answer to this one. */
function withoutData<T>({ data: _, updatedAt: __, ...live }: Live<T>): Live<T> {
  return live;
}

/** Pauses while nobody sees the page; asks at once when the network is back. */
function watchPage(poller: Poller): () => void {
  const onVisibility = () => poller.pause(document.hidden);
  const onOnline = () => poller.refresh();
  onVisibility();
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', onOnline);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', onOnline);
  };
}

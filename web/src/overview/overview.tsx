import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { TaskList } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';
import { type LiveHandle, useLoaded } from '../live.ts';
import { queryString } from '../query.ts';
import { useTitle } from '../title.ts';
import { Pager } from '../ui/pager.tsx';
import { Problem } from '../ui/problem.tsx';
import { Stale } from '../ui/stale.tsx';
import { Filters } from './filters.tsx';
import { NoRollouts } from './no-rollouts.tsx';
import { announcement, breachKeys } from './open-breaches.ts';
import { RolloutTable } from './rollout-table.tsx';
import { Skeleton } from './skeleton.tsx';
import { Summary } from './summary.tsx';
import { type TaskPages, taskPages } from './task-pages.ts';
import { parseView, sortedBy, type View, viewQuery } from './view.ts';
import './overview.css';

const EVERY_MS = 4_000;

/** Every rollout, live and recently ended, trouble first. */
export function Overview() {
  const { query, route } = useLocation();
  const view = useMemo(() => parseView(query), [query]);
  const asked = queryString(viewQuery(view));
  const wanted = useRef({ asked, pages: 1 });
  if (wanted.current.asked !== asked) wanted.current = { asked, pages: 1 };
  const live = useLoaded(
    '/tasks',
    asked,
    () => taskPages(viewQuery(view), () => wanted.current.pages),
    EVERY_MS,
  );
  const onMore = () => {
    wanted.current.pages = (live.data?.pages ?? 0) + 1;
    live.refresh();
  };
  const go = (to: View, replace = false) => route(`/${queryString(viewQuery(to))}`, replace);
  const news = useNews(live, asked);
  useTitle('Rollouts');
  return (
    <div class="overview">
      <div class="overview-head">
        <h1>Rollouts</h1>
        {live.data !== undefined && <Summary list={live.data} />}
      </div>
      <Filters view={view} configurations={configurationsIn(live.data)} onChange={go} />
      <p class="visually-hidden" role="status">
        {news}
      </p>
      <Content live={live} view={view} onView={go} onMore={onMore} />
    </div>
  );
}

interface ContentProps {
  live: LiveHandle<TaskPages>;
  view: View;
  onView: (view: View) => void;
  onMore: () => void;
}

function Content({ live, view, onView, onMore }: ContentProps) {
  const { data, error, loading, updatedAt, refresh } = live;
  if (data === undefined)
    return error === undefined ? <Skeleton /> : <Problem error={error} retry={refresh} />;
  return (
    <>
      {error !== undefined && updatedAt !== undefined && (
        <Stale error={error} updatedAt={updatedAt} retry={refresh} />
      )}
      {data.unreadable > 0 && (
        <p class="note">
          {count(data.unreadable)} {data.unreadable === 1 ? 'item' : 'items'} of the table cannot be
          understood by this version, and {data.unreadable === 1 ? 'is' : 'are'} not shown.
        </p>
      )}
      {data.items.length === 0 ? (
        <NoRollouts view={view} onView={onView} />
      ) : (
        <RolloutTable
          tasks={data.items}
          view={view}
          busy={loading}
          onSort={(sort) => onView(sortedBy(view, sort))}
        />
      )}
      {data.next !== undefined && (
        <Pager shown={data.items.length} total={data.total} more loading={loading} onMore={onMore} />
      )}
    </>
  );
}

function configurationsIn(list: TaskList | undefined): readonly string[] {
  const ids = list?.items.flatMap(({ configurationId }) => configurationId ?? []) ?? [];
  return [...new Set(ids)].sort();
}

/** What has come up since the page began to look at these rollouts, in words. */
function useNews({ data, loading }: LiveHandle<TaskPages>, asked: string): string {
  const known = useRef<{ question: string; keys: ReadonlySet<string> } | undefined>(undefined);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (data === undefined || loading) return;
    const before = known.current;
    const question = `${asked} ${data.pages}`;
    known.current = { question, keys: breachKeys(data.items) };
    if (before?.question === question) setNews((last) => announcement(before.keys, data.items) || last);
  }, [data, loading, asked]);
  return news;
}

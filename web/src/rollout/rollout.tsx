import { useEffect, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import type { TaskDetail } from '../../../lib/api/generated/api.ts';
import { ApiError } from '../api.ts';
import { useLive } from '../live.ts';
import { useTitle } from '../title.ts';
import { Empty } from '../ui/empty.tsx';
import { Loading } from '../ui/loading.tsx';
import { Problem } from '../ui/problem.tsx';
import { Stale } from '../ui/stale.tsx';
import { Announcer } from './announcer.tsx';
import { Chain } from './chain.tsx';
import { BurnUp } from './chart/burn-up.tsx';
import { MARKED_TYPES } from './chart/marks.ts';
import { Delivery } from './delivery.tsx';
import { Identity } from './identity.tsx';
import { Rules } from './rules/rules.tsx';
import { Summary } from './summary.tsx';
import { Timeline } from './timeline/timeline.tsx';
import { useRows } from './timeline/use-rows.ts';
import './rollout.css';

/** How often a task is looked at (milliseconds), and one that is over: what comes late is its deletion. */
const [EVERY_MS, EVERY_MS_OVER] = [5_000, 60_000];
const MARKS = 200;

/** All about one task. */
export function Rollout() {
  const id = useRoute().params.id ?? '';
  // Another task starts from nothing: no scroll positions, opened details or verdicts of this one.
  return <RolloutOf key={id} id={id} />;
}

function RolloutOf({ id }: { id: string }) {
  const path = `/tasks/${encodeURIComponent(id)}`;
  const [everyMs, setEveryMs] = useState(EVERY_MS);
  const { data, error, updatedAt, refresh } = useLive<TaskDetail>(path, {}, everyMs);
  useEffect(() => {
    if (data !== undefined) setEveryMs(data.task.state === 'live' ? EVERY_MS : EVERY_MS_OVER);
  }, [data]);
  useTitle(data?.task.description ?? id);

  if (data === undefined) {
    if (error === undefined) return <Loading label={`Loading ${id}…`} />;
    return error instanceof ApiError && error.status === 404 ? (
      <NotKnown id={id} />
    ) : (
      <Problem error={error} retry={refresh} />
    );
  }
  return (
    <div class="rollout">
      {error !== undefined && updatedAt !== undefined && (
        <Stale error={error} updatedAt={updatedAt} retry={refresh} />
      )}
      <Parts detail={data} path={path} everyMs={everyMs} />
    </div>
  );
}

function Parts({ detail, path, everyMs }: { detail: TaskDetail; path: string; everyMs: number }) {
  const rows = useRows(`${path}/history`, MARKED_TYPES, MARKS, everyMs);
  return (
    <>
      <Announcer rows={rows.rows} />
      <Summary detail={detail} />
      <BurnUp
        path={path}
        everyMs={everyMs}
        isLive={detail.task.state === 'live'}
        configuration={detail.configuration}
        rows={rows}
      />
      <div class="rollout-columns">
        <div>
          <Rules detail={detail} />
          <Timeline path={path} everyMs={everyMs} />
        </div>
        <div class="rollout-side">
          <Delivery detail={detail} />
          <Chain taskId={detail.task.taskId} />
          <Identity detail={detail} />
        </div>
      </div>
    </>
  );
}

function NotKnown({ id }: { id: string }) {
  return (
    <Empty title="Nothing is known of this task">
      <p>
        <code>{id}</code> is not tracked, and the history has no rows of it. Is the id right? Rows expire when
        their time is over.
      </p>
      <p>
        <a href="/">To all rollouts</a>
      </p>
    </Empty>
  );
}

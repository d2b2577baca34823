import { useMemo } from 'preact/hooks';
import type { Task } from '../../../lib/api/generated/api.ts';
import { count, instant, percent, rate } from '../format.ts';
import { CountsBar } from '../ui/counts-bar.tsx';
import { Instant } from '../ui/instant.tsx';
import { SeverityBadge } from '../ui/severity-badge.tsx';
import { StatusBadge } from '../ui/status-badge.tsx';
import { Changing } from './changing.tsx';
import { breachLines, bySeverity, loudBreaches } from './open-breaches.ts';
import { RowDetails } from './row-details.tsx';
import { Lasting, ShortInstant } from './times.tsx';

export interface RolloutRowProps {
  task: Task;
  isOpen: boolean;
  onToggle: (taskId: string) => void;
}

/** A rollout. As long as the task is the same object, nothing of it is rendered again. */
export function RolloutRow({ task, isOpen, onToggle }: RolloutRowProps) {
  return useMemo(
    () => (
      <>
        <Cells task={task} isOpen={isOpen} onToggle={onToggle} />
        {isOpen && <RowDetails task={task} />}
      </>
    ),
    [task, isOpen, onToggle],
  );
}

function Cells({ task, isOpen, onToggle }: RolloutRowProps) {
  const name = task.description ?? task.taskId;
  const worst = loudBreaches(task)[0]?.severity ?? 'none';
  return (
    <tr class={`fleet-row worst-${worst} ${task.state}`}>
      <th scope="row" class="cell-name">
        <a href={`/tasks/${encodeURIComponent(task.taskId)}`} title={name}>
          {name}
        </a>
        <span class="below">
          {task.description !== undefined && <code title={task.taskId}>{task.taskId}</code>}
          <Flags task={task} />
        </span>
      </th>
      <td class="cell-breaches">
        <Breaches task={task} />
      </td>
      <td class="cell-status">
        <StatusBadge status={task.status} />
        <StatusNote task={task} />
      </td>
      <td class="cell-things">
        <CountsBar counts={task.counts} />
        <span class="below">
          <Changing text={succeededOf(task)} />
        </span>
      </td>
      <td class="cell-done" data-label="Done">
        <Done task={task} />
      </td>
      <td class="cell-failed" data-label="Failed">
        <Failed task={task} />
      </td>
      <td class="cell-rate" data-label="Rate">
        {task.ratePerMinute === undefined ? (
          <Nothing word="not known" />
        ) : (
          <Changing text={rate(task.ratePerMinute)} />
        )}
      </td>
      <td class="cell-age" data-label="Age">
        <Age task={task} />
      </td>
      <td class="cell-end" data-label="End">
        <End task={task} />
      </td>
      <td class="cell-more">
        <button
          type="button"
          class="more"
          aria-expanded={isOpen}
          aria-label={`Details of ${name}`}
          onClick={() => onToggle(task.taskId)}
        />
      </td>
    </tr>
  );
}

function Flags({ task: { undelivered, unreadableSince } }: { task: Task }) {
  return (
    <>
      {unreadableSince !== undefined && (
        <span
          class="flag flag-bad"
          title={`The service has not answered for it since ${instant(unreadableSince)}`}
        >
          unreadable
        </span>
      )}
      {undelivered > 0 && (
        <span class="flag" title="Events that the bus, or rows that the history does not have yet">
          {count(undelivered)} undelivered
        </span>
      )}
    </>
  );
}

function Breaches({ task }: { task: Task }) {
  const loud = loudBreaches(task);
  const muted = task.breaches.length - loud.length;
  if (task.breaches.length === 0) return <Nothing word="none" />;
  return (
    <span class="badges" title={breachLines(task.breaches)}>
      {bySeverity(loud).map(({ severity, count: of }) => (
        <SeverityBadge key={severity} severity={severity} of={of} />
      ))}
      {muted > 0 && <span class="flag">{count(muted)} muted</span>}
    </span>
  );
}

/** What the status alone does not say. */
function StatusNote({ task: { state, stopped, status, startTime } }: { task: Task }) {
  if (stopped === 'requested') return <span class="below">no longer watched</span>;
  if (state === 'live' && status === 'SCHEDULED' && startTime !== undefined)
    return (
      <span class="below">
        start <Instant at={startTime} relative />
      </span>
    );
  return null;
}

function succeededOf({ counts }: Task): string {
  return `${count(counts.succeeded)} of ${count(counts.total)} succeeded`;
}

function Done({ task: { percentComplete } }: { task: Task }) {
  if (percentComplete === undefined) return <Nothing word="not known" />;
  // Rounded down, so that what is not done does not look done.
  return (
    <span title={percent(percentComplete)}>
      <Changing text={`${Math.floor(percentComplete)} %`} />
    </span>
  );
}

function Failed({ task: { counts } }: { task: Task }) {
  const failed = counts.failed + counts.timedOut + counts.rejected;
  const received = failed + counts.inProgress + counts.succeeded;
  if (failed === 0) return <span class="soft">0</span>;
  return (
    <>
      <strong>
        <Changing text={count(failed)} />
      </strong>
      <span class="below" title={`Of ${count(received)} that received the task`}>
        {percent((failed * 100) / received)}
      </span>
    </>
  );
}

function Age({ task: { trackedSince, endedAt } }: { task: Task }) {
  if (trackedSince === undefined) return <Nothing word="not known" />;
  return <Lasting from={trackedSince} until={endedAt} />;
}

function End({ task: { endedAt, estimatedEndAt } }: { task: Task }) {
  const at = endedAt ?? estimatedEndAt;
  if (at === undefined) return <Nothing word="not known" />;
  return (
    <>
      <Instant at={at} relative />
      <span class="below">
        <ShortInstant at={at} />
      </span>
    </>
  );
}

/** A dash; a word for who does not see it. */
function Nothing({ word }: { word: string }) {
  return (
    <span class="soft">
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{word}</span>
    </span>
  );
}

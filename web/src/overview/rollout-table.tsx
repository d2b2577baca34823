import { useLayoutEffect, useState } from 'preact/hooks';
import type { Task } from '../../../lib/api/generated/api.ts';
import { COLUMNS, type Column } from './columns.ts';
import { RolloutRow } from './rollout-row.tsx';
import { orderOf, type Sort, toggled, type View } from './view.ts';
import './rollout-table.css';
import './rollout-cards.css';

export interface RolloutTableProps {
  tasks: readonly Task[];
  view: View;
  /** The rows are still those of another view. */
  busy: boolean;
  onSort: (sort: Sort) => void;
}

export function RolloutTable({ tasks, view, busy, onSort }: RolloutTableProps) {
  const [open, setOpen] = useState<readonly string[]>([]);
  const [toggle] = useState(() => (taskId: string) => setOpen((before) => toggled(before, taskId)));
  useFocusKept();
  return (
    <table class="fleet" aria-busy={busy}>
      <caption class="visually-hidden">Rollouts and how they stand. The heads of columns sort.</caption>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <ColumnHead key={column.id} column={column} view={view} onSort={onSort} />
          ))}
          <th scope="col" class="cell-more">
            <span class="visually-hidden">Details</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <RolloutRow key={task.taskId} task={task} isOpen={open.includes(task.taskId)} onToggle={toggle} />
        ))}
      </tbody>
    </table>
  );
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

function ColumnHead({
  column: { id, name, sort, about },
  view,
  onSort,
}: {
  column: Column;
  view: View;
  onSort: (sort: Sort) => void;
}) {
  if (sort === undefined)
    return (
      <th scope="col" class={`cell-${id}`}>
        {name}
      </th>
    );
  const order = view.sort === sort ? orderOf(view) : undefined;
  return (
    <th scope="col" class={`cell-${id}`} aria-sort={order === undefined ? undefined : ARIA_SORT[order]}>
      <button type="button" class={`sort ${order ?? ''}`} title={about} onClick={() => onSort(sort)}>
        {name}
      </button>
    </th>
  );
}

/** An element that is moved loses the focus: rows are, when their order changes. */
function useFocusKept(): void {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && focused instanceof HTMLElement && focused.isConnected)
      focused.focus({ preventScroll: true });
  });
}

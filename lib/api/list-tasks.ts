import { z } from 'zod';
import { isMatch } from '../domain/fleet/filter.ts';
import { pageOf } from '../domain/fleet/page.ts';
import { USUAL_ORDER } from '../domain/fleet/sort.ts';
import { viewOf } from '../domain/fleet/view.ts';
import { readPosition } from './cursor.ts';
import type { ListTasksQuery, TaskList } from './generated/api.ts';
import type { Fleet, Position } from './ports.ts';

const Place = z.object({
  key: z.exactOptional(z.array(z.union([z.string(), z.number()]))),
  taskId: z.string(),
});

export interface ListTasksDeps {
  readonly fleet: Pick<Fleet, 'all'>;
  /** Epoch milliseconds. */
  now(): number;
}

/**
 * A page of the tasks that are tracked, and of those that ended of late.
 *
 * @param after `next` of the page before
 * @throws BadCursorError for a place of another version, and what the database answers
 */
export async function listTasks(
  query: ListTasksQuery,
  after: Position | undefined,
  { fleet, now }: ListTasksDeps,
): Promise<{ page: Omit<TaskList, 'next'>; next?: Position }> {
  const { sort, limit, order = USUAL_ORDER[sort] } = query;
  const { tasks, unreadable } = await fleet.all();
  const at = now();
  const views = tasks.flatMap((task) => viewOf(task, at) ?? []).filter((view) => isMatch(view, query));
  const start = after && { after: readPosition(Place, after) };
  const { items, next } = pageOf(views, { sort, order, limit, ...start });
  return {
    page: { items, total: views.length, unreadable: unreadable.length },
    ...(next && { next: { ...next } }),
  };
}

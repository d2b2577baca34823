import { comparePlaces, type Place, placeOf, type TaskOrder, type TaskSort } from './sort.ts';
import type { TaskView } from './view.ts';

export interface TaskPageRequest {
  readonly sort: TaskSort;
  readonly order: TaskOrder;
  /** At most so many tasks, from 1. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: Place;
}

export interface TaskViewPage {
  readonly items: TaskView[];
  /** Where the next page begins; left out on the last one. */
  readonly next?: Place;
}

/**
 * A page of tasks in order. A page begins behind the place of the last task of the page before, wherever that task is now: of
 * tasks that do not move, each is shown once, whatever others come and go.
 */
export function pageOf(views: readonly TaskView[], request: TaskPageRequest): TaskViewPage {
  const { sort, order, limit, after } = request;
  const rows = views
    .map((view) => ({ view, place: placeOf(view, sort) }))
    .filter(({ place }) => after === undefined || comparePlaces(place, after, order) > 0)
    .sort((a, b) => comparePlaces(a.place, b.place, order));
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(({ view }) => view), ...(last && { next: last.place }) };
}

import type { Task, TaskList } from '../../../lib/api/generated/api.ts';
import { get } from '../api.ts';
import type { Load } from '../live.ts';
import type { Query } from '../query.ts';
import { reuse } from './reuse.ts';

/** The API gives no more at once. */
const PAGE_SIZE = 500;

/** The pages that were read, as one list. */
export interface TaskPages extends TaskList {
  readonly pages: number;
}

interface KnownPage {
  readonly page: TaskList;
  readonly etag: string | undefined;
}

/**
 * Loads the first pages of a list as one. Each page is asked for with the ETag it had; where none has changed, `unchanged`
 * comes back.
 * @param pages how many are wanted by now
 */
export function taskPages(query: Query, pages: () => number): Load<TaskPages> {
  // By cursor. Only those of the last time: cursors change with what they stand for.
  let known: ReadonlyMap<string, KnownPage> = new Map();
  let latest: TaskPages | undefined;

  async function load(cursor: string | undefined, signal: AbortSignal): Promise<KnownPage> {
    const before = known.get(cursor ?? '');
    const answer = await get<TaskList>(
      '/tasks',
      { ...query, limit: PAGE_SIZE, cursor },
      { etag: before?.etag, signal },
    );
    if (answer !== 'unchanged') return { page: answer.data, etag: answer.etag };
    if (before === undefined)
      throw new Error('The API says that nothing has changed, of what was never read');
    return before;
  }

  return async (signal) => {
    const read = new Map<string, KnownPage>();
    let cursor: string | undefined;
    do {
      const loaded = await load(cursor, signal);
      read.set(cursor ?? '', loaded);
      cursor = loaded.page.next;
    } while (cursor !== undefined && read.size < pages());
    const before = known;
    known = read;
    const isSame = read.size === before.size && [...read].every(([key, page]) => before.get(key) === page);
    if (isSame && latest !== undefined) return 'unchanged';
    latest = joined(
      [...read.values()].map(({ page }) => page),
      latest?.items ?? [],
    );
    return latest;
  };
}

/** Pages as one. A task that has moved from one page to another while they were read is there once. */
function joined(pages: readonly TaskList[], before: readonly Task[]): TaskPages {
  const byId = new Map(pages.flatMap(({ items }) => items.map((task) => [task.taskId, task] as const)));
  const last = pages.at(-1);
  return {
    items: reuse(before, [...byId.values()]),
    total: pages[0]?.total ?? 0,
    unreadable: pages[0]?.unreadable ?? 0,
    pages: pages.length,
    ...(last?.next === undefined ? {} : { next: last.next }),
  };
}

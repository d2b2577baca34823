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
  const known = new Map<string, KnownPage>();
  let latest: TaskPages | undefined;

  async function load(cursor: string | undefined, signal: AbortSignal) {
    const key = cursor ?? '';
    const before = known.get(key);
    const answer = await get<TaskList>(
      '/tasks',
      { ...query, limit: PAGE_SIZE, cursor },
      { etag: before?.etag, signal },
    );
    if (answer === 'unchanged' && before !== undefined) return { page: before.page, isNew: false };
    if (answer === 'unchanged')
      throw new Error('The API says that nothing has changed, of what was never read');
    known.set(key, { page: answer.data, etag: answer.etag });
    return { page: answer.data, isNew: true };
  }

  return async (signal) => {
    const read: TaskList[] = [];
    let changed = false;
    let cursor: string | undefined;
    do {
      const { page, isNew } = await load(cursor, signal);
      read.push(page);
      changed ||= isNew;
      cursor = page.next;
    } while (cursor !== undefined && read.length < pages());
    if (!changed && latest !== undefined) return 'unchanged';
    latest = joined(read, latest?.items ?? []);
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

import type { Case } from '../runner/sample.ts';

/** Tasks that a page of ListOtaTasks has, statements of BatchExecuteStatement, and entries of PutEvents. */
const LISTED = 1_000;
const STATEMENTS = 25;
const ENTRIES = 10;
/** Tasks that are read for all the trust in the list. */
const SAMPLED = 10;
/** The index of tasks that are live has so many parts, of each of which a page has so many tasks at most. */
const SHARDS = 4;
const INDEX_PAGE = 10_000;

/**
 * The fewest requests that a warm poll can do with: those that read which tasks there are and what is known of them, one for each
 * task that may have changed, and for the changes a commit, a row of the history, an event and a clear, each in full batches.
 */
export function fewestCalls({ poller, tasks, share }: Case): number {
  const changes = Math.floor(tasks * share);
  const looks = poller === 'trusting' ? Math.min(tasks, changes + SAMPLED) : tasks;
  const state = SHARDS * Math.ceil(tasks / SHARDS / INDEX_PAGE);
  const writes = 3 * Math.ceil(changes / STATEMENTS) + Math.ceil(changes / ENTRIES);
  return Math.ceil(tasks / LISTED) + state + looks + writes;
}

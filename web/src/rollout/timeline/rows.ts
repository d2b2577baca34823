import type { HistoryPage, HistoryRow } from '../../../../lib/api/generated/api.ts';

/** Rows as far as they were read, newest first. */
export interface Rows {
  readonly items: readonly HistoryRow[];
  /** Where older ones are. */
  readonly next?: string;
  /** With `next`: how far back the search has come. */
  readonly searchedThrough?: string;
}

/**
 * Adds what is new on the newest page. Rows are never changed, so those that are there already stay the same objects. A page
 * that has nothing in common with them may have left some out in between: then reading begins anew with it.
 */
export function withNewest(known: Rows | undefined, page: HistoryPage): Rows {
  const newest = known?.items[0];
  if (known === undefined || newest === undefined) return page;
  const fresh = page.items.filter(({ sequence }) => sequence > newest.sequence);
  if (fresh.length === 0) return known;
  const joins = fresh.length < page.items.length || page.next === undefined;
  return joins ? { ...known, items: [...fresh, ...known.items] } : page;
}

/** Adds the page that `next` led to. */
export function withOlder({ items }: Rows, page: HistoryPage): Rows {
  const oldest = items.at(-1)?.sequence ?? Number.POSITIVE_INFINITY;
  return { ...page, items: [...items, ...page.items.filter(({ sequence }) => sequence < oldest)] };
}

export type Entry =
  | { readonly kind: 'row'; readonly row: HistoryRow }
  | { readonly kind: 'run'; readonly rows: readonly HistoryRow[] };

/** Progress of fewer rows stands row by row. */
const LEAST_RUN = 3;

/** Puts rows of progress that follow one another together, but for those that somebody looks at (`kept`, by sequence). */
export function entriesOf(rows: readonly HistoryRow[], kept: ReadonlySet<number>): Entry[] {
  const entries: Entry[] = [];
  let run: HistoryRow[] = [];
  const endRun = () => {
    if (run.length >= LEAST_RUN) entries.push({ kind: 'run', rows: run });
    else entries.push(...run.map((row) => ({ kind: 'row', row }) as const));
    run = [];
  };
  for (const row of rows) {
    if (row.detailType === 'OTA Task Progressed' && !kept.has(row.sequence)) run.push(row);
    else {
      endRun();
      entries.push({ kind: 'row', row });
    }
  }
  endRun();
  return entries;
}

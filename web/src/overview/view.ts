import type { ListTasksQuery } from '../../../lib/api/generated/api.ts';
import type { Query } from '../query.ts';
import { SEVERITIES, type Severity } from '../severity.ts';

export type Sort = ListTasksQuery['sort'];
export type Order = NonNullable<ListTasksQuery['order']>;
export type State = NonNullable<ListTasksQuery['state']>;

/** What of the fleet is looked at, and in which order. */
export interface View {
  /** Left out, both. */
  readonly state?: State;
  /** None: any. */
  readonly statuses: readonly string[];
  /** None: with or without breaches. */
  readonly severities: readonly Severity[];
  readonly configurationId: string;
  readonly q: string;
  readonly sort: Sort;
  /** Left out, the one that the column begins with. */
  readonly order?: Order;
}

/** The order that the API takes for a column unless it is told. */
const FIRST_ORDER: Readonly<Record<Sort, Order>> = {
  trouble: 'desc',
  taskId: 'asc',
  status: 'asc',
  since: 'asc',
  progress: 'desc',
  failed: 'desc',
  rate: 'desc',
  end: 'asc',
};
const LONGEST = { q: 100, configurationId: 200, status: 64, statuses: 20 };

/** Reads the query of the address; what the API would refuse counts as not there. */
export function parseView(query: Readonly<Record<string, string>>): View {
  const state = oneOf(['live', 'ended'] as const, query.state);
  const order = oneOf(['asc', 'desc'] as const, query.order);
  const named = list(query.severity);
  return {
    ...(state !== undefined && { state }),
    statuses: list(query.status)
      .filter((status) => status.length <= LONGEST.status)
      .slice(0, LONGEST.statuses),
    severities: SEVERITIES.filter((severity) => named.includes(severity)),
    configurationId: (query.configurationId ?? '').slice(0, LONGEST.configurationId),
    q: (query.q ?? '').slice(0, LONGEST.q),
    sort: oneOf(SORTS, query.sort) ?? 'trouble',
    ...(order !== undefined && { order }),
  };
}

const SORTS: readonly Sort[] = ['trouble', 'taskId', 'status', 'since', 'progress', 'failed', 'rate', 'end'];

function oneOf<T extends string>(known: readonly T[], given: string | undefined): T | undefined {
  return known.find((each) => each === given);
}

function list(text = ''): readonly string[] {
  return [...new Set(text.split(',').filter((each) => each !== ''))];
}

/** The query of the address, which is that of the API; what goes without saying is left out. */
export function viewQuery(view: View): Query {
  return {
    state: view.state,
    status: view.statuses,
    severity: view.severities,
    configurationId: view.configurationId.trim(),
    q: view.q.trim(),
    sort: view.sort === 'trouble' ? undefined : view.sort,
    order: view.order === FIRST_ORDER[view.sort] ? undefined : view.order,
  };
}

export function orderOf({ sort, order }: View): Order {
  return order ?? FIRST_ORDER[sort];
}

/** What a click on the head of a column leads to: its own order first, then the other way round. */
export function sortedBy(view: View, sort: Sort): View {
  const { order: _, ...rest } = view;
  if (view.sort !== sort) return { ...rest, sort };
  return { ...rest, order: orderOf(view) === 'asc' ? 'desc' : 'asc' };
}

/** How many filters are set. */
export function filtersIn(view: View): number {
  const set = [view.state !== undefined, view.statuses.length > 0, view.severities.length > 0];
  return [...set, view.configurationId.trim() !== '', view.q.trim() !== ''].filter(Boolean).length;
}

/** Without filters, sorted as it was. */
export function unfiltered({ sort, order }: View): View {
  const sorting = order === undefined ? { sort } : { sort, order };
  return { statuses: [], severities: [], configurationId: '', q: '', ...sorting };
}

/** With an entry where it was not, and without it where it was. */
export function toggled<T>(entries: readonly T[], entry: T): readonly T[] {
  return entries.includes(entry) ? entries.filter((each) => each !== entry) : [...entries, entry];
}

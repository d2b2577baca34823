import type { Health, ListTasksQuery, TaskList } from '../../../lib/api/generated/api.ts';
import type { BreachView } from '../../../lib/domain/fleet/breaches.ts';
import { isMatch } from '../../../lib/domain/fleet/filter.ts';
import { pageOf } from '../../../lib/domain/fleet/page.ts';
import { USUAL_ORDER } from '../../../lib/domain/fleet/sort.ts';
import type { TaskView } from '../../../lib/domain/fleet/view.ts';
import { percentComplete } from '../../../lib/domain/progress.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import type { Answer } from './fake-api.ts';

/** So many minutes after noon. */
export const at = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

export function aBreach(overrides: Partial<BreachView> = {}): BreachView {
  return {
    rule: 'abort-criteria:failed:50',
    kind: 'abort-criteria',
    severity: 'warning',
    since: at(-12),
    value: 14.63,
    limit: 10,
    ...overrides,
  };
}

export function aRollout(overrides: Partial<TaskView> = {}): TaskView {
  const things = overrides.counts ?? counts({ queued: 140, inProgress: 10, succeeded: 50 });
  const percent = percentComplete(things);
  return {
    taskId: 'task1',
    state: 'live',
    status: 'IN_PROGRESS',
    counts: things,
    ...(percent !== undefined && { percentComplete: percent }),
    configurationId: 'gradual-10-percent',
    otaType: 'ONE_TIME',
    description: 'spring-thermostats',
    trackedSince: at(-90),
    lastUpdatedAt: at(-1),
    breaches: [],
    undelivered: 0,
    ...overrides,
  };
}

/** `/tasks`, as the API filters, sorts and pages. */
export function taskList(rollouts: () => readonly TaskView[], unreadable = 0): Answer {
  return ({ query }) => {
    const { sort, order, limit, cursor, ...filter } = parseQuery(query);
    const views = rollouts().filter((view) => isMatch(view, filter));
    const after = cursor === undefined ? {} : { after: { ...JSON.parse(cursor) } };
    const { items, next } = pageOf(views, { sort, order: order ?? USUAL_ORDER[sort], limit, ...after });
    const body: TaskList = {
      items,
      total: views.length,
      unreadable,
      ...(next && { next: JSON.stringify(next) }),
    };
    return { body };
  };
}

/** What the API reads of the query; it refuses the rest before. */
function parseQuery(query: URLSearchParams): ListTasksQuery {
  const { status, severity, limit, ...texts } = Object.fromEntries(query);
  return {
    sort: 'trouble',
    ...texts,
    ...(status !== undefined && { status: status.split(',') }),
    ...(severity !== undefined && { severity: severity.split(',') }),
    limit: Number(limit),
  } as ListTasksQuery;
}

export function health(
  poller: Partial<Health['poller']> = {},
  roles: Health['caller']['roles'] = ['reader'],
): Answer {
  const body: Health = {
    poller: { state: 'polling', periodSeconds: 60, lastPollAt: at(0), ...poller },
    tasks: { live: 9, ended: 2, unreadable: 0, undelivered: 0 },
    caller: { roles },
  };
  return () => ({ body });
}

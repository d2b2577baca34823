import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFleet } from '../../../../lib/api/fleet.ts';
import type { ListTasksQuery, Task } from '../../../../lib/api/generated/api.ts';
import { listTasks } from '../../../../lib/api/list-tasks.ts';
import type { Position } from '../../../../lib/api/ports.ts';
import { SEVERITIES } from '../../../../lib/domain/rules/rule-set.ts';
import { initialState } from '../../../../lib/domain/rules/state.ts';
import type { TrackedTask } from '../../../../lib/domain/tracked.ts';
import { responseProblems } from '../../../support/api-schemas.ts';
import {
  counts,
  facts,
  liveTask,
  MINUTE,
  NOON,
  openBreach,
  sample,
  snapshot,
} from '../../../support/builders.ts';

/** Few values each: many tasks are equal in what they are sorted by. */
const few = fc.integer({ min: 0, max: 2 });

const someFacts = fc
  .record({
    status: fc.constantFrom('IN_PROGRESS', 'SCHEDULED', 'CANCELED'),
    counts: fc
      .record({ queued: few, inProgress: few, succeeded: few, failed: few })
      .map((states) => counts(states)),
    configurationId: fc.constantFrom('config1', 'config2'),
    otaType: fc.constantFrom('ONE_TIME', 'CONTINUOUS'),
  })
  .map(facts);

const live = fc
  .record({
    facts: someFacts,
    trackedSince: few.map((minutes) => NOON - minutes * MINUTE),
    finished: fc.array(few, { maxLength: 3 }),
    breaches: fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.record(
        { severity: fc.constantFrom(...SEVERITIES), muted: fc.constant(true as const) },
        { requiredKeys: ['severity'] },
      ),
    ),
    unreadAt: fc.option(fc.constant(NOON), { nil: undefined }),
  })
  .map((of): TrackedTask => {
    const rules = {
      ...initialState(NOON),
      ...(of.unreadAt !== undefined && { unreadAt: of.unreadAt }),
      rules: Object.fromEntries(
        Object.entries(of.breaches).map(([id, breach]) => [id, { open: openBreach(breach) }]),
      ),
    };
    const samples = of.finished.map((finished, minute) => sample(minute, { finished }));
    const { trackedSince } = of;
    return liveTask({ snapshot: snapshot({ facts: of.facts, trackedSince, rules, samples }) });
  });

const ended = fc.record({ facts: someFacts, endedAt: few.map((minutes) => NOON + minutes * MINUTE) }).map(
  (of): TrackedTask => ({
    state: 'ended',
    taskId: '',
    version: 1,
    expiresAt: NOON,
    last: { ...of, trackedSince: NOON, stopped: 'completed' },
  }),
);

/** Not in any list. */
const hidden = fc.constantFrom<TrackedTask>(
  { state: 'requested', taskId: '', version: 1 },
  { state: 'excluded', taskId: '', version: 1 },
  { state: 'ended', taskId: '', version: 1, expiresAt: 0 },
);

/** A fleet; for each task, after how many pages it is put there. Ids are in no relation to that. */
const fleet = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-cA-C_-]{1,3}$/), fc.nat(8)), {
    selector: ([taskId]) => taskId,
    maxLength: 30,
  })
  .chain((ids) =>
    fc.tuple(
      ...ids.map(([taskId, afterPages]) =>
        fc
          .oneof({ weight: 6, arbitrary: live }, { weight: 3, arbitrary: ended }, hidden)
          .map((task) => ({ task: named(task, taskId), afterPages: Math.max(0, afterPages - 4) })),
      ),
    ),
  );

function named(task: TrackedTask, taskId: string): TrackedTask {
  if (task.state === 'live')
    return { ...task, taskId, snapshot: { ...task.snapshot, facts: { ...task.snapshot.facts, taskId } } };
  if (task.state === 'ended' && task.last !== undefined)
    return { ...task, taskId, last: { ...task.last, facts: { ...task.last.facts, taskId } } };
  return { ...task, taskId };
}

const SORTS = ['trouble', 'taskId', 'status', 'since', 'progress', 'failed', 'rate', 'end'] as const;
const query = fc.record(
  {
    sort: fc.constantFrom(...SORTS),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.integer({ min: 1, max: 5 }),
    state: fc.constantFrom('live' as const, 'ended' as const),
    q: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['sort', 'limit'] },
);

/** Lists what is there after so many pages, all at once. */
async function whole(tasks: readonly TrackedTask[], given: ListTasksQuery): Promise<string[]> {
  const deps = depsOf(() => tasks);
  const { page } = await listTasks({ ...given, limit: 500 }, undefined, deps);
  return page.items.map(({ taskId }) => taskId);
}

function depsOf(tasks: () => readonly TrackedTask[]) {
  const now = () => NOON + 2 * MINUTE;
  const readAll = async () => ({ tasks: tasks(), unreadable: [] });
  return { fleet: createFleet({ readAll, read: async () => undefined }, now, 0), now };
}

/** All pages, with tasks that are put there in between. A position goes through JSON, as in a cursor. */
async function walk(all: readonly { task: TrackedTask; afterPages: number }[], given: ListTasksQuery) {
  const pages: Task[][] = [];
  const deps = depsOf(() =>
    all.filter(({ afterPages }) => afterPages <= pages.length).map(({ task }) => task),
  );
  let after: Position | undefined;
  do {
    const { page, next } = await listTasks(given, after, deps);
    expect(responseProblems('listTasks', 200, 'application/json', page)).toEqual([]);
    pages.push(page.items);
    after = next && JSON.parse(JSON.stringify(next));
  } while (after !== undefined && pages.length <= all.length);
  return pages.map((items) => items.map(({ taskId }) => taskId));
}

it('every task comes once and in order while others are put there', async () => {
  await fc.assert(
    fc.asyncProperty(fleet, query, async (all, given) => {
      const pages = await walk(all, given);
      const inOrder = await whole(
        all.map(({ task }) => task),
        given,
      );
      const placeOf = (taskId: string | undefined) => (taskId === undefined ? -1 : inOrder.indexOf(taskId));
      // Shown is what was there when the page was read on which it has its place.
      const expected = inOrder.filter((taskId) => {
        const page = all.find(({ task }) => task.taskId === taskId)?.afterPages ?? 0;
        const shownBefore = pages.slice(0, page).flat().at(-1);
        return page < pages.length && placeOf(taskId) > placeOf(shownBefore);
      });
      expect(pages.flat()).toEqual(expected);
      expect(pages.slice(0, -1).every((items) => items.length === given.limit)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

const VALUES: Readonly<Record<string, (task: Task) => string | number | undefined>> = {
  taskId: ({ taskId }) => taskId,
  status: ({ status }) => status,
  since: ({ trackedSince }) => trackedSince,
  progress: ({ percentComplete }) => percentComplete,
  failed: ({ counts: { failed, rejected, timedOut } }) => failed + rejected + timedOut,
  rate: ({ ratePerMinute }) => ratePerMinute,
  end: ({ estimatedEndAt, endedAt }) => endedAt ?? estimatedEndAt,
};

it.each(Object.entries(VALUES))(
  'by %s, values ascend or descend, and unknown ones come last',
  async (name, of) => {
    const sort = SORTS.find((one) => one === name) ?? 'trouble';
    await fc.assert(
      fc.asyncProperty(fleet, fc.constantFrom('asc' as const, 'desc' as const), async (all, order) => {
        const deps = depsOf(() => all.map(({ task }) => task));
        const { page } = await listTasks({ sort, order, limit: 500 }, undefined, deps);
        const values = page.items.map(of);
        const known = values.filter((value) => value !== undefined);
        const ascending = known.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
        const unknown = values.slice(known.length);
        expect(values).toEqual([...(order === 'asc' ? ascending : ascending.reverse()), ...unknown]);
        expect(page.total).toBe(all.filter(({ task }) => task.state === 'live' || 'last' in task).length);
      }),
    );
  },
);

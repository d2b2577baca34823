import { describe, expect, it } from 'vitest';
import type { ChainReport, HistoryPage, TaskList } from '../../../../lib/api/generated/api.ts';
import {
  checkedOf,
  type Verification,
  type VerifyDeps,
  type VerifyRequest,
  verify,
} from '../../../../web/src/audit/verify.ts';
import type { Query } from '../../../../web/src/query.ts';

const SIGNAL = AbortSignal.any([]);
const RANGE = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' };

const report = (taskId: string, part: Partial<ChainReport> = {}): ChainReport => ({
  taskId,
  verdict: 'intact',
  rows: 10,
  beginsAtFirst: true,
  end: 'known',
  problems: [],
  ...part,
});
const refusal = (status: number) => Object.assign(new Error(`answered ${status}`), { status });

/** JSON as it comes over the wire, of which a verification reads little. */
const items = (taskIds: readonly string[]) =>
  JSON.parse(JSON.stringify(taskIds.map((taskId) => ({ taskId }))));

interface World {
  tasks?: readonly string[];
  /** Page by page. */
  history?: readonly (readonly string[])[];
  audit?: (taskId: string, attempt: number, cursor: unknown) => ChainReport;
}

function api({ tasks = [], history = [[]], audit = (taskId) => report(taskId) }: World) {
  const asked: Query[] = [];
  const audits: string[] = [];
  let [running, most] = [0, 0];
  const deps: VerifyDeps = {
    tasks: async (): Promise<TaskList> => ({ items: items(tasks), total: tasks.length, unreadable: 0 }),
    history: async (query): Promise<HistoryPage> => {
      asked.push(query);
      const at = Number(query.cursor ?? 0);
      return { items: items(history[at] ?? []), ...(at + 1 < history.length && { next: String(at + 1) }) };
    },
    audit: async (taskId, query) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      audits.push(taskId);
      return audit(taskId, audits.filter((id) => id === taskId).length, query.cursor);
    },
    wait: async () => undefined,
  };
  return { asked, audits, deps, most: () => most };
}

async function verified(
  of: VerifyRequest,
  { deps }: { deps: VerifyDeps },
  signal = SIGNAL,
): Promise<Verification> {
  const told: Verification[] = [];
  await verify(of, signal, (state) => told.push(state), deps);
  const last = told.at(-1);
  if (last === undefined) throw new Error('Nothing was told');
  return last;
}

const INTACT = { phase: 'done', expired: 0, openEnded: 0, broken: [], incomplete: [], notChecked: [] };

describe('the tasks', () => {
  it('are those of the overview and those of the range, each once, on all pages', async () => {
    const world = api({ tasks: ['b', 'c'], history: [['a', 'b', 'a'], ['d']] });
    expect(await verified(RANGE, world)).toEqual({ ...INTACT, tasks: 4, intact: 4, rows: 40 });
    expect(world.audits.sort()).toEqual(['a', 'b', 'c', 'd']);
    const query = {
      ...RANGE,
      type: ['OTA Task Tracking Started', 'OTA Task Status Changed', 'OTA Task Tracking Stopped'],
      limit: 500,
    };
    expect(world.asked).toEqual([
      { ...query, cursor: undefined },
      { ...query, cursor: '1' },
    ]);
  });

  it('can be given', async () => {
    const world = api({ tasks: ['b'] });
    expect(await verified({ taskIds: ['a'] }, world)).toEqual({ ...INTACT, tasks: 1, intact: 1, rows: 10 });
    expect(world.asked).toEqual([]);
  });

  it('can be those that could not be checked before, on top of the others', async () => {
    let isFailing = true;
    const audit = (taskId: string, _: number, cursor: unknown) => {
      if (taskId === 'a') return report(taskId);
      if (cursor === undefined) return report(taskId, { verdict: 'checking', end: 'not-yet', next: 'n' });
      if (isFailing) throw refusal(404);
      return report(taskId, { rows: 15 });
    };
    const before = await verified({ taskIds: ['a', 'b'] }, api({ audit }));
    expect(before).toMatchObject({ tasks: 2, intact: 1, rows: 10, notChecked: [{ taskId: 'b' }] });
    isFailing = false;
    const world = api({ audit });
    expect(await verified({ notCheckedOf: before }, world)).toEqual({
      ...INTACT,
      tasks: 2,
      intact: 2,
      rows: 25,
    });
    expect(world.audits).toEqual(['b', 'b']);
  });

  it('may be none', async () => {
    expect(await verified(RANGE, api({}))).toEqual({ ...INTACT, tasks: 0, intact: 0, rows: 0 });
  });

  it('may not be found', async () => {
    const world = api({});
    const deps = { ...world.deps, tasks: () => Promise.reject(refusal(403)) };
    const outcome = await verified(RANGE, { deps });
    expect(outcome).toMatchObject({ phase: 'failed', error: refusal(403) });
  });

  it('are checked a few at once', async () => {
    const tasks = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const world = api({ tasks });
    expect(checkedOf(await verified(RANGE, world))).toBe(40);
    expect(world.most()).toBe(4);
  });
});

describe('a task', () => {
  it('may take several requests', async () => {
    const audit = (taskId: string, _: number, cursor: unknown) =>
      cursor === undefined
        ? report(taskId, { verdict: 'checking', end: 'not-yet', rows: 1_000, next: 'n' })
        : report(taskId, { rows: 1_500 });
    const world = api({ audit });
    expect(await verified({ taskIds: ['a'] }, world)).toMatchObject({ intact: 1, rows: 1_500 });
  });

  it('may be broken, which is said with why', async () => {
    const problems: ChainReport['problems'] = [{ sequence: 5, kind: 'hash', message: 'Changed.' }];
    const audit = (taskId: string) => report(taskId, taskId === 'b' ? { verdict: 'broken', problems } : {});
    expect(await verified({ taskIds: ['a', 'b'] }, api({ audit }))).toEqual({
      ...INTACT,
      tasks: 2,
      intact: 1,
      rows: 20,
      broken: [{ taskId: 'b', problems }],
    });
  });

  it('may be incomplete, which is said with why', async () => {
    const problems: ChainReport['problems'] = [{ sequence: 5, kind: 'gap', message: 'Row 4 is missing.' }];
    const audit = (taskId: string) =>
      report(taskId, taskId === 'b' ? { verdict: 'incomplete', problems } : {});
    const outcome = await verified({ taskIds: ['a', 'b'] }, api({ audit }));
    expect(outcome).toEqual({
      ...INTACT,
      tasks: 2,
      intact: 1,
      rows: 20,
      incomplete: [{ taskId: 'b', problems }],
    });
    expect(checkedOf(outcome)).toBe(2);
  });

  it('may prove less than all', async () => {
    const audit = (taskId: string) => report(taskId, { beginsAtFirst: false, end: 'unknown' });
    expect(await verified({ taskIds: ['a'] }, api({ audit }))).toMatchObject({ expired: 1, openEnded: 1 });
  });

  it('is tried again', async () => {
    const audit = (taskId: string, attempt: number) => {
      if (attempt < 3) throw refusal(503);
      return report(taskId);
    };
    expect(await verified({ taskIds: ['a'] }, api({ audit }))).toMatchObject({ intact: 1, notChecked: [] });
  });

  it.each([
    [503, 4],
    [404, 1],
  ])('that is answered with %i does not stop the others', async (status, attempts) => {
    const audit = (taskId: string) => {
      if (taskId === 'b') throw refusal(status);
      return report(taskId);
    };
    const world = api({ audit });
    expect(await verified({ taskIds: ['a', 'b', 'c'] }, world)).toEqual({
      ...INTACT,
      tasks: 3,
      intact: 2,
      rows: 20,
      notChecked: [{ taskId: 'b', why: refusal(status) }],
    });
    expect(world.audits.filter((id) => id === 'b')).toHaveLength(attempts);
  });
});

it('can be stopped', async () => {
  const stopping = new AbortController();
  const tasks = Array.from({ length: 40 }, (_, i) => `t${i}`);
  const world = api({
    tasks,
    audit: (taskId, _attempt) => {
      if (world.audits.length === 8) stopping.abort();
      return report(taskId);
    },
  });
  const outcome = await verified(RANGE, world, stopping.signal);
  expect(outcome).toMatchObject({ phase: 'stopped', tasks: 40, broken: [], notChecked: [] });
  expect(world.audits.length).toBeLessThan(14);
});

it('can be stopped while tasks are being found', async () => {
  expect(await verified(RANGE, api({ tasks: ['a'] }), AbortSignal.abort())).toMatchObject({
    phase: 'stopped',
  });
});

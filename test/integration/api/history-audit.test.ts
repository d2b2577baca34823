import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { auditTask } from '../../../lib/api/audit.ts';
import { BadCursorError } from '../../../lib/api/cursor.ts';
import type { HistoryPages, Position } from '../../../lib/api/ports.ts';
import { historyPages } from '../../../lib/aws/api/history-pages.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import type { HistoryRow } from '../../../lib/domain/events.ts';
import { responseProblems } from '../../support/api-schemas.ts';
import { liveTask, MINUTE, NOON } from '../../support/builders.ts';
import { rolloutHistory } from '../../support/history-rows.ts';
import { World } from '../../support/world.ts';
import { HISTORY, type HistoryDatabase, startHistory, TASKS } from './history-database.ts';

const whole = rolloutHistory(3);
const { length } = whole;
const lastRow = whole.at(-1);

let database: HistoryDatabase;
beforeAll(async () => {
  database = await startHistory();
});
afterAll(() => database.close());

let tasks = 0;

/** A task that no other test looks at. */
function nextTask(): string {
  tasks += 1;
  return `audited${tasks}`;
}

/** A whole history. */
function historyOf(
  taskId: string,
  daysOf: (sequence: number) => number | undefined = () => undefined,
): HistoryRow[] {
  let previousHash: string | undefined;
  return whole.map(({ hash: _, previousHash: before, ...row }) => {
    const days = daysOf(row.sequence);
    const content = {
      ...row,
      ...(days !== undefined && { expiresAt: Date.parse(row.observedAt) / 1_000 + days * 86_400 }),
      taskId,
      eventId: `${taskId}:${row.sequence}`,
      ...(previousHash !== undefined && { previousHash }),
    };
    previousHash = canonicalHash(content);
    return { ...content, hash: previousHash };
  });
}

const headOf = (row: HistoryRow | undefined) => ({ sequence: row?.sequence ?? 0, hash: row?.hash ?? '' });
const endedAt = (row: HistoryRow | undefined) => ({
  state: 'ended',
  taskId: row?.taskId,
  version: 1,
  expiresAt: 2_000_000_000,
  head: headOf(row),
});

function audit(
  taskId: string,
  after?: Position,
  {
    history = database.history,
    mayGoOn = () => true,
    now = NOON,
  }: { history?: Pick<HistoryPages, 'every'>; mayGoOn?: () => boolean; now?: number } = {},
) {
  const fleet = { one: database.tasks.read };
  return auditTask(taskId, after, { history, fleet, hash: canonicalHash, now: () => now, mayGoOn });
}

/** Three rows a page, so that a check takes many requests. */
const slowly = {
  history: {
    every: (taskId: string, _limit: number, after?: number) => database.history.every(taskId, 3, after),
  },
  mayGoOn: () => false,
};

const whollyChecked = (rows: readonly HistoryRow[]) => ({
  taskId: rows[0]?.taskId,
  rows: rows.length,
  firstSequence: 1,
  lastSequence: rows.length,
  lastHash: rows.at(-1)?.hash,
  beginsAtFirst: true,
});

describe('the audit of a task', () => {
  it('finds a whole history intact', async () => {
    const rows = historyOf(nextTask());
    await database.put(rows.map((row) => ({ ...row })));
    await database.putTask(endedAt(rows.at(-1)));
    const answer = await audit(rows[0]?.taskId ?? '');
    expect(answer).toEqual({
      report: { ...whollyChecked(rows), verdict: 'intact', end: 'known', problems: [] },
    });
    expect(responseProblems('auditTask', 200, 'application/json', answer?.report)).toEqual([]);
  });

  it('goes on over many requests', async () => {
    const rows = historyOf(nextTask());
    const taskId = rows[0]?.taskId ?? '';
    await database.put(rows.map((row) => ({ ...row })));
    await database.putTask(endedAt(rows.at(-1)));
    let requests = 0;
    let answer = await audit(taskId, undefined, slowly);
    while (answer?.next !== undefined) {
      requests += 1;
      expect(answer.report).toEqual({
        ...whollyChecked(rows.slice(0, 3 * requests)),
        verdict: 'checking',
        end: 'not-yet',
        problems: [],
      });
      answer = await audit(taskId, JSON.parse(JSON.stringify(answer.next)), slowly);
    }
    expect(requests).toBe(Math.floor(length / 3));
    expect(answer?.report).toEqual({ ...whollyChecked(rows), verdict: 'intact', end: 'known', problems: [] });
  });

  it('ends with the request that finds a problem', async () => {
    const rows = historyOf(nextTask());
    await database.put(rows.map((row) => ({ ...row, ...(row.sequence === 5 && { status: 'OTHER' }) })));
    await database.putTask(endedAt(rows.at(-1)));
    const first = await audit(rows[0]?.taskId ?? '', undefined, slowly);
    const { report, next } = (await audit(rows[0]?.taskId ?? '', first?.next, slowly)) ?? {};
    expect(next).toBeUndefined();
    expect(report).toEqual({
      ...whollyChecked(rows.slice(0, 6)),
      verdict: 'broken',
      end: 'not-yet',
      problems: [{ sequence: 5, kind: 'hash', message: 'Row 5 is not what it was when it was written.' }],
    });
  });

  it('finds an end that is missing', async () => {
    const rows = historyOf(nextTask());
    await database.put(rows.slice(0, -2).map((row) => ({ ...row })));
    await database.putTask(endedAt(rows.at(-1)));
    const answer = await audit(rows[0]?.taskId ?? '');
    expect(answer).toEqual({
      report: {
        ...whollyChecked(rows.slice(0, -2)),
        verdict: 'broken',
        end: 'known',
        problems: [
          {
            sequence: length - 2,
            kind: 'head',
            message: `Rows ${length - 1} to ${length} are missing, which the poll has recorded.`,
          },
        ],
      },
    });
  });

  it('lists no more problems than anybody reads', async () => {
    const taskId = nextTask();
    const rows = Array.from({ length: 700 }, (_, index) => ({
      taskId,
      sequence: index + 1,
      observedAt: 'x',
      detailType: 'x',
    }));
    await database.put(rows);
    const { report } = (await audit(taskId)) ?? {};
    expect([report?.verdict, report?.problems.length, report?.rows]).toEqual(['broken', 100, 500]);
  });

  it('checks rows that are appended meanwhile', async () => {
    const rows = historyOf(nextTask());
    const taskId = rows[0]?.taskId ?? '';
    await database.put(rows.slice(0, 4).map((row) => ({ ...row })));
    let appended = 4;
    const fleet = {
      // Each time that somebody looks, the poll has recorded one row more.
      one: async () => {
        const row = rows[appended];
        if (row !== undefined) {
          await database.put([{ ...row }]);
          appended += 1;
        }
        const recordedThrough = appended;
        return liveTask({ taskId, recordedThrough, outbox: [], head: headOf(rows[appended - 1]) });
      },
    };
    const answer = await auditTask(taskId, undefined, {
      history: database.history,
      fleet,
      hash: canonicalHash,
      now: () => NOON,
      mayGoOn: () => true,
    });
    expect(answer?.report).toEqual({ ...whollyChecked(rows), verdict: 'intact', end: 'known', problems: [] });
  });

  it('knows no end of a task that is forgotten, or that this version does not understand', async () => {
    const rows = historyOf(nextTask());
    const taskId = rows[0]?.taskId ?? '';
    await database.put(rows.map((row) => ({ ...row })));
    const expected = { report: { ...whollyChecked(rows), verdict: 'intact', end: 'unknown', problems: [] } };
    expect(await audit(taskId)).toEqual(expected);
    await database.putTask({ taskId, version: 1, state: 'asleep' });
    expect(await audit(taskId)).toEqual(expected);
  });

  it('knows that a task which is forgotten has ended', async () => {
    const rows = historyOf(nextTask()).slice(0, -1);
    await database.put(rows.map((row) => ({ ...row })));
    const message =
      'The poll does not know the task any more, and the history does not end with the end of tracking.';
    expect(await audit(rows[0]?.taskId ?? '')).toEqual({
      report: {
        ...whollyChecked(rows),
        verdict: 'broken',
        end: 'unknown',
        problems: [{ sequence: length - 1, kind: 'head', message }],
      },
    });
  });

  it('tells of rows that may have expired, however many requests it takes', async () => {
    const rows = historyOf(nextTask(), (sequence) => (sequence > 2 ? 30 : undefined));
    const taskId = rows[0]?.taskId ?? '';
    await database.put(rows.filter(({ sequence }) => sequence !== 3).map((row) => ({ ...row })));
    await database.putTask(endedAt(rows.at(-1)));
    const later = { ...slowly, now: Date.parse(rows[1]?.observedAt ?? '') + 30 * 1440 * MINUTE };
    let answer = await audit(taskId, undefined, later);
    let verdicts = '';
    while (answer?.next !== undefined) {
      verdicts += ` ${answer.report.verdict} ${answer.report.problems.length}`;
      answer = await audit(taskId, JSON.parse(JSON.stringify(answer.next)), later);
    }
    expect(verdicts).toBe(' checking 1'.repeat(Math.floor((length - 1) / 3)));
    expect(answer?.report).toEqual({
      ...whollyChecked(rows),
      rows: length - 1,
      verdict: 'incomplete',
      end: 'known',
      problems: [{ sequence: 4, kind: 'gap', message: 'Row 3 is missing; perhaps expired.' }],
    });
    expect(responseProblems('auditTask', 200, 'application/json', answer?.report)).toEqual([]);
  });

  it('finds rows at places that no event has', async () => {
    const rows = historyOf(nextTask());
    const taskId = rows[0]?.taskId ?? '';
    await database.put(rows.map((row) => ({ ...row })));
    await database.putTask(endedAt(rows.at(-1)));
    const strays = [-7, 0, 1.5, length + 0.5, 2 ** 53, 1e20, 1e60];
    await database.put(strays.map((sequence) => ({ ...rows[0], sequence })));
    const { report } = (await audit(taskId)) ?? {};
    expect(report).toMatchObject({ verdict: 'broken', rows: length + strays.length, end: 'known' });
    expect(report?.problems).toEqual(
      strays.map((sequence) => ({
        sequence,
        kind: 'identity',
        message: `No event has the place ${sequence}.`,
      })),
    );
    expect(responseProblems('auditTask', 200, 'application/json', report)).toEqual([]);
  });

  it('tells of a task without rows', async () => {
    const [asked, gone] = [nextTask(), nextTask()];
    await database.putTask({ taskId: asked, version: 1, state: 'requested' });
    await database.putTask({ ...endedAt(lastRow), taskId: gone, state: 'excluded' });
    const none = { rows: 0, beginsAtFirst: true, end: 'known' };
    expect(await audit(asked)).toEqual({
      report: { ...none, taskId: asked, verdict: 'intact', problems: [] },
    });
    const message = `Rows 1 to ${length} are missing, which the poll has recorded; perhaps expired.`;
    expect(await audit(gone)).toEqual({
      report: {
        ...none,
        taskId: gone,
        verdict: 'incomplete',
        beginsAtFirst: false,
        problems: [{ sequence: 0, kind: 'head', message }],
      },
    });
    expect(await audit('nobody')).toBeUndefined();
  });

  it('refuses the place of another version', () =>
    expect(audit('nobody', { sequence: 1 })).rejects.toThrow(BadCursorError));
});

describe('the audit of a rollout that is polled', () => {
  let world: World;
  afterEach(() => world.close());

  it('finds nothing after any poll, whatever the bus takes', async () => {
    world = await World.start();
    const poller = world.poller();
    const fleet = { one: taskTable(world.dynamodb, TASKS).read };
    const history = historyPages(world.dynamodb, HISTORY);
    const verdicts: unknown[] = [];
    for (const succeeded of [0, 2, 4, 6, 8, 10]) {
      world.task(
        'task1',
        { succeeded, queued: 10 - succeeded },
        { status: succeeded === 10 ? 'COMPLETED' : 'IN_PROGRESS' },
      );
      world.bus.faults.request = succeeded === 4 ? () => ({ kind: 'internal-error' }) : undefined;
      await poller.poll();
      const deps = { history, fleet, hash: canonicalHash, now: () => world.now, mayGoOn: () => true };
      const answer = await auditTask('task1', undefined, deps);
      const { verdict, end, problems, rows } = answer?.report ?? {};
      verdicts.push({ verdict, end, problems, isWhole: rows === (await world.history()).length });
      world.now += MINUTE;
    }
    poller.close();
    expect(verdicts).toEqual(Array(6).fill({ verdict: 'intact', end: 'known', problems: [], isWhole: true }));
  });
});

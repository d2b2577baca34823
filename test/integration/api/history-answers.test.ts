import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportPart } from '../../../lib/api/export.ts';
import type { ExportHistoryQuery } from '../../../lib/api/generated/api.ts';
import { listHistory, taskHistory } from '../../../lib/api/history.ts';
import type { Position } from '../../../lib/api/ports.ts';
import { createSeries } from '../../../lib/api/series.ts';
import { canonicalJson } from '../../../lib/canonical-hash.ts';
import { responseProblems } from '../../support/api-schemas.ts';
import { MINUTE, NOON } from '../../support/builders.ts';
import { rolloutHistory, storedRow } from '../../support/history-rows.ts';
import { readCsv } from '../../support/read-csv.ts';
import { type HistoryDatabase, startHistory } from './history-database.ts';

const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();
const range = (length: number) => Array.from({ length }, (_, index) => index);
const always = () => true;

let database: HistoryDatabase;
beforeAll(async () => {
  database = await startHistory();
});
afterAll(() => database.close());

describe('answers', () => {
  const rollout = rolloutHistory(3);
  const taskId = rollout[0]?.taskId ?? '';

  beforeAll(() => database.put(rollout.map((row) => ({ ...row }))));

  it('have rows as they are stored, in pages', async () => {
    const query = { order: 'asc', limit: 3 } as const;
    const first = await taskHistory(taskId, query, undefined, database.history);
    expect(first.page).toEqual({ items: rollout.slice(0, 3), searchedThrough: rollout[2]?.observedAt });
    const second = await taskHistory(taskId, query, first.next, database.history);
    expect(second.page.items).toEqual(rollout.slice(3, 6));
    const all = await taskHistory(taskId, { ...query, limit: 500 }, undefined, database.history);
    expect(all).toEqual({ page: { items: rollout } });
    expect(responseProblems('getTaskHistory', 200, 'application/json', all.page)).toEqual([]);
  });

  it('take instants of any time zone, of one task or of all', async () => {
    const [from = '', to = ''] = [rollout[1]?.observedAt, rollout.at(-1)?.observedAt];
    const inIndia = (instant: string) =>
      new Date(Date.parse(instant) + 330 * MINUTE).toISOString().replace('Z', '+05:30');
    const query = { from: inIndia(from), to: inIndia(to), order: 'asc', limit: 500 } as const;
    const expected = rollout.filter(({ observedAt }) => observedAt >= from && observedAt < to);
    const ofAll = await listHistory(query, undefined, database.history);
    expect(ofAll).toEqual({ page: { items: expected } });
    expect(await listHistory({ ...query, taskId }, undefined, database.history)).toEqual(ofAll);
    const none = await listHistory({ ...query, taskId: 'nobody' }, undefined, database.history);
    expect(none).toEqual({ page: { items: [] } });
  });

  it.each([
    { from: '9999-12-31T23:59:59.999Z' },
    { from: '9999-12-31T23:59:59-23:59' },
    { to: '0000-01-01T00:00:00Z' },
    { to: '0000-01-01T00:00:00+23:59' },
  ])('are none at the ends of time: %j', async (span) => {
    for (const order of ['asc', 'desc'] as const) {
      const query = { ...span, order, limit: 10 };
      expect(await listHistory(query, undefined, database.history)).toEqual({ page: { items: [] } });
      const types = { ...query, type: ['OTA Task Progressed' as const] };
      expect(await listHistory(types, undefined, database.history)).toEqual({ page: { items: [] } });
      expect(await listHistory({ ...query, taskId }, undefined, database.history)).toEqual({
        page: { items: [] },
      });
    }
  });

  it('are those of the types and severities that are asked for', async () => {
    const breaches = rollout.filter(({ detailType }) => detailType === 'OTA Task Threshold Breached');
    const query = { type: ['OTA Task Threshold Breached' as const], order: 'asc' as const, limit: 500 };
    expect((await listHistory(query, undefined, database.history)).page.items).toEqual(breaches);
    const severe = { ...query, severity: ['critical' as const, 'error' as const], taskId };
    expect((await listHistory(severe, undefined, database.history)).page.items).toEqual(
      breaches.filter((row) =>
        ['critical', 'error'].includes(Reflect.get(Object(Reflect.get(row, 'rule')), 'severity')),
      ),
    );
  });
});

describe('a series', () => {
  const series = (taskId: string, query: { points: number }) =>
    createSeries({ history: database.history, now: () => NOON })(taskId, query);

  const rows = range(40).map((index) =>
    storedRow({ taskId: 'curve', sequence: index + 1, observedAt: iso(-1_000_000 + index) }),
  );
  beforeAll(() =>
    database.put([...rows.slice(8), storedRow({ taskId: 'dot', observedAt: iso(-2_000_000) })]),
  );

  it.each([
    [1_000, range(32).map((index) => index + 9)],
    [32, range(32).map((index) => index + 9)],
    [4, [9, 19, 30, 40]],
    [3, [9, 25, 40]],
    [2, [9, 40]],
  ])('of at most %i points is even, and has both ends', async (points, sequences) => {
    const answer = await series('curve', { points });
    expect(answer).toEqual({
      taskId: 'curve',
      rows: 32,
      points: sequences.map((sequence) => {
        const { observedAt, status, counts } = storedRow({ ...rows[sequence - 1] });
        return { sequence, observedAt, status, counts };
      }),
    });
    expect(responseProblems('getTaskSeries', 200, 'application/json', answer)).toEqual([]);
  });

  it('of one row is one point', async () => {
    expect((await series('dot', { points: 300 })).points).toHaveLength(1);
  });

  it('of nothing is empty', async () => {
    expect(await series('nobody', { points: 300 })).toEqual({
      taskId: 'nobody',
      rows: 0,
      points: [],
    });
  });

  it('leaves out rows that have expired in between, and those of which it cannot tell the counts', async () => {
    const odd = range(4).map((index) =>
      storedRow({
        taskId: 'odd',
        sequence: index + 1,
        observedAt: iso(-3_000_000),
        ...(index === 2 && { counts: 'many' }),
      }),
    );
    await database.put(odd.toSpliced(1, 1));
    const { points, rows: total } = await series('odd', { points: 10 });
    expect([points.map(({ sequence }) => sequence), total]).toEqual([[1, 4], 4]);
  });
});

describe('a series that is asked for again', () => {
  it('reads what is between its ends once, until there are more rows', async () => {
    const read: (readonly number[])[] = [];
    let now = NOON;
    const history = {
      ...database.history,
      at: (taskId: string, sequences: readonly number[]) => {
        read.push(sequences);
        return database.history.at(taskId, sequences);
      },
    };
    const series = createSeries({ history, now: () => now });
    const rowAt = (sequence: number) =>
      storedRow({ taskId: 'again', sequence, observedAt: iso(-3_500_000 + sequence) });
    await database.put([1, 2, 3, 4].map(rowAt));
    const sequences = async (points: number) =>
      (await series('again', { points })).points.map(({ sequence }) => sequence);
    for (let time = 0; time < 3; time += 1) expect(await sequences(10)).toEqual([1, 2, 3, 4]);
    expect(await sequences(2)).toEqual([1, 4]);
    await database.put([rowAt(6)]);
    expect(await sequences(10)).toEqual([1, 2, 3, 4, 6]);
    now += 9_999;
    await database.put([rowAt(5)]);
    expect(await sequences(10)).toEqual([1, 2, 3, 4, 6]);
    now += 1;
    expect(await sequences(10)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(read).toEqual([[2, 3], [], [2, 3, 4, 5], [2, 3, 4, 5]]);
  });
});

describe('an export', () => {
  const FROM = -4_000_000;
  const span = { from: iso(FROM), to: iso(FROM + 10_000) };
  /** Five megabytes of rows: two parts, three pages. */
  const rows = range(1_500).map((index) =>
    storedRow({
      taskId: `export${index % 3}`,
      sequence: 1 + Math.floor(index / 3),
      observedAt: iso(FROM + Math.floor(index / 3)),
      description: `=${'"ö",\n'.repeat(300)}${index}`,
    }),
  );
  beforeAll(() => database.put(rows));

  async function parts(query: Omit<ExportHistoryQuery, 'cursor'>, mayGoOn = always) {
    const found = [];
    let after: Position | undefined;
    do {
      const part = await exportPart(query, after, { history: database.history, mayGoOn });
      found.push(part);
      after = part.next;
    } while (after !== undefined);
    return found;
  }
  const textOf = (found: readonly { readonly body: string }[]) => found.map(({ body }) => body).join('');

  it('comes in parts that are small enough, and together are the file', async () => {
    const found = await parts({ ...span, format: 'jsonl', order: 'asc' });
    expect(found).toHaveLength(2);
    for (const { body } of found) expect(Buffer.byteLength(body)).toBeLessThan(4_000_000);
    const lines = textOf(found).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual(rows.map((row) => canonicalJson(row)));
  });

  it.each([
    ['csv', 'text/csv; charset=utf-8', 'ota-watch-history.csv'],
    ['jsonl', 'application/jsonl; charset=utf-8', 'ota-watch-history.jsonl'],
  ] as const)(
    'is the same file however many parts there are, as %s',
    async (format, contentType, fileName) => {
      const query = { ...span, format, order: 'desc' } as const;
      const [few, many] = [await parts(query), await parts(query, () => false)];
      expect([few.length, many.length]).toEqual([2, 3]);
      expect(textOf(many)).toBe(textOf(few));
      for (const part of many) {
        expect(part).toMatchObject({ contentType, fileName });
        expect(responseProblems('exportHistory', 200, contentType, part.body)).toEqual([]);
      }
    },
  );

  it('as CSV has one line of names, and every row once', async () => {
    const [names = [], ...records] = readCsv(textOf(await parts({ ...span, format: 'csv', order: 'asc' })));
    const column = (name: string) => records.map((record) => record[names.indexOf(name)]);
    expect(column('eventId')).toEqual(rows.map(({ eventId }) => eventId));
    expect(column('description')).toEqual(rows.map(({ description }) => `'${description}`));
  });

  it('of one task is named after it', async () => {
    const [part] = await parts({ ...span, format: 'jsonl', order: 'asc', taskId: 'export1' });
    expect(part?.fileName).toBe('ota-watch-export1.jsonl');
    const sequences = part?.body
      .trimEnd()
      .split('\n')
      .map((line) => Reflect.get(JSON.parse(line), 'sequence'));
    expect(sequences).toEqual(range(500).map((index) => index + 1));
  });

  it('of nothing has the names of the columns only', async () => {
    const nothing = { from: iso(0), to: iso(0), order: 'asc' } as const;
    expect(textOf(await parts({ ...nothing, format: 'csv' }))).toMatch(/^observedAt,taskId,[A-Za-z,]*\r\n$/);
    expect(textOf(await parts({ ...nothing, format: 'jsonl' }))).toBe('');
  });
});

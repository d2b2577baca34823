import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadCursorError } from '../../../lib/api/cursor.ts';
import type { PageRequest, Position } from '../../../lib/api/ports.ts';
import { ProblemError } from '../../../lib/api/problem.ts';
import { createSeries } from '../../../lib/api/series.ts';
import type { DetailType } from '../../../lib/domain/events.ts';
import { MINUTE, NOON } from '../../support/builders.ts';
import { storedRow } from '../../support/history-rows.ts';
import { HISTORY, type HistoryDatabase, startHistory } from './history-database.ts';

const DAY = 24 * 60 * MINUTE;
const iso = (offset: number) => new Date(NOON + offset).toISOString();
const range = (length: number) => Array.from({ length }, (_, index) => index);

let database: HistoryDatabase;
beforeAll(async () => {
  database = await startHistory();
});
afterAll(() => database.close());

/** Rows of a task, numbered from 1, the first at an instant of its own and each a minute after the one before. */
function rowsOf(
  taskId: string,
  count: number,
  startsAt: number,
  more: Readonly<Record<string, unknown>> = {},
) {
  return range(count).map((index) =>
    storedRow({ taskId, sequence: index + 1, observedAt: iso(startsAt + index * MINUTE), ...more }),
  );
}

const between = (from: number, to: number) => ({ from: iso(from), to: iso(to) });

async function allByTime(request: PageRequest) {
  const pages: number[] = [];
  const places: unknown[] = [];
  const rows = [];
  let after: Position | undefined;
  do {
    const page = await database.history.byTime({ ...request, ...(after && { after }) });
    pages.push(page.rows.length);
    if (page.next) places.push(page.searchedThrough);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return { pages, places, rows };
}

describe('what a page costs', () => {
  const START = 1_000 * DAY;
  const busy = { filter: between(START, START + DAY / 2), limit: 20 } as const;

  beforeAll(() => database.put(rowsOf('busy', 300, START)));

  it.each(['asc', 'desc'] as const)('is a row more than it shows, by time, %s', async (order) => {
    const first = await database.costOf(() => database.history.byTime({ ...busy, order }));
    expect(first).toMatchObject({ requests: 1, rows: 21 });
    const { next } = first.answer;
    const second = await database.costOf(() =>
      database.history.byTime({ ...busy, order, ...(next && { after: next }) }),
    );
    expect(second).toMatchObject({ requests: 1, rows: 21 });
    expect([...first.answer.rows, ...second.answer.rows].map(({ sequence }) => sequence)).toEqual(
      range(40).map((index) => (order === 'asc' ? index + 1 : 300 - index)),
    );
  });

  it.each(['asc', 'desc'] as const)('is a row more than it shows, of a task, %s', async (order) => {
    const { answer, ...cost } = await database.costOf(() =>
      database.history.ofTask('busy', { filter: {}, order, limit: 20 }),
    );
    expect(cost).toEqual({ requests: 1, rows: 21 });
    expect(answer.rows).toHaveLength(20);
  });

  it('is a row of each type more where the end is open, to find it', async () => {
    const open = { order: 'asc', limit: 20, filter: { to: iso(-2_000 * DAY) } } as const;
    await database.put(rowsOf('ancient', 30, -2_001 * DAY));
    const { answer, ...cost } = await database.costOf(() => database.history.byTime(open));
    expect(answer.rows.map(({ taskId }) => taskId)).toEqual(Array(20).fill('ancient'));
    expect(cost).toEqual({ requests: 9, rows: 22 });
  });

  it('is little more where types are merged', async () => {
    const types: DetailType[] = [
      'OTA Task Progressed',
      'OTA Task Status Changed',
      'OTA Task Tracking Started',
    ];
    const { answer, ...cost } = await database.costOf(() =>
      database.history.byTime({ filter: { ...busy.filter, types }, order: 'asc', limit: 20 }),
    );
    expect(answer.rows.map(({ sequence }) => sequence)).toEqual(range(20).map((index) => index + 1));
    expect(cost.rows).toBeLessThan(45);
  });

  it('is nothing where there is nothing to find', async () => {
    const nothing: PageRequest[] = [
      { filter: between(DAY, DAY), order: 'asc', limit: 10 },
      { filter: between(2 * DAY, DAY), order: 'desc', limit: 10 },
      { filter: { types: ['OTA Task Progressed'], severities: ['error'] }, order: 'asc', limit: 10 },
    ];
    for (const request of nothing) {
      const { answer, requests } = await database.costOf(() => database.history.byTime(request));
      expect([answer, requests]).toEqual([{ rows: [] }, 0]);
    }
  });
});

describe('rows of one instant', () => {
  const START = 2_000 * DAY;
  const ids = range(60).map((index) => `same${String(index).padStart(2, '0')}`);

  beforeAll(() =>
    database.put([
      ...ids.map((taskId) => storedRow({ taskId, observedAt: iso(START) })),
      ...rowsOf('later', 3, START + 1),
    ]),
  );

  it.each(['asc', 'desc'] as const)(
    'come by task, however many more they are than a page shows, %s',
    async (order) => {
      const { rows, pages, places } = await allByTime({
        filter: between(START, START + DAY / 4),
        order,
        limit: 7,
      });
      const expected = [...ids, 'later', 'later', 'later'];
      expect(rows.map(({ taskId }) => taskId)).toEqual(order === 'asc' ? expected : expected.toReversed());
      expect(pages).toEqual(Array(9).fill(7));
      expect(places).toEqual(Array(8).fill(iso(START)));
    },
  );
});

describe('a page that ends with the last row of a day', () => {
  const START = 2_500 * DAY;
  const ids = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map(({ eventId }) => eventId);

  it.each([
    ['asc', 1],
    ['desc', -1],
  ] as const)('leaves out no row that comes later on that day, %s', async (order, sign) => {
    const at = (sequence: number, minute: number) =>
      storedRow({
        taskId: `day-${order}`,
        sequence,
        observedAt: iso(START + sign * (DAY + minute * MINUTE)),
      });
    const filter = order === 'asc' ? between(START, START + 4 * DAY) : between(START - 4 * DAY, START);
    await database.put([1, 2, 3, 4].map((sequence) => at(sequence, sequence)));
    const first = await database.history.byTime({ filter, order, limit: 4 });
    expect(first.searchedThrough).toBe(at(4, 4).observedAt);
    await database.put([at(5, 4), at(6, 5)]);
    const after = first.next ?? {};
    const second = await database.history.byTime({ filter, order, limit: 2, after });
    const expected = order === 'asc' ? ['day-asc:5', 'day-asc:6'] : ['day-desc:6'];
    expect(ids(second.rows)).toEqual(expected);
  });
});

describe('rows of types that this version does not know', () => {
  const START = -5_000 * DAY;

  beforeAll(() =>
    database.put(
      ['OTA Task Forgotten', 'OTA Task Progressed', 'OTA Task Forgotten'].map((detailType, index) => ({
        ...storedRow({ taskId: 'types', sequence: index + 1, observedAt: iso(START + index * MINUTE) }),
        detailType,
      })),
    ),
  );

  it.each([
    ['asc', [1, 2, 3]],
    ['desc', [3, 2, 1]],
  ] as const)('are found on days that have others, %s', async (order, sequences) => {
    const filter = between(START - 3 * DAY, START + 3 * DAY);
    const { rows } = await database.history.byTime({ filter, order, limit: 10 });
    expect(rows.map(({ sequence }) => sequence)).toEqual(sequences);
  });
});

describe('a bounded search', () => {
  const START = 3_000 * DAY;

  it('leaps over days without rows', async () => {
    await database.put(
      range(3).map((index) =>
        storedRow({ taskId: 'rare', sequence: index + 1, observedAt: iso(START + index * 300 * DAY) }),
      ),
    );
    const filter = between(START, START + 900 * DAY);
    const { answer, requests } = await database.costOf(() =>
      database.history.byTime({ filter, order: 'desc', limit: 10 }),
    );
    expect(answer.next).toBeUndefined();
    expect(answer.rows.map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
    expect(requests).toBeLessThan(50);
  });

  it('ends short where rows are far apart, and says how far it has come', async () => {
    const first = START + 1_000 * DAY;
    await database.put(
      range(70).map((index) =>
        storedRow({ taskId: 'daily', sequence: index + 1, observedAt: iso(first + index * DAY) }),
      ),
    );
    const { pages, places } = await allByTime({
      filter: between(first, first + 70 * DAY),
      order: 'asc',
      limit: 100,
    });
    expect(pages).toEqual([64, 6]);
    expect(places).toEqual([iso(first + 63 * DAY)]);
  });

  it('goes on in few reads where an instant has more rows than a page may cost', async () => {
    const at = START + 2_000 * DAY;
    await database.put(
      range(5_600).map((index) => ({
        taskId: 'crowd',
        sequence: index + 1,
        observedAt: iso(at),
        day: iso(at).slice(0, 10),
        detailType: 'OTA Task Progressed',
      })),
    );
    const filter = between(at, at + DAY / 4);
    const first = await database.history.byTime({ filter, order: 'asc', limit: 10 });
    expect(first.rows.map(({ sequence }) => sequence)).toEqual(range(10).map((index) => index + 1));
    const request = { filter, order: 'asc', limit: 10, ...(first.next && { after: first.next }) } as const;
    const { answer, ...cost } = await database.costOf(() => database.history.byTime(request));
    expect(answer.rows.map(({ sequence }) => sequence)).toEqual(range(10).map((index) => index + 11));
    expect(cost.requests).toBeLessThan(20);
  });

  it('ends short where a filter lets little through', async () => {
    await database.put(
      range(5_300).map((index) => ({
        taskId: 'long',
        sequence: index + 1,
        observedAt: iso(START),
        detailType: index === 5_250 ? 'OTA Task Tracking Stopped' : 'OTA Task Progressed',
      })),
    );
    const request = { filter: { types: ['OTA Task Tracking Stopped'] }, order: 'asc', limit: 100 } as const;
    const { answer, ...cost } = await database.costOf(() => database.history.ofTask('long', request));
    expect(answer).toEqual({ rows: [], next: { sequence: 5_000 }, searchedThrough: iso(START) });
    expect(cost).toEqual({ requests: 6, rows: 5_000 });
    const { rows, next } = await database.history.ofTask('long', {
      ...request,
      ...(answer.next && { after: answer.next }),
    });
    expect([rows.map(({ sequence }) => sequence), next]).toEqual([[5_251], undefined]);
  });
});

describe('large rows', () => {
  const START = 8_000 * DAY;
  const filter = between(START, START + DAY / 2);
  const errors = { severities: ['error' as const] };

  beforeAll(() =>
    database.put(
      rowsOf('large', 60, START, {
        description: 'x'.repeat(100_000),
        detailType: 'OTA Task Threshold Breached',
      }).map((row, index) => ({ ...row, rule: { severity: index % 20 === 19 ? 'error' : 'info' } })),
    ),
  );

  it.each([
    ['by time', { filter }],
    ['by time and type', { filter: { ...filter, types: ['OTA Task Threshold Breached' as const] } }],
  ])('make short pages, %s', async (_, which) => {
    const { pages, rows } = await allByTime({ ...which, order: 'asc', limit: 500 });
    expect(rows.map(({ sequence }) => sequence)).toEqual(range(60).map((index) => index + 1));
    expect(Math.max(...pages)).toBe(29);
  });

  it('make short pages of a task', async () => {
    const { rows, next, searchedThrough } = await database.history.ofTask('large', {
      filter: {},
      order: 'desc',
      limit: 500,
    });
    expect(rows.map(({ sequence }) => sequence)).toEqual(range(29).map((index) => 60 - index));
    expect([next, searchedThrough]).toEqual([{ sequence: 32 }, rows.at(-1)?.observedAt]);
  });

  it('are found by severity', async () => {
    const request = { filter: { ...filter, ...errors }, order: 'asc', limit: 500 } as const;
    const { rows } = await allByTime(request);
    const ofTask = await database.history.ofTask('large', request);
    expect([rows, ofTask.rows].map((found) => found.map(({ sequence }) => sequence))).toEqual([
      [20, 40, 60],
      [20, 40, 60],
    ]);
  });
});

describe('rows at places that no event has', () => {
  const START = 9_000 * DAY;
  const filter = between(START, START + DAY / 4);
  const strays = [-7, 0, 1.5, 2.000_000_1, 2 ** 53, 1e20, 1e60];
  const sequences = [1, 2, 3, ...strays].sort((a, b) => a - b);

  beforeAll(() =>
    database.put(
      sequences.map((sequence) => ({
        ...storedRow({ taskId: 'strays', observedAt: iso(START) }),
        sequence,
        summary: sequence,
      })),
    ),
  );

  it.each(['asc', 'desc'] as const)('do not keep a search from any row, %s', async (order) => {
    for (const limit of [1, 2, 4, 50]) {
      const { rows } = await allByTime({ filter, order, limit });
      const expected = order === 'asc' ? sequences : sequences.toReversed();
      expect(rows.map(({ sequence }) => sequence)).toEqual(expected);
    }
  });

  it.each(['asc', 'desc'] as const)('do not keep a search from events of their task, %s', async (order) => {
    for (const limit of [1, 2, 4, 50]) {
      const found: unknown[] = [];
      let after: Position | undefined;
      do {
        const request = { filter: {}, order, limit, ...(after && { after }) };
        const { rows, next } = await database.history.ofTask('strays', request);
        found.push(...rows.map(({ sequence }) => sequence));
        after = next;
      } while (after !== undefined);
      const events = found.filter((sequence) => [1, 2, 3].includes(Number(sequence)));
      expect(events).toEqual(order === 'asc' ? [1, 2, 3] : [3, 2, 1]);
    }
  });

  it('are no points of a series', async () => {
    const series = createSeries({ history: database.history, now: () => NOON });
    await database.put([{ ...storedRow({ taskId: 'half', observedAt: iso(START + DAY) }), sequence: 1.5 }]);
    expect(await series('half', { points: 10 })).toEqual({
      taskId: 'half',
      rows: 0,
      points: [],
    });
    const { rows, points } = await series('strays', { points: 10 });
    expect([rows, points.map(({ sequence }) => sequence)]).toEqual([3, [1, 2, 3]]);
  });
});

describe('a place of another version', () => {
  it.each([{}, { sequence: 'x' }, { sequence: 1.5 }])('is refused, of a task: %j', (after) =>
    expect(database.history.ofTask('t', { filter: {}, order: 'asc', limit: 1, after })).rejects.toThrow(
      BadCursorError,
    ),
  );

  it.each([{}, { observedAt: 'x' }, { observedAt: iso(0), row: ['t'] }])('is refused, by time: %j', (after) =>
    expect(database.history.byTime({ filter: {}, order: 'asc', limit: 1, after })).rejects.toThrow(
      BadCursorError,
    ),
  );
});

describe('rows of a task', () => {
  beforeAll(() => database.put(rowsOf('some', 250, -3_000 * DAY).filter(({ sequence }) => sequence > 40)));
  const sequencesOf = async (sequences: readonly number[]) =>
    (await database.history.at('some', sequences)).map(({ sequence }) => sequence);

  it('are the first and the last', async () => {
    expect(await database.history.first('some')).toMatchObject({ taskId: 'some', sequence: 41 });
    expect(await database.history.last('some')).toMatchObject({ taskId: 'some', sequence: 250 });
    expect(await database.history.first('nobody')).toBeUndefined();
    expect(await database.history.last('nobody')).toBeUndefined();
  });

  it('are those at given places that are there, in order', async () => {
    const all = range(250).map((index) => index + 1);
    expect(await sequencesOf(all)).toEqual(all.slice(40));
    expect(await sequencesOf([99, 50, 7, 50])).toEqual([50, 99]);
    expect(await sequencesOf([])).toEqual([]);
  });

  /** A database that is too busy for all but one key of a request. */
  function makeBusy(requests: number): () => void {
    const name = 'busyDatabase';
    let left = requests;
    database.client.middlewareStack.add(
      (next) => async (args) => {
        const keys = Reflect.get(Object(args.input), 'RequestItems')?.[HISTORY]?.Keys;
        if (keys === undefined || left === 0) return next(args);
        left -= 1;
        const [first, ...others] = keys;
        const result = await next({ ...args, input: { RequestItems: { [HISTORY]: { Keys: [first] } } } });
        Object.assign(result.output, { UnprocessedKeys: { [HISTORY]: { Keys: others } } });
        return result;
      },
      { step: 'initialize', name, priority: 'low' },
    );
    return () => database.client.middlewareStack.remove(name);
  }

  it('are asked for again where the database leaves them out', async () => {
    const end = makeBusy(3);
    expect(await sequencesOf([41, 42, 43, 44, 45, 46])).toEqual([41, 42, 43, 44, 45, 46]);
    end();
  });

  it('are given up where the database leaves them out again and again', async () => {
    const end = makeBusy(100);
    await expect(sequencesOf(range(20).map((index) => 50 + index))).rejects.toThrow(
      new ProblemError('unavailable', 'The history is too busy: 14 rows were not read'),
    );
    end();
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order, PageRequest, Position, RowFilter, RowPage } from '../../../lib/api/ports.ts';
import type { StoredRow } from '../../../lib/ports.ts';
import { MINUTE, NOON } from '../../support/builders.ts';
import { type SearchedRow, storedRow, TYPES } from '../../support/history-rows.ts';
import { type HistoryDatabase, startHistory } from './history-database.ts';

const DAY = 24 * 60 * MINUTE;
const TASKS = ['a', 'B', 'c-1', 'c_2', 'c1'];
const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
const MAX_PAGES = 2_000;

/** Few instants for many rows, on days next to each other, at their very ends, and years apart. */
const instants = [
  0,
  1,
  MINUTE,
  DAY / 2 - 1,
  DAY / 2,
  DAY / 2 + 1,
  DAY,
  DAY + 1,
  2 * DAY,
  40 * DAY,
  41 * DAY,
  800 * DAY,
  -1_200 * DAY,
].map((offset) => new Date(NOON + offset).toISOString());

const anInstant = fc.constantFrom(...instants);
const aRow = fc.record({
  taskId: fc.constantFrom(...TASKS),
  observedAt: anInstant,
  detailType: fc.oneof(fc.constant(TYPES[3] ?? 'OTA Task Progressed'), fc.constantFrom(...TYPES)),
  severity: fc.constantFrom(...SEVERITIES),
});
type Drawn = typeof aRow extends fc.Arbitrary<infer Row> ? Row : never;

const aFilter = fc.record(
  {
    from: anInstant,
    to: anInstant,
    types: fc.subarray([...TYPES], { minLength: 1 }),
    severities: fc.subarray([...SEVERITIES], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const aWalk = fc.record({
  filter: aFilter,
  order: fc.constantFrom<Order>('asc', 'desc'),
  limits: fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 80 })), {
    minLength: 1,
    maxLength: 5,
  }),
  /** Rows that are added after each page. */
  additions: fc.array(fc.array(aRow, { maxLength: 3 }), { maxLength: 3 }),
  /** How far beyond all rows one is added each time that a page ends with the outermost row: milliseconds. */
  steps: fc.array(fc.constantFrom(1, 2, 1_000), { maxLength: 5 }),
});
/** Through the outermost rows only, which a page may well end with. */
const aWalkToTheEnd = fc.record({
  edge: fc.constantFrom(
    { order: 'asc' as const, filter: { from: new Date(NOON + 800 * DAY).toISOString() } },
    { order: 'desc' as const, filter: { to: new Date(NOON - 1_199 * DAY).toISOString() } },
  ),
  limits: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(fc.constantFrom(1, 2, 1_000), { minLength: 1, maxLength: 5 }),
});
type Walk = typeof aWalk extends fc.Arbitrary<infer Value> ? Value : never;

let database: HistoryDatabase;
/** What the table holds. */
const model: SearchedRow[] = [];

async function add(drawn: readonly Drawn[]): Promise<SearchedRow[]> {
  const rows = drawn.map(({ severity, ...row }) => {
    const sequence = 1 + model.filter(({ taskId }) => taskId === row.taskId).length;
    const hasRule = row.detailType.includes('Threshold');
    const searched: SearchedRow = { ...row, sequence, ...(hasRule && { rule: { severity } }) };
    model.push(searched);
    return searched;
  });
  await database.put(rows.map((row) => storedRow({ ...row })));
  return rows;
}

beforeAll(async () => {
  database = await startHistory();
  await add(fc.sample(aRow, { numRuns: 250, seed: 1 }));
});
afterAll(() => database.close());

function passes({ from = '', to = '~', types, severities }: RowFilter, row: SearchedRow): boolean {
  return (
    row.observedAt >= from &&
    row.observedAt < to &&
    (types?.includes(row.detailType) ?? true) &&
    (severities === undefined || (row.rule !== undefined && severities.includes(row.rule.severity)))
  );
}

/** A search that is tried. */
interface Search {
  isWanted(row: SearchedRow): boolean;
  compare(a: SearchedRow, b: SearchedRow): number;
  /** Whether a row beyond all that there are in time is beyond them in the order of the search. */
  hasEndAhead(order: Order): boolean;
  read(request: PageRequest): Promise<RowPage>;
}

/** Walks from page to page, adding rows on the way. Positions travel as text. */
async function walk({ filter, order, limits, additions, steps }: Walk, { hasEndAhead, read }: Search) {
  const rows: StoredRow[] = [];
  const ahead: SearchedRow[] = [];
  const left = [...steps];
  let after: Position | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const limit = limits[page % limits.length] ?? 1;
    const answer = await read({ filter, order, limit, ...(after && { after }) });
    rows.push(...answer.rows);
    expect(answer.rows.length).toBeLessThanOrEqual(limit);
    if (answer.next === undefined) return { rows, ahead };
    after = JSON.parse(JSON.stringify(answer.next));
    const outermost = outermostInstant(order);
    const step = answer.rows.at(-1)?.observedAt === outermost ? left.shift() : undefined;
    const following = await add(step === undefined ? [] : [rowBeyond(outermost, order, step)]);
    if (hasEndAhead(order)) ahead.push(...following);
    await add(additions[page] ?? []);
  }
  throw new Error('The pages have no end');
}

const idOf = ({ taskId, sequence }: StoredRow | SearchedRow) => `${taskId}:${sequence}`;

function byTime(a: SearchedRow, b: SearchedRow): number {
  const key = ({ observedAt, taskId }: SearchedRow) => `${observedAt} ${taskId}`;
  if (key(a) === key(b)) return a.sequence - b.sequence;
  return key(a) < key(b) ? -1 : 1;
}

function outermostInstant(order: Order): string {
  const instants = model.map(({ observedAt }) => observedAt).sort();
  return instants.at(order === 'asc' ? -1 : 0) ?? '';
}

function rowBeyond(instant: string, order: Order, ms: number): Drawn {
  const observedAt = new Date(Date.parse(instant) + (order === 'asc' ? ms : -ms)).toISOString();
  return { taskId: 'a', observedAt, detailType: 'OTA Task Progressed', severity: 'info' };
}

/** All rows that were there at the beginning or came beyond them, none twice, in order; maybe some others that came later. */
async function expectWhole(walked: Walk, search: Search): Promise<void> {
  const isFound = (row: SearchedRow) => search.isWanted(row) && passes(walked.filter, row);
  const expected = new Set(model.filter(isFound).map(idOf));
  const { rows, ahead } = await walk(walked, search);
  for (const row of ahead.filter(isFound)) expected.add(idOf(row));
  const ids = rows.map(idOf);
  const found = new Set(ids);
  const wanted = model.filter(isFound).sort(search.compare).map(idOf);
  if (walked.order === 'desc') wanted.reverse();
  expect(ids).toEqual(wanted.filter((id) => expected.has(id) || found.has(id)));
}

describe('pages of the history', () => {
  const timely: Search = {
    isWanted: () => true,
    compare: byTime,
    hasEndAhead: () => true,
    read: (request) => database.history.byTime(request),
  };

  it('by time have the rows that come while the last one is shown', () =>
    fc.assert(
      fc.asyncProperty(aWalkToTheEnd, ({ edge, ...walked }) =>
        expectWhole({ ...walked, ...edge, additions: [] }, timely),
      ),
      { numRuns: 10 },
    ));

  it('by time have every row once, by (observedAt, taskId, sequence), while rows are added', () =>
    fc.assert(
      fc.asyncProperty(aWalk, (walked) => expectWhole(walked, timely)),
      { numRuns: 60 },
    ));

  it('of a task have every row once, by sequence, while rows are added and clocks step back', () =>
    fc.assert(
      fc.asyncProperty(aWalk, fc.constantFrom(...TASKS, 'nobody'), (walked, task) =>
        expectWhole(walked, {
          isWanted: ({ taskId }) => taskId === task,
          compare: (a, b) => a.sequence - b.sequence,
          hasEndAhead: (order) => order === 'asc',
          read: (request) => database.history.ofTask(task, request),
        }),
      ),
      { numRuns: 60 },
    ));
});

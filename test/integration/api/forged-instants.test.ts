import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportPart } from '../../../lib/api/export.ts';
import type { Order, PageRequest, Position, RowFilter } from '../../../lib/api/ports.ts';
import type { StoredRow } from '../../../lib/ports.ts';
import { type SearchedRow, storedRow, TYPES } from '../../support/history-rows.ts';
import { type HistoryDatabase, startHistory } from './history-database.ts';

const [TYPE = 'OTA Task Progressed'] = TYPES;

/** What rows of ours have: next to each other, at the ends of days, and days apart. */
const RIGHT = [
  '2026-11-20T23:59:59.999Z',
  '2026-11-21T00:00:00.000Z',
  '2026-11-22T03:10:50.574Z',
  '2026-11-22T03:10:50.575Z',
  '2026-11-22T03:10:50.576Z',
  '2026-11-22T23:59:59.999Z',
  '2026-12-01T12:00:00.000Z',
];
/** No instants, but of their day as it is written. */
const OF_THE_DAY = [
  '2026-11-22',
  '2026-11-22T12',
  '2026-11-22T03:10:50.575ZZ',
  '2026-11-22T03:10:50.575ZY',
  '2026-11-22T03:10:50.5750Z',
  '2026-11-22T03:10:50.575+00:00',
  '2026-11-22T99:99:99Z',
  '2026-11-22 12:00:00',
];
/** Of no day, as which they cannot be looked for. */
const OF_NO_DAY = ['2026-11-2', '2026-13-45T99:99:99Z', '2026-1', '1', '2026-11-😀'];

function rowsAt(instants: readonly string[], taskId: string, day?: string): SearchedRow[] {
  return instants.flatMap((observedAt, index) =>
    [1, 2].map((copy) =>
      storedRow({
        taskId: `${taskId}${copy}`,
        sequence: index + 1,
        observedAt,
        detailType: TYPE,
        ...(day !== undefined && { day }),
      }),
    ),
  );
}

let database: HistoryDatabase;
const filed = [...rowsAt(RIGHT, 'right'), ...rowsAt(OF_THE_DAY, 'forged', '2026-11-22')];
const lost = rowsAt(OF_NO_DAY, 'lost', '2026-11-22');

beforeAll(async () => {
  database = await startHistory();
  await database.put([...filed, ...lost].map((row) => ({ ...row })));
});
afterAll(() => database.close());

const idOf = ({ taskId, sequence }: StoredRow | SearchedRow) => `${taskId}:${sequence}`;

function inOrder(rows: readonly SearchedRow[], order: Order): string[] {
  const key = ({ observedAt, taskId }: SearchedRow) => `${observedAt}\0${taskId}`;
  const sorted = rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(idOf);
  return order === 'asc' ? sorted : sorted.reverse();
}

async function all(request: PageRequest): Promise<string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  for (let pages = 0; pages < 200; pages += 1) {
    const page = await database.history.byTime({ ...request, ...(after && { after }) });
    ids.push(...page.rows.map(idOf));
    if (page.next === undefined) return ids;
    after = JSON.parse(JSON.stringify(page.next));
  }
  throw new Error('The pages have no end');
}

describe.each<Order>(['asc', 'desc'])(
  'rows of which somebody wrote that they are of no instant, %s',
  (order) => {
    it.each([1, 2, 3, 5, 50])('are listed once each among those of their day, %i at once', async (limit) => {
      const filter = { from: '2026-11-20T00:00:00.000Z', to: '2026-12-02T00:00:00.000Z' };
      expect(await all({ filter, order, limit })).toEqual(inOrder(filed, order));
      expect(await all({ filter: {}, order, limit })).toEqual(inOrder(filed, order));
    });

    it.each([1, 2, 3, 5, 50])('are listed once each among those of their type, %i at once', async (limit) => {
      expect(await all({ filter: { types: [TYPE] }, order, limit })).toEqual(
        inOrder([...filed, ...lost], order),
      );
    });

    it('are passed where a filter lets none of them through', async () => {
      const filter: RowFilter = { types: ['OTA Task Threshold Breached'], severities: ['info'] };
      expect(await all({ filter, order, limit: 1 })).toEqual([]);
    });

    it('are exported', async () => {
      const { history } = database;
      const { body } = await exportPart({ format: 'jsonl', order }, undefined, {
        history,
        mayGoOn: () => true,
      });
      const rows = body.trim().split('\n');
      expect(rows.map((row) => idOf(JSON.parse(row)))).toEqual(inOrder(filed, order));
    });
  },
);

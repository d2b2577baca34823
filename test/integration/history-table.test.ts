import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyReader, historyTable } from '../../lib/aws/history-table.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { appendRows, type Head } from '../../lib/domain/chain.ts';
import type { TaskEvent } from '../../lib/domain/events.ts';
import { HistoryConflictError } from '../../lib/errors.ts';
import type { StoredRow } from '../../lib/ports.ts';
import { facts, NOON } from '../support/builders.ts';
import { Gate } from '../support/gate.ts';
import { storedRow } from '../support/history-rows.ts';
import { World } from '../support/world.ts';

const TABLE = 'ota-watch-dev-history';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

/** The table as a process of its own sees it. */
function table() {
  const gate = new Gate();
  return { gate, ...historyTable(world.clients(gate).dynamodb, TABLE) };
}

const put = (Item: Record<string, unknown>) =>
  world.dynamodb.send(new PutCommand({ TableName: TABLE, Item }));

const STARTED: TaskEvent = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
};
const SET_ASIDE: TaskEvent = {
  detailType: 'OTA Task Event Set Aside',
  published: false,
  body: { setAsideSequence: 1, errorCode: 'MalformedDetail', errorMessage: 'no' },
};

function rowsOf(events: readonly TaskEvent[], start?: Head, now = NOON) {
  return appendRows(start, facts(), events, { now, hash: canonicalHash });
}

function oneRow(now = NOON) {
  const [row] = rowsOf([STARTED], undefined, now).rows;
  if (row === undefined) throw new Error('No row');
  return row;
}

describe('append', () => {
  it('puts a row where none is', async () => {
    await table().appendAll([oneRow()]);
    expect(await world.history()).toEqual([oneRow()]);
  });

  it('does nothing when the row is there', async () => {
    const { appendAll } = table();
    await appendAll([oneRow()]);
    expect(await appendAll([oneRow()])).toEqual([{ kind: 'appended' }]);
    expect(await world.history()).toEqual([oneRow()]);
  });

  it('never replaces a row', async () => {
    await table().appendAll([oneRow()]);
    const { gate, appendAll } = table();
    const [outcome] = await appendAll([oneRow(NOON + 1)]);
    const error = outcome?.kind === 'failed' ? outcome.error : undefined;
    expect(error).toBeInstanceOf(HistoryConflictError);
    expect(error).toMatchObject({
      taskId: 'task1',
      sequence: 1,
      cause: { name: 'ConditionalCheckFailedException' },
    });
    expect(await world.history()).toEqual([oneRow()]);
    expect(JSON.parse(gate.requests.at(-1)?.body ?? '')).toEqual({
      TableName: TABLE,
      Key: { taskId: { S: 'task1' }, sequence: { N: '1' } },
      ConsistentRead: true,
    });
  });

  it('passes on what else goes wrong', async () => {
    const { gate, appendAll } = table();
    gate.on = () => 'unsent';
    expect(await appendAll([oneRow()])).toMatchObject([{ kind: 'failed', error: { code: 'ECONNRESET' } }]);
    expect(gate.count('GetItem')).toBe(0);
  });
});

describe('append many', () => {
  /** The first row of a task. */
  const rowOf = (taskId: string, now = NOON) => {
    const { rows } = appendRows(undefined, facts({ taskId }), [STARTED], { now, hash: canonicalHash });
    return rows.slice(0, 1);
  };
  const appended = { kind: 'appended' };
  const operations = ({ requests }: Gate) => requests.map(({ operation }) => operation);

  it('puts 25 rows with one request, each where none is', async () => {
    const { gate, appendAll } = table();
    const rows = Array.from({ length: 51 }, (_, index) => rowOf(`task${100 + index}`)).flat();
    expect(await appendAll(rows)).toEqual(rows.map(() => appended));
    expect(await world.history()).toEqual(rows);
    expect(operations(gate).sort()).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement', 'PutItem']);
    const { Statements } = JSON.parse(gate.requests[0]?.body ?? '');
    const names = Object.keys(rows[0] ?? {}).map((name) => `'${name}': ?`);
    expect(Statements[0].Statement).toBe(`INSERT INTO "${TABLE}" VALUE {${names.join(', ')}}`);
  });

  it('never replaces a row, knows its own, and adds the others', async () => {
    const [same, other, added] = [rowOf('same'), rowOf('other', NOON + 1), rowOf('added')];
    await table().appendAll([...same, ...rowOf('other')]);
    const { gate, appendAll } = table();
    expect(await appendAll([...same, ...other, ...added])).toEqual([
      appended,
      { kind: 'failed', error: expect.any(HistoryConflictError) },
      appended,
    ]);
    expect(await world.history()).toEqual([...added, ...rowOf('other'), ...same]);
    expect(operations(gate)[0]).toBe('BatchExecuteStatement');
    expect(gate.count('GetItem')).toBe(2);
  });

  it('knows its rows when the answer was lost', async () => {
    const { gate, appendAll } = table();
    gate.on = ({ operation, attempt }) =>
      operation === 'BatchExecuteStatement' && attempt === 1 ? 'lost' : undefined;
    expect(await appendAll([...rowOf('a'), ...rowOf('b')])).toEqual([appended, appended]);
    expect(await world.history()).toEqual([...rowOf('a'), ...rowOf('b')]);
  });

  it('fails for all where the database does not answer', async () => {
    const { gate, appendAll } = table();
    gate.on = () => 'unsent';
    const failed = { kind: 'failed', error: { code: 'ECONNRESET' } };
    expect(await appendAll([...rowOf('a'), ...rowOf('b')])).toMatchObject([failed, failed]);
  });
});

describe('head', () => {
  it('is nothing where there is no row of the task', async () => {
    await put(storedRow({ taskId: 'another' }));
    expect(await table().head('task1')).toBeUndefined();
  });

  it('is the last row, and the newest published one', async () => {
    const { head, rows } = rowsOf([STARTED, SET_ASIDE]);
    for (const row of rows) await put({ ...row });
    expect(await table().head('task1')).toEqual(head);
    expect(head).toMatchObject({ sequence: 2, publishedSequence: 1 });
  });

  it('is found, and its published row, however many rows of another kind are behind that', async () => {
    const { head, rows } = rowsOf([STARTED, STARTED, ...Array.from({ length: 25 }, () => SET_ASIDE)]);
    for (const row of rows) await put({ ...row });
    const { gate, head: read } = table();
    expect(await read('task1')).toEqual(head);
    expect(head).toMatchObject({ sequence: 27, publishedSequence: 2 });
    expect(gate.requests.map(({ body }) => JSON.parse(body))).toEqual(
      Array.from({ length: 3 }, () =>
        expect.objectContaining({ ConsistentRead: true, ScanIndexForward: false, Limit: 10 }),
      ),
    );
  });

  it('is without a published row where there is none', async () => {
    const { head, rows } = rowsOf([SET_ASIDE]);
    for (const row of rows) await put({ ...row });
    expect(await table().head('task1')).toEqual(head);
    expect(head).not.toHaveProperty('publishedSequence');
  });
});

describe('newestFrom', () => {
  it('is of the rows from one on, in order, whole', async () => {
    const { rows } = rowsOf([STARTED, SET_ASIDE, STARTED, STARTED]);
    for (const row of rows) await put({ ...row });
    await put(storedRow({ taskId: 'another', sequence: 9 }));
    const { gate, newestFrom } = table();
    expect(await newestFrom('task1', 2)).toEqual({ rows: rows.slice(2), unreadable: 0 });
    expect(await newestFrom('task1', 5)).toEqual({ rows: [], unreadable: 0 });
    expect(JSON.parse(gate.requests[0]?.body ?? '').ConsistentRead).toBe(true);
  });

  it('is of the newest, where there are more than an outbox can have held', async () => {
    const { rows } = rowsOf(Array.from({ length: 205 }, () => STARTED));
    for (const row of rows) await put({ ...row });
    expect(await table().newestFrom('task1', 2)).toEqual({ rows: rows.slice(5), unreadable: 0 });
  });

  it('is of what was published, however much was not since', async () => {
    const { rows } = rowsOf([STARTED, ...Array<TaskEvent>(1_200).fill(SET_ASIDE), STARTED]);
    for (let start = 0; start < rows.length; start += 100)
      await Promise.all(rows.slice(start, start + 100).map((row) => put({ ...row })));
    expect(await table().newestFrom('task1', 1)).toEqual({ rows: [rows[0], rows.at(-1)], unreadable: 0 });
  });

  it('is of what can be understood', async () => {
    const { rows } = rowsOf([STARTED, STARTED, STARTED]);
    for (const row of rows)
      await put({ ...row, ...(row.sequence === 2 && { detailType: 'OTA Task Renamed' }) });
    expect(await table().newestFrom('task1', 1)).toEqual({ rows: [rows[0], rows[2]], unreadable: 1 });
  });
});

async function all(pages: AsyncIterable<readonly StoredRow[]>): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

describe('what people read', () => {
  const reader = () => historyReader(world.clients().dynamodb, TABLE);
  /** What tells of a row without the fields that all have. */
  const places = (rows: readonly StoredRow[]) => rows.map(({ taskId, sequence }) => `${taskId} ${sequence}`);

  it('is what was observed, and nothing about the row', async () => {
    const row = storedRow({ reason: 'discovered', lastUpdatedAt: '2026-11-22T11:00:00.000Z' });
    await put({ ...row, more: 1 });
    const { accountId, region, taskArn, schemaVersion, eventId, published, day, hash, ...seen } = row;
    expect(await all(reader().rowsOf('task1'))).toEqual([seen]);
    expect(await all(reader().rowsBetween(NOON, NOON + 1))).toEqual([seen]);
  });

  it('is of one task, in order, before a row if that is given', async () => {
    for (const sequence of [2, 10, 1]) await put(storedRow({ sequence }));
    await put(storedRow({ taskId: 'another' }));
    expect(places(await all(reader().rowsOf('task1')))).toEqual(['task1 1', 'task1 2', 'task1 10']);
    expect(places(await all(reader().rowsOf('task1', 10)))).toEqual(['task1 1', 'task1 2']);
  });

  it('is of a time, from its first millisecond to the one before its end, over days', async () => {
    const [from, to] = ['2026-11-21T23:59:59.500Z', '2026-11-23T00:00:00.000Z'].map((text) =>
      Date.parse(text),
    );
    if (from === undefined || to === undefined) throw new Error('No time');
    const instants = [from - 1, from, from + 500, to - 1, to];
    for (const [index, instant] of instants.entries())
      await put(storedRow({ sequence: index + 1, observedAt: new Date(instant).toISOString() }));
    expect(places(await all(reader().rowsBetween(from, from + 500)))).toEqual(['task1 2']);
    expect(places(await all(reader().rowsBetween(from, to)))).toEqual(['task1 2', 'task1 3', 'task1 4']);
    expect(places(await all(reader().rowsBetween(from, to + 1)))).toEqual([
      'task1 2',
      'task1 3',
      'task1 4',
      'task1 5',
    ]);
  });
});

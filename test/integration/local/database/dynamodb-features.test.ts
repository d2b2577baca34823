import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  paginateScan,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../../../local/bus/listen.ts';
import { createTables } from '../../../../local/database/create-tables.ts';
import { startDatabase } from '../../../../local/database/database.ts';
import { clientOf, failure, HISTORY, TASKS, tables } from './setup.ts';

/** Another DynamoDB to run against, such as DynamoDB Local; it must be empty. */
const otherEndpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;

let database: Listening;
let client: DynamoDBClient;
let documents: DynamoDBDocumentClient;

beforeAll(async () => {
  database = await startDatabase();
  client = clientOf(otherEndpoint ?? database.url);
  documents = DynamoDBDocumentClient.from(client);
  await createTables(client, tables);
});

afterAll(async () => {
  client.destroy();
  await database.close();
});

function put(item: Record<string, unknown>, TableName = TASKS) {
  return documents.send(new PutCommand({ TableName, Item: item }));
}

async function get(taskId: string): Promise<unknown> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: TASKS, Key: { taskId }, ConsistentRead: true }),
  );
  return Item;
}

describe('what the poller needs of DynamoDB', () => {
  it('PutItem under a condition', async () => {
    const first = new PutCommand({
      TableName: HISTORY,
      Item: { taskId: 'put', sequence: 1, hash: 'a' },
      ConditionExpression: 'attribute_not_exists(taskId)',
    });
    await documents.send(first);
    expect(await failure(documents.send(first))).toBeInstanceOf(ConditionalCheckFailedException);

    const unchanged = new PutCommand({
      TableName: HISTORY,
      Item: { taskId: 'put', sequence: 1, hash: 'a' },
      ConditionExpression: 'attribute_not_exists(taskId) OR #hash = :hash',
      ExpressionAttributeNames: { '#hash': 'hash' },
      ExpressionAttributeValues: { ':hash': 'a' },
    });
    expect((await documents.send(unchanged)).$metadata.httpStatusCode).toBe(200);
  });

  it('UpdateItem that creates, sets nested maps and lists, and gives ALL_NEW', async () => {
    const update = (version: number, expected: number | undefined) =>
      documents.send(
        new UpdateCommand({
          TableName: TASKS,
          Key: { taskId: 'update' },
          UpdateExpression: 'SET #snapshot = :snapshot, outbox = :outbox, version = :version REMOVE pending',
          ConditionExpression: 'attribute_not_exists(version) OR version = :expected',
          ExpressionAttributeNames: { '#snapshot': 'snapshot' },
          ExpressionAttributeValues: {
            ':snapshot': { status: 'IN_PROGRESS', counts: { failed: version } },
            ':outbox': [{ sequence: version, detail: { hash: 'h', nothing: null, yes: true } }],
            ':version': version,
            ':expected': expected ?? 0,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
    await update(1, undefined);
    expect((await update(2, 1)).Attributes).toEqual({
      taskId: 'update',
      snapshot: { status: 'IN_PROGRESS', counts: { failed: 2 } },
      outbox: [{ sequence: 2, detail: { hash: 'h', nothing: null, yes: true } }],
      version: 2,
    });
    expect(await failure(update(3, 1))).toBeInstanceOf(ConditionalCheckFailedException);
  });

  it('UpdateItem with list_append, if_not_exists, size, ADD and removal of a list element', async () => {
    await put({ taskId: 'lists', outbox: ['a', 'b', 'c'], backlog: 1 });
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: TASKS,
        Key: { taskId: 'lists' },
        UpdateExpression:
          'SET seen = list_append(if_not_exists(seen, :none), :more) REMOVE outbox[0] ADD backlog :one',
        ConditionExpression: 'size(outbox) = :three AND outbox[0] = :a',
        ExpressionAttributeValues: { ':none': [], ':more': ['x'], ':three': 3, ':a': 'a', ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ taskId: 'lists', outbox: ['b', 'c'], backlog: 2, seen: ['x'] });
  });

  it('UpdateItem with UPDATED_OLD and ALL_OLD', async () => {
    await put({ taskId: 'old', version: 1, other: 2 });
    const update = (ReturnValues: 'ALL_OLD' | 'UPDATED_OLD') =>
      documents.send(
        new UpdateCommand({
          TableName: TASKS,
          Key: { taskId: 'old' },
          UpdateExpression: 'SET version = version + :one',
          ExpressionAttributeValues: { ':one': 1 },
          ReturnValues,
        }),
      );
    expect((await update('ALL_OLD')).Attributes).toEqual({ taskId: 'old', version: 1, other: 2 });
    expect((await update('UPDATED_OLD')).Attributes).toEqual({ version: 2 });
  });

  it('DeleteItem under a condition', async () => {
    await put({ taskId: 'delete', version: 2 });
    const remove = (version: number) =>
      documents.send(
        new DeleteCommand({
          TableName: TASKS,
          Key: { taskId: 'delete' },
          ConditionExpression: 'version = :version',
          ExpressionAttributeValues: { ':version': version },
        }),
      );
    expect(await failure(remove(1))).toBeInstanceOf(ConditionalCheckFailedException);
    await remove(2);
    expect(await get('delete')).toBeUndefined();
  });

  it('one winner among concurrent conditional updates', async () => {
    await put({ taskId: 'race', version: 0 });
    const writers = Array.from({ length: 20 }, (_, writer) =>
      documents.send(
        new UpdateCommand({
          TableName: TASKS,
          Key: { taskId: 'race' },
          UpdateExpression: 'SET version = :next, writer = :writer',
          ConditionExpression: 'version = :read',
          ExpressionAttributeValues: { ':next': 1, ':writer': writer, ':read': 0 },
        }),
      ),
    );
    const outcomes = await Promise.allSettled(writers);
    const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(await get('race')).toEqual({ taskId: 'race', version: 1, writer: winners[0] });
  });

  it('Query: consistent, descending, limited, paged, by range, with a projection', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => ({
      taskId: 'query',
      sequence: index + 1,
      hash: `h${index}`,
    }));
    await Promise.all(rows.map((row) => put(row, HISTORY)));
    const common = {
      TableName: HISTORY,
      KeyConditionExpression: 'taskId = :task',
      ExpressionAttributeValues: { ':task': 'query' },
      ConsistentRead: true,
    };
    const last = await documents.send(new QueryCommand({ ...common, ScanIndexForward: false, Limit: 1 }));
    expect(last.Items).toEqual([rows[11]]);

    const paged: unknown[] = [];
    for await (const page of paginateQuery({ client: documents, pageSize: 5 }, { ...common }))
      paged.push(...(page.Items ?? []));
    expect(paged).toEqual(rows);

    const some = await documents.send(
      new QueryCommand({
        ...common,
        KeyConditionExpression: 'taskId = :task AND #s BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':task': 'query', ':from': 9, ':to': 10 },
        ProjectionExpression: '#s',
        ExpressionAttributeNames: { '#s': 'sequence' },
      }),
    );
    expect(some.Items).toEqual([{ sequence: 9 }, { sequence: 10 }]);
  });

  it('Query of a global index, in the order of its sort key, seeing updates and deletes', async () => {
    const row = (taskId: string, observedAt: string) => ({
      taskId,
      sequence: 1,
      day: '2026-01-02',
      observedAt,
    });
    const rows = [row('index-b', '2026-01-02T01:00:00Z'), row('index-a', '2026-01-02T03:00:00Z')];
    const moved = row('index-c', '2026-01-02T02:00:00Z');
    await Promise.all([...rows, moved].map((item) => put(item, HISTORY)));
    await put({ ...moved, day: '2026-01-03' }, HISTORY);

    const { Items } = await documents.send(
      new QueryCommand({
        TableName: HISTORY,
        IndexName: 'byDay',
        KeyConditionExpression: '#day = :day AND observedAt >= :from',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':day': '2026-01-02', ':from': '2026-01-02T00' },
      }),
    );
    expect(Items).toEqual(rows);
  });

  it('BatchWriteItem and BatchGetItem', async () => {
    const items = Array.from({ length: 25 }, (_, index) => ({
      taskId: `batch-${String(index).padStart(2, '0')}`,
    }));
    const written = await documents.send(
      new BatchWriteCommand({ RequestItems: { [TASKS]: items.map((Item) => ({ PutRequest: { Item } })) } }),
    );
    expect(written.UnprocessedItems).toEqual({});
    await documents.send(
      new BatchWriteCommand({
        RequestItems: { [TASKS]: [{ DeleteRequest: { Key: { taskId: 'batch-00' } } }] },
      }),
    );
    const { Responses } = await documents.send(
      new BatchGetCommand({ RequestItems: { [TASKS]: { Keys: items, ConsistentRead: true } } }),
    );
    expect(Responses?.[TASKS]?.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1))).toEqual(items.slice(1));
  });

  it('items with empty strings, maps and lists, and numbers as they were', async () => {
    const item = {
      taskId: 'values',
      empty: { text: '', map: {}, list: [] },
      numbers: [0, -0.5, 1e15, 1735689600123],
    };
    await put(item);
    expect(await get('values')).toEqual(item);
  });

  it('refuses an item of more than 400 KB', async () => {
    await put({ taskId: 'large', blob: 'x'.repeat(399 * 1024) });
    expect(await failure(put({ taskId: 'large', blob: 'x'.repeat(401 * 1024) }))).toMatchObject({
      name: 'ValidationException',
    });
  });

  it('tells that a table does not exist', async () => {
    expect(await failure(put({ taskId: 'a' }, 'no-such-table'))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('Scan', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `scan-${String(index).padStart(2, '0')}`);
  const filter = {
    FilterExpression: 'begins_with(taskId, :prefix) AND #live = :live AND NOT #status IN (:ended)',
    ExpressionAttributeNames: { '#live': 'live', '#status': 'status' },
    ExpressionAttributeValues: { ':prefix': 'scan-', ':live': true, ':ended': 'COMPLETED' },
  };
  const live = ids.filter((_, index) => index % 3 !== 0);

  beforeAll(async () => {
    await Promise.all(
      ids.map((taskId, index) =>
        put({ taskId, live: true, status: index % 3 === 0 ? 'COMPLETED' : 'IN_PROGRESS' }),
      ),
    );
  });

  it('is consistent, filtered and paged', async () => {
    const found: unknown[] = [];
    const input = { TableName: TASKS, ConsistentRead: true, ...filter };
    for await (const { Items } of paginateScan({ client: documents, pageSize: 7 }, input)) {
      found.push(...(Items ?? []).map(({ taskId }) => taskId));
    }
    expect(found.toSorted()).toEqual(live);
  });

  it('in parallel segments finds each item once', async () => {
    const segments = await Promise.all(
      [0, 1, 2, 3].map(async (Segment) => {
        const { Items } = await documents.send(
          new ScanCommand({ TableName: TASKS, ConsistentRead: true, Segment, TotalSegments: 4, ...filter }),
        );
        return (Items ?? []).map(({ taskId }) => taskId);
      }),
    );
    expect(segments.flat().toSorted()).toEqual(live);
  });
});

describe.skipIf(otherEndpoint)('what dynalite does not do', () => {
  it('gives no item with a failed condition', async () => {
    await put({ taskId: 'returned', version: 1 });
    const error = await failure(
      documents.send(
        new PutCommand({
          TableName: TASKS,
          Item: { taskId: 'returned' },
          ConditionExpression: 'attribute_not_exists(taskId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    expect(error instanceof ConditionalCheckFailedException && error.Item).toBeUndefined();
  });

  it('removes the wrong elements where one update removes several of a list', async () => {
    await put({ taskId: 'removal', outbox: ['a', 'b', 'c'] });
    const { Attributes } = await documents.send(
      new UpdateCommand({
        TableName: TASKS,
        Key: { taskId: 'removal' },
        UpdateExpression: 'REMOVE outbox[0], outbox[1]',
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes?.outbox).toEqual(['b']);
  });

  it('has no transactions', async () => {
    const write = documents.send(
      new TransactWriteCommand({ TransactItems: [{ Put: { TableName: TASKS, Item: { taskId: 'x' } } }] }),
    );
    expect(await failure(write)).toMatchObject({ name: 'UnknownOperationException' });
  });
});

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTables } from '../../local/database/create-tables.ts';
import { startDatabase } from '../../local/database/database.ts';
import { BenchAccount } from '../bench/stand-ins/account.ts';
import { BenchDatabase } from '../bench/stand-ins/dynamodb.ts';
import { StandInServer } from '../bench/stand-ins/server.ts';
import { INDEXES } from '../bench/stand-ins/tables.ts';
import { TABLES } from '../support/tables.ts';

const TASKS = 'ota-watch-dev-tasks';
const HISTORY = 'ota-watch-dev-history';

const database = new BenchDatabase(TABLES, INDEXES);
const standIns = new StandInServer(new BenchAccount(), () => database);
let embedded: Awaited<ReturnType<typeof startDatabase>>;
let clients: readonly DynamoDBDocumentClient[];

beforeAll(async () => {
  embedded = await startDatabase();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clientOf = (endpoint: string) =>
    new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
  await createTables(clientOf(embedded.url), TABLES);
  clients = [embedded.url, await standIns.listen()].map((url) => DynamoDBDocumentClient.from(clientOf(url)));
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  standIns.close();
  await embedded.close();
});

type Ask = (client: DynamoDBDocumentClient) => Promise<object>;

/** What a database answers, or the name of its error. */
async function answerOf(ask: Ask, client: DynamoDBDocumentClient): Promise<unknown> {
  try {
    return Object.fromEntries(Object.entries(await ask(client)).filter(([name]) => name !== '$metadata'));
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

const liveItem = (place: string, version: number) => ({
  ...{ taskId: `task-${place}`, version, shard: '0', place, state: 'live' },
  snapshot: { counts: { total: version }, samples: [[1, 2], [3]], text: 'ü' },
});
const put = (Item: Record<string, unknown>, condition: object = {}): Ask => {
  return (client) => client.send(new PutCommand({ TableName: TASKS, Item, ...condition }));
};
const ifVersion = (version: number) => ({
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': version },
});
const IF_NEW = { ConditionExpression: 'attribute_not_exists(taskId)' };
const get = (taskId: string): Ask => {
  return (client) => client.send(new GetCommand({ TableName: TASKS, Key: { taskId }, ConsistentRead: true }));
};
const live = (from: string, last: string, page: object = {}): Ask => {
  const query = {
    TableName: TASKS,
    IndexName: 'live',
    KeyConditionExpression: '#shard = :shard AND #place BETWEEN :from AND :last',
    ProjectionExpression: '#taskId, #version',
    ExpressionAttributeNames: {
      ...{ '#shard': 'shard', '#place': 'place' },
      ...{ '#taskId': 'taskId', '#version': 'version' },
    },
    ExpressionAttributeValues: { ':shard': '0', ':from': from, ':last': last },
  };
  return (client) => client.send(new QueryCommand({ ...query, ...page }));
};
const row = (sequence: number) => ({
  ...{ taskId: 'task1', sequence, hash: `hash${sequence}`, day: '2026-01-01' },
  ...{ observedAt: `2026-01-01T00:00:0${sequence}.000Z`, detailType: 'OTA Task Progressed' },
});
const insert = (sequence: number) => ({
  Statement: `INSERT INTO "${HISTORY}" VALUE {'taskId': ?, 'sequence': ?, 'hash': ?, 'day': ?, 'observedAt': ?, 'detailType': ?}`,
  Parameters: Object.values(row(sequence)),
});
const update = (taskId: string, version: number) => ({
  Statement: `UPDATE "${TASKS}" SET "version" = ? SET "state" = ? REMOVE "shard" REMOVE "place" WHERE "taskId" = ? AND "version" = ?`,
  Parameters: [version + 1, 'ended', taskId, version],
});
const execute = (...Statements: { Statement: string; Parameters: unknown[] }[]): Ask => {
  return (client) => client.send(new BatchExecuteStatementCommand({ Statements }));
};

/** Each goes on from those before. */
const REQUESTS: readonly (readonly [string, Ask])[] = [
  ['an item that is not there', get('task-1')],
  ['a new item', put(liveItem('1', 1), IF_NEW)],
  ['an item that is not new', put(liveItem('1', 1), IF_NEW)],
  ['the next version', put(liveItem('1', 2), ifVersion(1))],
  ['a version that is over', put(liveItem('1', 3), ifVersion(1))],
  ['a version of nothing', put(liveItem('9', 3), ifVersion(1))],
  ['an item', get('task-1')],
  ['without a condition', put(liveItem('3', 10))],
  ['another', put(liveItem('2', 2))],
  ['one that is not in the index', put({ taskId: '#poll', watchingSince: 1.5 })],
  ['the index', live('0', 'f')],
  ['a part of the index', live('2', '2')],
  ['a page of the index', live('0', 'f', { Limit: 2 })],
  [
    'the next page of the index',
    live('0', 'f', { Limit: 2, ExclusiveStartKey: { taskId: 'task-2', shard: '0', place: '2' } }),
  ],
  ['statements, one of them too late', execute(update('task-1', 2), update('task-2', 1))],
  ['the index, without what ended', live('0', 'f')],
  ['new rows', execute(insert(1), insert(2), insert(10))],
  ['rows of which one is there', execute(insert(2), insert(3))],
  [
    'the newest rows',
    (client) =>
      client.send(
        new QueryCommand({
          TableName: HISTORY,
          KeyConditionExpression: 'taskId = :taskId',
          ExpressionAttributeValues: { ':taskId': 'task1' },
          ScanIndexForward: false,
          Limit: 3,
        }),
      ),
  ],
];

it.each(REQUESTS)('answers as DynamoDB does: %s', async (_, ask) => {
  const [real, standIn] = clients;
  if (real === undefined || standIn === undefined) throw new RangeError('There are two databases');
  expect(await answerOf(ask, standIn)).toEqual(await answerOf(ask, real));
});

it('answers as DynamoDB does, in any order: items of different keys, and a table', async () => {
  const keys = ['task-1', 'task-2', 'task-9', '#poll'].map((taskId) => ({ taskId }));
  const batch: Ask = async (client) => {
    const { Responses } = await client.send(
      new BatchGetCommand({ RequestItems: { [TASKS]: { Keys: keys, ConsistentRead: true } } }),
    );
    return sorted(Responses?.[TASKS]);
  };
  const scan: Ask = async (client) => {
    const parts = [0, 1, 2].map((Segment) =>
      client.send(new ScanCommand({ TableName: TASKS, Segment, TotalSegments: 3 })),
    );
    return sorted((await Promise.all(parts)).flatMap(({ Items = [] }) => Items));
  };
  for (const ask of [batch, scan]) {
    const [real, standIn] = await Promise.all(clients.map((client) => ask(client)));
    expect(standIn).toEqual(real);
  }
});

function sorted(items: readonly Record<string, unknown>[] = []): object[] {
  return items.toSorted((a, b) => String(a.taskId).localeCompare(String(b.taskId)));
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchExecuteStatementCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertion, replacement, type Statement } from '../../../../lib/aws/statements.ts';
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

const send = (...statements: readonly Statement[]) =>
  documents.send(
    new BatchExecuteStatementCommand({
      Statements: statements.map((statement) => ({ ...statement, Parameters: [...statement.Parameters] })),
    }),
  );

async function errorsOf(...statements: readonly Statement[]) {
  const { Responses } = await send(...statements);
  return Responses?.map(({ Error: error }) => error);
}

async function items(prefix: string): Promise<unknown[]> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: TASKS, ConsistentRead: true }));
  return Items.filter(({ taskId }) => taskId.startsWith(prefix)).sort((a, b) =>
    a.taskId < b.taskId ? -1 : 1,
  );
}

const NAMES = ['state', 'version', 'more', 'list'];
const item = (taskId: string, version = 1) => ({
  taskId,
  version,
  state: 'live',
  list: [1, { two: null }, ''],
});

const DUPLICATE = { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' };
const FAILED = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };

describe('BatchExecuteStatement', () => {
  it('adds items, and replaces none', async () => {
    expect(await errorsOf(insertion(TASKS, item('add-a')), insertion(TASKS, item('add-b')))).toEqual([
      undefined,
      undefined,
    ]);
    const errors = await errorsOf(insertion(TASKS, item('add-a', 2)), insertion(TASKS, item('add-c')));
    expect(errors).toEqual([DUPLICATE, undefined]);
    expect(await items('add-')).toEqual([item('add-a'), item('add-b'), item('add-c')]);
  });

  it('adds rows, which have two keys', async () => {
    const row = (sequence: number) => insertion(HISTORY, { taskId: 'rows', sequence, hash: 'h' });
    expect(await errorsOf(row(1), row(2))).toEqual([undefined, undefined]);
    expect(await errorsOf(row(2), row(3))).toEqual([DUPLICATE, undefined]);
  });

  it('replaces items of a version, each for itself', async () => {
    await send(...['change-a', 'change-b', 'change-c'].map((taskId) => insertion(TASKS, item(taskId))));
    const next = (taskId: string, before: number) =>
      replacement(TASKS, { taskId, state: 'over', version: before + 1, more: {} }, NAMES, before);
    const errors = await errorsOf(next('change-a', 1), next('change-b', 2), next('change-none', 1));
    expect(errors).toEqual([undefined, FAILED, FAILED]);
    expect(await items('change-')).toEqual([
      { taskId: 'change-a', state: 'over', version: 2, more: {} },
      item('change-b'),
      item('change-c'),
    ]);
  });

  it('says which statement it does not understand, and of which table it knows nothing', async () => {
    const errors = await errorsOf(
      { Statement: 'UPSERT nonsense', Parameters: ['x'] },
      insertion('no-such-table', item('say-a')),
      insertion(TASKS, item('say-b')),
    );
    expect(errors?.map((error) => error?.Code)).toEqual(['ValidationError', 'ResourceNotFound', undefined]);
  });

  it.each([
    [
      'more than 25 statements',
      Array.from({ length: 26 }, (_, index) => insertion(TASKS, item(`m${index}`))),
    ],
    ['two statements about one item', [insertion(TASKS, item('two')), insertion(TASKS, item('two', 2))]],
    ['no statement', []],
  ])('refuses %s', async (_, statements) => {
    expect(await failure(send(...statements))).toMatchObject({ name: 'ValidationException' });
  });

  it('answers what is no request at all', async () => {
    const { status } = await fetch(otherEndpoint ?? database.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.BatchExecuteStatement' },
      body: '{',
    });
    expect(status).toBe(400);
  });
});

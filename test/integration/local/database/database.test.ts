import { once } from 'node:events';
import { connect } from 'node:net';
import { DescribeTableCommand, type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../../local/bus/listen.ts';
import { createTables } from '../../../../local/database/create-tables.ts';
import { startDatabase } from '../../../../local/database/database.ts';
import { clientOf, failure, HISTORY, TASKS, tables } from './setup.ts';

let database: Listening;
let client: DynamoDBClient;

beforeEach(async () => {
  database = await startDatabase();
  client = clientOf(database.url);
});

afterEach(async () => {
  client.destroy();
  await database.close();
});

describe('createTables', () => {
  it('makes tables and indexes that are ACTIVE, billed on demand', async () => {
    await createTables(client, tables);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: HISTORY }));
    expect(Table).toMatchObject({
      TableName: HISTORY,
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'taskId', KeyType: 'HASH' },
        { AttributeName: 'sequence', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'byDay', IndexStatus: 'ACTIVE' }],
    });
  });

  it('waits for tables that take their time', async () => {
    const slow = await listen(dynalite({ createTableMs: 60 }), 0);
    const slowClient = clientOf(slow.url);
    await createTables(slowClient, tables);
    const { Table } = await slowClient.send(new DescribeTableCommand({ TableName: TASKS }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    slowClient.destroy();
    await slow.close();
  });

  it('leaves existing tables and their items alone', async () => {
    const documents = DynamoDBDocumentClient.from(client);
    const kept = { taskId: 'kept' };
    await createTables(client, tables);
    await documents.send(new PutCommand({ TableName: TASKS, Item: kept }));
    await createTables(client, tables);
    expect((await documents.send(new GetCommand({ TableName: TASKS, Key: kept }))).Item).toEqual(kept);
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([HISTORY, TASKS]);
  });

  it('fails where a table cannot be made', async () => {
    const wrong = tables.map((table) => ({
      ...table,
      createTable: { ...table.createTable, TableName: 'not a table name' },
    }));
    await expect(createTables(client, wrong)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('startDatabase', () => {
  it('survives clients that go away in the middle of a request', async () => {
    const { port } = new URL(database.url);
    const head =
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 99\r\n\r\n';
    for (const sent of [head, `${head}{"TableName":`]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(sent);
      await once(socket, 'connect');
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
  });

  it('closes at once, whatever is underway', async () => {
    const own = await startDatabase();
    const ownClient = clientOf(own.url);
    await createTables(ownClient, tables);
    const ownDocuments = DynamoDBDocumentClient.from(ownClient);
    const writes = Array.from({ length: 50 }, (_, index) =>
      failure(ownDocuments.send(new PutCommand({ TableName: TASKS, Item: { taskId: String(index) } }))),
    );
    await Promise.race(writes);
    await own.close();
    await Promise.all(writes);
    expect(await failure(fetch(own.url))).toBeInstanceOf(TypeError);
    ownClient.destroy();
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(database.url).port);
    await expect(startDatabase({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

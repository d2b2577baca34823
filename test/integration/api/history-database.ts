import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { historyPages } from '../../../lib/aws/api/history-pages.ts';
import { API_TRANSLATION } from '../../../lib/aws/clients.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { createTables } from '../../../local/database/create-tables.ts';
import { startDatabase } from '../../../local/database/database.ts';
import { TABLES } from '../../support/tables.ts';
import { REGION } from '../../support/world.ts';

type Row = Readonly<Record<string, unknown>>;

export const HISTORY = 'ota-watch-dev-history';
export const TASKS = 'ota-watch-dev-tasks';
/** Of one request (Amazon DynamoDB API reference, BatchWriteItem). */
const MAX_PUTS = 25;

/** The tables of one test file, and what their reading has cost. Uses the DynamoDB that TEST_DYNAMODB_URL names, or an embedded one. */
export async function startHistory() {
  const given = process.env.TEST_DYNAMODB_URL;
  const embedded = given === undefined ? await startDatabase() : undefined;
  const accessKeyId = `AKIA${randomUUID().replaceAll('-', '')}`;
  const base = new DynamoDBClient({
    endpoint: given ?? embedded?.url ?? '',
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
  });
  await createTables(base, TABLES);
  const client = DynamoDBDocumentClient.from(base, API_TRANSLATION);
  const cost = { requests: 0, rows: 0 };
  base.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const scanned = Reflect.get(Object(result.output), 'ScannedCount');
      if (typeof scanned === 'number') {
        cost.requests += 1;
        cost.rows += scanned;
      }
      return result;
    },
    { step: 'initialize', name: 'costOfQueries' },
  );
  return {
    client: base,
    history: historyPages(client, HISTORY),
    tasks: taskTable(client, TASKS),
    cost,

    /** What queries cost that are made meanwhile. */
    async costOf<Answer>(work: () => Promise<Answer>) {
      const before = { ...cost };
      const answer = await work();
      return { answer, requests: cost.requests - before.requests, rows: cost.rows - before.rows };
    },

    async put(rows: readonly Row[]): Promise<void> {
      for (let start = 0; start < rows.length; start += MAX_PUTS) {
        const puts = rows.slice(start, start + MAX_PUTS).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteCommand({ RequestItems: { [HISTORY]: puts } }));
      }
    },

    async putTask(item: Row): Promise<void> {
      await client.send(new PutCommand({ TableName: TASKS, Item: item }));
    },

    async close(): Promise<void> {
      base.destroy();
      await embedded?.close();
    },
  };
}

export type HistoryDatabase = Awaited<ReturnType<typeof startHistory>>;

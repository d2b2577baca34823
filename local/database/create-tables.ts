import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../template/tables.ts';

/** A table that was created and did not become ACTIVE in time. */
export class TableNotActiveError extends Error {
  override readonly name = 'TableNotActiveError';
}

/** Pauses between looks at a table that is not ACTIVE yet, in milliseconds. They add up to half a minute. */
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 320, ...Array<number>(30).fill(1000)];

/**
 * Creates tables, and waits until they and their indexes are ACTIVE. A table that exists already is left as it is.
 * Time to live is not set: neither dynalite nor the poller needs it.
 */
export async function createTables(
  client: DynamoDBClient,
  tables: readonly TableDefinition[],
): Promise<void> {
  await Promise.all(
    tables.map(async ({ name, createTable }) => {
      await client.send(new CreateTableCommand(createTable)).catch(ignoreExisting);
      await untilActive(client, name);
    }),
  );
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof ResourceInUseException)) throw error;
}

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (const pause of PAUSES_MS) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const states = [
      Table?.TableStatus,
      ...(Table?.GlobalSecondaryIndexes ?? []).map((index) => index.IndexStatus),
    ];
    if (states.every((state) => state === 'ACTIVE')) return;
    await sleep(pause);
  }
  throw new TableNotActiveError(`Table ${name} did not become ACTIVE`);
}

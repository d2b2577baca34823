import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { DistrustStore } from '../list-trust.ts';
import { POLL_STATE_KEY } from '../ports.ts';
import { parseStored } from './task-items.ts';

/** An item of its own: polls that overlap put their state whole. */
const KEY = { taskId: `${POLL_STATE_KEY}-distrust` };

const Distrust = z.object({ since: z.exactOptional(z.number()) });

/** Remembers in the tasks table that the list was found not to tell of changes. */
export function distrustItem(client: DynamoDBDocumentClient, tableName: string): DistrustStore {
  return {
    async read() {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: KEY, ConsistentRead: true }),
      );
      return Item && parseStored(Distrust, Item).since;
    },
    async write(since) {
      const Item = { ...KEY, ...(since !== undefined && { since }) };
      await client.send(new PutCommand({ TableName: tableName, Item }));
    },
  };
}

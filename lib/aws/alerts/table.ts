import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

/** The table of the notifiers: items of several kinds, told apart by their keys, which begin with the destination. */
export interface AlertsTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export const DAY_SECONDS = 86_400;

/** Reads an item, strongly consistent. */
export async function readItem({ client, tableName }: AlertsTable, key: string) {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: { key }, ConsistentRead: true }),
  );
  return Item;
}

/** `expiresAt` of an item that is kept so long after its last write. */
export function expiry({ now }: AlertsTable, seconds: number): number {
  return Math.ceil(now() / 1_000) + seconds;
}

/** For writes that somebody else may have made first. */
export function ignoreFailedCondition(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
}

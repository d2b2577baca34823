import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditedHistory } from '../../audit/ports.ts';
import type { StoredRow } from '../../ports.ts';
import { historyPages } from '../api/history-pages.ts';
import { ExactScan, exactPages } from '../exact-keys.ts';
import { historyReader } from '../history-table.ts';

/** The history table as it is checked: the table itself strongly consistent, with all that rows have. */
export function auditedHistory(client: DynamoDBDocumentClient, tableName: string): AuditedHistory {
  return {
    every: historyPages(client, tableName).every,
    rowsBetween: historyReader(client, tableName).rowsBetween,
    parts: (count) => Array.from({ length: count }, (_, part) => scan(client, tableName, part, count)),

    async before(taskId, sequence) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: `#taskId = :taskId${sequence === undefined ? '' : ' AND #sequence < :sequence'}`,
          ExpressionAttributeNames: {
            '#taskId': 'taskId',
            ...(sequence !== undefined && { '#sequence': 'sequence' }),
          },
          ExpressionAttributeValues: {
            ':taskId': taskId,
            ...(sequence !== undefined && { ':sequence': sequence }),
          },
          ScanIndexForward: false,
          Limit: 1,
        }),
      );
      return Items[0];
    },
  };
}

function scan(
  client: DynamoDBDocumentClient,
  TableName: string,
  Segment: number,
  TotalSegments: number,
): AsyncIterable<readonly StoredRow[]> {
  const input = { TableName, ConsistentRead: true, Segment, TotalSegments };
  return exactPages(client, (start) => new ExactScan({ ...input, ...start }));
}

/** Spares a client the work for a log that nobody reads: the SDK goes through every attribute of every row for it. */
export function withoutLog(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** About how many rows a table has: DynamoDB counts them every six hours. Undefined where it does not tell. */
export async function aboutHowMany(
  client: DynamoDBDocumentClient,
  tableName: string,
): Promise<number | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    return Table?.ItemCount;
  } catch {
    return undefined;
  }
}

import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { RepublishedHistory, RowPlace, RowSelection } from '../../republish/ports.ts';
import { outboxHistory } from '../outbox-history.ts';
import { parseStored } from '../task-items.ts';

const Place = z.object({
  taskId: z.string(),
  sequence: z.int().positive(),
  observedAt: z.string(),
  detailType: z.string(),
});

const DAY_MS = 86_400_000;
/** A note on the delivery of another event, and never an event itself. */
const NOTE = 'OTA Task Event Set Aside';

/** The history table, for whoever publishes it again. */
export function republishedHistory(client: DynamoDBDocumentClient, tableName: string): RepublishedHistory {
  return {
    row: outboxHistory(client, tableName).row,

    async *places(selection) {
      for (const range of rangesOf(selection)) {
        const query = { TableName: tableName, ...withFilter(range, selection) };
        for await (const { Items = [] } of paginateQuery({ client }, query))
          yield parseStored(z.array(Place), Items) satisfies RowPlace[];
      }
    },
  };
}

const iso = (instant: number) => new Date(instant).toISOString();

/** Tasks one by one, from the table itself; or days, from the index by day. */
function* rangesOf({ taskIds, since, until }: RowSelection): Iterable<Omit<QueryCommandInput, 'TableName'>> {
  const times = { ':since': iso(since), ':until': iso(until) };
  for (const taskId of new Set(taskIds))
    yield {
      KeyConditionExpression: '#taskId = :taskId',
      FilterExpression: '#observedAt BETWEEN :since AND :until',
      ExpressionAttributeValues: { ...times, ':taskId': taskId },
      ConsistentRead: true,
    };
  if (taskIds.length > 0) return;
  for (let day = since - (since % DAY_MS); day <= until; day += DAY_MS)
    yield {
      IndexName: 'byDay',
      KeyConditionExpression: '#day = :day AND #observedAt BETWEEN :since AND :until',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ...times, ':day': iso(day).slice(0, 10) },
    };
}

function withFilter(
  range: Omit<QueryCommandInput, 'TableName'>,
  { types, unpublished }: RowSelection,
): Omit<QueryCommandInput, 'TableName'> {
  const wanted = types.map((type, index) => [`:type${index}`, type] as const);
  const filters = [
    range.FilterExpression,
    '#detailType <> :note',
    unpublished ? undefined : '#published = :yes',
    wanted.length > 0 ? `#detailType IN (${wanted.map(([name]) => name).join(', ')})` : undefined,
  ];
  return {
    ...range,
    FilterExpression: filters.filter((filter) => filter !== undefined).join(' AND '),
    ProjectionExpression: '#taskId, #sequence, #observedAt, #detailType',
    ExpressionAttributeNames: {
      ...range.ExpressionAttributeNames,
      '#taskId': 'taskId',
      '#sequence': 'sequence',
      '#observedAt': 'observedAt',
      '#detailType': 'detailType',
      ...(!unpublished && { '#published': 'published' }),
    },
    ExpressionAttributeValues: {
      ...range.ExpressionAttributeValues,
      ...Object.fromEntries(wanted),
      ':note': NOTE,
      ...(!unpublished && { ':yes': true }),
    },
  };
}

/** Tells a table from those of other accounts and regions, and from one of the same name that was there before it. */
export async function identityOf(client: DynamoDBDocumentClient, tableName: string): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  return `${Table?.TableArn} of ${Table?.CreationDateTime?.toISOString()}`;
}

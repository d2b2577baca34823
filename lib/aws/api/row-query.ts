import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Order } from '../../api/ports.ts';
import type { StoredRow } from '../../ports.ts';
import { ExactQuery, type Key } from '../exact-keys.ts';

export interface HistoryTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** A condition on attributes, `#name`s and `:value`s spelled out. */
export interface Condition {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A part of one partition, in the order of its range key. */
export interface RowQuery {
  readonly index?: 'byDay' | 'byType';
  readonly partition: { readonly name: string; readonly value: string };
  /** Both ends are included. Left out, all of the partition. */
  readonly range?: { readonly name: string; readonly low: string | number; readonly high: string | number };
  readonly filter?: Condition;
  readonly order: Order;
  /** Rows that are read at most, before the filter. */
  readonly limit: number;
  readonly startKey?: Key;
}

export interface RowAnswer {
  readonly rows: readonly StoredRow[];
  /** Left out at the end of the range. */
  readonly lastKey?: Key;
  /** Rows that were read, those included that the filter left out. */
  readonly scanned: number;
}

/** One request: at most 1 MB is read. The table itself is read strongly consistent, which indexes cannot be. */
export async function queryRows(table: HistoryTable, query: RowQuery): Promise<RowAnswer> {
  const { partition, range, filter } = query;
  const condition = rangeCondition(range);
  const answer = await table.client.send(
    new ExactQuery({
      TableName: table.tableName,
      ...(query.index === undefined ? { ConsistentRead: true } : { IndexName: query.index }),
      KeyConditionExpression: `#partition = :partition${condition?.text ?? ''}`,
      ...(filter && { FilterExpression: filter.text }),
      ExpressionAttributeNames: { '#partition': partition.name, ...condition?.names, ...filter?.names },
      ExpressionAttributeValues: { ':partition': partition.value, ...condition?.values, ...filter?.values },
      ScanIndexForward: query.order === 'asc',
      Limit: query.limit,
      ...(query.startKey && { ExclusiveStartKey: query.startKey }),
    }),
  );
  return {
    rows: answer.Items ?? [],
    ...(answer.LastEvaluatedKey && { lastKey: answer.LastEvaluatedKey }),
    scanned: answer.ScannedCount ?? 0,
  };
}

function rangeCondition(range: RowQuery['range']): Condition | undefined {
  if (range === undefined) return undefined;
  return {
    text: ' AND #range BETWEEN :low AND :high',
    names: { '#range': range.name },
    values: { ':low': range.low, ':high': range.high },
  };
}

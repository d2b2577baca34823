import { type DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { StoredRow } from '../ports.ts';

/** Where a query left off, as DynamoDB says it: its numbers have 38 digits, which a double would round to another place. */
export type Key = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** Names no part of a key, so that all of it goes through as it is. */
const AS_IT_IS = { '': null };

/** A query of rows, the keys of which stay as they come. */
export class ExactQuery extends QueryCommand {
  protected override readonly inputKeyNodes = {
    KeyConditions: { '*': { AttributeValueList: [] } },
    QueryFilter: { '*': { AttributeValueList: [] } },
    ExclusiveStartKey: AS_IT_IS,
    ExpressionAttributeValues: {},
  };
  protected override readonly outputKeyNodes = { Items: { '*': {} }, LastEvaluatedKey: AS_IT_IS };
}

/** A scan, the keys of which stay as they come. */
export class ExactScan extends ScanCommand {
  protected override readonly inputKeyNodes = {
    ScanFilter: { '*': { AttributeValueList: [] } },
    ExclusiveStartKey: AS_IT_IS,
    ExpressionAttributeValues: {},
  };
  protected override readonly outputKeyNodes = { Items: { '*': {} }, LastEvaluatedKey: AS_IT_IS };
}

/** Page after page of what a command reads. */
export async function* exactPages(
  client: DynamoDBDocumentClient,
  commandFrom: (start: { ExclusiveStartKey?: Key }) => ExactQuery | ExactScan,
): AsyncIterable<readonly StoredRow[]> {
  let startKey: Key | undefined;
  do {
    const command = commandFrom(startKey === undefined ? {} : { ExclusiveStartKey: startKey });
    const answer = await (command instanceof ExactScan ? client.send(command) : client.send(command));
    yield answer.Items ?? [];
    startKey = answer.LastEvaluatedKey;
  } while (startKey !== undefined);
}

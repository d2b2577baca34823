import { z } from 'zod';
import { placeOf } from '../../../lib/domain/shards.ts';
import type { TableDefinition } from '../../../local/template/tables.ts';
import { execute, Statements } from './statements.ts';
import { type Page, Table, WHOLE_TABLE } from './table.ts';
import { comparisonsOf, holds, Item, sortable } from './values.ts';

const expressions = {
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: Item.optional(),
};
const ConsistentRead = z.boolean().optional();
const Get = z.strictObject({ TableName: z.string(), Key: Item, ConsistentRead });
const Put = z.strictObject({
  TableName: z.string(),
  Item,
  ConditionExpression: z.string().optional(),
  ...expressions,
});
export type Put = z.infer<typeof Put>;
const Read = z.strictObject({
  TableName: z.string(),
  IndexName: z.string().optional(),
  KeyConditionExpression: z.string().default(''),
  ConsistentRead,
  Limit: z.number().optional(),
  ExclusiveStartKey: Item.optional(),
  ScanIndexForward: z.boolean().default(true),
  ProjectionExpression: z.string().optional(),
  Segment: z.number().default(0),
  TotalSegments: z.number().default(1),
  ...expressions,
});
const BatchGet = z.strictObject({
  RequestItems: z.record(z.string(), z.strictObject({ Keys: z.array(Item).max(100), ConsistentRead })),
});

/** An answer that is no success. */
export class DynamoDbError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * The few operations of DynamoDB that the pollers use, in memory. No limit of throughput, none of size save that of a page, and what
 * a request asks for that is not known here fails.
 */
export class BenchDatabase {
  readonly #tables: ReadonlyMap<string, Table>;

  constructor(definitions: readonly TableDefinition[], indexes: readonly string[]) {
    this.#tables = new Map(
      definitions.map((definition) => [definition.name, new Table(definition, indexes)]),
    );
  }

  /**
   * @param body of a request
   * @returns the body of its answer
   * @throws DynamoDbError
   */
  run(operation: string, body: unknown): string {
    switch (operation) {
      case 'GetItem':
        return this.#get(Get.parse(body));
      case 'PutItem':
        this.put(Put.parse(body));
        return '{}';
      case 'Query':
        return this.#query(Read.parse(body));
      case 'Scan':
        return this.#scan(Read.parse(body));
      case 'BatchGetItem':
        return this.#batchGet(BatchGet.parse(body));
      case 'BatchExecuteStatement':
        return this.#execute(Statements.parse(body));
      default:
        throw new DynamoDbError('UnknownOperationException', `No stand-in for ${operation}`);
    }
  }

  table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new DynamoDbError('ResourceNotFoundException', `No table ${name}`);
    return table;
  }

  put({ TableName, Item: item, ConditionExpression, ...given }: Put): void {
    const table = this.table(TableName);
    if (ConditionExpression !== undefined) {
      const before = table.get(item);
      const isMet = comparisonsOf(ConditionExpression, given).every((comparison) =>
        holds(comparison, sortable(before?.[comparison.name])),
      );
      if (!isMet)
        throw new DynamoDbError('ConditionalCheckFailedException', 'The conditional request failed');
    }
    table.put(item);
  }

  #get({ TableName, Key }: z.infer<typeof Get>): string {
    const text = this.table(TableName).getText(Key);
    return text === undefined ? '{}' : `{"Item":${text}}`;
  }

  #batchGet({ RequestItems }: z.infer<typeof BatchGet>): string {
    const tables = Object.entries(RequestItems).map(([name, { Keys }]) => {
      const table = this.table(name);
      return `${JSON.stringify(name)}:[${Keys.flatMap((key) => table.getText(key) ?? []).join()}]`;
    });
    return `{"Responses":{${tables.join()}},"UnprocessedKeys":{}}`;
  }

  #execute({ Statements: statements }: z.infer<typeof Statements>): string {
    return JSON.stringify({ Responses: statements.map((one) => execute(one, (name) => this.table(name))) });
  }

  #query({ TableName, IndexName, KeyConditionExpression, ...read }: z.infer<typeof Read>): string {
    const view = this.table(TableName).view(IndexName);
    const comparisons = comparisonsOf(KeyConditionExpression, read);
    const partition = comparisons.find(({ name }) => name === view.hash)?.operands[0] ?? '';
    const ranges = comparisons.filter(({ name }) => name !== view.hash);
    const page = view.page(partition, {
      limit: read.Limit,
      startKey: read.ExclusiveStartKey,
      backward: !read.ScanIndexForward,
      isWanted: (range) => ranges.every((comparison) => holds(comparison, range)),
      names: namesOf(read),
    });
    return textOf(page);
  }

  #scan({ TableName, IndexName, ...read }: z.infer<typeof Read>): string {
    const { Limit: limit, ExclusiveStartKey: startKey, Segment, TotalSegments } = read;
    const isWanted = (key: string) => TotalSegments === 1 || placeOf(key) % TotalSegments === Segment;
    return textOf(this.table(TableName).view(IndexName).page(WHOLE_TABLE, { limit, startKey, isWanted }));
  }
}

/** What is asked for of each item; undefined for all of it. */
function namesOf({
  ProjectionExpression,
  ExpressionAttributeNames = {},
}: Pick<z.infer<typeof Read>, 'ProjectionExpression' | 'ExpressionAttributeNames'>): string[] | undefined {
  return ProjectionExpression?.split(/,\s*/).map((name) => ExpressionAttributeNames[name] ?? name);
}

function textOf({ items, lastKey }: Page): string {
  const last = lastKey === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify(lastKey)}`;
  return `{"Items":[${items.join()}],"Count":${items.length},"ScannedCount":${items.length}${last}}`;
}

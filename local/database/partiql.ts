import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import inject from 'light-my-request';
import { z } from 'zod';

const TARGET = 'DynamoDB_20120810.';
const CONTENT_TYPE = 'application/x-amz-json-1.0';

const Request = z.object({
  Statements: z.array(
    z.object({
      Statement: z.string(),
      Parameters: z.array(z.record(z.string(), z.unknown())).default([]),
    }),
  ),
});
type Statement = z.infer<typeof Request>['Statements'][number];
const Failure = z.object({ __type: z.string(), message: z.string().optional() });

/** Of a request (Amazon DynamoDB API reference, BatchExecuteStatement). */
const MAX_STATEMENTS = 25;

const INSERT = /^INSERT INTO "([^"]+)" VALUE \{(.+)\}$/;
const UPDATE = /^UPDATE "([^"]+)" (.+) WHERE "taskId" = \? AND "version" = \?$/;

/** A write as dynalite knows it. */
interface Write {
  readonly tableName: string;
  readonly operation: 'PutItem' | 'UpdateItem';
  readonly input: Record<string, unknown>;
}

/** What a statement is answered with where its write fails so. */
const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

/**
 * BatchExecuteStatement in front of a database that has none: just its two statements that ota-watch makes, a new item and the
 * next version of an item.
 */
export function withStatements(database: RequestListener): RequestListener {
  return (request, response) => {
    if (request.headers['x-amz-target'] === `${TARGET}BatchExecuteStatement`)
      void answer(request, response, database);
    else database(request, response);
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, database: RequestListener) {
  const { authorization, 'x-amz-date': date } = request.headers;
  const body = await text(request).catch(() => undefined);
  // The client went away.
  if (body === undefined) return;
  const { Statements = [] } = Request.safeParse(jsonOf(body)).data ?? {};
  const refusal = refusalOf(Statements);
  const execute = async (statement: Statement) => {
    const write = writeOf(statement);
    if (write === undefined)
      return { Error: { Code: 'ValidationError', Message: `Not understood: ${statement.Statement}` } };
    const headers = {
      authorization,
      'x-amz-date': date,
      'content-type': CONTENT_TYPE,
      'x-amz-target': `${TARGET}${write.operation}`,
    };
    const payload = JSON.stringify(write.input);
    const answered = await inject(database, { method: 'POST', url: '/', headers, payload });
    const { tableName: TableName } = write;
    return answered.statusCode === 200
      ? { TableName }
      : { Error: errorOf(write, answered.json()), TableName };
  };
  const answered = refusal ?? { Responses: await Promise.all(Statements.map(execute)) };
  response.writeHead(refusal === undefined ? 200 : 400, { 'content-type': CONTENT_TYPE });
  response.end(JSON.stringify(answered));
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Why a request is refused as a whole, if it is. */
function refusalOf(statements: readonly Statement[]) {
  const message = messageOf(statements);
  return message && { __type: 'com.amazon.coral.validate#ValidationException', message };
}

function messageOf(statements: readonly Statement[]): string | undefined {
  if (statements.length === 0) return 'There are no statements that can be understood';
  if (statements.length > MAX_STATEMENTS)
    return `BatchWriteItem cannot write more than ${MAX_STATEMENTS} items`;
  const keys = statements.map(keyOf).filter((key) => key !== undefined);
  return new Set(keys).size < keys.length ? 'Provided list of item keys contains duplicates' : undefined;
}

function keyOf(statement: Statement): string | undefined {
  const write = writeOf(statement);
  if (write === undefined) return undefined;
  const { taskId, sequence } = z.looseObject({}).parse(write.input.Key ?? write.input.Item);
  return JSON.stringify([write.tableName, taskId, sequence]);
}

function writeOf({ Statement, Parameters }: Statement): Write | undefined {
  const [, insertInto, members] = INSERT.exec(Statement) ?? [];
  if (insertInto !== undefined && members !== undefined) return insertion(insertInto, members, Parameters);
  const [, updated, changes] = UPDATE.exec(Statement) ?? [];
  if (updated !== undefined && changes !== undefined) return update(updated, changes, Parameters);
  return undefined;
}

function insertion(tableName: string, members: string, values: Statement['Parameters']): Write {
  const names = [...members.matchAll(/'([^']+)': \?/g)].map(([, name = '']) => name);
  return {
    tableName,
    operation: 'PutItem',
    input: {
      TableName: tableName,
      Item: Object.fromEntries(names.map((name, index) => [name, values[index]])),
      ConditionExpression: 'attribute_not_exists(taskId)',
    },
  };
}

function update(tableName: string, changes: string, values: Statement['Parameters']): Write {
  const namesOf = (pattern: RegExp) => [...changes.matchAll(pattern)].map(([, name = '']) => name);
  const [set, removed] = [namesOf(/SET "([^"]+)" = \?/g), namesOf(/REMOVE "([^"]+)"/g)];
  const assignments = set.map((_, index) => `#s${index} = :s${index}`);
  const removals = removed.map((_, index) => `#r${index}`);
  return {
    tableName,
    operation: 'UpdateItem',
    input: {
      TableName: tableName,
      Key: { taskId: values.at(-2) },
      UpdateExpression: `SET ${assignments.join(', ')}${removals.length > 0 ? ` REMOVE ${removals.join(', ')}` : ''}`,
      ConditionExpression: '#version = :version',
      ExpressionAttributeNames: {
        '#version': 'version',
        ...Object.fromEntries(set.map((name, index) => [`#s${index}`, name])),
        ...Object.fromEntries(removed.map((name, index) => [`#r${index}`, name])),
      },
      ExpressionAttributeValues: {
        ':version': values.at(-1),
        ...Object.fromEntries(set.map((_, index) => [`:s${index}`, values[index]])),
      },
    },
  };
}

/** As AWS words it. */
function errorOf({ operation }: Write, answered: unknown): { Code: string; Message: string } {
  const { __type, message = '' } = Failure.parse(answered);
  const Code = CODES[__type.split('#').at(-1) ?? ''] ?? 'InternalServerError';
  return Code === 'ConditionalCheckFailed' && operation === 'PutItem'
    ? { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' }
    : { Code, Message: message };
}

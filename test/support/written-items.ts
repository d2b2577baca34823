import { z } from 'zod';
import type { Answered } from './gate.ts';

const AttributeValue = z.record(z.string(), z.unknown());
type Attributes = Readonly<Record<string, z.infer<typeof AttributeValue>>>;

/** A write of one item, as a request asks for it. */
export interface WrittenItem {
  readonly tableName: string;
  /** The item as it is to be, on the wire. */
  readonly item: Attributes;
  /** `refused`: its condition did not hold. Of a request without an answer, `failed`. */
  readonly outcome: 'written' | 'refused' | 'failed';
}

const Put = z.object({ TableName: z.string(), Item: z.record(z.string(), AttributeValue) });
const Batch = z.object({
  Statements: z.array(z.object({ Statement: z.string(), Parameters: z.array(AttributeValue) })),
});
const Responses = z.object({
  Responses: z.array(z.object({ Error: z.object({ Code: z.string() }).optional() })),
});

const REFUSALS = new Set(['ConditionalCheckFailed', 'DuplicateItem']);

/** The items that a request to DynamoDB writes: a put, or statements. */
export function writtenItems(operation: string, body: string, answer?: Answered): WrittenItem[] {
  if (operation === 'PutItem') {
    const { TableName: tableName, Item: item } = Put.parse(JSON.parse(body));
    return [{ tableName, item, outcome: outcomeOfPut(answer) }];
  }
  if (operation !== 'BatchExecuteStatement') return [];
  const outcomes = answer?.status === 200 ? Responses.parse(JSON.parse(answer.body)).Responses : [];
  return Batch.parse(JSON.parse(body)).Statements.map(({ Statement, Parameters }, index) => ({
    tableName: /"([^"]+)"/.exec(Statement)?.[1] ?? '',
    item: itemOf(Statement, Parameters),
    outcome: outcomeOf(outcomes[index]),
  }));
}

function outcomeOfPut(answer: Answered | undefined): WrittenItem['outcome'] {
  if (answer?.status === 200) return 'written';
  return answer?.body.includes('ConditionalCheckFailed') ? 'refused' : 'failed';
}

function outcomeOf(
  response: z.infer<typeof Responses>['Responses'][number] | undefined,
): WrittenItem['outcome'] {
  if (response === undefined) return 'failed';
  if (response.Error === undefined) return 'written';
  return REFUSALS.has(response.Error.Code) ? 'refused' : 'failed';
}

/** Names stand in a statement in the order of its parameters: `'name': ?` of a new item, `"name" = ?` of a changed one. */
function itemOf(statement: string, parameters: readonly Attributes[string][]): Attributes {
  const names = [...statement.matchAll(/'([^']+)': \?|"([^"]+)" = \?/g)].map(([, of, or]) => of ?? or ?? '');
  // The condition of an update comes last, and is on the version before.
  const entries = names.map((name, index) => [name, parameters[index] ?? {}] as const);
  return Object.fromEntries(entries.toReversed());
}

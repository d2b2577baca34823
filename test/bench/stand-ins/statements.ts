import { z } from 'zod';
import type { Table } from './table.ts';
import { Item, sortable, type Value } from './values.ts';

export const Statements = z.strictObject({
  Statements: z
    .array(z.strictObject({ Statement: z.string(), Parameters: z.array(z.record(z.string(), z.unknown())) }))
    .max(25),
});
type Statement = z.infer<typeof Statements>['Statements'][number];

/** An answer to a statement. */
interface Response {
  readonly TableName: string;
  readonly Error?: { readonly Code: string; readonly Message: string };
}

const DUPLICATE = { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' };
const FAILED = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };

const INSERT = /^INSERT INTO "(?<table>[^"]+)" VALUE \{(?<members>.*)\}$/;
const UPDATE =
  /^UPDATE "(?<table>[^"]+)" (?<changes>.*) WHERE "(?<key>[^"]+)" = \? AND "(?<guard>[^"]+)" = \?$/;
const MEMBER = /'([^']+)': \?/g;
const SET = /SET "([^"]+)" = \?/g;
const REMOVE = /REMOVE "([^"]+)"/g;

/**
 * Runs a PartiQL statement of one of two forms: a new item, and attributes of one that is there, under the condition that one has a
 * value.
 *
 * @throws RangeError for any other form
 */
export function execute({ Statement, Parameters }: Statement, tableOf: (name: string) => Table): Response {
  const insert = INSERT.exec(Statement)?.groups;
  if (insert !== undefined) {
    const { table: TableName = '', members = '' } = insert;
    const item = attributes(members, MEMBER, Parameters);
    if (tableOf(TableName).getText(item) !== undefined) return { TableName, Error: DUPLICATE };
    tableOf(TableName).put(item);
    return { TableName };
  }
  const update = UPDATE.exec(Statement)?.groups;
  if (update === undefined) throw new RangeError(`No stand-in for the statement ${Statement}`);
  const { table: TableName = '', changes = '', key = '', guard = '' } = update;
  const table = tableOf(TableName);
  const [keyValue = {}, guardValue = {}] = Parameters.slice(-2);
  const before = table.get({ [key]: keyValue });
  if (before === undefined || sortable(before[guard]) !== sortable(guardValue))
    return { TableName, Error: FAILED };
  const removed = new Set([...changes.matchAll(REMOVE)].map(([, attribute]) => attribute));
  const kept = Object.entries(before).filter(([attribute]) => !removed.has(attribute));
  table.put({ ...Object.fromEntries(kept), ...attributes(changes, SET, Parameters) });
  return { TableName };
}

function attributes(text: string, pattern: RegExp, parameters: readonly Value[]): Item {
  const names = [...text.matchAll(pattern)].map(([, name = '']) => name);
  return Item.parse(Object.fromEntries(names.map((name, index) => [name, parameters[index]])));
}

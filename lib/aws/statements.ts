import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Log } from '../ports.ts';

/** A PartiQL statement that writes one item. */
export interface Statement {
  readonly Statement: string;
  readonly Parameters: readonly unknown[];
}

/** A new item. INSERT fails where there is one of the same key: it never overwrites (Amazon DynamoDB developer guide). */
export function insertion(tableName: string, item: Readonly<Record<string, unknown>>): Statement {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  const members = attributes.map(([name]) => `'${name}': ?`);
  return {
    Statement: `INSERT INTO "${tableName}" VALUE {${members.join(', ')}}`,
    Parameters: attributes.map(([, value]) => value),
  };
}

/**
 * The item that is there of the version before, made this one.
 *
 * @param names of all the attributes that such an item may have: those that this one lacks are removed
 */
export function replacement(
  tableName: string,
  { taskId, ...item }: Readonly<Record<string, unknown>>,
  names: readonly string[],
  versionBefore: number,
): Statement {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  const kept = new Set(attributes.map(([name]) => name));
  const changes = [
    ...attributes.map(([name]) => `SET "${name}" = ?`),
    ...names.filter((name) => !kept.has(name)).map((name) => `REMOVE "${name}"`),
  ];
  return {
    Statement: `UPDATE "${tableName}" ${changes.join(' ')} WHERE "taskId" = ? AND "version" = ?`,
    Parameters: [...attributes.map(([, value]) => value), taskId, versionBefore],
  };
}

/** Of one request, and characters of a statement (Amazon DynamoDB API reference, BatchExecuteStatement). */
const MAX_STATEMENTS = 25;
const MAX_LENGTH = 8_192;
const REQUESTS_AT_ONCE = 8;
const ALONE_AT_ONCE = 4;

interface SomeOutcome {
  readonly kind: string;
  readonly error?: unknown;
}

/** How items are written: together, and one alone. */
export interface Writing<Item, Outcome extends SomeOutcome> {
  readonly statementOf: (item: Item) => Statement;
  /** The outcome for an item whose statement succeeded. */
  readonly done: (item: Item) => Outcome;
  /** The outcome for an item that may not have been written. */
  readonly failed: (item: Item, error: unknown) => Outcome;
  /** Writes one item, under the same condition as its statement. Never throws: that it failed is an outcome as well. */
  readonly alone: (item: Item) => Promise<Outcome>;
  /** Looks who wrote an item whose statement did not meet its condition. Never throws. */
  readonly unmet: (item: Item) => Promise<Outcome>;
}

/** Errors of a statement whose condition is not met, and never will be. */
const UNMET = new Set(['ConditionalCheckFailed', 'DuplicateItem']);

/** Errors that tell of statements, not of the item or of the moment: of a request, and of a statement in it. */
const NOT_ALLOWED = new Set(['AccessDeniedException', 'UnknownOperationException', 'AccessDenied']);
const NOT_UNDERSTOOD = new Set(['ValidationException', 'ValidationError']);

/**
 * Writes items of different keys with few requests. What does not succeed in a batch is tried alone, which tells why. Where
 * statements are not allowed, or not understood, everything is written alone from then on.
 */
export class BatchWriter {
  readonly #client: DynamoDBDocumentClient;
  readonly #log: Pick<Log, 'warn'> | undefined;
  #isUsable = true;

  constructor(client: DynamoDBDocumentClient, log?: Pick<Log, 'warn'>) {
    this.#client = client;
    this.#log = log;
  }

  /** @returns an outcome an item, in order */
  async write<Item, Outcome extends SomeOutcome>(
    items: readonly Item[],
    writing: Writing<Item, Outcome>,
  ): Promise<Outcome[]> {
    const batches = Array.from({ length: Math.ceil(items.length / MAX_STATEMENTS) }, (_, index) =>
      items.slice(index * MAX_STATEMENTS, (index + 1) * MAX_STATEMENTS),
    );
    const outcomes = await pMap(batches, (batch) => this.#writeBatch(batch, writing), {
      concurrency: REQUESTS_AT_ONCE,
    });
    return outcomes.flat();
  }

  async #writeBatch<Item, Outcome extends SomeOutcome>(
    items: readonly Item[],
    writing: Writing<Item, Outcome>,
  ): Promise<Outcome[]> {
    const statements = this.#isUsable && items.length > 1 ? items.map(writing.statementOf) : [];
    if (statements.length === 0 || statements.some(({ Statement }) => Statement.length > MAX_LENGTH))
      return writeAlone(
        items.map((item) => ({ item, error: '' })),
        writing,
      );
    let errors: readonly (string | undefined)[];
    let isWhole = false;
    try {
      errors = await this.#execute(statements);
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      errors = items.map(() => name);
      isWhole = true;
    }
    const left = items.flatMap((item, index) => {
      const error = errors[index];
      return error === undefined ? [] : [{ item, error }];
    });
    const alone = await writeAlone(left, writing);
    const hasBadItem = isWhole && alone.some(({ kind }) => kind === 'failed');
    const next = alone.values();
    const outcomes = errors.map((error) => (error === undefined ? undefined : next.next().value));
    this.#learn(errors.find((error, index) => isRefusal(error, outcomes[index], hasBadItem)));
    return items.map((item, index) => outcomes[index] ?? writing.done(item));
  }

  /** @returns the code of each statement's error */
  async #execute(statements: readonly Statement[]): Promise<(string | undefined)[]> {
    const Statements = statements.map(({ Statement, Parameters }) => ({
      Statement,
      Parameters: [...Parameters],
    }));
    const { Responses } = await this.#client.send(new BatchExecuteStatementCommand({ Statements }));
    return Statements.map((_, index) => {
      const response = Responses?.[index];
      return response === undefined ? 'NoAnswer' : response.Error && (response.Error.Code ?? 'Unknown');
    });
  }

  #learn(error: string | undefined): void {
    if (error === undefined || !this.#isUsable) return;
    this.#isUsable = false;
    this.#log?.warn('Items are written one by one: the database refuses statements', { error });
  }
}

/** Whether an error is about statements: one may also be invalid because its item is, which then fails alone too. */
function isRefusal(
  error: string | undefined,
  alone: { readonly kind: string } | undefined,
  hasBadItem: boolean,
): boolean {
  if (error === undefined) return false;
  return NOT_ALLOWED.has(error) || (NOT_UNDERSTOOD.has(error) && !hasBadItem && alone?.kind !== 'failed');
}

/** Writes items one by one. A database that was too slow for one is not asked for each of the others: the next poll is. */
async function writeAlone<Item, Outcome extends SomeOutcome>(
  items: readonly { readonly item: Item; readonly error: string }[],
  { alone, unmet, failed }: Writing<Item, Outcome>,
): Promise<Outcome[]> {
  let timeout: unknown;
  return pMap(
    items,
    async ({ item, error }) => {
      if (timeout !== undefined) return failed(item, timeout);
      const outcome = await (UNMET.has(error) ? unmet(item) : alone(item));
      if (outcome.error instanceof Error && outcome.error.name === 'TimeoutError') timeout = outcome.error;
      return outcome;
    },
    { concurrency: ALONE_AT_ONCE },
  );
}

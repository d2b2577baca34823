import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Head } from '../domain/chain.ts';
import type { HistoryRow } from '../domain/events.ts';
import { HistoryConflictError, OtaWatchError } from '../errors.ts';
import type { AppendOutcome, HistoryReader, HistoryStore, Log } from '../ports.ts';
import { ExactQuery, exactPages } from './exact-keys.ts';
import { BatchWriter, insertion } from './statements.ts';
import { parseStored, StoredHistoryRow } from './task-items.ts';

const Row = z.object({ sequence: z.int(), hash: z.string(), published: z.boolean() });

/** Rows read at once in the search for the newest published one: the last row of an ended task is one. */
const HEAD_PAGE = 10;
/** An outbox that is full (100 rows), and one more look, which makes as many at most. Of rows that are for the bus. */
const MAX_UNDELIVERED = 200;
/** Rows read at once in the search for them, and how often: a week of a task of which each poll notes progress. */
const UNDELIVERED_PAGE = 1_000;
const MAX_UNDELIVERED_PAGES = 10;

/** The append-only history: rows are put where nothing is, and read. */
export function historyTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  { log }: { log?: Pick<Log, 'warn'> } = {},
): HistoryStore {
  const batches = new BatchWriter(client, log);

  async function append(row: HistoryRow): Promise<void> {
    try {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: row,
          ConditionExpression: 'attribute_not_exists(taskId)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      await expectSame(row, error);
    }
  }

  /** A row was put by an earlier try, ours or another poller's; or another one has its place. */
  async function expectSame(row: HistoryRow, cause: Error): Promise<void> {
    const Key = { taskId: row.taskId, sequence: row.sequence };
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
    if (Item?.hash !== row.hash) throw new HistoryConflictError(row.taskId, row.sequence, { cause });
  }

  return {
    appendAll(rows) {
      return batches.write<HistoryRow, AppendOutcome>(rows, {
        statementOf: (row) => insertion(tableName, { ...row }),
        done: () => ({ kind: 'appended' }),
        failed: (_, error) => ({ kind: 'failed', error }),
        alone: (row) => outcomeOf(append(row)),
        unmet: (row) => outcomeOf(expectSame(row, new OtaWatchError('There is a row in its place'))),
      });
    },

    async head(taskId) {
      const query = {
        TableName: tableName,
        KeyConditionExpression: 'taskId = :taskId',
        ExpressionAttributeValues: { ':taskId': taskId },
        ScanIndexForward: false,
        ConsistentRead: true,
      };
      let head: Head | undefined;
      for await (const page of paginateQuery({ client, pageSize: HEAD_PAGE }, query)) {
        const rows = parseStored(z.array(Row), page.Items ?? []);
        head ??= rows[0] && { sequence: rows[0].sequence, hash: rows[0].hash };
        const publishedSequence = rows.find(({ published }) => published)?.sequence;
        if (head !== undefined && publishedSequence !== undefined) return { ...head, publishedSequence };
      }
      return head;
    },

    async newestFrom(taskId, sequence) {
      const query = {
        TableName: tableName,
        KeyConditionExpression: 'taskId = :taskId AND #sequence >= :sequence',
        FilterExpression: 'published = :true',
        ExpressionAttributeNames: { '#sequence': 'sequence' },
        ExpressionAttributeValues: { ':taskId': taskId, ':sequence': sequence, ':true': true },
        ScanIndexForward: false,
        ConsistentRead: true,
      };
      const found: Record<string, unknown>[] = [];
      let pages = 0;
      for await (const { Items = [] } of paginateQuery({ client, pageSize: UNDELIVERED_PAGE }, query)) {
        found.push(...Items);
        pages += 1;
        if (found.length >= MAX_UNDELIVERED || pages === MAX_UNDELIVERED_PAGES) break;
      }
      const newest = found.slice(0, MAX_UNDELIVERED);
      const rows = newest.flatMap((item) => StoredHistoryRow.safeParse(item).data ?? []);
      return { rows: rows.reverse(), unreadable: newest.length - rows.length };
    },
  };
}

async function outcomeOf(writing: Promise<void>): Promise<AppendOutcome> {
  try {
    await writing;
    return { kind: 'appended' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

const DAY_MS = 86_400_000;

/** What tells of a task, without what tells of the row. Some of the names are reserved words. */
const OBSERVED = [
  'taskId',
  'sequence',
  'observedAt',
  'status',
  'counts',
  'configurationId',
  'otaType',
  'lastUpdatedAt',
  'detailType',
  'reason',
];
const PROJECTION = {
  ProjectionExpression: OBSERVED.map((name) => `#${name}`).join(', '),
  names: Object.fromEntries(OBSERVED.map((name) => [`#${name}`, name])),
};

/** The history as it is read by people: of its rows only what was observed. */
export function historyReader(client: DynamoDBDocumentClient, tableName: string): HistoryReader {
  const { ProjectionExpression, names } = PROJECTION;
  const common = { TableName: tableName, ProjectionExpression };
  return {
    async *rowsOf(taskId, sequence) {
      const query = {
        ...common,
        KeyConditionExpression: `#taskId = :taskId${sequence === undefined ? '' : ' AND #sequence < :sequence'}`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ':taskId': taskId,
          ...(sequence !== undefined && { ':sequence': sequence }),
        },
      };
      yield* exactPages(client, (start) => new ExactQuery({ ...query, ...start }));
    },

    async *rowsBetween(from, to) {
      for (let day = from - (from % DAY_MS); day < to; day += DAY_MS) {
        const query = {
          ...common,
          IndexName: 'byDay',
          KeyConditionExpression: '#day = :day AND #observedAt BETWEEN :from AND :to',
          ExpressionAttributeNames: { ...names, '#day': 'day' },
          ExpressionAttributeValues: {
            ':day': iso(day).slice(0, 10),
            ':from': iso(from),
            ':to': iso(to - 1),
          },
        };
        yield* exactPages(client, (start) => new ExactQuery({ ...query, ...start }));
      }
    },
  };
}

const iso = (instant: number) => new Date(instant).toISOString();

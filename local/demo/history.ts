import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import type { PublishedEvent } from '../../lib/domain/events.ts';

const rowSchema = z.looseObject({
  taskId: z.string(),
  eventId: z.string(),
  sequence: z.int(),
  published: z.boolean(),
  hash: z.string(),
  previousHash: z.string().optional(),
});

export type HistoryRow = z.infer<typeof rowSchema>;

/** Every row of a history table. */
export async function readHistory(client: DynamoDBDocumentClient, tableName: string): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: true });
  for await (const { Items = [] } of pages) rows.push(...z.array(rowSchema).parse(Items));
  return rows;
}

/**
 * Holds the history against the events that the bus accepted: each task's rows are a chain without gaps, and published rows
 * and events are the same.
 *
 * @returns what is wrong; empty when all is well
 */
export function auditHistory(rows: readonly HistoryRow[], events: readonly PublishedEvent[]): string[] {
  const accepted = new Map(events.map(({ detail }) => [detail.eventId, detail.hash]));
  const recorded = new Map(rows.map(({ eventId, hash }) => [eventId, hash]));
  const lost = rows.filter(({ eventId, published, hash }) => published && accepted.get(eventId) !== hash);
  const unrecorded = [...accepted].filter(([eventId, hash]) => recorded.get(eventId) !== hash);
  return [
    ...[...Map.groupBy(rows, ({ taskId }) => taskId).values()].flatMap(auditChain),
    ...lost.map(({ eventId }) => `history row ${eventId} was not accepted by the bus as it stands`),
    ...unrecorded.map(([eventId]) => `event ${eventId} is not in the history as it was accepted`),
  ];
}

function auditChain(unordered: readonly HistoryRow[]): string[] {
  const rows = unordered.toSorted((a, b) => a.sequence - b.sequence);
  return rows.flatMap((row, index) => {
    const { hash, ...content } = row;
    const previous = rows[index - 1];
    const problems = [
      row.sequence !== index + 1 && `stands where sequence ${index + 1} should`,
      row.previousHash !== previous?.hash && 'is not linked to the row before it',
      hash !== canonicalHash(content) && 'does not have the hash of its content',
    ];
    return problems
      .filter((problem) => problem !== false)
      .map((problem) => `history row ${row.eventId} ${problem}`);
  });
}

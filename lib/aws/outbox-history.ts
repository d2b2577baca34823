import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { readNote, type SetAsideNote } from '../outbox/notes.ts';
import type { OutboxHistory } from '../outbox/ports.ts';
import { parseStored, StoredHistoryRow } from './task-items.ts';

/** What an event on the bus is made of; its hash vouches for the rest. The bus is told when it was observed. */
const Row = z.intersection(StoredHistoryRow, z.looseObject({ observedAt: z.iso.datetime() }));

const Place = z.object({ sequence: z.int(), hash: z.string() });

/** The history table, as far as outboxes are looked at and repaired. */
export function outboxHistory(client: DynamoDBDocumentClient, TableName: string): OutboxHistory {
  return {
    async row(taskId, sequence) {
      const Key = { taskId, sequence };
      const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item && parseStored(Row, Item);
    },

    async hashes(taskId, from, to) {
      const query = {
        TableName,
        KeyConditionExpression: 'taskId = :taskId AND #sequence BETWEEN :from AND :to',
        ProjectionExpression: '#sequence, #hash',
        ExpressionAttributeNames: { '#sequence': 'sequence', '#hash': 'hash' },
        ExpressionAttributeValues: { ':taskId': taskId, ':from': from, ':to': to },
        ConsistentRead: true,
      };
      const hashes = new Map<number, string>();
      for await (const { Items = [] } of paginateQuery({ client }, query))
        for (const { sequence, hash } of parseStored(z.array(Place), Items)) hashes.set(sequence, hash);
      return hashes;
    },

    async notes(since) {
      const query = {
        TableName,
        IndexName: 'byType',
        KeyConditionExpression: 'detailType = :type AND observedAt >= :since',
        ExpressionAttributeValues: {
          ':type': 'OTA Task Event Set Aside',
          ':since': new Date(since).toISOString(),
        },
      };
      const notes: SetAsideNote[] = [];
      for await (const { Items = [] } of paginateQuery({ client }, query))
        notes.push(...Items.flatMap((row) => readNote(row) ?? []));
      return notes;
    },
  };
}

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AddressBook } from '../../alerts/ports.ts';
import type { Destination } from '../../domain/alerts/routing.ts';
import { parseAddressee } from './items.ts';
import { type AlertsTable, DAY_SECONDS, expiry, readItem } from './table.ts';

/** As long as ledgers are. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

/** The tasks' tags and targets, as one destination knows them. */
export function addressBook(table: AlertsTable, destination: Destination): AddressBook {
  const keyOf = (taskId: string) => `${destination}|addressee|${taskId}`;
  return {
    async read(taskId) {
      const item = await readItem(table, keyOf(taskId));
      return item && parseAddressee(item);
    },
    async write({ taskId, tags, decidingTags, readAt, targets }) {
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { key: keyOf(taskId) },
          UpdateExpression: [
            'SET taskId = :taskId, tags = :tags, decidingTags = :decidingTags, readAt = :readAt, expiresAt = :expiry',
            // Others may have written one that is not known here.
            ...(targets.length > 0 ? ['ADD targets :targets'] : []),
          ].join(' '),
          ExpressionAttributeValues: {
            ':taskId': taskId,
            ':tags': tags,
            ':decidingTags': decidingTags,
            ':readAt': readAt,
            ':expiry': expiry(table, KEPT_SECONDS),
            ...(targets.length > 0 && { ':targets': new Set(targets) }),
          },
        }),
      );
    },
  };
}

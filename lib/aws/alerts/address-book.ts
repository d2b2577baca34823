import { PutCommand } from '@aws-sdk/lib-dynamodb';
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
    async write(addressee) {
      const Item = {
        ...addressee,
        key: keyOf(addressee.taskId),
        expiresAt: expiry(table, KEPT_SECONDS),
      };
      await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
    },
  };
}

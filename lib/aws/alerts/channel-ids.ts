import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ChannelIds } from '../../alerts/ports.ts';
import { type AlertsTable, DAY_SECONDS, expiry, readItem } from './table.ts';

/** As long as ledgers are. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

/** The ids of the channels that were posted to by name. Each process writes them once, so that those in use do not expire. */
export function channelIds(table: AlertsTable): ChannelIds {
  const keyOf = (name: string) => `slack|channel|${name}`;
  const written = new Map<string, string>();
  return {
    async idOf(name) {
      const id = written.get(name) ?? (await readItem(table, keyOf(name)))?.channelId;
      return typeof id === 'string' ? id : undefined;
    },

    async remember(name, id) {
      if (written.get(name) === id) return;
      const Item = { key: keyOf(name), channelId: id, expiresAt: expiry(table, KEPT_SECONDS) };
      await table.client.send(new PutCommand({ TableName: table.tableName, Item }));
      written.set(name, id);
    },
  };
}

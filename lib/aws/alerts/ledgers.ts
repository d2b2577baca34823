import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LedgerStore } from '../../alerts/ports.ts';
import { parseLedger } from './items.ts';
import { type AlertsTable, DAY_SECONDS, expiry, readItem } from './table.ts';

/** A rollout may be quiet for weeks. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

/**
 * The ledgers: an item for each target and task.
 *
 * @param writer names this process, so that a write of its own that was applied and then reported lost is recognised
 */
export function ledgerStore(table: AlertsTable, writer: () => string): LedgerStore {
  const keyOf = (target: string, taskId: string) => `${target}|ledger|${taskId}`;
  return {
    async read(target, taskId) {
      const item = await readItem(table, keyOf(target, taskId));
      return item && parseLedger(item);
    },

    async write(ledger) {
      const key = keyOf(ledger.target, ledger.taskId);
      const version = ledger.version + 1;
      const writeId = writer();
      try {
        await table.client.send(
          new PutCommand({
            TableName: table.tableName,
            Item: { ...ledger, key, version, writeId, expiresAt: expiry(table, KEPT_SECONDS) },
            ...ifStillAt(ledger.version),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const item = await readItem(table, key);
        if (item?.writeId !== writeId || item.version !== version) return undefined;
      }
      return { ...ledger, version };
    },
  };
}

function ifStillAt(version: number) {
  if (version === 0) {
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'key' },
    };
  }
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Slots } from '../../alerts/ports.ts';
import type { Destination } from '../../domain/alerts/routing.ts';
import { type AlertsTable, DAY_SECONDS, expiry, readItem } from './table.ts';

/** Slots that others take while we try. */
const MAX_RACES = 20;

/** Slots as one number a line: when the next one is free. */
export function slots(table: AlertsTable, destination: Destination): Slots {
  const keyOf = (line: string) => `${destination}|slot|${line}`;
  const freeAt = async (line: string) => Number((await readItem(table, keyOf(line)))?.freeAt ?? 0);

  /** Sets when the next slot is free, if it is `from` now, and otherwise does nothing. */
  const move = async (line: string, from: number, to: number): Promise<boolean> => {
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { key: keyOf(line) },
          UpdateExpression: 'SET freeAt = :to, expiresAt = :expiry',
          ConditionExpression: from === 0 ? 'attribute_not_exists(freeAt)' : 'freeAt = :from',
          ExpressionAttributeValues: {
            ':to': to,
            ':expiry': expiry(table, DAY_SECONDS),
            ...(from !== 0 && { ':from': from }),
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    freeAt,
    async take(line, now, everyMs, latest) {
      for (let race = 0; race < MAX_RACES; race++) {
        const free = await freeAt(line);
        const at = Math.max(free, now);
        if (at > latest) return { freeAt: at };
        if (await move(line, free, at + everyMs)) return { at };
      }
      return { freeAt: now + everyMs * MAX_RACES };
    },
    async postpone(line, until) {
      for (let race = 0; race < MAX_RACES; race++) {
        const free = await freeAt(line);
        if (free >= until || (await move(line, free, until))) return;
      }
    },
  };
}

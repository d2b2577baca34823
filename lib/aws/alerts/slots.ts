import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Slots } from '../../alerts/ports.ts';
import type { Destination } from '../../domain/alerts/routing.ts';
import { type AlertsTable, DAY_SECONDS, expiry, readItem } from './table.ts';

/** Slots that others take while we try. */
const MAX_RACES = 20;

interface Line {
  /** When the next slot is free, and until when nobody may send: epoch milliseconds, 0 for never. */
  readonly freeAt: number;
  readonly blockedUntil: number;
}

/** Slots as two numbers a line. */
export function slots(table: AlertsTable, destination: Destination): Slots {
  const keyOf = (line: string) => `${destination}|slot|${line}`;
  const read = async (line: string): Promise<Line> => {
    const { freeAt = 0, blockedUntil = 0 } = (await readItem(table, keyOf(line))) ?? {};
    return { freeAt: Number(freeAt), blockedUntil: Number(blockedUntil) };
  };

  /** Writes a line if it is still as it was. */
  const move = async (line: string, from: Line, to: Line): Promise<boolean> => {
    const isNew = from.freeAt === 0;
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { key: keyOf(line) },
          UpdateExpression: 'SET freeAt = :to, blockedUntil = :blocked, expiresAt = :expiry',
          ConditionExpression: isNew
            ? 'attribute_not_exists(freeAt)'
            : 'freeAt = :from AND blockedUntil = :blockedBefore',
          ExpressionAttributeValues: {
            ':to': to.freeAt,
            ':blocked': to.blockedUntil,
            ':expiry': expiry(table, DAY_SECONDS),
            ...(!isNew && { ':from': from.freeAt, ':blockedBefore': from.blockedUntil }),
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
    freeAt: async (line) => (await read(line)).freeAt,
    blockedUntil: async (line) => (await read(line)).blockedUntil,

    async take(line, now, everyMs, latest) {
      for (let race = 0; race < MAX_RACES; race++) {
        const before = await read(line);
        const at = Math.max(before.freeAt, now);
        if (at > latest) return { freeAt: at };
        if (await move(line, before, { ...before, freeAt: at + everyMs })) return { at };
      }
      return { freeAt: now + everyMs * MAX_RACES };
    },

    async postpone(line, until) {
      for (let race = 0; race < MAX_RACES; race++) {
        const before = await read(line);
        if (before.blockedUntil >= until) return;
        // Slots after that instant may be taken already.
        const after = { freeAt: Math.max(before.freeAt, until), blockedUntil: until };
        if (await move(line, before, after)) return;
      }
    },
  };
}

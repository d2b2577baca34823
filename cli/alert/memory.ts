import type { AddressBook, ChannelIds, IncidentGroups, LedgerStore, Slots } from '../../lib/alerts/ports.ts';
import type { Ledger } from '../../lib/domain/alerts/ledger.ts';

// What notifiers keep in DynamoDB, for one command that does one thing at a time.

export function memoryOfLedgers(): LedgerStore {
  const ledgers = new Map<string, Ledger>();
  const keyOf = (target: string, taskId: string) => JSON.stringify([target, taskId]);
  return {
    read: async (target, taskId) => ledgers.get(keyOf(target, taskId)),
    write: async (ledger) => {
      const written = { ...ledger, version: ledger.version + 1 };
      ledgers.set(keyOf(ledger.target, ledger.taskId), written);
      return written;
    },
  };
}

export function memoryOfSlots(): Slots {
  const free = new Map<string, number>();
  const blocked = new Map<string, number>();
  const freeAt = (line: string) => free.get(line) ?? 0;
  return {
    take: async (line, now, everyMs, latest) => {
      const at = Math.max(now, freeAt(line));
      if (at > latest) return { freeAt: at };
      free.set(line, at + everyMs);
      return { at };
    },
    freeAt: async (line) => freeAt(line),
    postpone: async (line, until) => {
      free.set(line, Math.max(until, freeAt(line)));
      blocked.set(line, until);
    },
    blockedUntil: async (line) => blocked.get(line) ?? 0,
  };
}

/** There is one task, which has no tags. */
export const NO_BOOK: AddressBook = { read: async () => undefined, write: async () => undefined };

/** Nothing is looked for. */
export const NO_CHANNEL_IDS: ChannelIds = { idOf: async () => undefined, remember: async () => undefined };

/** For so few incidents that they are never told as one. */
export const NO_GROUPS: IncidentGroups = {
  count: async () => 1,
  join: async () => true,
  leave: async () => true,
  members: async () => [],
};

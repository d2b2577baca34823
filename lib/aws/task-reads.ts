import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { WHOLE } from '../domain/shards.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import type { Items, TaskStore } from '../ports.ts';
import { batchRead, type StoredItem, scanFor } from './batch-read.ts';
import { readIndex } from './live-index.ts';
import { parseTrackedTask } from './task-items.ts';
import { stampOf, type TaskMemory } from './task-memory.ts';

/** Writer of items that only get the keys of the index: whoever meets the write of another one has what it wanted. */
const INDEXER = 'index';

/** What is read and not remembered. */
interface Found {
  readonly unindexed: TrackedTask[];
  readonly unreadable: Items['unreadable'][number][];
}

/** Reads of the tasks of polls, as far as the memory does not have them. */
export function taskReads(
  client: DynamoDBDocumentClient,
  tableName: string,
  memory: TaskMemory,
  writeAll: TaskStore['writeAll'],
): Pick<TaskStore, 'readLive' | 'readOthers' | 'indexAll'> {
  /** Reads tasks as they are now into the memory. @returns those that it cannot have */
  async function readNow(taskIds: readonly string[], isWholeTable: boolean): Promise<Items['unreadable']> {
    const wanted = new Set(taskIds);
    const found: Found = { unindexed: [], unreadable: [] };
    for (const taskId of taskIds) memory.forget(taskId);
    const take = (item: StoredItem) => {
      const isWanted = wanted.delete(String(item.taskId));
      if (isWanted) keep(item, found);
      else if (isUnindexed(item)) keep(item, { ...found, unreadable: [] });
      return isWanted;
    };
    if (isWholeTable) await scanFor(client, tableName, wanted.size, take);
    for (const item of await batchRead(client, tableName, [...wanted], true)) take(item);
    await writeAll(found.unindexed, INDEXER);
    return found.unreadable;
  }

  function keep(item: StoredItem, { unindexed, unreadable }: Found): void {
    const task = readable(item);
    if (task instanceof Error) unreadable.push({ taskId: String(item.taskId), error: task });
    else if (isUnindexed(item)) unindexed.push(task);
    else memory.remember(task, stampOf(item));
  }

  /** Reads tasks into the memory at half the price: as they are, or were a moment ago. Not those that somebody may be delivering. */
  async function readEventually(taskIds: readonly string[]): Promise<void> {
    const notTaken: Found = { unindexed: [], unreadable: [] };
    const items = await batchRead(client, tableName, taskIds, false);
    for (const item of items.filter(hasNoOutbox)) keep(item, notTaken);
  }

  return {
    async readLive(range, atMost = Number.POSITIVE_INFINITY) {
      const stamps = await readIndex(client, tableName, range);
      if (stamps.size > atMost) return { tooMany: stamps.size };
      memory.retainLive(stamps, range);
      const isChanged = (taskId: string) => !memory.has(taskId, stamps.get(taskId) ?? '');
      const changed = [...stamps.keys()].filter(isChanged);
      const isWhole = range.from === WHOLE.from && range.to === WHOLE.to;
      // Whoever polls parts of a large fleet does not remember most of each. What it does may be newer than the index.
      const isNew = (taskId: string) => (memory.live(taskId) ?? memory.other(taskId)) === undefined;
      if (!isWhole) await readEventually(changed.filter(isNew));
      // That counts where it is as the index tells.
      const unreadable = await readNow(changed.filter(isChanged), isWhole);
      return { tasks: [...stamps.keys()].flatMap((taskId) => memory.live(taskId) ?? []), unreadable };
    },

    async readOthers(taskIds) {
      const unknown = taskIds.filter((taskId) => memory.other(taskId) === undefined);
      const unreadable = await readNow(unknown, false);
      memory.retainOthers(taskIds);
      const tasks = taskIds.flatMap((taskId) => memory.other(taskId) ?? memory.live(taskId) ?? []);
      return { tasks, unreadable };
    },

    async indexAll(writeId) {
      let isComplete = true;
      const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: true });
      for await (const { Items = [] } of pages) {
        const tasks = Items.filter(isUnindexed).flatMap((item) => {
          const task = readable(item);
          return task instanceof Error ? [] : [task];
        });
        const outcomes = await writeAll(tasks, writeId);
        isComplete &&= outcomes.every(({ kind }) => kind === 'written');
        // A first poll of many tasks hands them to others, and has no room for them itself.
        for (const { taskId } of tasks) memory.forget(taskId);
      }
      return isComplete;
    },
  };
}

/** What somebody is delivering at this moment would be delivered again. */
function hasNoOutbox({ outbox }: StoredItem): boolean {
  return !Array.isArray(outbox) || outbox.length === 0;
}

/** Whether an item is to be in the index and is not: a version of this code wrote it that knew of none. */
function isUnindexed({ state, place }: StoredItem): boolean {
  return (state === 'live' || state === 'requested') && place === undefined;
}

function readable(item: StoredItem): TrackedTask | UnreadableItemError {
  try {
    return parseTrackedTask(item);
  } catch (error) {
    if (error instanceof UnreadableItemError) return error;
    throw error;
  }
}

import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type Range, WHOLE } from '../domain/shards.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import {
  isPollState,
  type Log,
  POLL_STATE_KEY,
  type PollState,
  type StoredTasks,
  type TaskStore,
} from '../ports.ts';
import { parsePollState, parseTrackedTask } from './task-items.ts';
import { TaskMemory } from './task-memory.ts';
import { taskReads } from './task-reads.ts';
import { taskWrites } from './task-writes.ts';

/**
 * Snapshots with their outboxes, one item a task, guarded by a version. What polls read and write is remembered.
 *
 * @param options.isScanConsistent false for people, who may see them a moment late for half the price
 */
export function taskTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  { isScanConsistent = true, log }: { isScanConsistent?: boolean; log?: Pick<Log, 'warn'> } = {},
): TaskStore {
  const memory = new TaskMemory();
  const writes = taskWrites(client, tableName, memory, log);

  const readItem = async (taskId: string) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { taskId }, ConsistentRead: true }),
    );
    return Item;
  };

  return {
    ...writes,
    ...taskReads(client, tableName, memory, writes.writeAll),

    async readAll() {
      const items: Record<string, unknown>[] = [];
      const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: isScanConsistent });
      for await (const page of pages) items.push(...(page.Items ?? []));
      return parseItems(items);
    },

    async read(taskId) {
      const item = await readItem(taskId);
      return item && parseTrackedTask(item);
    },

    async readPollState(range) {
      const item = await readItem(pollStateKey(range));
      return item && parsePollState(item);
    },

    async writePollState(range, state) {
      await client.send(
        new PutCommand({ TableName: tableName, Item: { taskId: pollStateKey(range), ...state } }),
      );
    },
  };
}

function pollStateKey({ from, to }: Range): string {
  const isWhole = from === WHOLE.from && to === WHOLE.to;
  return isWhole ? POLL_STATE_KEY : `${POLL_STATE_KEY}-${from.toString(16)}-${to.toString(16)}`;
}

function parseItems(items: readonly Record<string, unknown>[]): StoredTasks {
  const tasks: TrackedTask[] = [];
  const unreadable: { taskId: string; error: Error }[] = [];
  let pollState: PollState | undefined;
  for (const item of items) {
    try {
      if (item.taskId === POLL_STATE_KEY) pollState = parsePollState(item);
      else if (isPollState(String(item.taskId))) continue;
      else tasks.push(parseTrackedTask(item));
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      unreadable.push({ taskId: String(item.taskId), error });
    }
  }
  return { tasks, ...(pollState !== undefined && { pollState }), unreadable };
}

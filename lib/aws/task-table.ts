import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { isIn } from '../domain/shards.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import { POLL_STATE_KEY, type PollState, type StoredTasks, type TaskStore } from '../ports.ts';
import { parsePollState, parseTrackedTask } from './task-items.ts';

/**
 * Snapshots with their outboxes, one item a task, guarded by a version.
 *
 * @param isScanConsistent false for people, who may see them a moment late for half the price
 */
export function taskTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  { isScanConsistent = true } = {},
): TaskStore {
  const readItem = async (taskId: string) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { taskId }, ConsistentRead: true }),
    );
    return Item;
  };

  const readAll = async () => {
    const items: Record<string, unknown>[] = [];
    const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: isScanConsistent });
    for await (const page of pages) items.push(...(page.Items ?? []));
    return parseItems(items);
  };

  const store: TaskStore = {
    readAll,

    async readLive(range) {
      const { tasks, unreadable } = await readAll();
      const live = tasks.filter((task) => task.state === 'live' || task.state === 'requested');
      return {
        tasks: live.filter(({ taskId }) => isIn(range, taskId)),
        unreadable: unreadable.filter(({ taskId }) => taskId !== POLL_STATE_KEY && isIn(range, taskId)),
      };
    },

    async readOthers(taskIds) {
      const found = await Promise.all(taskIds.map((taskId) => store.read(taskId)));
      return {
        tasks: found.filter((task) => task?.state === 'ended' || task?.state === 'excluded'),
        unreadable: [],
      };
    },

    async indexAll() {
      await Promise.resolve();
    },

    async readPollState() {
      const item = await readItem(POLL_STATE_KEY);
      return item && parsePollState(item);
    },

    async writeAll(tasks, writeId) {
      return Promise.all(
        tasks.map(async (task) => {
          try {
            const written = await store.write(task, writeId);
            return written === undefined ? { kind: 'lost-race' } : { kind: 'written', task: written };
          } catch (error) {
            return { kind: 'failed', error };
          }
        }),
      );
    },

    async read(taskId) {
      const item = await readItem(taskId);
      return item && parseTrackedTask(item);
    },

    async write(task, writeId) {
      const version = task.version + 1;
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...task, version, writeId },
            ...(task.version === 0
              ? { ConditionExpression: 'attribute_not_exists(taskId)' }
              : {
                  ConditionExpression: '#version = :version',
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':version': task.version },
                }),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // A write that was applied and then reported lost is tried again by the SDK, and meets itself.
        const item = await readItem(task.taskId);
        if (item?.writeId !== writeId || item.version !== version) return undefined;
      }
      return { ...task, version };
    },

    async writePollState(state) {
      await client.send(new PutCommand({ TableName: tableName, Item: { taskId: POLL_STATE_KEY, ...state } }));
    },
  };
  return store;
}

function parseItems(items: readonly Record<string, unknown>[]): StoredTasks {
  const tasks: TrackedTask[] = [];
  const unreadable: { taskId: string; error: Error }[] = [];
  let pollState: PollState | undefined;
  for (const item of items) {
    try {
      if (item.taskId === POLL_STATE_KEY) pollState = parsePollState(item);
      else tasks.push(parseTrackedTask(item));
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      unreadable.push({ taskId: String(item.taskId), error });
    }
  }
  return { tasks, ...(pollState !== undefined && { pollState }), unreadable };
}

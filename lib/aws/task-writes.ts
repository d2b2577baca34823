import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TrackedTask } from '../domain/tracked.ts';
import type { Log, TaskStore, WriteOutcome } from '../ports.ts';
import { type IndexKeys, indexKeysOf } from './live-index.ts';
import { BatchWriter, insertion, replacement } from './statements.ts';
import { stampOf, type TaskMemory } from './task-memory.ts';

type NameOf<Task> = Task extends TrackedTask ? keyof Task : never;

/** Every attribute that an item may have, besides its key. */
const ATTRIBUTES: Readonly<
  Record<Exclude<NameOf<TrackedTask>, 'taskId'> | keyof IndexKeys | 'writeId', true>
> = {
  state: true,
  version: true,
  writeId: true,
  shard: true,
  place: true,
  head: true,
  snapshot: true,
  outbox: true,
  recordedThrough: true,
  stopped: true,
  untrackRequested: true,
  expiresAt: true,
  last: true,
};
const NAMES = Object.keys(ATTRIBUTES);

/** Writes of tasks under their versions, alone and together; the memory has what came of them. */
export function taskWrites(
  client: DynamoDBDocumentClient,
  tableName: string,
  memory: TaskMemory,
  log?: Pick<Log, 'warn'>,
): Pick<TaskStore, 'write' | 'writeAll'> {
  const batches = new BatchWriter(client, log);

  async function put(task: TrackedTask, writeId: string): Promise<boolean> {
    const item = itemOf(task, writeId);
    try {
      await client.send(new PutCommand({ TableName: tableName, Item: item, ...isStillThere(task.version) }));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return isOurs(task, writeId);
    }
  }

  /** A write that was applied and then reported lost is tried again by the SDK, and meets itself. */
  async function isOurs({ taskId, version }: TrackedTask, writeId: string): Promise<boolean> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { taskId }, ConsistentRead: true }),
    );
    return Item?.writeId === writeId && Item.version === version + 1;
  }

  async function outcomeOf<Task extends TrackedTask>(
    task: Task,
    writeId: string,
    writing: Promise<boolean>,
  ): Promise<WriteOutcome<Task>> {
    try {
      if (!(await writing)) return { kind: 'lost-race' };
      return { kind: 'written', task: remembered(task, writeId) };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  async function write<Task extends TrackedTask>(task: Task, writeId: string): Promise<Task | undefined> {
    // Until it is known what is stored, nothing is.
    memory.forget(task.taskId);
    if (!(await put(task, writeId))) return undefined;
    return remembered(task, writeId);
  }

  function remembered<Task extends TrackedTask>(task: Task, writeId: string): Task {
    const stored = { ...task, version: task.version + 1 };
    memory.remember(stored, stampOf({ version: stored.version, writeId }));
    return stored;
  }

  async function writeAll<Task extends TrackedTask>(
    tasks: readonly Task[],
    writeId: string,
  ): Promise<WriteOutcome<Task>[]> {
    for (const { taskId } of tasks) memory.forget(taskId);
    return batches.write<Task, WriteOutcome<Task>>(tasks, {
      statementOf: (task) => statementOf(tableName, task, writeId),
      done: (task) => ({ kind: 'written', task: remembered(task, writeId) }),
      failed: (_, error) => ({ kind: 'failed', error }),
      alone: (task) => outcomeOf(task, writeId, put(task, writeId)),
      unmet: (task) => outcomeOf(task, writeId, isOurs(task, writeId)),
    });
  }

  return { write, writeAll };
}

function itemOf(task: TrackedTask, writeId: string) {
  return { ...task, version: task.version + 1, writeId, ...indexKeysOf(task) };
}

function statementOf(tableName: string, task: TrackedTask, writeId: string) {
  const item = itemOf(task, writeId);
  return task.version === 0 ? insertion(tableName, item) : replacement(tableName, item, NAMES, task.version);
}

/** The condition that an item is of the version that was read; 0 is of one that is not there. */
function isStillThere(version: number) {
  if (version === 0) return { ConditionExpression: 'attribute_not_exists(taskId)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

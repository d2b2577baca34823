import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { placeOf } from '../../../lib/domain/shards.ts';
import type {
  EndedTask,
  ExcludedTask,
  LiveTask,
  RequestedTask,
  TrackedTask,
} from '../../../lib/domain/tracked.ts';
import type { Items } from '../../../lib/ports.ts';
import { facts, liveTask, snapshot } from '../../support/builders.ts';
import { type Answered, Gate, type GatedRequest } from '../../support/gate.ts';
import type { World } from '../../support/world.ts';

export const TABLE = 'ota-watch-dev-tasks';

/** The table as a process of its own sees it, and what that process logged. */
export function openTable(world: World) {
  const gate = new Gate();
  const warnings: unknown[] = [];
  const log = { warn: (message: string, fields?: unknown) => warnings.push([message, fields]) };
  return { gate, warnings, ...taskTable(world.clients(gate).dynamodb, TABLE, { log }) };
}

export const live = (taskId: string, version = 0, overrides: Partial<LiveTask> = {}): LiveTask =>
  liveTask({ taskId, version, snapshot: snapshot({ facts: facts({ taskId }) }), ...overrides });
export const requested = (taskId: string, version = 0): RequestedTask => ({
  state: 'requested',
  taskId,
  version,
});
export const excluded = (taskId: string, version = 0): ExcludedTask => ({
  state: 'excluded',
  taskId,
  version,
});
export const ended = (taskId: string, version = 0): EndedTask => ({
  state: 'ended',
  taskId,
  version,
  expiresAt: 1_800_000_000,
});

/** A task one write later. */
export const next = <Task extends TrackedTask>(task: Task): Task => ({ ...task, version: task.version + 1 });

export const ids = (count: number) => Array.from({ length: count }, (_, index) => `task${index}`);

export const byId = <Task extends { readonly taskId: string }>(tasks: readonly Task[]): Task[] =>
  [...tasks].sort((a, b) => a.taskId.localeCompare(b.taskId));

/** Puts items as they are, whoever may have written them. */
export async function put(world: World, ...items: readonly object[]): Promise<void> {
  for (const item of items)
    await world.dynamodb.send(new PutCommand({ TableName: TABLE, Item: { ...item } }));
}

/** Every item of the table, by task id. */
export async function stored(world: World): Promise<Record<string, unknown>[]> {
  const items = await world.scan(TABLE);
  return items.sort((a, b) => String(a.taskId).localeCompare(String(b.taskId)));
}

export const operations = ({ requests }: Gate) => requests.map(({ operation }) => operation);

export const bodyOf = (request: GatedRequest | undefined) => JSON.parse(request?.body ?? '');

export const FOUR_QUERIES = Array<string>(4).fill('Query');

/** What was read, by task id. */
export async function tasksOf(read: Promise<Items | { readonly tooMany: number }>): Promise<TrackedTask[]> {
  const items = await read;
  if ('tooMany' in items) throw new Error(`Too many: ${items.tooMany}`);
  if (items.unreadable.length > 0) throw new Error(`Unreadable: ${items.unreadable.length}`);
  return byId(items.tasks);
}

/** Has another process write tasks; @returns them as they are stored then. */
export async function writeElsewhere(world: World, ...tasks: readonly TrackedTask[]): Promise<TrackedTask[]> {
  await openTable(world).writeAll(tasks, 'other');
  return byId(tasks.map(next));
}

/** An item that nobody can read, where polls find it. */
export async function garble(world: World, taskId: string) {
  const place = placeOf(taskId).toString(16).padStart(8, '0');
  const shard = String(Math.floor(placeOf(taskId) / 2 ** 30));
  await put(world, { taskId, version: 1, state: 'live', shard, place });
}

/** Answers of an operation, by request. */
type Answers = Map<string, Answered>;

/** What an operation is answered meanwhile. */
export async function recorded(gate: Gate, read: () => Promise<unknown>, what = 'Query'): Promise<Answers> {
  const answers: Answers = new Map();
  gate.between = async ({ operation, body }: GatedRequest, send) => {
    const answer = await send(body);
    if (operation === what) answers.set(body, answer);
    return answer;
  };
  await read();
  gate.between = undefined;
  return answers;
}

/** From now on what was recorded is answered again: the index is as it was. */
export function replay(gate: Gate, answers: Answers): void {
  gate.between = async ({ body }, send) => answers.get(body) ?? send(body);
}

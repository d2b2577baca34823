import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { outboxHistory } from '../../../lib/aws/outbox-history.ts';
import { entryOf, entrySize } from '../../../lib/aws/put-events.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import type { HistoryRow } from '../../../lib/domain/events.ts';
import type { World } from '../../support/world.ts';

export const TASKS = 'ota-watch-dev-tasks';
export const HISTORY = 'ota-watch-dev-history';
export const PUBLISH_ALL = { config: { progressEvents: 'all' as const } };

export const entryBytes = (row: HistoryRow) => entrySize(entryOf(row, ''));
export const historyOf = (world: World) => outboxHistory(world.dynamodb, HISTORY);
export const tasksOf = (world: World) => taskTable(world.dynamodb, TASKS);

/** Has the bus refuse an event for good. */
export function refuseForGood(world: World, eventId: string): void {
  world.bus.faults.entry = ({ Detail = '{}' }) =>
    JSON.parse(Detail).eventId === eventId
      ? { errorCode: 'MalformedDetail', errorMessage: 'Not JSON.' }
      : undefined;
}

/** Things of a task succeed one by one, with a poll after each. */
export async function advance(world: World, taskId: string, from: number, to: number): Promise<void> {
  for (let succeeded = from; succeeded <= to; succeeded += 1) {
    world.task(taskId, { queued: 10 - succeeded, succeeded });
    await world.poll(PUBLISH_ALL);
  }
}

/** Changes an item as another version, or a person, would. */
export async function edit(world: World, taskId: string, changes: Record<string, unknown>): Promise<void> {
  const item = (await world.scan(TASKS)).find((one) => one.taskId === taskId);
  await world.dynamodb.send(new PutCommand({ TableName: TASKS, Item: { ...item, ...changes } }));
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetOtaTaskCommand,
  type GetOtaTaskCommandOutput,
  IoTManagedIntegrationsClient,
  paginateListOtaTasks,
} from '@aws-sdk/client-iot-managed-integrations';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

const SNAPSHOTS = 'naive-snapshots';
const HISTORY = 'naive-history';
const OVER = ['COMPLETED', 'CANCELED'];

/** What an earlier poll saw of a task. */
interface Snapshot {
  readonly taskId: string;
  readonly status: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The poller that comes to mind first: one task after the other is read and compared with what is stored of it; what changed is
 * stored, noted in the history, and published. Clients are as the SDK makes them.
 */
export class NaivePoller {
  readonly #service = new IoTManagedIntegrationsClient();
  readonly #dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient());
  readonly #eventBridge = new EventBridgeClient();

  /**
   * One poll of all tasks that are not over.
   *
   * @param now epoch milliseconds
   * @param atMost so many tasks: for a sample of an account that takes too long
   */
  async poll(now: number, atMost = Number.POSITIVE_INFINITY): Promise<{ polled: number; changes: number }> {
    const taskIds = (await this.#listTasks()).slice(0, atMost);
    let changes = 0;
    for (const taskId of taskIds) {
      const task = await this.#service.send(new GetOtaTaskCommand({ Identifier: taskId }));
      const key = { TableName: SNAPSHOTS, Key: { taskId } };
      const { Item: before } = await this.#dynamodb.send(new GetCommand(key));
      const after = snapshotOf(taskId, task);
      if (before !== undefined && isSame(before, after)) continue;
      await this.#tell(after, before, now);
      changes += 1;
    }
    return { polled: taskIds.length, changes };
  }

  async #listTasks(): Promise<string[]> {
    const taskIds: string[] = [];
    for await (const { Tasks = [] } of paginateListOtaTasks({ client: this.#service, pageSize: 1_000 }, {}))
      for (const { TaskId, Status = '' } of Tasks)
        if (TaskId !== undefined && !OVER.includes(Status)) taskIds.push(TaskId);
    return taskIds;
  }

  async #tell(after: Snapshot, before: Record<string, unknown> | undefined, now: number): Promise<void> {
    const detail = { ...after, ...(before && { before }), observedAt: new Date(now).toISOString() };
    await this.#dynamodb.send(new PutCommand({ TableName: SNAPSHOTS, Item: after }));
    await this.#dynamodb.send(new PutCommand({ TableName: HISTORY, Item: detail }));
    const entry = {
      Source: 'naive',
      DetailType: before === undefined ? 'OTA Task Started' : 'OTA Task Changed',
      Detail: JSON.stringify(detail),
    };
    await this.#eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  }
}

function snapshotOf(taskId: string, task: GetOtaTaskCommandOutput): Snapshot {
  const { processingTargets, ...counts } = task.TaskProcessingDetails ?? {};
  return { taskId, status: task.Status ?? 'UNKNOWN', details: counts };
}

function isSame(before: Record<string, unknown>, after: Snapshot): boolean {
  const texts = [before.details, after.details].map((details) =>
    JSON.stringify(Object.entries(details ?? {}).sort()),
  );
  return before.status === after.status && texts[0] === texts[1];
}

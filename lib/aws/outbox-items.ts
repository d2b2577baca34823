import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { ItemStore } from '../outbox/ports.ts';

type Attributes = Record<string, AttributeValue>;

/** Items of the tasks table, as they are stored. No function has the permission to delete them: this is for people. */
export function itemTable(client: DynamoDBClient, TableName: string): ItemStore {
  const readItem = async (taskId: string) => {
    const Key = { taskId: { S: taskId } };
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  };

  const remove = async (taskId: string, attributes: Attributes) => {
    const Key = { taskId: { S: taskId } };
    try {
      await client.send(new DeleteItemCommand({ TableName, Key, ...unchanged(attributes) }));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // A deletion that was applied and then reported lost is tried again by the SDK, and finds nothing.
      return (await readItem(taskId)) === undefined;
    }
  };

  return {
    async read(taskId) {
      const attributes = await readItem(taskId);
      return attributes && { taskId, attributes, remove: () => remove(taskId, attributes) };
    },
  };
}

/** What every write of ota-watch changes. */
const WRITTEN = ['version', 'writeId'];

/** The condition that an item is as it was read. */
function unchanged(attributes: Attributes) {
  const values = WRITTEN.flatMap((name) => {
    const value = attributes[name];
    return value === undefined ? [] : [[`:${name}`, value] as const];
  });
  const conditions = WRITTEN.map((name) =>
    attributes[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
  );
  return {
    ConditionExpression: ['attribute_exists(taskId)', ...conditions].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(WRITTEN.map((name) => [`#${name}`, name])),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

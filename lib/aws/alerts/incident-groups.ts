import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { GroupMember, IncidentGroups, MemberId } from '../../alerts/ports.ts';
import { parseMembers } from './items.ts';
import { type AlertsTable, DAY_SECONDS, expiry, ignoreFailedCondition, readItem } from './table.ts';

/** As long as ledgers are. */
const KEPT_SECONDS = 90 * DAY_SECONDS;
/** Members of one request: an expression has at most 4 KB (Amazon DynamoDB developer guide, quotas). */
const BATCH = 100;

/** Incidents that stand for many breaches: an item a group, and one that counts for each service and span of time. */
export function incidentGroups(table: AlertsTable): IncidentGroups {
  const { client, tableName: TableName } = table;
  const keyOf = (dedupKey: string) => ({ key: `pagerduty|group|${dedupKey}` });

  /** A map has to exist before something can be put into it. */
  const create = async (dedupKey: string) => {
    const command = new PutCommand({
      TableName,
      Item: { ...keyOf(dedupKey), members: {}, expiresAt: expiry(table, KEPT_SECONDS) },
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'key' },
    });
    await client.send(command).catch(ignoreFailedCondition);
  };

  /** @returns false if the group is closed, or does not exist */
  const joinOpen = async (dedupKey: string, joining: readonly GroupMember[]): Promise<boolean> => {
    const { names, places } = placesOf(joining);
    const command = new UpdateCommand({
      TableName,
      Key: keyOf(dedupKey),
      UpdateExpression: `SET ${places.map((place, index) => `${place} = :${index}`).join(', ')}, expiresAt = :expiry`,
      ConditionExpression: 'attribute_exists(members) AND attribute_not_exists(closed)',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: {
        ...Object.fromEntries(joining.map((member, index) => [`:${index}`, member])),
        ':expiry': expiry(table, KEPT_SECONDS),
      },
    });
    return succeeds(client.send(command));
  };

  const joinOrCreate = async (dedupKey: string, joining: readonly GroupMember[]): Promise<boolean> => {
    if (await joinOpen(dedupKey, joining)) return true;
    await create(dedupKey);
    return joinOpen(dedupKey, joining);
  };

  const remove = async (dedupKey: string, leaving: readonly MemberId[]): Promise<void> => {
    const { names, places } = placesOf(leaving);
    const command = new UpdateCommand({
      TableName,
      Key: keyOf(dedupKey),
      UpdateExpression: `REMOVE ${places.join(', ')}`,
      ConditionExpression: 'attribute_exists(members)',
      ExpressionAttributeNames: names,
    });
    await client.send(command).catch(ignoreFailedCondition);
  };

  /** @returns false if somebody is in it */
  const close = async (dedupKey: string): Promise<boolean> => {
    const command = new UpdateCommand({
      TableName,
      Key: keyOf(dedupKey),
      UpdateExpression: 'SET closed = :true, expiresAt = :expiry',
      ConditionExpression: 'attribute_not_exists(members) OR size(members) = :none',
      ExpressionAttributeValues: { ':true': true, ':none': 0, ':expiry': expiry(table, KEPT_SECONDS) },
    });
    return succeeds(client.send(command));
  };

  return {
    async count(service, span, incidents) {
      const command = new UpdateCommand({
        TableName,
        Key: { key: `pagerduty|count|${service}|${span}` },
        UpdateExpression: 'ADD incidents :incidents SET expiresAt = :expiry',
        ExpressionAttributeValues: { ':incidents': incidents, ':expiry': expiry(table, DAY_SECONDS) },
        ReturnValues: 'UPDATED_NEW',
      });
      const { Attributes } = await client.send(command);
      return Number(Attributes?.incidents);
    },

    async join(dedupKey, joining) {
      for (const batch of batchesOf(joining)) if (!(await joinOrCreate(dedupKey, batch))) return false;
      return true;
    },

    async leave(dedupKey, leaving) {
      for (const batch of batchesOf(leaving)) await remove(dedupKey, batch);
      return close(dedupKey);
    },

    async members(dedupKey) {
      const item = await readItem(table, keyOf(dedupKey).key);
      return item?.members === undefined ? [] : parseMembers(item);
    },
  };
}

function batchesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** Paths of members in the map, and what their names stand for. */
function placesOf(members: readonly MemberId[]) {
  const names = Object.fromEntries(
    members.map(({ taskId, ruleId }, index) => [`#${index}`, `${taskId}|${ruleId}`]),
  );
  return { names, places: Object.keys(names).map((name) => `members.${name}`) };
}

/** False when the condition of a write does not hold. */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

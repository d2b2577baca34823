import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { GroupMember, IncidentGroups } from '../../alerts/ports.ts';
import { parseMembers } from './items.ts';
import { type AlertsTable, DAY_SECONDS, expiry, ignoreFailedCondition, readItem } from './table.ts';

/** As long as ledgers are. */
const KEPT_SECONDS = 90 * DAY_SECONDS;

/** Incidents that stand for many breaches: an item a group, and one that counts for each service and span of time. */
export function incidentGroups(table: AlertsTable): IncidentGroups {
  const keyOf = (dedupKey: string) => `pagerduty|group|${dedupKey}`;
  const memberOf = ({ taskId, ruleId }: Pick<GroupMember, 'taskId' | 'ruleId'>) => `${taskId}|${ruleId}`;

  const members = async (dedupKey: string) => {
    const item = await readItem(table, keyOf(dedupKey));
    return item === undefined ? [] : parseMembers(item);
  };
  /** A map has to exist before something can be put into it. */
  const create = async (dedupKey: string) => {
    const Item = { key: keyOf(dedupKey), members: {}, expiresAt: expiry(table, KEPT_SECONDS) };
    await table.client
      .send(
        new PutCommand({
          TableName: table.tableName,
          Item,
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': 'key' },
        }),
      )
      .catch(ignoreFailedCondition);
  };

  return {
    members,

    async count(service, span) {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { key: `pagerduty|count|${service}|${span}` },
          UpdateExpression: 'ADD incidents :one SET expiresAt = :expiry',
          ExpressionAttributeValues: { ':one': 1, ':expiry': expiry(table, DAY_SECONDS) },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Number(Attributes?.incidents);
    },

    async join(dedupKey, joining) {
      await create(dedupKey);
      const names = joining.map((member, index) => [`#m${index}`, memberOf(member)] as const);
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { key: keyOf(dedupKey) },
          UpdateExpression: `SET ${names.map(([name], index) => `members.${name} = :m${index}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names),
          ExpressionAttributeValues: Object.fromEntries(
            joining.map((member, index) => [`:m${index}`, member]),
          ),
        }),
      );
    },

    async leave(dedupKey, member) {
      await table.client
        .send(
          new UpdateCommand({
            TableName: table.tableName,
            Key: { key: keyOf(dedupKey) },
            UpdateExpression: 'REMOVE members.#member',
            ConditionExpression: 'attribute_exists(members)',
            ExpressionAttributeNames: { '#member': memberOf(member) },
          }),
        )
        .catch(ignoreFailedCondition);
      return (await members(dedupKey)).length;
    },
  };
}

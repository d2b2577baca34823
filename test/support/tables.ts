import type { TableDefinition } from '../../local/template/tables.ts';

/** The tables of the packaged template, as far as an engine needs to know them. The template's own test compares. */
export const TABLES: readonly TableDefinition[] = [
  {
    logicalId: 'TasksTable',
    name: 'ota-watch-dev-tasks',
    createTable: {
      TableName: 'ota-watch-dev-tasks',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'taskId', AttributeType: 'S' },
        { AttributeName: 'shard', AttributeType: 'S' },
        { AttributeName: 'place', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'taskId', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'live',
          KeySchema: [
            { AttributeName: 'shard', KeyType: 'HASH' },
            { AttributeName: 'place', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['version', 'writeId'] },
        },
      ],
    },
    timeToLiveAttribute: 'expiresAt',
  },
  {
    logicalId: 'HistoryTable',
    name: 'ota-watch-dev-history',
    createTable: {
      TableName: 'ota-watch-dev-history',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'taskId', AttributeType: 'S' },
        { AttributeName: 'sequence', AttributeType: 'N' },
        { AttributeName: 'day', AttributeType: 'S' },
        { AttributeName: 'observedAt', AttributeType: 'S' },
        { AttributeName: 'detailType', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'taskId', KeyType: 'HASH' },
        { AttributeName: 'sequence', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byDay',
          KeySchema: [
            { AttributeName: 'day', KeyType: 'HASH' },
            { AttributeName: 'observedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'byType',
          KeySchema: [
            { AttributeName: 'detailType', KeyType: 'HASH' },
            { AttributeName: 'observedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
    timeToLiveAttribute: 'expiresAt',
  },
];

/** The table of the notifiers, which is there if one of them is. */
export const ALERTS_TABLE: TableDefinition = {
  logicalId: 'AlertsTable',
  name: 'ota-watch-dev-alerts',
  createTable: {
    TableName: 'ota-watch-dev-alerts',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
  },
  timeToLiveAttribute: 'expiresAt',
};

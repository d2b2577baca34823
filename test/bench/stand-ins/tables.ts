import type { TableDefinition } from '../../../local/template/tables.ts';
import { TABLES } from '../../support/tables.ts';

/** Tables of the naive poller. */
const NAIVE = [
  { name: 'naive-snapshots', keys: ['taskId'] },
  { name: 'naive-history', keys: ['taskId', 'observedAt'] },
].map(({ name, keys }): TableDefinition => {
  const KeySchema = keys.map((key, index) => ({
    AttributeName: key,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  }));
  const createTable = { TableName: name, AttributeDefinitions: undefined, KeySchema };
  return { logicalId: name, name, createTable, timeToLiveAttribute: undefined };
});

export const BENCH_TABLES: readonly TableDefinition[] = [...TABLES, ...NAIVE];
/** The indexes that a poll reads: others cost time, and nobody asks for them. */
export const INDEXES = ['live'];
/** The tables with an item for each task. */
export const SNAPSHOTS = ['ota-watch-dev-tasks', 'naive-snapshots'];

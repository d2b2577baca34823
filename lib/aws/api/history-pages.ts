import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HistoryPages, Order } from '../../api/ports.ts';
import type { StoredRow } from '../../ports.ts';
import { batchGet } from './batch-get.ts';
import { queryRows } from './row-query.ts';
import { rowsByTime } from './rows-by-time.ts';
import { rowsOfTask } from './rows-of-task.ts';

/** The history table, for people who look at it. It is never scanned. */
export function historyPages(client: DynamoDBDocumentClient, tableName: string): HistoryPages {
  const table = { client, tableName };

  const outermost = async (taskId: string, order: Order): Promise<StoredRow | undefined> => {
    const { rows } = await queryRows(table, {
      partition: { name: 'taskId', value: taskId },
      range: { name: 'sequence', low: 1, high: Number.MAX_SAFE_INTEGER },
      order,
      limit: 1,
    });
    return rows[0];
  };

  return {
    ofTask: (taskId, request) => rowsOfTask(table, taskId, request),
    byTime: (request) => rowsByTime(table, request),
    first: (taskId) => outermost(taskId, 'asc'),
    last: (taskId) => outermost(taskId, 'desc'),

    async every(taskId, limit, after) {
      const { rows, lastKey } = await queryRows(table, {
        partition: { name: 'taskId', value: taskId },
        order: 'asc',
        limit,
        ...(after !== undefined && { startKey: { taskId: { S: taskId }, sequence: { N: String(after) } } }),
      });
      const through = lastKey?.sequence?.N;
      return {
        rows,
        isLast: lastKey === undefined,
        ...(through !== undefined && !isExact(through) && { through }),
      };
    },

    async at(taskId, sequences) {
      const rows = await batchGet(
        table,
        [...new Set(sequences)].map((sequence) => ({ taskId, sequence })),
      );
      return rows.sort((a, b) => Number(a.sequence) - Number(b.sequence));
    },
  };
}

/** Whether a sequence is one that a number holds as it is. */
const isExact = (digits: string) => Number.isSafeInteger(Number(digits)) && String(Number(digits)) === digits;

import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Finding, TaskFindings } from '../../../lib/audit/finding.ts';
import type { AuditedHistory } from '../../../lib/audit/ports.ts';
import { type Selection, verifyHistory } from '../../../lib/audit/verify.ts';
import { Witness } from '../../../lib/audit/witness.ts';
import { auditedHistory } from '../../../lib/aws/audit/audited-history.ts';
import { API_TRANSLATION } from '../../../lib/aws/clients.ts';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { detailOf, type HistoryRow } from '../../../lib/domain/events.ts';
import { facts, NOON } from '../../support/builders.ts';
import { rolloutHistory } from '../../support/history-rows.ts';
import { HISTORY, startHistory } from '../api/history-database.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows as they would have been written of another task, or with other content. */
export function chained(
  rows: readonly HistoryRow[],
  change: (row: HistoryRow) => Partial<HistoryRow>,
): HistoryRow[] {
  let previousHash: string | undefined;
  return rows.map((row) => {
    const { hash: _, previousHash: before, ...changed } = { ...row, ...change(row) };
    const content = { ...changed, ...(previousHash !== undefined && { previousHash }) };
    previousHash = canonicalHash(content);
    return { ...content, hash: previousHash };
  });
}

/** The history of a simulated rollout as that of a task. */
export function historyOf(taskId: string, seed = 3, retentionDays?: number): HistoryRow[] {
  return chained(rolloutHistory(seed, retentionDays), ({ sequence }) => ({
    taskId,
    eventId: `${taskId}:${sequence}`,
  }));
}

/** A row, changed by somebody who made its hash fit. */
export function rehashed({ hash: _, ...content }: Row): Row {
  return { ...content, hash: canonicalHash(content) };
}

/** The item of a task that is over, of which the poll knows the last row. */
export function itemOf(rows: readonly HistoryRow[]): Row {
  const { taskId = '', sequence, hash, observedAt = '' } = rows.at(-1) ?? {};
  const endedAt = Date.parse(observedAt);
  const trackedSince = Date.parse(rows[0]?.observedAt ?? '');
  const last = { facts: facts({ taskId }), trackedSince, endedAt, stopped: 'completed' };
  return { state: 'ended', taskId, version: 1, expiresAt: 4_000_000_000, head: { sequence, hash }, last };
}

/** The events that were published of rows, as an archive exports them. */
export function eventsOf(rows: readonly HistoryRow[]): Row[] {
  return rows
    .filter(({ published }) => published)
    .map((row) => ({
      version: '0',
      source: 'ota-watch',
      'detail-type': row.detailType,
      time: row.observedAt,
      detail: { ...detailOf(row) },
    }));
}

export interface Verified {
  /** `task sequence kind message`, in order. */
  readonly findings: readonly string[];
  readonly unchecked: readonly string[];
  readonly tasks: readonly TaskFindings[];
}

/** The tables, somebody who changes what is in them, and the check. */
export async function startAudited() {
  const database = await startHistory();
  const documents = DynamoDBDocumentClient.from(database.client, API_TRANSLATION);
  const history = auditedHistory(documents, HISTORY);
  return {
    database,
    history,
    put: database.put,
    putTask: database.putTask,

    async record(rows: readonly HistoryRow[]): Promise<void> {
      await database.put(rows.map((row) => ({ ...row })));
      await database.putTask(itemOf(rows));
    },

    async replace(row: Row): Promise<void> {
      await documents.send(new PutCommand({ TableName: HISTORY, Item: row }));
    },

    async remove(...rows: readonly (HistoryRow | undefined)[]): Promise<void> {
      for (const row of rows)
        await documents.send(
          new DeleteCommand({
            TableName: HISTORY,
            Key: { taskId: row?.taskId, sequence: row?.sequence },
          }),
        );
    },

    async verify(
      selection: Partial<Selection> = {},
      {
        now = NOON,
        events,
        using = history,
      }: { now?: number; events?: readonly unknown[]; using?: AuditedHistory } = {},
    ): Promise<Verified> {
      const witness = new Witness();
      for (const event of events ?? []) witness.hear(event);
      const tasks: TaskFindings[] = [];
      const unchecked = await verifyHistory(
        { taskIds: [], ...selection },
        {
          history: using,
          tasks: database.tasks,
          hash: canonicalHash,
          now: () => now,
          ...(events !== undefined && { witness }),
          onRows: () => undefined,
          onTask: (task) => tasks.push(task),
        },
      );
      const words = ({ taskId, sequence, kind, message }: Finding) =>
        `${taskId} ${sequence} ${kind} ${message}`;
      return {
        findings: tasks.flatMap(({ findings }) => findings.map(words)).sort(),
        unchecked: [...unchecked, ...tasks.flatMap((task) => task.unchecked)].sort(),
        tasks,
      };
    },

    close: database.close,
  };
}

export type AuditedWorld = Awaited<ReturnType<typeof startAudited>>;

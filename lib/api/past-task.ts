import { z } from 'zod';
import { percentComplete } from '../domain/progress.ts';
import { UnreadableItemError } from '../errors.ts';
import type { StoredRow } from '../ports.ts';
import type { TaskDetail } from './generated/api.ts';

const count = z.int().nonnegative();
const Counts = z.object({
  queued: count,
  inProgress: count,
  succeeded: count,
  failed: count,
  rejected: count,
  timedOut: count,
  removed: count,
  canceled: count,
  total: count,
});

/** What any version's rows tell of their task. */
const Row = z.object({
  taskId: z.string(),
  observedAt: z.string(),
  status: z.string(),
  counts: Counts,
  configurationId: z.exactOptional(z.string()),
  otaType: z.exactOptional(z.string()),
  description: z.exactOptional(z.string()),
  lastUpdatedAt: z.exactOptional(z.string()),
  taskArn: z.exactOptional(z.string()),
  accountId: z.exactOptional(z.string()),
  region: z.exactOptional(z.string()),
});

const Stop = z.object({
  detailType: z.literal('OTA Task Tracking Stopped'),
  observedAt: z.string(),
  reason: z.enum(['completed', 'canceled', 'deleted', 'requested']),
});
const Start = z.object({ detailType: z.literal('OTA Task Tracking Started') });

const Cancellation = z.object({
  detailType: z.literal('OTA Task Status Changed'),
  status: z.literal('CANCELED'),
  inferredCause: z.enum(['abort-criteria', 'end-time', 'operator']),
});

/** A task as its history has it. */
export type PastTask = Pick<TaskDetail, 'task' | 'taskArn' | 'accountId' | 'region' | 'inferredCause'>;

/**
 * How a task stood when it was last observed, by the newest row that can be understood.
 *
 * @param first its first row
 * @param rows its last rows, newest first
 * @throws UnreadableItemError for rows none of which tells such a thing
 */
export function pastTask(first: StoredRow, rows: readonly [StoredRow, ...StoredRow[]]): PastTask {
  const newest = firstOf(Row, rows) ?? parse(Row, rows[0]);
  const { taskArn, accountId, region, observedAt: _, ...last } = newest;
  const trackedSince = firstOf(Row.pick({ observedAt: true }), [first])?.observedAt;
  const percent = percentComplete(last.counts);
  const stop = stopIn(rows);
  const inferredCause = last.status === 'CANCELED' ? causeIn(rows) : undefined;
  return {
    task: {
      ...last,
      state: 'past',
      ...(percent !== undefined && { percentComplete: percent }),
      ...(trackedSince !== undefined && { trackedSince }),
      ...(stop && { endedAt: stop.observedAt, stopped: stop.reason }),
      breaches: [],
      undelivered: 0,
    },
    ...(taskArn !== undefined && { taskArn }),
    ...(accountId !== undefined && { accountId }),
    ...(region !== undefined && { region }),
    ...(inferredCause !== undefined && { inferredCause }),
  };
}

/** What the newest of these rows that tells of a cancellation says of its cause. */
export function causeIn(rows: readonly object[]): TaskDetail['inferredCause'] {
  return firstOf(Cancellation, rows)?.inferredCause;
}

/** The end of tracking, unless it began again. */
function stopIn(rows: readonly StoredRow[]) {
  const start = rows.findIndex((row) => Start.safeParse(row).success);
  return firstOf(Stop, start < 0 ? rows : rows.slice(0, start));
}

function firstOf<Schema extends z.ZodType>(schema: Schema, rows: readonly object[]) {
  for (const row of rows) {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

function parse<Schema extends z.ZodType>(schema: Schema, row: StoredRow): z.infer<Schema> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`);
  throw new UnreadableItemError(`A history row cannot be understood: ${where.join(', ')}`);
}

import { z } from 'zod';
import type { StoredRow } from '../ports.ts';
import type { GetTaskSeriesQuery, Series, SeriesPoint } from './generated/api.ts';
import type { HistoryPages } from './ports.ts';

const count = z.int().nonnegative();

const Point: z.ZodType<SeriesPoint> = z.object({
  sequence: z.int(),
  observedAt: z.string(),
  status: z.string(),
  counts: z.object({
    queued: count,
    inProgress: count,
    succeeded: count,
    failed: count,
    rejected: count,
    timedOut: count,
    removed: count,
    canceled: count,
    total: count,
  }),
});

/** Somebody may have put rows between the places of events. */
const Place = z.object({ sequence: z.number() });

/**
 * The counts of a task over time: rows at equal distances of sequence, always with the first and the last. Rows that have
 * expired, and those of which this version cannot tell the counts, are no points.
 */
export async function series(
  taskId: string,
  { points }: GetTaskSeriesQuery,
  history: Pick<HistoryPages, 'first' | 'last' | 'at'>,
): Promise<Series> {
  const [first, last] = await Promise.all([history.first(taskId), history.last(taskId)]);
  const ends = z.tuple([Place, Place]).safeParse([first, last]);
  if (!ends.success) return { taskId, rows: 0, points: [] };
  const [start, end] = [Math.ceil(ends.data[0].sequence), Math.floor(ends.data[1].sequence)];
  const rows = await history.at(taskId, evenly(start, end, points));
  return { taskId, rows: Math.max(0, end - start + 1), points: rows.flatMap(pointOf) };
}

/** Whole numbers from `start` to `end`, both included, at most `most` of them (two or more) and as evenly as can be. */
function evenly(start: number, end: number, most: number): number[] {
  const length = Math.max(0, Math.min(most, end - start + 1));
  const distance = length > 1 ? (end - start) / (length - 1) : 0;
  return Array.from({ length }, (_, index) => Math.round(start + index * distance));
}

function pointOf(row: StoredRow): SeriesPoint[] {
  const { success, data } = Point.safeParse(row);
  return success ? [data] : [];
}

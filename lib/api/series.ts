import { z } from 'zod';
import type { StoredRow } from '../ports.ts';
import type { GetTaskSeriesQuery, Series, SeriesPoint } from './generated/api.ts';
import type { HistoryPages } from './ports.ts';
import { remembered } from './remembered.ts';

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

/** Rows never change, so that the time is a matter of memory; those that have just been written may not be found at once. */
const KEEP_MS = 600_000;
const KEEP_WITH_GAPS_MS = 10_000;
const MAX_CURVES = 50;

export interface SeriesDeps {
  readonly history: Pick<HistoryPages, 'first' | 'last' | 'at'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * The counts of a task over time: rows at equal distances of sequence, always with the first and the last. Rows that have
 * expired, and those of which this version cannot tell the counts, are no points. What is between first and last is remembered.
 */
export function createSeries({ history, now }: SeriesDeps) {
  const between = remembered(
    async (key) => {
      const [taskId, start, end, most]: [string, number, number, number] = JSON.parse(key);
      const sequences = evenly(start, end, most).slice(1, -1);
      const points = (await history.at(taskId, sequences)).flatMap(pointOf);
      return { points, isWhole: points.length === sequences.length };
    },
    { now, keepMs: ({ isWhole }) => (isWhole ? KEEP_MS : KEEP_WITH_GAPS_MS), maxKeys: MAX_CURVES },
  );

  return async (taskId: string, { points: most }: GetTaskSeriesQuery): Promise<Series> => {
    const ends = await Promise.all([history.first(taskId), history.last(taskId)]);
    const places = z.tuple([Place, Place]).safeParse(ends);
    if (!places.success) return { taskId, rows: 0, points: [] };
    const [start, end] = [Math.ceil(places.data[0].sequence), Math.floor(places.data[1].sequence)];
    const { points } = await between(JSON.stringify([taskId, start, end, most]));
    const [first = [], last = []] = ends.map((row) => (row === undefined ? [] : pointOf(row)));
    return {
      taskId,
      rows: Math.max(0, end - start + 1),
      points: [...first, ...points, ...(start < end ? last : [])],
    };
  };
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

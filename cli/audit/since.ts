import { parseScheduleTime } from '../../lib/domain/schedule.ts';
import { duration } from '../../lib/rule-file/values.ts';
import { UsageError } from '../connect.ts';

const DAY_MS = 86_400_000;
const Duration = duration('1s', '36500d');

/**
 * Reads a point in time of a command line: a day (its beginning, or its end), a time, or a duration before now.
 *
 * @param end whether a day counts to its end
 * @returns epoch milliseconds
 * @throws UsageError
 */
export function readInstant(name: string, text: string, now: number, end = false): number {
  const before = Duration.safeParse(text);
  if (before.success) return now - before.data;
  const instant = parseScheduleTime(text);
  if (instant === undefined)
    throw new UsageError(
      `--${name} takes a day, a time or a duration, such as 2026-11-22, 2026-11-22T12:00Z or 12h`,
    );
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text.trim());
  return Date.parse(instant) + (isDay && end ? DAY_MS - 1 : 0);
}

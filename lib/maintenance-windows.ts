import { Cron } from 'croner';
import type { MaintenanceWindow } from './domain/rules/look.ts';
import { parseScheduleTime } from './domain/schedule.ts';
import type { ScheduledWindow } from './ports.ts';

/** The first opening after an instant (epoch milliseconds); Infinity when there is none any more. */
type NextOpening = (after: number) => number;

const MINUTE_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** To parse an expression takes longer than to ask it, and every look at a task asks. */
const remembered = new Map<string, NextOpening | undefined>();

/**
 * Where a task stands in its maintenance windows. Of windows that overlap, the one that opened first counts.
 *
 * @param now epoch milliseconds
 * @returns undefined without windows, and when none of them can be understood
 */
export function windowAt(windows: readonly ScheduledWindow[], now: number): MaintenanceWindow | undefined {
  const openings = windows.flatMap(({ startTime, durationMinutes }) => {
    const next = nextOpeningOf(startTime);
    return next === undefined ? [] : [next(now - durationMinutes * MINUTE_MS)];
  });
  if (openings.length === 0) return undefined;
  const first = Math.min(...openings);
  if (first <= now) return { open: true, since: first };
  return { open: false, ...(first < Number.POSITIVE_INFINITY && { opensAt: first }) };
}

/** Whether a `StartTime` of a maintenance window can be understood. */
export function isWindowStart(startTime: string): boolean {
  return nextOpeningOf(startTime) !== undefined;
}

function nextOpeningOf(startTime: string): NextOpening | undefined {
  if (remembered.has(startTime)) return remembered.get(startTime);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const next = recurring(startTime) ?? once(startTime);
  remembered.set(startTime, next);
  return next;
}

/**
 * `cron(minutes hours day-of-month month day-of-week year)` in UTC, where `?` stands for any day and Sunday is day 1
 * (https://docs.aws.amazon.com/iot/latest/developerguide/job-rollout-abort-scheduling.html).
 */
function recurring(startTime: string): NextOpening | undefined {
  const [, expression = ''] = /^cron\((.*)\)$/.exec(startTime.trim()) ?? [];
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  // To croner, `?` is the day on which it is asked.
  const pattern = `0 ${fields.map((field) => (field === '?' ? '*' : field)).join(' ')}`;
  try {
    const cron = new Cron(pattern, {
      mode: '7-part',
      timezone: 'UTC',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    return untilReached((after) => cron.nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY);
  } catch {
    return undefined;
  }
}

/** An opening that was found is the next one until it is reached: to look for one that is years away, or never, takes long. */
function untilReached(find: NextOpening): NextOpening {
  let from = Number.POSITIVE_INFINITY;
  let opening = Number.NEGATIVE_INFINITY;
  return (after) => {
    if (after < from || after >= opening) {
      from = after;
      opening = find(after);
    }
    return opening;
  };
}

function once(startTime: string): NextOpening | undefined {
  const instant = parseScheduleTime(startTime);
  if (instant === undefined) return undefined;
  const opening = Date.parse(instant);
  return (after) => (after < opening ? opening : Number.POSITIVE_INFINITY);
}

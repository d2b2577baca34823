import { Cron } from 'croner';
import type { OtaTaskSchedulingConfig } from '../wire.ts';

const MINUTE = 60_000;

/** A maintenance window: `next` gives its first opening after an instant (epoch ms), `Infinity` when there is none. */
export interface MaintenanceWindow {
  readonly durationMs: number;
  next(after: number): number;
}

/** When a rollout may notify things. All times are epoch milliseconds. */
export interface Schedule {
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
  readonly endBehavior: 'STOP_ROLLOUT' | 'CANCEL' | 'FORCE_CANCEL';
  readonly windows: readonly MaintenanceWindow[];
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?Z?$/;

/** Reads `YYYY-MM-DD HH:MM[:SS]`, with `T` for the space and a trailing `Z` allowed, as UTC; `undefined` if it is none. */
export function parseTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second = '00'] = TIME.exec(text) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = new Date(iso);
  // A day that does not exist, such as 30 February, would otherwise roll over into the next month.
  return !Number.isNaN(at.getTime()) && at.toISOString() === iso ? at.getTime() : undefined;
}

/**
 * Reads an AWS cron expression, `cron(minutes hours day-of-month month day-of-week year)` in UTC, where Sunday is
 * day 1 of a week; `undefined` if it is none.
 */
export function parseCron(text: string): Cron | undefined {
  const fields = /^cron\((.*)\)$/.exec(text)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) return undefined;
  // croner replaces `?` by the current date, where AWS means "any".
  const pattern = ['0', ...fields].map((field) => (field === '?' ? '*' : field)).join(' ');
  try {
    return new Cron(pattern, {
      timezone: 'UTC',
      mode: '7-part',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
  } catch {
    return undefined;
  }
}

/** Reads the start of a maintenance window, a cron expression or one time; `undefined` if it is neither. */
export function parseWindowStart(text: string): ((after: number) => number) | undefined {
  const cron = parseCron(text);
  if (cron) return (after) => cron.nextRun(new Date(after))?.getTime() ?? Number.POSITIVE_INFINITY;
  const once = parseTime(text);
  return once === undefined ? undefined : (after) => (after < once ? once : Number.POSITIVE_INFINITY);
}

/** Translates a validated configuration. Without an `EndBehavior`, an end time only stops the rollout; half a window is none. */
export function scheduleOf(config: OtaTaskSchedulingConfig = {}): Schedule {
  return {
    startAt: config.StartTime === undefined ? undefined : parseTime(config.StartTime),
    endAt: config.EndTime === undefined ? undefined : parseTime(config.EndTime),
    endBehavior: config.EndBehavior ?? 'STOP_ROLLOUT',
    windows: (config.MaintenanceWindows ?? []).flatMap(({ StartTime = '', DurationInMinutes }) => {
      const next = parseWindowStart(StartTime);
      return next && DurationInMinutes ? [{ next, durationMs: DurationInMinutes * MINUTE }] : [];
    }),
  };
}

/** Whether any window is open at an instant, and until when that holds at least. */
export function windowAt(
  windows: readonly MaintenanceWindow[],
  at: number,
): { readonly open: boolean; readonly until: number } {
  if (windows.length === 0) return { open: true, until: Number.POSITIVE_INFINITY };
  const openings = windows.map(({ durationMs, next }) => ({ from: next(at - durationMs), durationMs }));
  const open = openings.filter(({ from }) => from <= at);
  return open.length > 0
    ? { open: true, until: Math.max(...open.map(({ from, durationMs }) => from + durationMs)) }
    : { open: false, until: Math.min(...openings.map(({ from }) => from)) };
}

import { type Html, html } from './html.ts';

/** Where and when the page is read. */
export interface Reader {
  /** Epoch milliseconds. */
  readonly now: number;
  /** IANA name. */
  readonly timeZone: string;
}

const LOCALE = 'en-GB';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const DATES = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
} as const;

const CLOCKS = {
  time: { hour: '2-digit', minute: '2-digit' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
} as const;

function formatted(at: number, { timeZone }: Reader, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone }).format(at);
}

/** `2026-03-02` in the reader's time zone: as Slack's `{date_num}`. */
function dayOf(at: number, { timeZone }: Reader): string {
  return new Intl.DateTimeFormat('sv-SE', { ...DATES.date_num, timeZone }).format(at);
}

/** `today`, `yesterday` or `tomorrow`, where it is one of these. */
function nearDay(at: number, reader: Reader): string | undefined {
  const names = { yesterday: -DAY, today: 0, tomorrow: DAY };
  const day = dayOf(at, reader);
  return Object.entries(names).find(([, offset]) => dayOf(reader.now + offset, reader) === day)?.[0];
}

/** How long ago or ahead something is. */
function distance(at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
  const minutes = Math.round((at - now) / MINUTE);
  if (Math.abs(minutes) < 60) return format.format(minutes, 'minute');
  if (Math.abs(minutes) < 24 * 60) return format.format(Math.round(minutes / 60), 'hour');
  return format.format(Math.round(minutes / 60 / 24), 'day');
}

/**
 * Fills the tokens in braces of a Slack date; a token that Slack does not have stays.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function fillDateTokens(format: string, at: number, reader: Reader): string {
  const values = new Map<string, () => string>(
    Object.entries({
      date_num: () => dayOf(at, reader),
      date: () => formatted(at, reader, DATES.date),
      date_short: () => formatted(at, reader, DATES.date_short),
      date_long: () => formatted(at, reader, DATES.date_long),
      date_pretty: () => nearDay(at, reader) ?? formatted(at, reader, DATES.date),
      date_short_pretty: () => nearDay(at, reader) ?? formatted(at, reader, DATES.date_short),
      date_long_pretty: () => nearDay(at, reader) ?? formatted(at, reader, DATES.date_long),
      time: () => formatted(at, reader, CLOCKS.time),
      time_secs: () => formatted(at, reader, CLOCKS.time_secs),
      ago: () => distance(at, reader.now),
    }),
  );
  return format.replace(/\{(\w+)\}/g, (token, name: string) => values.get(name)?.() ?? token);
}

/** An instant that people read as the given text. */
export function timeElement(at: number, text: string, reader: Reader): Html {
  const full = fillDateTokens('{date_long}, {time_secs}', at, reader);
  return html`<time datetime="${new Date(at).toISOString()}" title="${full}">${text}</time>`;
}

/** The time of day; with the day if that is another than the reader's. */
export function shortTime(at: number, reader: Reader): Html {
  const isToday = dayOf(at, reader) === dayOf(reader.now, reader);
  return timeElement(
    at,
    fillDateTokens(isToday ? '{time_secs}' : '{date_short_pretty} {time}', at, reader),
    reader,
  );
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const DECIMAL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });
const COARSE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

const DAY_OF_YEAR = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
const DAY_OF_ANY_YEAR = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'medium' });

/** Epoch milliseconds. What has no time zone is no instant: NaN. */
function epochOf(iso: string): number {
  return /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? Date.parse(iso) : Number.NaN;
}

/** `2026-11-22 12:00:05 UTC`; what is no instant stays as it is. */
export function instant(iso: string): string {
  const at = epochOf(iso);
  if (Number.isNaN(at)) return iso;
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `12:00 UTC` on the day of `now`, `Nov 23, 12:00 UTC` on another, `Nov 23, 2027` in another year; what is no instant stays as it is. */
export function shortInstant(iso: string, now: number): string {
  const at = epochOf(iso);
  if (Number.isNaN(at)) return iso;
  const date = new Date(at);
  const clock = `${date.toISOString().slice(11, 16)} UTC`;
  if (Math.floor(at / DAY) === Math.floor(now / DAY)) return clock;
  const isThisYear = date.getUTCFullYear() === new Date(now).getUTCFullYear();
  return isThisYear ? `${DAY_OF_YEAR.format(at)}, ${clock}` : DAY_OF_ANY_YEAR.format(at);
}

/** `4 min ago`, `in 2 h 5 min`, `now` within a second; what is no instant stays as it is. */
export function ago(iso: string, now: number): string {
  const passed = now - epochOf(iso);
  if (Number.isNaN(passed)) return iso;
  if (Math.abs(passed) < SECOND) return 'now';
  return passed > 0 ? `${duration(passed)} ago` : `in ${duration(-passed)}`;
}

/** The two greatest units: `45 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(Math.max(0, ms) / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return pair(Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), 'min');
  return pair(Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), 'h');
}

const UNITS = [
  { ms: DAY, name: 'day' },
  { ms: HOUR, name: 'hour' },
  { ms: MINUTE, name: 'minute' },
  { ms: SECOND, name: 'second' },
];

/** The two greatest units in words: `4 minutes`, `1 hour 5 minutes`; below an hour the greatest one only. */
export function longDuration(ms: number): string {
  const great = UNITS.findIndex((unit) => ms >= unit.ms);
  if (great === -1) return '0 seconds';
  const shown = UNITS.slice(great, ms < HOUR ? great + 1 : great + 2);
  let left = ms;
  const words = shown.map((unit) => {
    const n = Math.floor(left / unit.ms);
    left -= n * unit.ms;
    return n === 0 ? '' : `${n} ${unit.name}${n === 1 ? '' : 's'}`;
  });
  return words.filter((word) => word !== '').join(' ');
}

function pair(great: number, unit: string, small: number, smallUnit: string): string {
  return small === 0
    ? `${WHOLE.format(great)} ${unit}`
    : `${WHOLE.format(great)} ${unit} ${small} ${smallUnit}`;
}

/** `12,345` */
export function count(n: number): string {
  return WHOLE.format(n);
}

/** `12,345`, and `1.5M` where there is little room for so many. */
export function shortCount(n: number): string {
  return n < 100_000 ? WHOLE.format(n) : COMPACT.format(n);
}

/** `12,345.68`: a number of which nothing else is known. */
export function plain(n: number): string {
  return DECIMAL.format(n);
}

/** `14.63 %`. Not all is never said to be `100 %`, and not nothing never `0 %`. */
export function percent(n: number): string {
  if (n > 99.99 && n < 100) return '99.99 %';
  if (n > 0 && n < 0.01) return '< 0.01 %';
  return `${DECIMAL.format(n)} %`;
}

/** Things per minute: `12.5/min`; of quick ones whole: `1,234/min`; of slow ones per hour: `3.2/h`. */
export function rate(perMinute: number): string {
  if (perMinute >= 1_000) return `${WHOLE.format(perMinute)}/min`;
  if (perMinute > 0 && perMinute < 1) return `${COARSE.format(perMinute * 60)}/h`;
  return `${COARSE.format(perMinute)}/min`;
}

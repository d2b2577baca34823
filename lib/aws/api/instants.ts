import type { Order } from '../../api/ports.ts';

/** A part of time, both ends included. Instants are ISO 8601, UTC, milliseconds: they sort as text. */
export interface Span {
  readonly low: string;
  readonly high: string;
}

export const ALL_TIME: Span = { low: '0000-01-01T00:00:00.000Z', high: '9999-12-31T23:59:59.999Z' };

/** Years of more digits begin with a sign, which sorts before digits: that is right for those before the first year. */
const AFTER_ALL_TIME = '~';

export function isEmpty({ low, high }: Span): boolean {
  return low > high;
}

/** Where a search through a span begins. */
export function startOf({ low, high }: Span, order: Order): string {
  return order === 'asc' ? low : high;
}

/** Where a search through a span ends. */
export function endOf({ low, high }: Span, order: Order): string {
  return order === 'asc' ? high : low;
}

/** What is left of a span that was searched up to an instant, which is to be searched itself. */
export function restFrom(instant: string, { low, high }: Span, order: Order): Span {
  return order === 'asc' ? { low: instant, high } : { low, high: instant };
}

/** Whether a search comes to one instant before the other. */
export function isEarlier(a: string, b: string, order: Order): boolean {
  return order === 'asc' ? a < b : a > b;
}

/** The next millisecond of a search, or the one before (`steps` -1). Sorts as text beyond the first and the last year, too. */
export function step(instant: string, order: Order, steps: 1 | -1 = 1): string {
  const text = new Date(Date.parse(instant) + (order === 'asc' ? steps : -steps)).toISOString();
  return text.startsWith('+') ? AFTER_ALL_TIME : text;
}

export const dayOf = (instant: string) => instant.slice(0, 10);

/** The first and the last millisecond of a UTC day. */
export function spanOfDay(day: string): Span {
  return { low: `${day}T00:00:00.000Z`, high: `${day}T23:59:59.999Z` };
}

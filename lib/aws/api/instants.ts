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

/** What is left of a span that was searched up to an instant, which is to be searched itself. */
export function restFrom(instant: string, { low, high }: Span, order: Order): Span {
  return order === 'asc' ? { low: instant, high } : { low, high: instant };
}

/** Whether a search comes to one instant before the other. */
export function isEarlier(a: string, b: string, order: Order): boolean {
  return order === 'asc' ? a < b : a > b;
}

/**
 * The next millisecond of a search, or the one before (`steps` -1). Sorts as text beyond the first and the last year, too. From
 * text that is no instant, which somebody may have put into a row, it is the next text: a millisecond could pass over rows.
 */
export function step(instant: string, order: Order, steps: 1 | -1 = 1): string {
  const isLater = (order === 'asc') === (steps === 1);
  if (!isInstant(instant)) return isLater ? textAfter(instant) : textBefore(instant);
  const text = new Date(Date.parse(instant) + (isLater ? 1 : -1)).toISOString();
  return text.startsWith('+') ? AFTER_ALL_TIME : text;
}

/** Whether text is an instant as rows have them: only those are a whole number of milliseconds apart. */
export function isInstant(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

const textAfter = (text: string) => `${text}\0`;

/** Between this text and the given one there are only texts of characters that no keyboard has. */
function textBefore(text: string): string {
  const characters = [...text];
  const last = characters.pop()?.codePointAt(0) ?? 0;
  const rest = characters.join('');
  return last === 0 ? rest : `${rest}${characterBefore(last)}\uffff`;
}

/** Halves of characters are none. */
function characterBefore(codePoint: number): string {
  const before = codePoint - 1;
  return String.fromCodePoint(before >= 0xd800 && before <= 0xdfff ? 0xd7ff : before);
}

/** The UTC day of an instant; of text that begins with no day, the text itself. */
export function dayOf(instant: string): string {
  const day = instant.slice(0, 10);
  return isDay(day) ? day : instant;
}

/** All that begins with a UTC day: its instants, and what else somebody may have put there. */
export function spanOfDay(day: string): Span {
  return { low: day, high: isDay(day) ? `${day}${AFTER_ALL_TIME}` : day };
}

/** Where a search goes on behind a day. */
export function stepDay(day: string, order: Order): string {
  if (!isDay(day)) return step(day, order);
  const outermost = order === 'asc' ? 'T23:59:59.999Z' : 'T00:00:00.000Z';
  return startOf(spanOfDay(dayOf(step(`${day}${outermost}`, order))), order);
}

const isDay = (text: string) => isInstant(`${text}T00:00:00.000Z`);

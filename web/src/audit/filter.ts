import { TYPE_SLUGS, type TypeSlug, typesOf } from '../event-words.ts';
import type { Query } from '../query.ts';
import { SEVERITIES, type Severity } from '../severity.ts';

export type Range = '1h' | '24h' | '7d' | '30d' | 'custom';

/** What is searched for. Instants are epoch milliseconds. */
export interface Filter {
  readonly range: Range;
  /** Of the range `custom`: at or after it. */
  readonly from?: number;
  /** Of the range `custom`: before it. */
  readonly to?: number;
  /** A task id; empty for all tasks. */
  readonly task: string;
  /** None for all. */
  readonly types: readonly TypeSlug[];
  /** None for all. */
  readonly severities: readonly Severity[];
}

const HOUR_MS = 3_600_000;
const LENGTHS_MS: Readonly<Record<Exclude<Range, 'custom'>, number>> = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 7 * 24 * HOUR_MS,
  '30d': 30 * 24 * HOUR_MS,
};

export const RANGES: readonly (readonly [range: Range, label: string])[] = [
  ['1h', 'Last hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['custom', 'Custom'],
];

export const NO_FILTER: Filter = { range: '24h', task: '', types: [], severities: [] };

/** Reads the query of the page's address. What it does not understand, it leaves out. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  const { range, from, to, task = '', type = '', severity = '' } = query;
  const severities = severity.split(',');
  return {
    range: RANGES.find(([known]) => known === range)?.[0] ?? NO_FILTER.range,
    ...optional('from', instantOf(from)),
    ...optional('to', instantOf(to)),
    task,
    types: typesOf(type),
    severities: SEVERITIES.filter((known) => severities.includes(known)),
  };
}

/** The query of the page's address: only what is not as it is at first. */
export function addressQuery({ range, from, to, task, types, severities }: Filter): Query {
  const isCustom = range === 'custom';
  return {
    range: range === NO_FILTER.range ? undefined : range,
    from: isCustom ? isoOf(from) : undefined,
    to: isCustom ? isoOf(to) : undefined,
    task,
    type: types,
    severity: severities,
  };
}

/** From when to when is searched, in epoch milliseconds. The present is left open, whatever this machine's clock says. */
export function span(
  { range, from, to }: Filter,
  now: number,
): { readonly from?: number; readonly to?: number } {
  if (range !== 'custom') return { from: now - LENGTHS_MS[range] };
  return { ...optional('from', from), ...optional('to', to) };
}

/** The parameters that `/history` and `/export` have for it. */
export function apiQuery(filter: Filter, now: number): Query {
  const { from, to } = span(filter, now);
  return {
    from: isoOf(from),
    to: isoOf(to),
    taskId: filter.task,
    type: filter.types.map((slug) => TYPE_SLUGS[slug]),
    severity: filter.severities,
  };
}

/** With the range at hand as a custom one. */
export function asCustom(filter: Filter, now: number): Filter {
  const minute = 60_000;
  const { from, to = Math.ceil(now / minute) * minute } = span(filter, now);
  const wholeFrom = from === undefined ? undefined : Math.floor(from / minute) * minute;
  return { ...filter, range: 'custom', ...optional('from', wholeFrom), to };
}

export interface FilterMistakes {
  readonly task?: string;
  readonly time?: string;
}

/** What has to be put right before it can be searched for. */
export function mistakesOf({ range, from, to, task }: Filter): FilterMistakes {
  const isTask = task === '' || (task.length <= 200 && /^[A-Za-z0-9_-]+$/.test(task));
  const isSpan = range !== 'custom' || from === undefined || to === undefined || from < to;
  return {
    ...(isTask ? {} : { task: 'A task id has letters, digits, - and _ only, at most 200.' }),
    ...(isSpan ? {} : { time: 'The beginning has to be before the end.' }),
  };
}

/** The value of a field for date and time, which shows UTC: `2026-11-22T12:00`, with seconds where there are any. */
export function fieldValue(at: number | undefined): string {
  return (isoOf(at) ?? '').slice(0, 19).replace(/:00$/, '');
}

/** The instant (UTC) that a field for date and time has; undefined where it is empty. */
export function fieldInstant(value: string): number | undefined {
  return value === '' ? undefined : instantOf(`${value}Z`);
}

function instantOf(iso: string | undefined): number | undefined {
  const at = Date.parse(iso ?? '');
  // What is beyond has a year of more than four digits, or of none, which the API does not take.
  return at >= 0 && at < 253_402_300_800_000 ? at : undefined;
}

const isoOf = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

function optional<K extends 'from' | 'to'>(name: K, at: number | undefined): { [name in K]?: number } {
  const given: { [name in K]?: number } = {};
  if (at !== undefined) given[name] = at;
  return given;
}

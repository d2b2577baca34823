import type { Datum } from './embedded-metrics.ts';

export const STATISTICS = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'] as const;
export type Statistic = (typeof STATISTICS)[number];

export interface MetricQuery extends Pick<Datum, 'namespace' | 'name' | 'dimensions'> {
  readonly statistic: Statistic;
  /** Milliseconds, whole minutes. */
  readonly period: number;
  /** Epoch milliseconds: the first is of the range, the second is not. */
  readonly range: readonly [number, number];
}

export interface Point {
  /** When its period begins; epoch milliseconds. */
  readonly timestamp: number;
  readonly value: number;
}

/** What was reported within a minute or a longer period. */
interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

const MINUTE = 60_000;

const beginningOf = (timestamp: number, period: number) => Math.floor(timestamp / period) * period;

/** Values of metrics, minute by minute. */
export class Metrics {
  readonly #minutes = new Map<string, Map<number, Aggregate>>();

  add(datum: Datum): void {
    const { timestamp, value } = datum;
    const key = keyOf(datum);
    const minutes = this.#minutes.get(key) ?? new Map<number, Aggregate>();
    this.#minutes.set(key, minutes);
    const minute = beginningOf(timestamp, MINUTE);
    const one = { count: 1, sum: value, minimum: value, maximum: value };
    minutes.set(minute, merge(minutes.get(minute), one));
  }

  /** Points of a metric in order of time. Periods in which nothing was reported have none. */
  points(query: MetricQuery): Point[] {
    const { statistic, period, range } = query;
    const [from, to] = range;
    const periods = new Map<number, Aggregate>();
    for (const [minute, aggregate] of this.#minutes.get(keyOf(query)) ?? []) {
      const beginning = beginningOf(minute, period);
      periods.set(beginning, merge(periods.get(beginning), aggregate));
    }
    return [...periods]
      .filter(([beginning]) => beginning >= beginningOf(from, period) && beginning < to)
      .map(([timestamp, aggregate]) => ({ timestamp, value: statisticOf(aggregate, statistic) }))
      .sort((a, b) => a.timestamp - b.timestamp);
  }
}

function keyOf({ namespace, name, dimensions }: Pick<Datum, 'namespace' | 'name' | 'dimensions'>): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

function merge(one: Aggregate | undefined, other: Aggregate): Aggregate {
  if (one === undefined) return other;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
  };
}

function statisticOf({ count, sum, minimum, maximum }: Aggregate, statistic: Statistic): number {
  return { SampleCount: count, Sum: sum, Average: sum / count, Minimum: minimum, Maximum: maximum }[
    statistic
  ];
}

import { describe, expect, it } from 'vitest';
import {
  ago,
  count,
  duration,
  instant,
  longDuration,
  percent,
  rate,
  shortCount,
  shortInstant,
} from '../../../web/src/format.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

describe('instants', () => {
  it.each([
    ['2026-11-22T12:00:05.678Z', '2026-11-22 12:00:05 UTC'],
    ['2026-11-22T12:00:05+02:00', '2026-11-22 10:00:05 UTC'],
    ['2026-11-22T12:00', '2026-11-22T12:00'],
    ['soon', 'soon'],
    ['', ''],
  ])('%s is shown as %s', (iso, shown) => {
    expect(instant(iso)).toBe(shown);
  });

  it.each([
    ['2026-11-22T00:00:00.000Z', '00:00 UTC'],
    ['2026-11-22T23:59:59.999Z', '23:59 UTC'],
    ['2026-11-23T00:00:00.000Z', 'Nov 23, 00:00 UTC'],
    ['2026-11-21T23:59:00.000Z', 'Nov 21, 23:59 UTC'],
    ['2027-11-22T12:00:00.000Z', 'Nov 22, 2027'],
    ['soon', 'soon'],
  ])('%s is, on 22 November, %s', (iso, shown) => {
    expect(shortInstant(iso, NOON)).toBe(shown);
  });

  it.each([
    ['2026-11-22T12:00:00.500Z', 'now'],
    ['2026-11-22T11:59:15.000Z', '45 s ago'],
    ['2026-11-22T11:56:00.000Z', '4 min ago'],
    ['2026-11-22T14:05:00.000Z', 'in 2 h 5 min'],
    ['2026-11-22T14:05', '2026-11-22T14:05'],
  ])('%s is, at noon, %s', (iso, shown) => {
    expect(ago(iso, NOON)).toBe(shown);
  });
});

describe('durations', () => {
  it.each([
    [-1, '0 s', '0 seconds'],
    [999, '0 s', '0 seconds'],
    [45 * SECOND, '45 s', '45 seconds'],
    [MINUTE + 59 * SECOND, '1 min', '1 minute'],
    [4 * MINUTE, '4 min', '4 minutes'],
    [HOUR, '1 h', '1 hour'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 min', '2 hours 5 minutes'],
    [3 * DAY + 4 * HOUR + 59 * MINUTE, '3 d 4 h', '3 days 4 hours'],
    [1_200 * DAY + 59 * MINUTE, '1,200 d', '1200 days'],
  ])('%d ms are %s, or %s', (ms, short, long) => {
    expect([duration(ms), longDuration(ms)]).toEqual([short, long]);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [12_345, '12,345'],
  ])('%d things are %s', (n, shown) => {
    expect(count(n)).toBe(shown);
  });

  it.each([
    [99_999, '99,999'],
    [250_000, '250K'],
    [1_500_000, '1.5M'],
    [2_000_000, '2M'],
  ])('%d things are %s where there is little room', (n, shown) => {
    expect(shortCount(n)).toBe(shown);
  });

  it.each([
    [0, '0 %'],
    [0.001, '< 0.01 %'],
    [14.634, '14.63 %'],
    [20, '20 %'],
    [99.996, '99.99 %'],
    [100, '100 %'],
  ])('%d percent are %s', (n, shown) => {
    expect(percent(n)).toBe(shown);
  });

  it.each([
    [0, '0/min'],
    [0.05, '3/h'],
    [1, '1/min'],
    [12.44, '12.4/min'],
    [1_500.5, '1,501/min'],
  ])('%d a minute are %s', (n, shown) => {
    expect(rate(n)).toBe(shown);
  });
});

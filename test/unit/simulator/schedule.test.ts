import { describe, expect, it } from 'vitest';
import {
  parseCron,
  parseTime,
  parseWindowStart,
  scheduleOf,
  windowAt,
} from '../../../local/simulator/rollout/schedule.ts';

const at = (text: string): number => Date.parse(text);

describe('parseTime', () => {
  it.each([
    ['2025-06-02 03:00', '2025-06-02T03:00:00.000Z'],
    ['2025-06-02T03:00', '2025-06-02T03:00:00.000Z'],
    ['2025-06-02T03:00:59', '2025-06-02T03:00:59.000Z'],
    ['2025-06-02T03:00:59Z', '2025-06-02T03:00:59.000Z'],
    ['2025-06-02T03:00Z', '2025-06-02T03:00:00.000Z'],
    ['2024-02-29 00:00', '2024-02-29T00:00:00.000Z'],
  ])('reads %s as UTC', (text, iso) => {
    expect(parseTime(text)).toBe(at(iso));
  });

  it.each([
    '',
    'tomorrow',
    '2025-06-02',
    '2025-6-2 03:00',
    '2025-02-29 00:00',
    '2025-13-01 00:00',
    '2025-06-02 24:00',
    '2025-06-02 03:60',
    '2025-06-02T03:00:00+01:00',
    ' 2025-06-02 03:00',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe('parseCron', () => {
  const monday = new Date('2025-06-02T12:00:00Z');

  it.each([
    ['cron(0 3 * * ? *)', '2025-06-03T03:00:00.000Z'],
    ['cron(30 22 ? * MON *)', '2025-06-02T22:30:00.000Z'],
    ['cron(0 3 ? * 1 *)', '2025-06-08T03:00:00.000Z'],
    ['cron(0 3 ? * MON-FRI *)', '2025-06-03T03:00:00.000Z'],
    ['cron(0 3 15 8 ? 2026)', '2026-08-15T03:00:00.000Z'],
    ['cron(0/20 * * * ? *)', '2025-06-02T12:20:00.000Z'],
    ['cron(0 3 L * ? *)', '2025-06-30T03:00:00.000Z'],
    ['cron( 0  3 * * ? * )', '2025-06-03T03:00:00.000Z'],
  ])('finds the next run of %s', (text, iso) => {
    expect(parseCron(text)?.nextRun(monday)?.toISOString()).toBe(iso);
  });

  it.each([
    '',
    '0 3 * * ? *',
    'cron()',
    'cron(0 3 * * ?)',
    'cron(60 3 * * ? *)',
    'cron(0 3 * * ? * *)',
    'rate(1 day)',
  ])('refuses %j', (text) => {
    expect(parseCron(text)).toBeUndefined();
  });
});

describe('parseWindowStart', () => {
  it('opens once at a plain time', () => {
    const next = parseWindowStart('2025-06-02 03:00');
    expect(next?.(at('2025-06-02T02:59:59.999Z'))).toBe(at('2025-06-02T03:00:00Z'));
    expect(next?.(at('2025-06-02T03:00:00Z'))).toBe(Number.POSITIVE_INFINITY);
  });

  it('never opens again when the years of a cron expression are over', () => {
    expect(parseWindowStart('cron(0 3 * * ? 2020)')?.(at('2025-06-02T03:00:00Z'))).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('refuses anything else', () => {
    expect(parseWindowStart('at night')).toBeUndefined();
  });
});

describe('scheduleOf', () => {
  it('has no limits without a configuration', () => {
    expect(scheduleOf()).toEqual({
      startAt: undefined,
      endAt: undefined,
      endBehavior: 'STOP_ROLLOUT',
      windows: [],
    });
  });

  it('translates all of it and skips half a window', () => {
    const { windows, ...rest } = scheduleOf({
      StartTime: '2025-06-02 03:00',
      EndTime: '2025-06-03 03:00',
      EndBehavior: 'FORCE_CANCEL',
      MaintenanceWindows: [
        { StartTime: 'cron(0 3 * * ? *)', DurationInMinutes: 60 },
        { StartTime: 'cron(0 3 * * ? *)' },
        { DurationInMinutes: 60 },
      ],
    });
    expect(rest).toEqual({
      startAt: at('2025-06-02T03:00:00Z'),
      endAt: at('2025-06-03T03:00:00Z'),
      endBehavior: 'FORCE_CANCEL',
    });
    expect(windows.map(({ durationMs }) => durationMs)).toEqual([3_600_000]);
  });
});

describe('windowAt', () => {
  const { windows } = scheduleOf({
    MaintenanceWindows: [
      { StartTime: 'cron(0 3 * * ? *)', DurationInMinutes: 60 },
      { StartTime: '2025-06-02 03:30', DurationInMinutes: 120 },
    ],
  });

  it.each([
    ['2025-06-02T02:59:59.999Z', false, '2025-06-02T03:00:00Z'],
    ['2025-06-02T03:00:00.000Z', true, '2025-06-02T04:00:00Z'],
    ['2025-06-02T03:30:00.000Z', true, '2025-06-02T05:30:00Z'],
    ['2025-06-02T05:29:59.999Z', true, '2025-06-02T05:30:00Z'],
    ['2025-06-02T05:30:00.000Z', false, '2025-06-03T03:00:00Z'],
  ])('at %s says open: %s, until %s', (now, open, until) => {
    expect(windowAt(windows, at(now))).toEqual({ open, until: at(until) });
  });

  it('is always open without windows', () => {
    expect(windowAt([], 0)).toEqual({ open: true, until: Number.POSITIVE_INFINITY });
  });
});

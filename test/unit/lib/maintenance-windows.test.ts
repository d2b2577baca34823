import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowStart, windowAt } from '../../../lib/maintenance-windows.ts';
import type { ScheduledWindow } from '../../../lib/ports.ts';
import { scheduleOf, windowAt as simulatedWindowAt } from '../../../local/simulator/rollout/schedule.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

const at = (time: string) => Date.parse(`2026-11-${time}Z`);
const window = (startTime: string, durationMinutes = 60): ScheduledWindow => ({ startTime, durationMinutes });

describe('windowAt', () => {
  it.each<[now: string, window: ScheduledWindow, expected: ReturnType<typeof windowAt>]>([
    // 22 November 2026 is a Sunday.
    ['22T11:59:59.999', window('cron(0 12 * * ? *)'), { open: false, opensAt: at('22T12:00') }],
    ['22T12:00', window('cron(0 12 * * ? *)'), { open: true, since: at('22T12:00') }],
    ['22T12:59:59.999', window('cron(0 12 * * ? *)'), { open: true, since: at('22T12:00') }],
    ['22T13:00', window('cron(0 12 * * ? *)'), { open: false, opensAt: at('23T12:00') }],
    ['23T00:30', window('cron(0 23 ? * 1 *)', 120), { open: true, since: at('22T23:00') }],
    ['22T12:00', window('cron(0 23 ? * 2 *)'), { open: false, opensAt: at('23T23:00') }],
    ['22T12:00', window('cron(0 23 ? * MON-WED 2026)'), { open: false, opensAt: at('23T23:00') }],
    ['22T12:00', window('cron(0 2 ? * 7#4 *)'), { open: false, opensAt: at('28T02:00') }],
    ['22T12:00', window('cron(0 2 L * ? *)'), { open: false, opensAt: at('30T02:00') }],
    ['22T12:10', window('cron(0/15 8-17 ? * * *)', 10), { open: false, opensAt: at('22T12:15') }],
    ['22T12:10', window('cron(0/15 8-17 ? * * *)', 60), { open: true, since: at('22T11:15') }],
    ['22T12:00', window(' cron( 30  12 * *  ? * ) '), { open: false, opensAt: at('22T12:30') }],
    ['22T12:00', window('cron(0 12 * * ? 2025)'), { open: false }],
    ['22T12:00', window('cron(0 0 30 2 ? *)'), { open: false }],
    ['22T12:00', window('2026-11-22 12:00'), { open: true, since: at('22T12:00') }],
    ['22T12:59', window('2026-11-22 12:00'), { open: true, since: at('22T12:00') }],
    ['22T13:00', window('2026-11-22 12:00'), { open: false }],
    ['22T11:59', window('2026-11-22 12:00'), { open: false, opensAt: at('22T12:00') }],
  ])('at %s, in %j', (now, scheduled, expected) => {
    expect(windowAt([scheduled], at(now))).toEqual(expected);
  });

  const noon = window('cron(0 12 * * ? *)');
  it.each<[what: string, windows: ScheduledWindow[], expected: ReturnType<typeof windowAt>]>([
    ['none', [], undefined],
    ['none that can be understood', [window('noon'), window('cron(0 12)')], undefined],
    ['one that can be understood', [window('noon'), noon], { open: true, since: NOON }],
    [
      'the one that opened first',
      [noon, window('cron(0 11 * * ? *)', 90)],
      { open: true, since: NOON - 60 * MINUTE },
    ],
    ['one that is open', [window('cron(30 12 * * ? *)'), noon], { open: true, since: NOON }],
    [
      'the one that opens next',
      [window('cron(0 14 * * ? *)'), window('cron(0 13 * * ? *)')],
      { open: false, opensAt: NOON + 60 * MINUTE },
    ],
    [
      'one that still opens',
      [window('2026-11-21 12:00'), window('2026-11-22 12:01')],
      { open: false, opensAt: NOON + MINUTE },
    ],
  ])('takes of several %s', (_, windows, expected) => {
    expect(windowAt(windows, NOON)).toEqual(expected);
  });

  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const minutes = fc.oneof(number(0, 59), fc.constantFrom('*', '0/15', '5,35', '10-20'));
  const hours = fc.oneof(number(0, 23), fc.constantFrom('*', '2-5', '0/6'));
  const days = fc.oneof(
    fc.tuple(fc.oneof(number(1, 31), fc.constantFrom('*', 'L', '1-7')), fc.constant('?')),
    fc.tuple(fc.constant('?'), fc.oneof(number(1, 7), fc.constantFrom('*', '2-6', 'SUN', '1#1', '6L'))),
  );
  const months = fc.oneof(number(1, 12), fc.constantFrom('*', '*', '*'));
  const years = fc.constantFrom('*', '*', '2026', '2027');
  const cron = fc
    .tuple(minutes, hours, days, months, years)
    .map(
      ([minute, hour, [day, weekday], month, year]) =>
        `cron(${minute} ${hour} ${day} ${month} ${weekday} ${year})`,
    );
  const instants = fc.integer({ min: -60 * 24 * 60, max: 60 * 24 * 60 }).map((ago) => NOON + ago * MINUTE);
  const time = instants.map((instant) => new Date(instant).toISOString().slice(0, 16).replace('T', ' '));
  const scheduled = fc.record({
    startTime: fc.oneof(cron, time),
    durationMinutes: fc.integer({ min: 1, max: 1_430 }),
  });

  it('agrees with the simulator on what is open', () => {
    fc.assert(
      fc.property(fc.array(scheduled, { minLength: 1, maxLength: 4 }), instants, (windows, now) => {
        const wire = windows.map(({ startTime, durationMinutes }) => ({
          StartTime: startTime,
          DurationInMinutes: durationMinutes,
        }));
        const { open, until } = simulatedWindowAt(scheduleOf({ MaintenanceWindows: wire }).windows, now);
        const actual = windowAt(windows, now);
        expect(actual?.open).toBe(open);
        if (actual?.open === false) expect(actual.opensAt ?? Number.POSITIVE_INFINITY).toBe(until);
      }),
      { numRuns: 500 },
    );
  });
});

describe('isWindowStart', () => {
  it.each([
    ['cron(0 12 * * ? *)', true],
    ['2026-11-22 12:00', true],
    ['2026-11-22T12:00:00Z', true],
    ['cron(0 12 * * ?)', false],
    ['cron(0 12 * * ? * *)', false],
    ['cron(60 12 * * ? *)', false],
    ['cron(a b c d e f)', false],
    ['cron(0 12 * * 9 *)', false],
    ['0 12 * * ? *', false],
    ['rate(1 day)', false],
    ['', false],
  ])('%o: %s', (startTime, expected) => {
    expect(isWindowStart(startTime)).toBe(expected);
  });

  it('understands more expressions than it remembers', () => {
    const understood = Array.from({ length: 2_500 }, (_, day) =>
      isWindowStart(new Date(NOON + day * 24 * 60 * MINUTE).toISOString()),
    );
    expect(understood.every(Boolean)).toBe(true);
    expect(windowAt([window('2026-11-22 12:00')], NOON)).toEqual({ open: true, since: NOON });
  });
});

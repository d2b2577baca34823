import { describe, expect, it } from 'vitest';
import { parseScheduleTime } from '../../../lib/domain/schedule.ts';

describe('parseScheduleTime', () => {
  it.each([
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22 12:30', '2026-11-22T12:30:00.000Z'],
    [' 2026-11-22T12:30 ', '2026-11-22T12:30:00.000Z'],
    ['2026-11-22T12:30:15', '2026-11-22T12:30:15.000Z'],
    ['2026-11-22T12:30:15.5Z', '2026-11-22T12:30:15.500Z'],
    ['2026-11-22 12:30+02:00', '2026-11-22T10:30:00.000Z'],
    ['2026-13-40 12:30', undefined],
    ['2026-02-30', undefined],
    ['tomorrow', undefined],
    ['', undefined],
  ])('%o is %o', (text, instant) => {
    expect(parseScheduleTime(text)).toBe(instant);
  });
});

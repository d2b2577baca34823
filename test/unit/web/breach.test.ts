import { describe, expect, it } from 'vitest';
import { breachNumbers } from '../../../web/src/breach.ts';

describe('breachNumbers', () => {
  it.each([
    [
      { kind: 'ratio', value: 14.63, limit: 10, numerator: 6, denominator: 41 },
      '14.63 %, limit 10 % (6 of 41)',
    ],
    [{ kind: 'count', value: 1, limit: 50 }, '1 thing, limit 50 things'],
    [{ kind: 'stalled', value: 5_400, limit: 3_600 }, '1 h 30 min, limit 1 h'],
    [{ kind: 'malformed-tag', value: 1, limit: 0 }, 'the tag is ignored'],
    [{ kind: 'of-a-later-version', value: 1_234_567.891, limit: 1 }, '1,234,567.89, limit 1'],
  ])('tells %j', (numbers, text) => {
    const breach = {
      rule: 'rule',
      severity: 'error',
      since: '2026-11-22T12:00:00.000Z',
      ...numbers,
    } as const;
    expect(breachNumbers(breach)).toBe(text);
  });
});

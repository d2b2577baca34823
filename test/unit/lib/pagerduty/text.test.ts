import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstSeen, plain } from '../../../../lib/pagerduty/text.ts';
import { hostileText, unseenIn } from './hostile.ts';

describe('a text on one line', () => {
  it.each([
    ['as it is', 'as it is'],
    [' \tfrom line\r\nto line\u2028and\u0000on\u001b ', 'from line to line and on'],
    ['gnp.\u202Eexe', 'gnp. exe'],
    ['half \ud83d of one', 'half \ufffd of one'],
    ['12345678901234567890123456789012345', '12345678901234567890123456789…'],
    ['1234567890123456789012345678🔒🔒', '1234567890123456789012345678…'],
    ['123456789012345678901234567🔒🔒', '123456789012345678901234567🔒…'],
    ['12345678901234567890123456789🔒', '12345678901234567890123456789…'],
    ['1234567890123456789012345678🔒', '1234567890123456789012345678🔒'],
  ])('%j is %j', (text, shown) => {
    expect(plain(text, 30)).toBe(shown);
  });

  it('is no longer than asked for, and has nothing in it that is not seen', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 50 }), (text, max) => {
        const shown = plain(text, max);
        expect(unseenIn(shown)).toEqual([]);
        expect(shown.length).toBeLessThanOrEqual(max);
      }),
    );
  });
});

it.each([
  [['first', 'second'], 'first'],
  [[undefined, ' \n', 'third'], 'third'],
  [['', undefined], 'unknown'],
])('the first to be seen of %j is %j', (texts, shown) => {
  expect(firstSeen(30, ...texts)).toBe(shown);
});

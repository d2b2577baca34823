import { describe, expect, it } from 'vitest';
import { cut, cutMrkdwn, fallback, mrkdwn, mrkdwnInstant, oneLine, utc } from '../../../../lib/slack/text.ts';

describe('text of other people', () => {
  it.each([
    ['a\nb\r\n\tc\u2028d', 'a b c d'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['turned \u202earound\u2066', 'turned around'],
    ['  ', ''],
  ])('is one line: %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it.each([
    ['12345', 5, '12345'],
    ['123456', 5, '1234…'],
    ['123😀6', 5, '123…'],
    ['12😀6', 4, '12…'],
    ['1😀6', 4, '1😀6'],
  ])('is cut between characters: %j to %i', (text, max, short) => {
    expect(cut(text, max)).toBe(short);
  });

  it.each([
    ['a & b < c > d', 'a &amp; b &lt; c &gt; d'],
    ['<!channel> <@U1> <http://x|y>', '&lt;!channel&gt; &lt;@U1&gt; &lt;http://x|y&gt;'],
    ['*bold* _italic_ ~gone~', '∗bold∗ ＿italic＿ ∼gone∼'],
    ['`code` a`b`c', 'ˋcodeˋ aˋbˋc'],
    ['door_lock_1 2*3 a~b', 'door_lock_1 2*3 a~b'],
    ['&amp;', '&amp;amp;'],
  ])('does nothing in mrkdwn: %j', (text, escaped) => {
    expect(mrkdwn(text)).toBe(escaped);
  });

  it.each([
    ['ab&amp;cd', 10, 'ab&amp;cd'],
    ['ab&amp;cd', 6, 'ab…'],
    ['ab&amp;cd', 8, 'ab&amp;…'],
    ['ab😀cd', 4, 'ab…'],
  ])('is cut between entities: %j to %i', (text, max, short) => {
    expect(cutMrkdwn(text, max)).toBe(short);
  });
});

describe('instants', () => {
  it('are shown in the time of the reader, else in UTC', () => {
    expect(mrkdwnInstant('2026-03-02T09:01:07.412Z')).toBe(
      '<!date^1772442067^{date_short_pretty} {time}|2026-03-02 09:01 UTC>',
    );
    expect(utc('2026-03-02T09:01:07.412Z')).toBe('2026-03-02 09:01 UTC');
  });

  it('that are none are told as they are', () => {
    expect([mrkdwnInstant('<soon>'), utc('soon\n')]).toEqual(['&lt;soon&gt;', 'soon']);
  });
});

it('ends sentences, and cuts them where chat.update would refuse them', () => {
  expect(fallback(['One', 'Two:', 'Three!'])).toBe('One. Two: Three!');
  expect(fallback(['&'.repeat(1_000)])).toHaveLength(3_996);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, matches, type RuleSubject } from '../../../../lib/domain/rules/match.ts';

const SUBJECT: RuleSubject = {
  taskId: 'canary-7',
  otaType: 'CONTINUOUS',
  configurationId: 'abc1',
  tags: { stage: 'canary-eu', empty: '' },
  things: 1_000,
  criteria: [],
};

describe('matches', () => {
  it.each([
    [undefined, true],
    [{ taskId: 'canary*' }, true],
    [{ taskId: 'anary*' }, false],
    [{ taskId: 'Canary*' }, false],
    [{ otaType: 'CONTINUOUS' }, true],
    [{ otaType: 'ONE_TIME' }, false],
    [{ configurationId: 'abc?' }, true],
    [{ configurationId: 'abc' }, false],
    [{ things: { atLeast: 1_000 } }, true],
    [{ things: { atLeast: 1_001 } }, false],
    [{ things: { below: 1_001 } }, true],
    [{ things: { below: 1_000 } }, false],
    [{ tags: { stage: '*-eu' } }, true],
    [{ tags: { stage: '*-us' } }, false],
    [{ tags: { stage: '*-eu', team: '*' } }, false],
    [{ tags: { empty: '*' } }, true],
    [{ tags: { toString: '*' } }, false],
    [{ abortCriteria: false }, true],
    [{ abortCriteria: true }, false],
    [{ taskId: 'canary*', things: { below: 10 } }, false],
  ])('%j: %j', (match, expected) => {
    expect(matches(match, SUBJECT)).toBe(expected);
  });

  it.each([
    [{ abortCriteria: true }, true],
    [{ abortCriteria: false }, false],
    [{ otaType: '*' }, false],
    [{ configurationId: '*' }, false],
  ])('%j of a task with abort criteria, and of which little is known: %j', (match, expected) => {
    const criteria = [{ failureType: 'ALL', thresholdPercentage: 5, minExecutedThings: 1 }] as const;
    expect(matches(match, { taskId: 't', tags: {}, things: 0, criteria })).toBe(expected);
  });
});

describe('globMatches', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'ab', true],
    ['?', '', false],
    ['a*c', 'abbc', true],
    ['a*c', 'abcd', false],
    ['*ab', 'aab', true],
    ['a.c', 'abc', false],
    ['[a]+(b)', '[a]+(b)', true],
    ['a?c', 'a\u{1f600}c', true],
    ['a??c', 'a\u{1f600}c', false],
    ['*??', '\u{1f600}', false],
    ['*?b', '\u{1f600}a\u{1f600}b', true],
  ])('%j is like %j: %j', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it('agrees with regular expressions', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n', '\u{1f600}'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', '\u{1f600}'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const source = glob.replaceAll('.', '\\.').replaceAll('?', '.').replaceAll('*', '.*');
        expect(globMatches(glob, value)).toBe(new RegExp(`^${source}$`, 'su').test(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes to an end with patterns made to go on for ever', () => {
    expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(1_024))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import type { ChainReport, RuleStanding } from '../../../../lib/api/generated/api.ts';
import { problemWords, verdictOf } from '../../../../web/src/rollout/chain-words.ts';
import { inOrder, measure, meterOf, partsOf, withInstants } from '../../../../web/src/rollout/rules/meter.ts';
import { causeWords, endBehaviorWords, stoppedWords } from '../../../../web/src/rollout/words.ts';

const report = (of: Partial<ChainReport>): ChainReport => ({
  taskId: 'task1',
  verdict: 'intact',
  rows: 12,
  firstSequence: 1,
  lastSequence: 12,
  beginsAtFirst: true,
  end: 'known',
  problems: [],
  ...of,
});

describe('the verdict on a chain', () => {
  it.each<[string, Partial<ChainReport>, string, string, RegExp]>([
    ['whole', {}, 'good', 'Intact: 12 rows', /none is missing at the end/],
    ['one row', { rows: 1, lastSequence: 1 }, 'good', 'Intact: 1 row', /Row 1 is the last one/],
    [
      'expired',
      { beginsAtFirst: false, firstSequence: 7, rows: 6 },
      'partial',
      'Intact: 6 rows; older rows have expired',
      /begins with row 7/,
    ],
    ['open end', { end: 'unknown' }, 'partial', 'Intact: 12 rows', /would not be noticed/],
    ['empty', { rows: 0 }, 'partial', 'Nothing to check', /no rows/],
    [
      'incomplete',
      { verdict: 'incomplete', rows: 9, problems: [{ sequence: 5, kind: 'gap', message: 'x' }] },
      'partial',
      'Incomplete: 9 rows are left',
      /Every row that is there.*Rows are missing/,
    ],
    [
      'incomplete, with an open end',
      { verdict: 'incomplete', end: 'unknown' },
      'partial',
      'Incomplete: 12 rows are left',
      /would not be noticed/,
    ],
    ['all gone', { verdict: 'incomplete', rows: 0 }, 'partial', 'Incomplete: no row is left', /^Rows are/],
    [
      'broken once',
      { verdict: 'broken', problems: [{ sequence: 5, kind: 'hash', message: 'x' }] },
      'bad',
      'Broken at row 5',
      /not as it was written/,
    ],
    [
      'broken twice',
      {
        verdict: 'broken',
        problems: [
          { sequence: 5, kind: 'hash', message: 'x' },
          { sequence: 5, kind: 'link', message: 'x' },
          { sequence: 8, kind: 'gap', message: 'x' },
        ],
      },
      'bad',
      'Broken at 2 rows',
      /12 rows checked/,
    ],
  ])('%s', (_, of, tone, title, sentence) => {
    const verdict = verdictOf(report(of));
    expect([verdict.tone, verdict.title]).toEqual([tone, title]);
    expect(verdict.sentences.join(' ')).toMatch(sentence);
  });

  it.each([
    ['hash', 'its content is not what was hashed'],
    ['head', 'the history ends elsewhere than the poll knows'],
  ] as const)('tells of %s: %s', (kind, words) => {
    expect(problemWords({ sequence: 1, kind, message: '' })).toBe(words);
  });
});

describe('a value against its limit', () => {
  it.each([
    [
      { value: 5, limit: 10, unit: 'percent' },
      { fill: 0.375, limit: 0.75 },
    ],
    [
      { value: 20, limit: 10, unit: 'things' },
      { fill: 1, limit: 0.5 },
    ],
    [
      { value: -60, limit: 900, unit: 'seconds' },
      { fill: 0, limit: 0.75 },
    ],
    [{ value: 1, limit: 0, unit: 'tags' }, undefined],
    [{ value: 1, limit: 0, unit: 'things' }, undefined],
  ] as const)('%o is %o', (observed, meter) => {
    expect(meterOf(observed)).toEqual(meter);
  });

  it('has no bar where there is no number', () => {
    expect(meterOf(JSON.parse('{"value":null,"limit":5,"unit":"seconds"}'))).toBeUndefined();
  });

  it.each([
    [12.345, 'percent', '12.35 %'],
    [1, 'things', '1 thing'],
    [3_700, 'seconds', '1 h 1 min'],
    [-3_700, 'seconds', '−1 h 1 min'],
  ] as const)('%d in %s is %s', (value, unit, text) => {
    expect(measure(value, unit)).toBe(text);
  });

  it('says what a share is of', () => {
    expect(partsOf({ value: 5, limit: 10, unit: 'percent', numerator: 1_000, denominator: 20_000 })).toBe(
      ' (1,000 of 20,000)',
    );
    expect(partsOf({ value: 5, limit: 10, unit: 'things' })).toBe('');
  });

  it('has its instants as people read them', () => {
    expect(withInstants('breached since 2026-11-22T11:05:00.000Z (muted)')).toBe(
      'breached since 2026-11-22 11:05:00 UTC (muted)',
    );
  });
});

it('puts rules in trouble first, and then by how near they are', () => {
  const rule = (id: string, of: Partial<RuleStanding>, value: number): RuleStanding => ({
    id,
    kind: 'ratio',
    severity: 'warning',
    description: '',
    standing: 'clear',
    words: '',
    observed: { value, limit: 10, unit: 'percent' },
    ...of,
  });
  const rules = [
    rule('far', {}, 1),
    rule('told', { standing: 'told' }, 10),
    rule('near', {}, 9),
    rule('warned', { standing: 'breached' }, 30),
    rule('dire', { standing: 'breached', severity: 'critical' }, 11),
    rule('about', { standing: 'holding' }, 10),
    rule('slow', { kind: 'slow' }, 90),
  ];
  expect(inOrder(rules).map(({ id }) => id)).toEqual([
    'dire',
    'warned',
    'about',
    'near',
    'far',
    'slow',
    'told',
  ]);
});

describe('words about a task', () => {
  it('say why it was canceled', () => {
    expect(causeWords({ inferredCause: 'operator' })).toMatch(/^Canceled by hand, as it seems/);
    expect(causeWords({ inferredCause: 'end-time' })).toMatch(/its end time had passed/);
    expect(causeWords({ inferredCause: 'abort-criteria' })).toMatch(/an abort criterion held/);
    expect(causeWords({})).toBeUndefined();
  });

  it('say what happens at its end, and why it is tracked no longer', () => {
    expect(endBehaviorWords('STOP_ROLLOUT')).toBe('then no more things are notified');
    expect(endBehaviorWords('DANCE')).toBe('DANCE');
    expect(endBehaviorWords(undefined)).toBeUndefined();
    expect(stoppedWords({ stopped: 'deleted' })).toBe('It was deleted.');
    expect(stoppedWords({})).toBeUndefined();
  });
});

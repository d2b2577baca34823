import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMute, readRuleTags } from '../../../../lib/domain/rules/tags.ts';

const fieldsOf = (tags: Record<string, string>) =>
  readRuleTags(tags).layers.map(({ tag, fields }) => ({ tag, fields }));
const problemsOf = (tags: Record<string, string>, ignored?: readonly string[]) =>
  readRuleTags(tags, ignored).malformed.map(({ tag, problem }) => ({ tag, problem }));

describe('readRuleTags', () => {
  it.each([
    ['failed-percent', '2', { percent: 2 }],
    ['failed-percent', ' 0.5 % ', { percent: 0.5 }],
    ['failed-percent', '100%', { percent: 100 }],
    ['failed-things', '25', { things: 25 }],
    ['min-executed', ' 50', { minExecuted: 50 }],
    ['stalled-minutes', '90', { afterMs: 5_400_000 }],
    ['severity', 'Warning ', { severity: 'warning' }],
    ['severity', 'CRITICAL', { severity: 'critical' }],
    ['mute', 'until 2026-12-01T00:00Z', { mutedUntil: Date.UTC(2026, 11, 1) }],
    ['mute', ' Until  2026-12-01 ', { mutedUntil: Date.UTC(2026, 11, 1) }],
    ['mute', '2026-12-01 12:30', { mutedUntil: Date.UTC(2026, 11, 1, 12, 30) }],
  ])('%s of %j is %j', (name, value, fields) => {
    const tag = `ota-watch:${name}`;
    expect(readRuleTags({ [tag]: value }).malformed).toEqual([]);
    expect(fieldsOf({ [tag]: value })).toEqual([{ tag, fields }]);
  });

  it.each([
    ['slack-channel', ' #locks'],
    ['slack-channel', 'locks'],
    ['slack-channel', 'C0123ABCD'],
    ['pagerduty-service', 'locks-1 '],
  ])('takes nothing about rules from %s, which says where alerts go: %j', (name, value) => {
    expect(readRuleTags({ [`ota-watch:${name}`]: value })).toEqual({ layers: [], malformed: [] });
  });

  it('takes what makes rules before what changes them, however the tags are ordered', () => {
    const tags = {
      'ota-watch:mute': '2026-12-01',
      'ota-watch:severity': 'info',
      'ota-watch:min-executed': '5',
      'ota-watch:failed-percent': '2',
    };
    expect(fieldsOf(tags).map(({ tag }) => tag)).toEqual([
      'ota-watch:failed-percent',
      'ota-watch:min-executed',
      'ota-watch:severity',
      'ota-watch:mute',
    ]);
  });

  it.each([
    [
      'failed-percent',
      ['0', '101', '-1', '5 percent', '2,5', '1e1', '', '%', '0x5'],
      'expected a number above 0, up to 100',
    ],
    ['failed-things', ['0', '1.5', 'ten', '', '99999999999999999'], 'expected a whole number, 1 or more'],
    ['min-executed', ['0', '-3', 'x'], 'expected a whole number, 1 or more'],
    ['stalled-minutes', ['0', '1h', '525601'], 'expected a whole number of minutes from 1 to 525600'],
    ['severity', ['warn', 'toString', ''], 'expected one of info, warning, error, critical'],
    [
      'mute',
      ['until', 'until tomorrow', 'for 2h', '2026-13-01', ''],
      'expected "until" and a time such as 2026-12-01T00:00Z',
    ],
    [
      'slack-channel',
      ['', 'Locks', '#a b', 'owner', '@ann'],
      'expected a Slack channel such as #ota-rollouts, or the id of one',
    ],
    [
      'pagerduty-service',
      ['', 'Locks', 'a_b', 'owner', '0a'.repeat(16)],
      'expected a PagerDuty service: up to 64 of a-z, 0-9 and -, of which - is not the first',
    ],
  ])('says what %s has to be', (name, values, problem) => {
    const tag = `ota-watch:${name}`;
    for (const value of values) {
      expect({ value, layers: fieldsOf({ [tag]: value }) }).toEqual({ value, layers: [] });
      expect(problemsOf({ [tag]: value })).toEqual([{ tag, problem }]);
    }
  });

  it('makes a rule of a tag that it does not know', () => {
    const mutedUntil = Date.UTC(2026, 11, 1);
    expect(
      readRuleTags({ 'ota-watch:failed-percentage': '5', 'ota-watch:mute': '2026-12-01' }).malformed,
    ).toEqual([
      {
        id: 'tag:ota-watch:failed-percentage',
        kind: 'malformed-tag',
        severity: 'warning',
        forMs: 0,
        keepFiringForMs: 0,
        mutedUntil,
        tag: 'ota-watch:failed-percentage',
        problem:
          'ota-watch knows no such tag: after its prefix it knows failed-percent, failed-things, stalled-minutes, min-executed, severity, mute, slack-channel, pagerduty-service',
      },
    ]);
  });

  it('leaves alone tags of others, and those that mean something else', () => {
    expect(readRuleTags({ stage: 'prod', 'ota-watch': 'x' })).toEqual({
      layers: [],
      malformed: [],
    });
    const tags = { 'ota-watch:track': 'yes', 'ota-watch:severity': 'loud' };
    expect(problemsOf(tags, ['ota-watch:track', 'ota-watch:severity'])).toEqual([]);
    expect(problemsOf(tags, ['ota-watch:track']).map(({ tag }) => tag)).toEqual(['ota-watch:severity']);
  });

  it.each(['OTA-Watch:severity', ' ota-watch:mute', 'Ota-watch:failed-percent'])(
    'tells of one that is nearly ours: %s',
    (tag) => {
      const { layers, malformed } = readRuleTags({ [tag]: 'warning' });
      expect({ layers, ids: malformed.map(({ id }) => id) }).toEqual({ layers: [], ids: [`tag:${tag}`] });
    },
  );

  it('tells of a key without what breaks a line', () => {
    const { malformed } = readRuleTags({ 'ota-watch:a\u2028b\nc': '1' });
    expect(malformed.map(({ id, tag }) => [id, tag])).toEqual([
      ['tag:ota-watch:a\ufffdb\ufffdc', 'ota-watch:a\ufffdb\ufffdc'],
    ]);
  });

  it('is not misled by names that every object has', () => {
    const names = ['ota-watch:__proto__', 'ota-watch:constructor', '__proto__'];
    const read = readRuleTags(Object.fromEntries(names.map((name) => [name, '1'])));
    expect(read.layers).toEqual([]);
    expect(read.malformed.map(({ id }) => id)).toEqual([
      'tag:ota-watch:__proto__',
      'tag:ota-watch:constructor',
    ]);
  });

  it('makes ids that are text, of at most 200 characters, each once, and never shows a value', () => {
    const key = fc.string({ unit: 'binary', maxLength: 260 }).map((name) => `ota-watch:${name}`);
    const lone = fc.constantFrom(
      'ota-watch:\ud800',
      'ota-watch:\udc00',
      `ota-watch:${'\u{1f600}'.repeat(130)}`,
    );
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(key, lone), fc.constant('S3cret')), (tags) => {
        const { layers, malformed } = readRuleTags(tags);
        expect(layers).toEqual([]);
        expect(malformed.length > 0).toBe(Object.keys(tags).length > 0);
        const ids = malformed.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => id.length > 200 || !id.isWellFormed())).toEqual([]);
        expect(JSON.stringify(malformed.map(({ problem }) => problem))).not.toContain('S3cret');
      }),
    );
  });
});

describe('parseMute', () => {
  it.each([
    ['until 2026-12-01T00:00Z', Date.UTC(2026, 11, 1)],
    ['2026-12-01T02:00+02:00', Date.UTC(2026, 11, 1)],
    ['until', undefined],
    ['until until 2026-12-01', undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseMute(text)).toBe(expected);
  });
});

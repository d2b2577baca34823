import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbortCriterion } from '../../../../lib/domain/abort-criteria.ts';
import { explainRules } from '../../../../lib/domain/rules/explain.ts';
import type { RuleSubject } from '../../../../lib/domain/rules/match.ts';
import { ruleSubjectOf } from '../../../../lib/domain/rules/match.ts';
import { resolveRules } from '../../../../lib/domain/rules/resolve.ts';
import type { RuleEntry, RuleSet } from '../../../../lib/domain/rules/rule-set.ts';
import { facts } from '../../../support/builders.ts';

const MINUTE = 60_000;

function subject(overrides: Partial<RuleSubject> = {}): RuleSubject {
  return { taskId: 'task1', otaType: 'ONE_TIME', tags: {}, things: 100, criteria: [], ...overrides };
}

type Draft = RuleEntry extends infer Entry
  ? Entry extends RuleEntry
    ? Omit<Entry, 'origin'>
    : never
  : never;

/** Each entry stands on the line of its number. */
function ruleSet(...entries: readonly Draft[]): RuleSet {
  return { entries: entries.map((entry, index) => ({ ...entry, origin: { source: 'f', line: index + 1 } })) };
}

const rulesOf = (set: RuleSet, overrides: Partial<RuleSubject> = {}) =>
  resolveRules(set, subject(overrides)).rules;

const criterion = (overrides: Partial<AbortCriterion> = {}): AbortCriterion => ({
  failureType: 'FAILED',
  thresholdPercentage: 20,
  minExecutedThings: 10,
  ...overrides,
});

const COMMON = { forMs: 0, keepFiringForMs: 0 };
const FAILURES = ['failed', 'rejected', 'timedOut'];
const RATIO = {
  kind: 'ratio',
  severity: 'error',
  ...COMMON,
  failures: FAILURES,
  of: 'executed',
  minExecuted: 1,
};

describe('resolveRules', () => {
  it.each<[string, Draft, readonly object[]]>([
    [
      'ratio',
      { id: 'r', kind: 'ratio', fields: { percent: 5 } },
      [{ ...RATIO, id: 'r', percent: 5, recoverBelow: 5 }],
    ],
    [
      'count',
      { id: 'r', kind: 'count', fields: { states: ['queued'], things: 7 } },
      [
        {
          id: 'r',
          kind: 'count',
          severity: 'error',
          ...COMMON,
          states: ['queued'],
          things: 7,
          recoverBelow: 7,
        },
      ],
    ],
    [
      'rate',
      { id: 'r', kind: 'rate', fields: { perMinute: 3 } },
      [
        {
          id: 'r',
          kind: 'rate',
          severity: 'error',
          ...COMMON,
          failures: FAILURES,
          perMinute: 3,
          recoverBelow: 3,
          windowMs: 10 * MINUTE,
        },
      ],
    ],
    [
      'stalled',
      { id: 'r', kind: 'stalled', fields: {} },
      [
        {
          id: 'r',
          kind: 'stalled',
          severity: 'warning',
          ...COMMON,
          afterMs: 60 * MINUTE,
          awaitTimeout: true,
        },
      ],
    ],
    [
      'overdue',
      { id: 'r', kind: 'overdue', fields: {} },
      [{ id: 'r', kind: 'overdue', severity: 'warning', ...COMMON, afterMs: 15 * MINUTE, projected: true }],
    ],
    [
      'slow',
      { id: 'r', kind: 'slow', fields: {} },
      [
        {
          id: 'r',
          kind: 'slow',
          severity: 'warning',
          ...COMMON,
          percent: 50,
          recoverAbove: 50,
          windowMs: 15 * MINUTE,
        },
      ],
    ],
    [
      'stuck-scheduled',
      { id: 'r', kind: 'stuck-scheduled', fields: {} },
      [{ id: 'r', kind: 'stuck-scheduled', severity: 'error', ...COMMON, afterMs: 15 * MINUTE }],
    ],
    [
      'milestone',
      { id: 'r', kind: 'milestone', fields: { percents: [50, 99.5] } },
      [
        { id: 'r:50', kind: 'milestone', severity: 'info', ...COMMON, percent: 50 },
        { id: 'r:99.5', kind: 'milestone', severity: 'info', ...COMMON, percent: 99.5 },
      ],
    ],
    [
      'unreachable',
      { id: 'r', kind: 'unreachable', fields: {} },
      [{ id: 'r', kind: 'unreachable', severity: 'error', ...COMMON, afterMs: 15 * MINUTE }],
    ],
    ['abort-criteria', { id: 'r', kind: 'abort-criteria', fields: {} }, []],
  ])('gives %s its defaults', (_, entry, expected) => {
    expect(rulesOf(ruleSet(entry))).toEqual(expected);
  });

  it('takes every field that is given', () => {
    const common = {
      severity: 'info',
      forMs: 1,
      keepFiringForMs: 2,
      repeatEveryMs: 3,
      mutedUntil: 4,
    } as const;
    const entries: readonly Draft[] = [
      {
        id: 'a',
        kind: 'ratio',
        fields: { ...common, failures: ['failed'], of: 'total', percent: 9, recoverBelow: 8, minExecuted: 7 },
      },
      { id: 'b', kind: 'count', fields: { ...common, states: ['failed'], things: 9, recoverBelow: 8 } },
      {
        id: 'c',
        kind: 'rate',
        fields: { ...common, failures: ['failed'], perMinute: 9, recoverBelow: 8, windowMs: 7 },
      },
      { id: 'd', kind: 'stalled', fields: { ...common, afterMs: 5, awaitTimeout: false } },
      { id: 'e', kind: 'overdue', fields: { ...common, afterMs: 5, projected: false } },
      { id: 'f', kind: 'slow', fields: { ...common, percent: 5, recoverAbove: 6, windowMs: 7 } },
      { id: 'g', kind: 'stuck-scheduled', fields: { ...common, afterMs: 5 } },
      { id: 'h', kind: 'unreachable', fields: { ...common, afterMs: 5 } },
    ];
    expect(rulesOf(ruleSet(...entries))).toEqual(
      entries.map(({ id, kind, fields }) => ({ id, kind, ...fields })),
    );
  });

  it('has a rule for each share of each abort criterion', () => {
    const criteria = (['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL', 'FAILED'] as const).map((failureType) =>
      criterion({ failureType }),
    );
    const rules = rulesOf(ruleSet({ id: 'abort-criteria', kind: 'abort-criteria', fields: {} }), {
      criteria,
    });
    expect(rules.slice(0, 3)).toEqual(
      [
        { share: 50, severity: 'warning' },
        { share: 80, severity: 'error' },
        { share: 100, severity: 'critical' },
      ].map(({ share, severity }) => ({
        id: `abort-criteria:failed:${share}`,
        kind: 'abort-criteria',
        severity,
        ...COMMON,
        criterion: criteria[0],
        share,
      })),
    );
    expect(rules.map(({ id }) => id)).toEqual(
      ['failed', 'rejected', 'timed-out', 'all', 'failed-2'].flatMap((key) =>
        [50, 80, 100].map((share) => `abort-criteria:${key}:${share}`),
      ),
    );
  });

  it('takes a configuration that cannot be read for one without abort criteria', () => {
    const set = ruleSet(
      { id: 'a', kind: 'abort-criteria', fields: {} },
      { id: 'b', kind: 'stalled', match: { abortCriteria: false }, fields: {} },
      { id: 'c', kind: 'stalled', match: { abortCriteria: true }, fields: {} },
      { id: 'd', kind: 'stalled', fields: {} },
    );
    const unknown = ruleSubjectOf({ facts: facts(), tags: {} }, undefined);
    expect(resolveRules(set, unknown).rules.map(({ id }) => id)).toEqual(['b', 'd']);
    expect(explainRules(set, unknown).rules.map(({ rule }) => rule.id)).toEqual(['b', 'd']);
  });

  it('leaves out what is more than a task may have, and of that first what one entry makes many of', () => {
    const many = { id: 'many', kind: 'abort-criteria', fields: {} } as const;
    const criteria = Array.from({ length: 50 }, () => criterion());
    const { rules, left } = resolveRules(ruleSet(many, { id: 'one', kind: 'stalled', fields: {} }), {
      taskId: 't',
      tags: {},
      things: 1,
      criteria,
    });
    expect([rules.length, left, rules[0]?.id, rules[1]?.id]).toEqual([100, 51, 'one', 'many:failed:50']);
  });

  it('takes fractions of thresholds from the set', () => {
    const set = ruleSet({
      id: 'mine',
      kind: 'abort-criteria',
      fields: { fractions: [{ percent: 33.3, severity: 'critical' }] },
    });
    expect(rulesOf(set, { criteria: [criterion()] }).map(({ id, severity }) => ({ id, severity }))).toEqual([
      { id: 'mine:failed:33.3', severity: 'critical' },
    ]);
  });

  it('overrides field by field, later over earlier, where entries match', () => {
    const set = ruleSet(
      { id: 'a', kind: 'ratio', fields: { percent: 10, minExecuted: 5 } },
      { id: 'b', kind: 'stalled', fields: {} },
      { id: 'a', kind: 'ratio', match: { taskId: 'canary*' }, fields: { percent: 2, severity: 'critical' } },
      { id: 'a', kind: 'ratio', fields: { percent: 4 } },
    );
    expect(rulesOf(set)[0]).toEqual({ ...RATIO, id: 'a', percent: 4, recoverBelow: 4, minExecuted: 5 });
    expect(rulesOf(set, { taskId: 'canary1' })[0]).toEqual({
      ...RATIO,
      id: 'a',
      severity: 'critical',
      percent: 4,
      recoverBelow: 4,
      minExecuted: 5,
    });
    expect(rulesOf(set).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('leaves out what matches nowhere, what is off, and what is not complete', () => {
    const set = ruleSet(
      { id: 'a', kind: 'ratio', match: { taskId: 'x' }, fields: { percent: 10 } },
      { id: 'b', kind: 'stalled', fields: {} },
      { id: 'b', kind: 'stalled', match: { things: { below: 1_000 } }, fields: { enabled: false } },
      { id: 'c', kind: 'ratio', fields: { minExecuted: 4 } },
      { id: 'd', kind: 'count', fields: { states: ['failed'] } },
      { id: 'd2', kind: 'count', fields: { things: 2 } },
      { id: 'e', kind: 'rate', fields: {} },
      { id: 'f', kind: 'milestone', fields: {} },
    );
    expect(rulesOf(set)).toEqual([]);
    expect(rulesOf(set, { things: 1_000 }).map(({ id }) => id)).toEqual(['b']);
  });

  it('never has a recovery limit beyond the limit', () => {
    const set = ruleSet(
      { id: 'a', kind: 'ratio', fields: { percent: 5, recoverBelow: 4 } },
      { id: 'a', kind: 'ratio', fields: { percent: 2 } },
      { id: 'b', kind: 'count', fields: { states: ['failed'], things: 5, recoverBelow: 8 } },
      { id: 'c', kind: 'rate', fields: { perMinute: 5, recoverBelow: 8 } },
      { id: 'd', kind: 'slow', fields: { percent: 50, recoverAbove: 20 } },
    );
    expect(rulesOf(set)).toMatchObject([
      { percent: 2, recoverBelow: 2 },
      { things: 5, recoverBelow: 5 },
      { perMinute: 5, recoverBelow: 5 },
      { percent: 50, recoverAbove: 50 },
    ]);
  });
});

describe('tags of the task', () => {
  const tagged = (set: RuleSet, tags: Record<string, string>, overrides: Partial<RuleSubject> = {}) =>
    rulesOf(set, {
      tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [`ota-watch:${name}`, value])),
      ...overrides,
    });
  const FAILED_PERCENT: Draft = {
    id: 'failed-percent',
    kind: 'ratio',
    fields: { percent: 10, recoverBelow: 8, minExecuted: 20, severity: 'critical' },
  };

  it('make rules where the file has none for the task', () => {
    expect(
      tagged(ruleSet(), { 'failed-percent': '2', 'failed-things': '3', 'stalled-minutes': '30' }),
    ).toEqual([
      { ...RATIO, id: 'failed-percent', percent: 2, recoverBelow: 2 },
      {
        id: 'failed-things',
        kind: 'count',
        severity: 'error',
        ...COMMON,
        states: FAILURES,
        things: 3,
        recoverBelow: 3,
      },
      {
        id: 'stalled',
        kind: 'stalled',
        severity: 'warning',
        ...COMMON,
        afterMs: 30 * MINUTE,
        awaitTimeout: true,
      },
    ]);
  });

  it('override the file', () => {
    const set = ruleSet(
      FAILED_PERCENT,
      { id: 'failed-things', kind: 'count', fields: { states: ['timedOut'], things: 50 } },
      { id: 'total-percent', kind: 'ratio', fields: { percent: 1, of: 'total' } },
      { id: 'stalled', kind: 'stalled', fields: { awaitTimeout: false } },
      { id: 'stalled-long', kind: 'stalled', fields: { afterMs: 1 } },
    );
    const tags = { 'failed-percent': '9', 'failed-things': '3', 'stalled-minutes': '2', 'min-executed': '7' };
    expect(tagged(set, tags)).toMatchObject([
      { id: 'failed-percent', percent: 9, recoverBelow: 8, minExecuted: 7, severity: 'critical' },
      { id: 'failed-things', states: ['timedOut'], things: 3 },
      { id: 'total-percent', percent: 1, minExecuted: 7 },
      { id: 'stalled', afterMs: 2 * MINUTE, awaitTimeout: false },
      { id: 'stalled-long', afterMs: 2 * MINUTE },
    ]);
  });

  it('reach every rule with a severity, except milestones, and with a mute', () => {
    const set = ruleSet(
      { id: 'abort-criteria', kind: 'abort-criteria', fields: {} },
      { id: 'milestone', kind: 'milestone', fields: { percents: [50] } },
      { id: 'unreachable', kind: 'unreachable', fields: { mutedUntil: 1 } },
    );
    const tags = { severity: 'info', mute: 'until 2026-12-01T00:00Z', 'failed-percent': '2', odd: 'x' };
    const rules = tagged(set, tags, { criteria: [criterion()] });
    expect(rules.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'abort-criteria:failed:50 info',
      'abort-criteria:failed:80 info',
      'abort-criteria:failed:100 info',
      'milestone:50 info',
      'unreachable info',
      'failed-percent info',
      'tag:ota-watch:odd warning',
    ]);
    expect(new Set(rules.map(({ mutedUntil }) => mutedUntil))).toEqual(new Set([Date.UTC(2026, 11, 1)]));
    const loud = tagged(set, { severity: 'critical' }, { criteria: [criterion()] });
    expect(loud.map(({ severity }) => severity)).toEqual([
      'critical',
      'critical',
      'critical',
      'info',
      'critical',
    ]);
  });

  it('leave off what the file turns off, except the rule that a tag is about', () => {
    const off = ruleSet(
      { id: 'failed-percent', kind: 'ratio', fields: { minExecuted: 20, enabled: false } },
      { id: 'failed-things', kind: 'count', fields: { states: ['failed'], enabled: false } },
      { id: 'stalled', kind: 'stalled', fields: { enabled: false } },
      { id: 'unreachable', kind: 'unreachable', fields: { enabled: false } },
    );
    expect(tagged(off, { severity: 'critical', 'min-executed': '3', mute: '2026-12-01' })).toEqual([]);
    expect(
      tagged(off, { 'failed-percent': '2', 'failed-things': '3', 'stalled-minutes': '4' }),
    ).toMatchObject([
      { id: 'failed-percent', percent: 2, minExecuted: 20 },
      { id: 'failed-things', states: ['failed'], things: 3 },
      { id: 'stalled', afterMs: 4 * MINUTE },
    ]);
    const other = ruleSet(
      { id: 'stalled', kind: 'stalled', fields: { enabled: false } },
      { id: 'stalled-long', kind: 'stalled', fields: {} },
    );
    expect(tagged(other, { 'stalled-minutes': '4' })).toMatchObject([
      { id: 'stalled-long', afterMs: 4 * MINUTE },
    ]);
  });

  it('take the place of a rule that has their id and another kind', () => {
    const set = ruleSet({ id: 'failed-percent', kind: 'stalled', fields: {} });
    expect(tagged(set, { 'failed-percent': '2' })).toEqual([
      { ...RATIO, id: 'failed-percent', percent: 2, recoverBelow: 2 },
    ]);
  });

  it('are told where they cannot be understood, unless they mean something else', () => {
    expect(tagged(ruleSet(FAILED_PERCENT), { 'failed-percent': 'two' })).toMatchObject([
      { id: 'failed-percent', percent: 10 },
      { id: 'tag:ota-watch:failed-percent', kind: 'malformed-tag' },
    ]);
    expect(tagged(ruleSet(), { track: 'on' }, { ignoredTags: ['ota-watch:track'] })).toEqual([]);
    const set = { ...ruleSet(), ignoredTags: ['ota-watch:oncall'] };
    const tags = { track: 'on', oncall: '#locks' };
    expect(tagged(set, tags, { ignoredTags: ['ota-watch:track'] })).toEqual([]);
    expect(tagged(set, tags)).toMatchObject([{ id: 'tag:ota-watch:track' }]);
  });
});

describe('explainRules', () => {
  const entry = (line: number) => ({ from: 'entry', origin: { source: 'f', line } });
  const tag = (name: string) => ({ from: 'tag', key: `ota-watch:${name}` });
  const standard = { from: 'default' };

  it('says where every field comes from', () => {
    const set = ruleSet(
      { id: 'a', kind: 'ratio', fields: { percent: 10, recoverBelow: 8, severity: 'info' } },
      { id: 'a', kind: 'ratio', match: { otaType: 'ONE_TIME' }, fields: { forMs: 5, severity: 'error' } },
      { id: 'a', kind: 'ratio', match: { otaType: 'CONTINUOUS' }, fields: { percent: 1 } },
    );
    const tags = { 'ota-watch:min-executed': '5', 'ota-watch:mute': '2026-12-01' };
    expect(explainRules(set, subject({ tags }))).toEqual({
      rules: [
        {
          rule: resolveRules(set, subject({ tags })).rules[0],
          sources: {
            severity: entry(2),
            forMs: entry(2),
            keepFiringForMs: standard,
            mutedUntil: tag('mute'),
            failures: standard,
            of: standard,
            percent: entry(1),
            recoverBelow: entry(1),
            minExecuted: tag('min-executed'),
          },
        },
      ],
      disabled: [],
    });
  });

  it('says where a limit comes from, and a recovery limit that has become the limit', () => {
    const set = ruleSet(
      { id: 'a', kind: 'ratio', fields: { percent: 10, recoverBelow: 8 } },
      { id: 'a', kind: 'ratio', fields: { percent: 5 } },
      { id: 'b', kind: 'slow', fields: { percent: 20, recoverAbove: 30 } },
      { id: 'b', kind: 'slow', fields: { percent: 50 } },
      { id: 'c', kind: 'slow', fields: { recoverAbove: 60 } },
      { id: 'd', kind: 'count', fields: { things: 1, states: ['failed'] } },
      { id: 'e', kind: 'stalled', fields: { afterMs: 1 } },
    );
    expect(explainRules(set, subject()).rules.map(({ sources }) => sources)).toMatchObject([
      { percent: entry(2), recoverBelow: entry(2) },
      { percent: entry(4), recoverAbove: entry(4) },
      { percent: standard, recoverAbove: entry(5) },
      { things: entry(6), recoverBelow: standard },
      { afterMs: entry(7), awaitTimeout: standard },
    ]);
  });

  it('says where rules come from that are one of many, or made by tags', () => {
    const set = ruleSet(
      { id: 'abort', kind: 'abort-criteria', fields: { fractions: [{ percent: 50, severity: 'error' }] } },
      { id: 'milestone', kind: 'milestone', fields: { percents: [50] } },
    );
    const look = subject({
      criteria: [criterion()],
      tags: { 'ota-watch:failed-things': '5', 'ota-watch:x': '' },
    });
    const common = { forMs: standard, keepFiringForMs: standard };
    expect(explainRules(set, look).rules.map(({ sources }) => sources)).toEqual([
      { ...common, severity: entry(1), criterion: { from: 'configuration' }, share: entry(1) },
      { ...common, severity: standard, percent: entry(2) },
      {
        ...common,
        severity: standard,
        states: tag('failed-things'),
        things: tag('failed-things'),
        recoverBelow: standard,
      },
      Object.fromEntries(
        ['severity', 'forMs', 'keepFiringForMs', 'tag', 'problem'].map((field) => [field, tag('x')]),
      ),
    ]);
    const muted = explainRules(
      ruleSet(),
      subject({ tags: { 'ota-watch:x': '', 'ota-watch:mute': '2026-12-01' } }),
    );
    expect(muted.rules[0]?.sources).toMatchObject({ problem: tag('x'), mutedUntil: tag('mute') });
    const loud = explainRules(set, { ...look, tags: { 'ota-watch:severity': 'info' } });
    expect(loud.rules.map(({ sources }) => sources.severity)).toEqual([tag('severity'), standard]);
  });

  it('lists what is off, and by what', () => {
    const set = ruleSet(
      { id: 'a', kind: 'stalled', fields: {} },
      { id: 'a', kind: 'stalled', fields: { enabled: false } },
    );
    expect(explainRules(set, subject())).toEqual({
      rules: [],
      disabled: [{ id: 'a', kind: 'stalled', source: entry(2) }],
    });
  });

  it('explains the rules that are in force, each once', () => {
    const draft = fc.record({
      id: fc.constantFrom('failed-percent', 'b'),
      kind: fc.constant('ratio' as const),
      match: fc.constantFrom({}, { taskId: 'task*' }, { taskId: 'x' }, { abortCriteria: true }),
      fields: fc.record(
        {
          percent: fc.integer({ min: 1, max: 100 }),
          recoverBelow: fc.integer({ min: 1, max: 100 }),
          enabled: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    });
    const tags = fc.dictionary(
      fc
        .constantFrom('failed-percent', 'min-executed', 'severity', 'other')
        .map((name) => `ota-watch:${name}`),
      fc.constantFrom('5', 'info'),
    );
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 6 }), tags, (drafts, ofTask) => {
        const set = ruleSet(...drafts);
        const { rules } = resolveRules(set, subject({ tags: ofTask }));
        expect(explainRules(set, subject({ tags: ofTask })).rules.map(({ rule }) => rule)).toEqual(rules);
        expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
        for (const rule of rules)
          if (rule.kind === 'ratio') expect(rule.recoverBelow).toBeLessThanOrEqual(rule.percent);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainTask } from '../../../lib/explain-rules.ts';
import { counts, criterion, MINUTE, NOON } from '../../support/builders.ts';
import {
  abort,
  criteria,
  entry,
  failing,
  observed,
  origin,
  polled,
  ratio,
  rulesOf,
  time,
} from '../../support/explained.ts';

describe('what is explained of a task', () => {
  it('is told of a task that nobody has looked at', () => {
    const rules = rulesOf(entry({ id: 'rule', ...ratio }));
    const { rules: standings } = explainTask({ observed: failing(6) }, { rules, now: NOON, ...time });
    expect(standings).toEqual([
      {
        rule: {
          id: 'rule',
          kind: 'ratio',
          severity: 'error',
          forMs: 0,
          keepFiringForMs: 0,
          failures: ['failed', 'rejected', 'timedOut'],
          of: 'executed',
          percent: 5,
          recoverBelow: 5,
          minExecuted: 1,
        },
        sources: {
          severity: { from: 'default' },
          forMs: { from: 'default' },
          keepFiringForMs: { from: 'default' },
          failures: { from: 'default' },
          of: { from: 'default' },
          percent: { from: 'entry', origin },
          recoverBelow: { from: 'default' },
          minExecuted: { from: 'default' },
        },
        observed: { value: 6, limit: 5, unit: 'percent', numerator: 6, denominator: 100 },
        standing: 'breached',
        words: 'breached at first sight',
      },
    ]);
  });

  it('is told of tags that cannot be understood, and of rules that are off', () => {
    const rules = rulesOf(
      entry({ id: 'on', ...ratio }),
      entry({ id: 'off', kind: 'slow', fields: { enabled: false } }),
    );
    const tags = { 'ota-watch:severity': 'bad', 'ota-watch:mine': 'x', other: 'y' };
    const task = { observed: observed({}, { tags }) };
    const explained = explainTask(task, { rules, now: NOON, ...time, ignoredTags: ['ota-watch:mine'] });
    expect(explained.rules.map(({ rule, standing }) => [rule.id, standing])).toEqual([
      ['on', 'clear'],
      ['tag:ota-watch:severity', 'breached'],
    ]);
    expect(explained.disabled).toEqual([{ id: 'off', kind: 'slow', source: { from: 'entry', origin } }]);
  });

  it('holds the last configuration that could be read', () => {
    const rules = rulesOf(entry({ id: 'rule', ...abort }));
    const configuration = { configurationId: 'config1', ...criteria };
    const snapshot = polled(rules, [failing(0)], configuration);
    const task = { observed: failing(0), snapshot };
    const explained = explainTask(task, { rules, now: NOON + MINUTE, ...time });
    expect(explained.configuration).toEqual(configuration);
    expect(explained.rules.map(({ rule }) => rule.id)).toEqual(['rule:failed:50']);
  });
});

it('tells exactly how many more failures it takes', () => {
  const some = fc.integer({ min: 0, max: 300 });
  const percent = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.1, max: 100, noNaN: true }));
  const rule = fc.oneof(
    fc
      .record({ percent, of: fc.constantFrom('executed' as const, 'total' as const) })
      .map((fields) => entry({ id: 'rule', kind: 'ratio', fields })),
    fc.record({ percent: fc.integer({ min: 1, max: 100 }) }).map((fraction) =>
      entry({
        id: 'rule',
        kind: 'abort-criteria',
        fields: { fractions: [{ ...fraction, severity: 'error' }] },
      }),
    ),
    fc
      .integer({ min: 1, max: 100 })
      .map((things) => entry({ id: 'rule', kind: 'count', fields: { states: ['failed'], things } })),
  );
  fc.assert(
    fc.property(rule, percent, some, some, some, (one, thresholdPercentage, queued, failed, inProgress) => {
      const rules = rulesOf(one);
      const configuration = {
        configurationId: 'config1',
        criteria: [criterion({ thresholdPercentage, minExecutedThings: 1 })],
      };
      const stand = (more: number) => {
        const seen = counts({ queued, failed: failed + more, inProgress: inProgress - more });
        const task = { observed: observed({ counts: seen }), configuration };
        return explainTask(task, { rules, now: NOON, ...time }).rules[0];
      };
      const { standing, words = '' } = stand(0) ?? {};
      if (standing === 'breached') return;
      const missing = Number(/^\d+/.exec(words)?.[0]);
      if (missing > inProgress) return;
      expect([stand(missing - 1)?.standing, stand(missing)?.standing]).toEqual(['clear', 'breached']);
    }),
    { seed: 1 },
  );
});

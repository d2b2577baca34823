import { expect, it } from 'vitest';
import type { AbortCriterion } from '../../../../lib/domain/abort-criteria.ts';
import { resolveRules } from '../../../../lib/domain/rules/resolve.ts';
import { DEFAULT_RULES, withDefaults } from '../../../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../../../lib/rule-file/parse.ts';

const MINUTE = 60_000;
const COMMON = { forMs: 0, keepFiringForMs: 0 };
const STANDING = [
  {
    ...COMMON,
    id: 'stalled',
    kind: 'stalled',
    severity: 'warning',
    afterMs: 60 * MINUTE,
    awaitTimeout: true,
  },
  {
    id: 'overdue',
    kind: 'overdue',
    severity: 'warning',
    forMs: 10 * MINUTE,
    keepFiringForMs: 10 * MINUTE,
    afterMs: 15 * MINUTE,
    projected: true,
  },
  { ...COMMON, id: 'stuck-scheduled', kind: 'stuck-scheduled', severity: 'error', afterMs: 15 * MINUTE },
  { ...COMMON, id: 'unreachable', kind: 'unreachable', severity: 'warning', afterMs: 15 * MINUTE },
];
const FAILED_PERCENT = {
  ...COMMON,
  id: 'failed-percent',
  kind: 'ratio',
  severity: 'error',
  failures: ['failed', 'rejected', 'timedOut'],
  of: 'executed',
  percent: 10,
  recoverBelow: 8,
  minExecuted: 20,
};

const rulesOf = (text: string, criteria: readonly AbortCriterion[]) =>
  resolveRules(withDefaults(parseRuleFile(text, 'r.yml')), { taskId: 't', tags: {}, things: 10, criteria })
    .rules;
const NO_RULES = '{ version: 1, rules: [] }';

it('has rules of its own for rollouts that AWS would not cancel', () => {
  expect(rulesOf(NO_RULES, [])).toEqual([FAILED_PERCENT, ...STANDING]);
});

it('follows the abort criteria of a configuration that has some', () => {
  const criterion = { failureType: 'ALL', thresholdPercentage: 10, minExecutedThings: 5 } as const;
  const abortRule = (share: number, severity: string) => ({
    ...COMMON,
    id: `abort-criteria:all:${share}`,
    kind: 'abort-criteria',
    severity,
    criterion,
    share,
  });
  expect(rulesOf(NO_RULES, [criterion])).toEqual([
    abortRule(50, 'warning'),
    abortRule(80, 'error'),
    abortRule(100, 'critical'),
    ...STANDING,
  ]);
});

it('lets a file override what is built in', () => {
  const text = `
    version: 1
    rules:
      - { id: failed-percent, percent: 5 }
      - { id: stalled, enabled: false }
      - { id: overdue, for: 0s, keepFiringFor: 0s }
  `;
  expect(rulesOf(text, [])).toEqual([
    { ...FAILED_PERCENT, percent: 5, recoverBelow: 5 },
    { ...STANDING[1], ...COMMON },
    ...STANDING.slice(2),
  ]);
});

it('says of what is built in that it is', () => {
  const { entries } = DEFAULT_RULES;
  expect(entries.map(({ origin }) => origin)).toEqual(entries.map(() => ({ source: 'built in' })));
});

import type { Counts } from '../../lib/domain/counts.ts';
import { type DiffContext, diff, startTracking } from '../../lib/domain/diff.ts';
import { ruleSubjectOf } from '../../lib/domain/rules/match.ts';
import { resolveRules } from '../../lib/domain/rules/resolve.ts';
import type { RuleEntry, RuleSet } from '../../lib/domain/rules/rule-set.ts';
import type { Snapshot, TaskConfiguration, TaskFacts } from '../../lib/domain/task.ts';
import type { KnownTask } from '../../lib/explain-rules.ts';
import { windowAt } from '../../lib/maintenance-windows.ts';
import { counts, criterion, facts, MINUTE, NOON } from './builders.ts';

export const origin = { source: 'rules.yml', line: 3 };
/** Polls a minute apart. */
export const time = { periodMs: MINUTE, ignoredTags: [] };
export const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

/** What the service shows of a task. */
export type Observed = KnownTask['observed'];

export const observed = (overrides: Partial<TaskFacts> = {}, more: Partial<Observed> = {}): Observed => ({
  facts: facts(overrides),
  tags: {},
  maintenanceWindows: [],
  ...more,
});

export const entry = (one: Omit<RuleEntry, 'origin'>): RuleEntry =>
  Object.assign({ origin }, one) as RuleEntry;
export const rulesOf = (...entries: RuleEntry[]): RuleSet => ({ entries });

/** The snapshot that polls leave, a minute apart from noon on, each seeing the counts of its minute. */
export function polled(
  rules: RuleSet,
  looks: readonly Observed[],
  configuration?: TaskConfiguration,
): Snapshot {
  let snapshot: Snapshot | undefined;
  for (const [minute, seen] of looks.entries()) {
    const now = NOON + minute * MINUTE;
    const window = windowAt(seen.maintenanceWindows, now);
    const context: DiffContext = {
      now,
      periodMs: MINUTE,
      progressEvents: 'none',
      rules: resolveRules(rules, ruleSubjectOf(seen, configuration)).rules,
      ...(configuration && { configuration }),
      ...(window && { window }),
    };
    snapshot = (
      snapshot ? diff(snapshot, seen.facts, context) : startTracking(seen.facts, 'discovered', context)
    ).snapshot;
  }
  if (snapshot === undefined) throw new Error('There has to be a look');
  return snapshot;
}

/** 100 things that have received the task, of which some failed. */
export const failing = (failed: number, of: Partial<Counts> = {}) =>
  observed({ counts: counts({ queued: 100, succeeded: 100 - failed, failed, ...of }) });
export const ratio = { kind: 'ratio', fields: { percent: 5 } } as const;
export const abort = {
  kind: 'abort-criteria',
  fields: { fractions: [{ percent: 50, severity: 'warning' }] },
} as const;
export const criteria = { criteria: [criterion()] };

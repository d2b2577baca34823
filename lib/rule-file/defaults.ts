import type { AlertSettings } from '../domain/alerts/routing.ts';
import type { ConfigurableKind, RuleSet } from '../domain/rules/rule-set.ts';
import { alerts } from './alerts.ts';
import { ruleEntry } from './convert.ts';
import { ENTRIES } from './schema.ts';

const BUILT_IN: readonly { readonly kind: ConfigurableKind; readonly entry: object }[] = [
  { kind: 'abort-criteria', entry: { id: 'abort-criteria' } },
  {
    // For rollouts that AWS would not cancel, however many things fail.
    kind: 'ratio',
    entry: {
      id: 'failed-percent',
      match: { abortCriteria: false },
      percent: 10,
      recoverBelow: 8,
      minExecuted: 20,
      severity: 'error',
    },
  },
  { kind: 'stalled', entry: { id: 'stalled', after: '1h', severity: 'warning' } },
  // Projections go up and down: they have to last.
  {
    kind: 'overdue',
    entry: { id: 'overdue', after: '15m', severity: 'warning', for: '10m', keepFiringFor: '10m' },
  },
  { kind: 'stuck-scheduled', entry: { id: 'stuck-scheduled', after: '15m', severity: 'error' } },
  { kind: 'unreachable', entry: { id: 'unreachable', after: '15m', severity: 'warning' } },
];

/** The rules that are in force with no configuration, as a rule file would have them. */
export const DEFAULT_RULES: RuleSet = {
  entries: BUILT_IN.map(({ kind, entry }) =>
    ruleEntry(ENTRIES[kind].parse(entry), kind, { source: 'built in' }),
  ),
};

/** The built-in rules with those of a file over them. */
export function withDefaults(set: RuleSet): RuleSet {
  return { ...set, entries: [...DEFAULT_RULES.entries, ...set.entries] };
}

/** What a file says about alerts that does not mention them. */
export const DEFAULT_ALERTS: AlertSettings = alerts.parse({});

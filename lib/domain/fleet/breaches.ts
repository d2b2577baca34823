import type { RuleKind, RuleState, Severity } from '../rules/rule.ts';
import { SEVERITIES } from '../rules/rule-set.ts';
import { memoriesOf } from '../rules/state.ts';

/** A breach that goes on. */
export interface BreachView {
  /** Id of the rule. */
  readonly rule: string;
  readonly kind: RuleKind;
  readonly severity: Severity;
  /** ISO 8601. */
  readonly since: string;
  /** What it was announced with; in the unit of the rule's kind. */
  readonly value: number;
  readonly limit: number;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly muted?: true;
}

/** How bad a severity is, from 1. */
export const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity) + 1;

/** The breaches that go on: worst first, muted ones last, of one severity the oldest first. */
export function breachesOf(state: RuleState): BreachView[] {
  const breaches = memoriesOf(state).flatMap(([rule, { open }]): BreachView[] => {
    if (open === undefined) return [];
    const { at, reminders, ...fields } = open;
    return [{ rule, since: new Date(at).toISOString(), ...fields }];
  });
  return breaches.sort(byTrouble);
}

function byTrouble(a: BreachView, b: BreachView): number {
  return (
    Number(a.muted ?? false) - Number(b.muted ?? false) ||
    rankOf(b.severity) - rankOf(a.severity) ||
    Date.parse(a.since) - Date.parse(b.since)
  );
}

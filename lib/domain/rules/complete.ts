import type { AbortCriterion, FailureType } from '../abort-criteria.ts';
import { FAILURE_STATES, type Severity, type TaskRule } from './rule.ts';
import type { ConfigurableKind, RuleFields } from './rule-set.ts';

const MINUTE = 60_000;

export const DEFAULT_SLOW_PERCENT = 50;

const DEFAULT_FRACTIONS: NonNullable<RuleFields['fractions']> = [
  { percent: 50, severity: 'warning' },
  { percent: 80, severity: 'error' },
  { percent: 100, severity: 'critical' },
];

/** As in the ids of rules. */
const FAILURE_NAMES: Readonly<Record<FailureType, string>> = {
  FAILED: 'failed',
  REJECTED: 'rejected',
  TIMED_OUT: 'timed-out',
  ALL: 'all',
};

type Common = Pick<
  TaskRule,
  'id' | 'severity' | 'forMs' | 'keepFiringForMs' | 'repeatEveryMs' | 'mutedUntil'
>;
type Complete = (common: Common, fields: RuleFields, criteria: readonly AbortCriterion[]) => TaskRule[];

const COMPLETE: Readonly<Record<ConfigurableKind, { severity: Severity; complete: Complete }>> = {
  // Each fraction has a severity of its own.
  'abort-criteria': { severity: 'error', complete: completeAbortCriteria },
  ratio: {
    severity: 'error',
    complete: (common, fields) => {
      const { percent, recoverBelow = Infinity, of = 'executed', minExecuted = 1 } = fields;
      if (percent === undefined) return [];
      return [
        {
          ...common,
          kind: 'ratio',
          failures: fields.failures ?? FAILURE_STATES,
          of,
          percent,
          recoverBelow: Math.min(recoverBelow, percent),
          minExecuted,
        },
      ];
    },
  },
  count: {
    severity: 'error',
    complete: (common, { states, things, recoverBelow = Infinity }) => {
      if (states === undefined || things === undefined) return [];
      return [{ ...common, kind: 'count', states, things, recoverBelow: Math.min(recoverBelow, things) }];
    },
  },
  rate: {
    severity: 'error',
    complete: (common, fields) => {
      const {
        perMinute,
        recoverBelow = Infinity,
        failures = FAILURE_STATES,
        windowMs = 10 * MINUTE,
      } = fields;
      if (perMinute === undefined) return [];
      return [
        {
          ...common,
          kind: 'rate',
          failures,
          perMinute,
          recoverBelow: Math.min(recoverBelow, perMinute),
          windowMs,
        },
      ];
    },
  },
  stalled: {
    severity: 'warning',
    complete: (common, { afterMs = 60 * MINUTE, awaitTimeout = true }) => [
      { ...common, kind: 'stalled', afterMs, awaitTimeout },
    ],
  },
  overdue: {
    severity: 'warning',
    complete: (common, { afterMs = 15 * MINUTE, projected = true }) => [
      { ...common, kind: 'overdue', afterMs, projected },
    ],
  },
  slow: {
    severity: 'warning',
    complete: (common, fields) => {
      const { percent = DEFAULT_SLOW_PERCENT, recoverAbove = 0, windowMs = 15 * MINUTE } = fields;
      return [{ ...common, kind: 'slow', percent, recoverAbove: Math.max(recoverAbove, percent), windowMs }];
    },
  },
  'stuck-scheduled': {
    severity: 'error',
    complete: (common, { afterMs = 15 * MINUTE }) => [{ ...common, kind: 'stuck-scheduled', afterMs }],
  },
  milestone: {
    severity: 'info',
    complete: (common, { percents = [] }) =>
      percents.map((percent) => ({
        ...common,
        id: `${common.id}:${percent}`,
        kind: 'milestone',
        percent,
      })),
  },
  unreachable: {
    severity: 'error',
    complete: (common, { afterMs = 15 * MINUTE }) => [{ ...common, kind: 'unreachable', afterMs }],
  },
};

/**
 * A rule with all its fields, as it is held against a task: one for each share of each abort criterion, and for each
 * milestone. None where a field is missing that has no default. A recovery limit beyond the limit, as it comes about where
 * only the limit is overridden, becomes the limit itself.
 */
export function completeRule(
  id: string,
  kind: ConfigurableKind,
  fields: RuleFields,
  criteria: readonly AbortCriterion[],
): TaskRule[] {
  const { severity, complete } = COMPLETE[kind];
  const common: Common = {
    id,
    severity: fields.severity ?? severity,
    forMs: fields.forMs ?? 0,
    keepFiringForMs: fields.keepFiringForMs ?? 0,
    ...(fields.repeatEveryMs !== undefined && { repeatEveryMs: fields.repeatEveryMs }),
    ...(fields.mutedUntil !== undefined && { mutedUntil: fields.mutedUntil }),
  };
  return complete(common, fields, criteria);
}

/**
 * The ids name the failure type and the share, not the numbers, so that a task that is moved to a configuration with other
 * limits keeps its breaches as long as they hold there; a second criterion of one type is numbered.
 */
function completeAbortCriteria(
  common: Common,
  fields: RuleFields,
  criteria: readonly AbortCriterion[],
): TaskRule[] {
  const { fractions = DEFAULT_FRACTIONS } = fields;
  const seen = new Map<FailureType, number>();
  return criteria.flatMap((criterion) => {
    const occurrence = (seen.get(criterion.failureType) ?? 0) + 1;
    seen.set(criterion.failureType, occurrence);
    const name = FAILURE_NAMES[criterion.failureType];
    const key = occurrence === 1 ? name : `${name}-${occurrence}`;
    return fractions.map(
      ({ percent, severity }): TaskRule => ({
        ...common,
        id: `${common.id}:${key}:${percent}`,
        kind: 'abort-criteria',
        severity: fields.severity ?? severity,
        criterion,
        share: percent,
      }),
    );
  });
}

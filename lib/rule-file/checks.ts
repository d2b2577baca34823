import { DEFAULT_SLOW_PERCENT } from '../domain/rules/complete.ts';
import { type ConfigurableKind, LIMITS, type RuleEntry, type RuleFields } from '../domain/rules/rule-set.ts';
import type { Finding } from './problems.ts';

/** Fields that have no default. */
const NEEDED: Readonly<Partial<Record<ConfigurableKind, readonly (keyof RuleFields)[]>>> = {
  ratio: ['percent'],
  count: ['states', 'things'],
  rate: ['perMinute'],
  milestone: ['percents'],
};

/**
 * What an entry lacks that has no default. One that is off needs nothing: what turns it on again will.
 *
 * @param given the entry's fields, as far as they are there
 * @param base fields of the earlier entries of its id that are for all tasks
 */
export function findMissing(id: string, kind: ConfigurableKind, given: object, base: RuleFields): Finding[] {
  const whole: Readonly<Record<string, unknown>> = { ...base, ...given };
  if (whole.enabled === false) return [];
  return (NEEDED[kind] ?? [])
    .filter((name) => whole[name] === undefined)
    .map((name) => ({
      path: [name],
      message: `missing: kind ${kind} needs it, here or in an earlier entry of ${id} for all tasks`,
    }));
}

/** Holds the recovery limit of an entry against its limit, or against that of the entries before it for all tasks. */
export function checkRecovery({ kind, fields }: RuleEntry, base: RuleFields): Finding[] {
  const finding = findRecovery(kind, fields, { ...base, ...fields });
  return finding === undefined ? [] : [finding];
}

/** A limit that is overridden without its recovery limit takes that along: only a recovery limit that is given can be wrong. */
function findRecovery(kind: ConfigurableKind, given: RuleFields, whole: RuleFields): Finding | undefined {
  if (kind === 'slow') {
    const { percent = DEFAULT_SLOW_PERCENT } = whole;
    return (given.recoverAbove ?? percent) < percent
      ? { path: ['recoverAbove'], message: `expected at least percent, which is ${percent}` }
      : undefined;
  }
  if (kind !== 'ratio' && kind !== 'count' && kind !== 'rate') return undefined;
  const limit = whole[LIMITS[kind]] ?? Number.POSITIVE_INFINITY;
  return (given.recoverBelow ?? 0) > limit
    ? { path: ['recoverBelow'], message: `expected at most ${LIMITS[kind]}, which is ${limit}` }
    : undefined;
}

import type { Observed, RuleStanding } from '../../../../lib/api/generated/api.ts';
import { measured } from '../../breach.ts';
import { count, instant } from '../../format.ts';
import { SEVERITIES } from '../../severity.ts';

/** A value beside its limit, as a bar: shares of its width, 0 to 1. */
export interface Meter {
  readonly fill: number;
  /** Where the limit stands. */
  readonly limit: number;
}

/** Where the limit stands while the value has not passed it. */
const LIMIT_AT = 0.75;

/** Undefined where there is nothing to measure: a rule that holds, or does not. */
export function meterOf({ value, limit, unit }: Observed): Meter | undefined {
  if (unit === 'tags' || !(limit > 0) || !Number.isFinite(value)) return undefined;
  const scale = Math.max(limit / LIMIT_AT, value);
  return { fill: Math.max(0, value / scale), limit: limit / scale };
}

/** Whether a rule of this kind is breached below its limit. */
export const isFloor = (kind: string) => kind === 'slow';

/** A value in its unit. Times are below zero before they count: an end that is not reached yet. */
export function measure(value: number, unit: Observed['unit']): string {
  return unit === 'seconds' && value < 0 ? `−${measured(-value, unit)}` : measured(value, unit);
}

/** What a share is taken of: ` (5 of 41)`. */
export function partsOf({ numerator, denominator }: Observed): string {
  if (numerator === undefined || denominator === undefined) return '';
  return ` (${count(numerator)} of ${count(denominator)})`;
}

const ISO = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;

/** A sentence of the API with its instants as the dashboard writes them. */
export const withInstants = (sentence: string): string => sentence.replace(ISO, instant);

const STANDINGS: readonly RuleStanding['standing'][] = ['breached', 'holding', 'clear', 'silent', 'told'];

/** How near a rule is to a breach: 1 is at its limit. */
function nearness({ kind, observed: { value, limit } }: RuleStanding): number {
  const share = limit > 0 && Number.isFinite(value) ? value / limit : 0;
  return isFloor(kind) ? -share : share;
}

/** Trouble first: breached rules by severity, then those that hold, then the rest by how near they are. */
export function inOrder(rules: readonly RuleStanding[]): RuleStanding[] {
  return rules.toSorted(
    (a, b) =>
      STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
      (a.standing === 'breached' ? SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) : 0) ||
      nearness(b) - nearness(a) ||
      a.id.localeCompare(b.id),
  );
}

import type { OpenBreach } from '../../lib/api/generated/api.ts';
import { count, duration, percent, plain } from './format.ts';

type Unit = 'percent' | 'things' | 'seconds' | 'tags';

/** Open breaches come without their unit: it follows from the kind of the rule. */
const UNITS: Readonly<Record<string, Unit>> = {
  'abort-criteria': 'percent',
  ratio: 'percent',
  count: 'things',
  rate: 'things',
  stalled: 'seconds',
  overdue: 'seconds',
  slow: 'percent',
  'stuck-scheduled': 'seconds',
  milestone: 'percent',
  unreachable: 'seconds',
  'malformed-tag': 'tags',
};

/** `14.63 %`, `12 things`, `5 min`; a plain number where the unit is not known. */
export function measured(value: number, unit: string | undefined): string {
  switch (unit) {
    case 'percent':
      return percent(value);
    case 'seconds':
      return duration(value * 1_000);
    case 'things':
      return `${count(value)} ${value === 1 ? 'thing' : 'things'}`;
    default:
      return plain(value);
  }
}

/** `14.63 %, limit 10 % (6 of 41)`; of a tag there are no numbers to tell. */
export function breachNumbers({ kind, value, limit, numerator, denominator }: OpenBreach): string {
  const unit = UNITS[kind];
  if (unit === 'tags') return 'the tag is ignored';
  const of =
    numerator === undefined || denominator === undefined
      ? ''
      : ` (${count(numerator)} of ${count(denominator)})`;
  return `${measured(value, unit)}, limit ${measured(limit, unit)}${of}`;
}

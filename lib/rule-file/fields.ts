import type { z } from 'zod';
import { THING_STATES } from '../domain/counts.ts';
import { FAILURE_STATES } from '../domain/rules/rule.ts';
import { type ConfigurableKind, SEVERITIES } from '../domain/rules/rule-set.ts';
import {
  duration,
  flag,
  list,
  mute,
  numberFrom,
  oneOf,
  percentage,
  positiveNumber,
  strict,
  wholeNumberFrom,
} from './values.ts';

/** A field of an entry: any of them may be left out. */
function field<Schema extends z.ZodType>(schema: Schema, description: string) {
  return schema.exactOptional().describe(description);
}

/** A field of many kinds, of which the JSON Schema has one definition by this name. */
function shared<Schema extends z.ZodType>(id: string, schema: Schema, description: string) {
  return schema.exactOptional().meta({ id, description });
}

export const severityName = oneOf(SEVERITIES).meta({ id: 'severity' });
const anyDuration = duration('0s').meta({ id: 'duration' });
const sometime = duration('1m').meta({ id: 'positiveDuration' });
const percent = percentage.meta({ id: 'percentage' });
/** More things a minute than any service tells of, and little enough to calculate with. */
const MAX_RATE = 1_000_000_000;
const rate = positiveNumber
  .lte(MAX_RATE, `expected a number above 0, up to ${MAX_RATE}`)
  .meta({ id: 'positiveNumber' });
const things = wholeNumberFrom(1).meta({ id: 'positiveInteger' });
const fractionList = list(
  strict({
    percent: numberFrom(1, 100).describe("Percent of the criterion's threshold."),
    severity: severityName.describe('How bad a breach of this share is.'),
  }),
  5,
  ({ percent: of }) => of,
);

const COMMON = {
  enabled: shared('enabled', flag, 'Whether the rule is in force (true).'),
  for: shared('for', anyDuration, 'How long the rule must hold before it is breached, such as 5m (0s).'),
  keepFiringFor: shared(
    'keepFiringFor',
    anyDuration,
    'How long it must be gone before it has recovered, such as 10m (0s).',
  ),
  repeatEvery: shared(
    'repeatEvery',
    duration('1m'),
    'How often a breach of severity critical that is still open is told again, such as 30m (never).',
  ),
  mute: shared('mute', mute, 'Breaches are recorded and not published until then: until 2026-12-01T00:00Z.'),
};

const severity = shared('severityOfBreach', severityName, 'How bad a breach is.');
const failures = shared(
  'failures',
  list(oneOf(FAILURE_STATES), FAILURE_STATES.length),
  'Which failures count (all three).',
);
const states = shared(
  'states',
  list(oneOf(THING_STATES), THING_STATES.length),
  'The states in which things are counted.',
);
const percents = shared('percents', list(percent, 10), 'Percentages of things finished, each told once.');
const fractions = shared(
  'fractions',
  fractionList,
  'Shares of a threshold, each a rule with a severity of its own (50 % warning, 80 % error, 100 % critical).',
);
const after = (otherwise: string) =>
  field(sometime, `How long it must have been so, such as 15m (${otherwise}).`);
const window = (otherwise: string) =>
  field(duration('1m', '1h'), `The time that is looked back over, from 1m to 1h (${otherwise}).`);
const recoverBelow = 'Once breached, it recovers below this; at most';

/** The fields that an entry of each kind may have, with their defaults in brackets. */
export const FIELDS = {
  'abort-criteria': {
    ...COMMON,
    fractions,
  },
  ratio: {
    ...COMMON,
    severity,
    percent: field(percent, 'Breached when the failures are at this percentage.'),
    recoverBelow: field(percent, `${recoverBelow} percent, which is the default.`),
    minExecuted: field(things, 'Fewer executed things breach nothing (1).'),
    failures,
    of: field(oneOf(['executed', 'total']), 'What the failures are a share of (executed).'),
  },
  count: {
    ...COMMON,
    severity,
    states,
    things: field(things, 'Breached when so many things are in one of the states.'),
    recoverBelow: field(things, `${recoverBelow} things, which is the default.`),
  },
  rate: {
    ...COMMON,
    severity,
    perMinute: field(rate, 'Breached when so many things a minute fail, over the window.'),
    recoverBelow: field(rate, `${recoverBelow} perMinute, which is the default.`),
    window: window('10m'),
    failures,
  },
  stalled: {
    ...COMMON,
    severity,
    after: after('1h'),
    awaitTimeout: field(
      flag,
      'Whether things in progress are waited for as long as InProgressTimeoutInMinutes lets them (true).',
    ),
  },
  overdue: {
    ...COMMON,
    severity,
    after: field(anyDuration, 'By how much the rollout ends after its EndTime, such as 15m (15m).'),
    projected: field(flag, 'Whether the end is foreseen from the recent rate (true).'),
  },
  slow: {
    ...COMMON,
    severity,
    percent: field(percent, 'Breached below this percentage of the promised rate (50).'),
    recoverAbove: field(
      percent,
      'Once breached, it recovers at this or above; at least percent, which is the default.',
    ),
    window: window('15m'),
  },
  'stuck-scheduled': { ...COMMON, severity, after: after('15m') },
  milestone: {
    ...COMMON,
    severity,
    percents,
  },
  unreachable: { ...COMMON, severity, after: after('15m') },
} satisfies Readonly<Record<ConfigurableKind, z.core.$ZodShape>>;

/** The fields of an entry whose kind is not known. */
export const EVERY_FIELD = {
  ...FIELDS['abort-criteria'],
  ...FIELDS.ratio,
  ...FIELDS.count,
  ...FIELDS.stalled,
  ...FIELDS.overdue,
  ...FIELDS.slow,
  ...FIELDS.milestone,
  ...FIELDS.rate,
  after: field(anyDuration, 'How long it must have been so, such as 15m.'),
  percent: field(percent, 'The limit of a ratio, or of slow.'),
  recoverBelow: field(rate, `${recoverBelow} the limit of the rule.`),
  window: field(duration('1m', '1h'), 'The time that is looked back over, from 1m to 1h.'),
};

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Counts, countsOf } from '../../../lib/domain/counts.ts';
import {
  type Diff,
  type DiffContext,
  diff,
  isWorthWriting,
  startTracking,
  taskUnread,
} from '../../../lib/domain/diff.ts';
import type { RuleSubject } from '../../../lib/domain/rules/match.ts';
import { ruleSubjectOf } from '../../../lib/domain/rules/match.ts';
import { resolveRules } from '../../../lib/domain/rules/resolve.ts';
import type { RuleEntry } from '../../../lib/domain/rules/rule-set.ts';
import { isDue } from '../../../lib/domain/rules/state.ts';
import type { Snapshot } from '../../../lib/domain/task.ts';
import { windowAt } from '../../../lib/maintenance-windows.ts';
import type { ScheduledWindow } from '../../../lib/ports.ts';
import type { Observation, RecordedLook } from '../../../lib/recording.ts';
import { replayTask } from '../../../lib/replay.ts';
import { facts, MINUTE, NOON } from '../../support/builders.ts';

const HOURS = 60;
const PERIOD = MINUTE;

/** What happened, after a standstill of some minutes. */
const happening = fc.record({
  afterMinutes: fc.oneof(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 8 * HOURS }),
  ),
  kind: fc.constantFrom('progress', 'progress', 'failures', 'retry', 'start', 'unreadable', 'noted'),
  things: fc.integer({ min: 1, max: 30 }),
});

const story = fc.record({
  scheduled: fc.boolean(),
  things: fc.integer({ min: 1, max: 200 }),
  startsIn: fc.option(fc.integer({ min: -60, max: 8 * HOURS }), { nil: undefined }),
  endsIn: fc.option(fc.integer({ min: 30, max: 12 * HOURS }), { nil: undefined }),
  window: fc.option(fc.constantFrom('cron(0 2 * * ? *)', '2026-11-23 03:00'), { nil: undefined, freq: 4 }),
  pace: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  happenings: fc.array(happening, { maxLength: 8 }),
  quietEnd: fc.integer({ min: 0, max: 8 * HOURS }),
  ends: fc.boolean(),
});
type Story = typeof story extends fc.Arbitrary<infer Told> ? Told : never;

const origin = { source: 'rules.yml', line: 1 };
const minutes = (most: number) => fc.integer({ min: 0, max: most }).map((count) => count * MINUTE);
const common = fc.record(
  {
    forMs: minutes(20),
    keepFiringForMs: minutes(20),
    repeatEveryMs: fc.integer({ min: 60, max: 600 }).map((count) => count * MINUTE),
    mutedUntil: fc.integer({ min: 0, max: 8 * HOURS }).map((count) => NOON + count * MINUTE),
    severity: fc.constantFrom('warning' as const, 'critical' as const),
  },
  { requiredKeys: [] },
);
const window = fc.integer({ min: 1, max: 180 }).map((count) => count * MINUTE);

const ENTRIES: readonly fc.Arbitrary<RuleEntry>[] = [
  entry('ratio', fc.record({ percent: fc.integer({ min: 1, max: 50 }) })),
  entry('rate', fc.record({ perMinute: fc.integer({ min: 1, max: 5 }), windowMs: window })),
  entry('stalled', fc.record({ afterMs: minutes(120) })),
  entry('overdue', fc.record({ afterMs: minutes(60), projected: fc.boolean() })),
  entry('slow', fc.record({ percent: fc.integer({ min: 1, max: 100 }), windowMs: window })),
  entry('stuck-scheduled', fc.record({ afterMs: minutes(60) })),
  entry('unreachable', fc.record({ afterMs: minutes(60) })),
  entry('milestone', fc.constant({ percents: [10, 50] })),
];

function entry<Kind extends RuleEntry['kind']>(
  kind: Kind,
  own: fc.Arbitrary<Extract<RuleEntry, { kind: Kind }>['fields']>,
): fc.Arbitrary<RuleEntry> {
  return fc.tuple(common, own).map(([shared, fields]) => {
    const made: unknown = { id: kind, kind, origin, fields: { ...shared, ...fields } };
    return made as RuleEntry;
  });
}

/** The rows that polls would have left, a minute apart. */
function recorded(told: Story): { observations: Observation[]; until: number } {
  const iso = (inMinutes: number | undefined) =>
    inMinutes === undefined ? undefined : new Date(NOON + inMinutes * MINUTE).toISOString();
  const startTime = iso(told.startsIn);
  const endTime = iso(told.endsIn);
  const windows: ScheduledWindow[] =
    told.window === undefined ? [] : [{ startTime: told.window, durationMinutes: 90 }];
  let at = NOON;
  let status = told.scheduled ? 'SCHEDULED' : 'IN_PROGRESS';
  let counts = countsOf({ queued: told.things });
  const look = (): RecordedLook => ({
    taskId: 'task1',
    at,
    task: {
      facts: facts({ status, counts, ...(startTime && { startTime }), ...(endTime && { endTime }) }),
      tags: {},
      maintenanceWindows: windows,
    },
    configuration: {
      configurationId: 'config1',
      criteria: [],
      ...(told.pace !== undefined && { pace: { maximumPerMinute: told.pace } }),
    },
  });
  const observations: Observation[] = [look()];
  for (const { afterMinutes, kind, things } of told.happenings) {
    at += afterMinutes * MINUTE;
    if (kind === 'unreadable') {
      observations.push({ taskId: 'task1', at, unreadable: 'AccessDeniedException' });
      continue;
    }
    if (kind !== 'noted') status = 'IN_PROGRESS';
    counts = moved(counts, kind, things);
    observations.push(look());
  }
  at += told.quietEnd * MINUTE;
  const until = at;
  if (told.ends) {
    at += MINUTE;
    status = 'COMPLETED';
    observations.push(look());
  }
  return { observations, until };
}

function moved(counts: Counts, kind: string, things: number): Counts {
  const take = (
    from: 'queued' | 'inProgress' | 'failed',
    to: 'inProgress' | 'succeeded' | 'failed' | 'queued',
  ) => {
    const many = Math.min(counts[from], things);
    return countsOf({ ...counts, [from]: counts[from] - many, [to]: counts[to] + many });
  };
  switch (kind) {
    case 'start':
      return take('queued', 'inProgress');
    case 'progress':
      return take('queued', 'succeeded');
    case 'failures':
      return take('queued', 'failed');
    case 'retry':
      return take('failed', 'queued');
    default:
      return counts;
  }
}

/** Every single poll, as plain as can be. */
function polled(observations: readonly Observation[], until: number, entries: readonly RuleEntry[]) {
  const byInstant = new Map(observations.map((one) => [one.at, one]));
  const events: unknown[] = [];
  const end = Math.max(until, observations.at(-1)?.at ?? 0);
  let seen = observations[0];
  let snapshot: Snapshot | undefined;
  for (let now = NOON; now <= end && seen !== undefined; now += PERIOD) {
    const news = byInstant.get(now);
    seen = news ?? seen;
    if (news === undefined && !isLookedAt(snapshot, now)) continue;
    const result = look(snapshot, seen, now, entries);
    events.push(...told(result, now));
    if (result.stopped !== undefined) break;
    if (snapshot === undefined || isWorthWriting(snapshot, result, PERIOD)) snapshot = result.snapshot;
  }
  return events;
}

function isLookedAt(snapshot: Snapshot | undefined, now: number): boolean {
  return (
    snapshot?.facts.status === 'IN_PROGRESS' ||
    (snapshot !== undefined && isDue(snapshot.rules, { now, periodMs: PERIOD }))
  );
}

function look(
  before: Snapshot | undefined,
  seen: Observation,
  now: number,
  entries: readonly RuleEntry[],
): Diff {
  if ('unreadable' in seen) {
    if (before === undefined) throw new Error('Stories begin with a look that succeeds');
    return taskUnread(before, seen.unreadable, { now, periodMs: PERIOD });
  }
  const { task, configuration } = seen;
  const window = windowAt(task.maintenanceWindows, now);
  const context: DiffContext = {
    now,
    periodMs: PERIOD,
    progressEvents: 'none',
    rules: resolveRules({ entries }, ruleSubjectOf(task, configuration)).rules,
    ...(configuration && { configuration }),
    ...(window && { window }),
  };
  return before === undefined
    ? startTracking(task.facts, 'discovered', context)
    : diff(before, task.facts, context);
}

const told = ({ events }: Diff, at: number) =>
  events
    .filter(({ detailType }) => detailType.includes('Threshold'))
    .map((event) => ({ taskId: 'task1', at, event }));

it('tells what every single poll would have told, and nothing else', () => {
  const seen = new Set<string>();
  const rules = fc
    .tuple(...ENTRIES.map((one) => fc.option(one, { nil: undefined })))
    .map((all) => all.filter((one) => one !== undefined));
  fc.assert(
    fc.property(story, rules, (script, entries) => {
      const { observations, until } = recorded(script);
      const rulesFor = (subject: RuleSubject) => resolveRules({ entries }, subject).rules;
      const replayed = [...replayTask(observations, { rulesFor, periodMs: PERIOD, until })];
      expect(replayed).toEqual(polled(observations, until, entries));
      for (const { event } of replayed)
        seen.add(`${event.body.rule.kind} ${event.detailType.replace('OTA Task Threshold ', '')}`);
    }),
    { numRuns: 200, seed: 1 },
  );
  const kinds = ['ratio', 'rate', 'stalled', 'overdue', 'slow', 'stuck-scheduled', 'unreachable'];
  const expected = kinds.flatMap((kind) => [`${kind} Breached`, `${kind} Recovered`]);
  expect([...seen].sort()).toEqual([...expected, 'milestone Breached'].sort());
});

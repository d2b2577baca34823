import { type Cancellation, explainCancellation } from './cancellation.ts';
import { sameCounts } from './counts.ts';
import type { StartReason, StopReason, TaskEvent } from './events.ts';
import {
  addSample,
  estimatedCompletion,
  firstSample,
  milestoneOf,
  percentComplete,
  RATE_WINDOW,
  ratePerMinute,
  steppedBack,
} from './progress.ts';
import { evaluate, evaluateUnread, removeAll } from './rules/engine.ts';
import type { MaintenanceWindow, TaskLook } from './rules/look.ts';
import type { RuleState, TaskRule, UnreachableRule } from './rules/rule.ts';
import { ruleEvent } from './rules/rule-event.ts';
import type { Telling } from './rules/sentences.ts';
import { initialState, isSameState, isTimeToNote, lookedAt } from './rules/state.ts';
import {
  DELETED,
  isEnding,
  isTerminal,
  type Snapshot,
  type TaskConfiguration,
  type TaskFacts,
} from './task.ts';

/** Which `OTA Task Progressed` rows are published: at 25, 50, 75 and 100 % finished, each, or none. */
export const PROGRESS_EVENTS = ['milestones', 'all', 'none'] as const;
export type ProgressEvents = (typeof PROGRESS_EVENTS)[number];

/** When an observation is made, and how often one is. */
export interface DiffTime {
  /** Epoch milliseconds of the observation. */
  readonly now: number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
}

/** What an observation is made with. */
export interface DiffContext extends DiffTime {
  readonly progressEvents: ProgressEvents;
  /** The task's configuration, where it could be read. */
  readonly configuration?: TaskConfiguration;
  /** The rules that apply to the task, with its configuration as it is now. */
  readonly rules: readonly TaskRule[];
  /** Names the rule set that they are from: another one calls for a look at tasks that nothing else calls for. */
  readonly ruleSet?: string;
  readonly window?: MaintenanceWindow;
  /** `LastUpdatedAt` of the task in the list, where it was listed. */
  readonly listedLastUpdatedAt?: string;
}

/** A task's new snapshot, what happened to it in the contract's order, and why it is no longer tracked if so. */
export interface Diff {
  readonly snapshot: Snapshot;
  readonly events: readonly TaskEvent[];
  readonly stopped?: StopReason;
}

/** First sight of a task: nothing has changed, but rules may hold already, and the task may be over. */
export function startTracking(facts: TaskFacts, reason: StartReason, context: DiffContext): Diff {
  const before: Snapshot = {
    facts,
    trackedSince: context.now,
    rules: initialState(context.now),
    whenUnread: [],
    milestone: milestoneOf(facts.counts),
    samples: [firstSample(facts.counts, context.now)],
  };
  const { snapshot, events, stopped } = diff(before, facts, context);
  const started: TaskEvent = { detailType: 'OTA Task Tracking Started', published: true, body: { reason } };
  return { snapshot, events: [started, ...events], ...(stopped !== undefined && { stopped }) };
}

/** The configuration in force: one that cannot be read is unknown, not changed. */
export function configurationInForce(
  { configurationId }: TaskFacts,
  read: TaskConfiguration | undefined,
  before: TaskConfiguration | undefined,
): TaskConfiguration | undefined {
  return configurationId === undefined ? undefined : (read ?? before);
}

/** What changed between a task's snapshot and a new look at it. */
export function diff(before: Snapshot, facts: TaskFacts, context: DiffContext): Diff {
  const configuration = configurationInForce(facts, context.configuration, before.configuration);
  const progress = diffProgress(before, facts, context);
  const cancellation =
    facts.status === 'CANCELED' ? explainCancellation(before, facts, configuration, context) : undefined;
  const rules = diffRules(before, facts, configuration, progress.samples, cancellation, context);
  const listedLastUpdatedAt = context.listedLastUpdatedAt ?? before.listedLastUpdatedAt;
  return {
    snapshot: {
      facts,
      trackedSince: before.trackedSince,
      ...(configuration !== undefined && { configuration }),
      rules: rules.state,
      ...(context.ruleSet !== undefined && { ruleSet: context.ruleSet }),
      whenUnread: context.rules.filter((rule) => rule.kind === 'unreachable'),
      milestone: progress.milestone,
      samples: progress.samples,
      ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
    },
    events: [
      ...diffStatus(before, facts, cancellation),
      ...diffConfiguration(before, facts),
      ...progress.events,
      ...rules.events,
      ...stop(facts),
    ],
    ...(isTerminal(facts.status) && { stopped: stopReason(facts.status) }),
  };
}

/** A task that is tracked could not be read: what is known of it stands. */
export function taskUnread(before: Snapshot, reason: string, time: DiffTime): Diff {
  const mayBreach = !isEnding(before.facts.status);
  const { state, told } = evaluateUnread(before.whenUnread, before.rules, mayBreach, time);
  const telling: Telling = { counts: before.facts.counts, now: time.now, unreadable: reason };
  return { snapshot: { ...before, rules: state }, events: told.map((one) => ruleEvent(one, telling)) };
}

/** The API no longer knows a task that was tracked: its last facts stand, under our own status. */
export function taskDeleted(before: Snapshot, context: DiffContext): Diff {
  return diff(before, { ...before.facts, status: DELETED }, context);
}

/** Somebody asked that the task be watched no longer: its open breaches close, since their rules are gone. */
export function untrack(before: Snapshot, now: number): Diff {
  const telling: Telling = { counts: before.facts.counts, now };
  return {
    snapshot: { ...before, rules: initialState(now) },
    events: [
      ...removeAll(before.rules).map((told) => ruleEvent(told, telling)),
      { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'requested' } },
    ],
    stopped: 'requested',
  };
}

/**
 * Whether a diff has to be written. `LastUpdatedAt` of a task in progress is no reason to: such a task is read in every
 * poll. Of any other it is, or the list would seem changed for ever. That time passes is one only now and then, and only while
 * a clock runs towards a breach or a recovery.
 */
export function isWorthWriting(before: Snapshot, { snapshot, events }: Diff, periodMs: number): boolean {
  if (events.length > 0 || before.configuration?.configurationId !== snapshot.configuration?.configurationId)
    return true;
  const isNoted = isTimeToNote(
    { ...timed(snapshot.rules), lastAt: lookedAt(before.rules) },
    { now: lookedAt(snapshot.rules), periodMs },
  );
  if (isNoted || !isSameState(before.rules, snapshot.rules)) return true;
  if (!areSameRules(before.whenUnread, snapshot.whenUnread)) return true;
  return (
    snapshot.facts.status !== 'IN_PROGRESS' &&
    (before.listedLastUpdatedAt !== snapshot.listedLastUpdatedAt || before.ruleSet !== snapshot.ruleSet)
  );
}

/** What counts time: of a look that failed, nothing but the clock of looks that fail. */
function timed({ unreadAt, ...rules }: RuleState): RuleState {
  return unreadAt === undefined
    ? rules
    : { ...initialState(unreadAt), ...(rules.unread && { unread: rules.unread }) };
}

/** The order of members is not the same once they were stored. */
function areSameRules(some: readonly UnreachableRule[], others: readonly UnreachableRule[]): boolean {
  const fields = (rules: readonly UnreachableRule[]) =>
    JSON.stringify(rules.map((rule) => Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1))));
  return fields(some) === fields(others);
}

function stopReason(status: string): StopReason {
  if (status === 'COMPLETED') return 'completed';
  return status === 'CANCELED' ? 'canceled' : 'deleted';
}

function stop(facts: TaskFacts): TaskEvent[] {
  if (!isTerminal(facts.status)) return [];
  const reason = stopReason(facts.status);
  return [{ detailType: 'OTA Task Tracking Stopped', published: true, body: { reason } }];
}

function diffStatus(before: Snapshot, facts: TaskFacts, cancellation: Cancellation | undefined): TaskEvent[] {
  const previousStatus = before.facts.status;
  if (facts.status === previousStatus) return [];
  return [
    {
      detailType: 'OTA Task Status Changed',
      published: true,
      body: {
        previousStatus,
        terminal: isTerminal(facts.status),
        ...(cancellation !== undefined && { inferredCause: cancellation.cause }),
      },
    },
  ];
}

function diffConfiguration(before: Snapshot, facts: TaskFacts): TaskEvent[] {
  const previousConfigurationId = before.facts.configurationId;
  if (facts.configurationId === previousConfigurationId) return [];
  return [
    {
      detailType: 'OTA Task Configuration Changed',
      published: true,
      body: previousConfigurationId === undefined ? {} : { previousConfigurationId },
    },
  ];
}

function diffProgress(before: Snapshot, facts: TaskFacts, { now, progressEvents, rules }: DiffContext) {
  const { milestone } = before;
  const back = before.rules.lastAt - now;
  const samples = back > 0 ? steppedBack(before.samples, back) : before.samples;
  const { counts } = facts;
  const previousCounts = before.facts.counts;
  if (sameCounts(counts, previousCounts)) return { milestone, samples, events: [] };

  const reached = milestoneOf(counts);
  const newSamples = addSample(samples, previousCounts, counts, now, longestWindow(rules));
  const rate = ratePerMinute(newSamples);
  const percent = percentComplete(counts);
  const completion = facts.otaType === 'CONTINUOUS' ? undefined : estimatedCompletion(counts, rate, now);
  const event: TaskEvent = {
    detailType: 'OTA Task Progressed',
    published: progressEvents === 'all' || (progressEvents === 'milestones' && reached > milestone),
    body: {
      previousCounts,
      ...(percent !== undefined && { percentComplete: percent }),
      ...(rate !== undefined && { ratePerMinute: rate }),
      ...(completion !== undefined && { estimatedCompletionAt: completion }),
    },
  };
  return { milestone: Math.max(milestone, reached), samples: newSamples, events: [event] };
}

/** The longest window that any rate is measured over. */
export function longestWindow(rules: readonly TaskRule[]): number {
  return rules.reduce(
    (longest, rule) => ('windowMs' in rule ? Math.max(longest, rule.windowMs) : longest),
    RATE_WINDOW,
  );
}

function diffRules(
  before: Snapshot,
  facts: TaskFacts,
  configuration: TaskConfiguration | undefined,
  samples: Snapshot['samples'],
  cancellation: Cancellation | undefined,
  { now, periodMs, rules, window }: DiffContext,
): { state: RuleState; events: TaskEvent[] } {
  const previousCounts = before.facts.counts;
  const startTime = epoch(facts.startTime);
  const endTime = epoch(facts.endTime);
  const look: TaskLook = {
    status: facts.status,
    counts: cancellation?.counts ?? facts.counts,
    previousCounts,
    samples,
    isContinuous: facts.otaType === 'CONTINUOUS',
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    ...(configuration !== undefined && { configuration }),
    ...(window !== undefined && { window }),
  };
  const { state, told } = evaluate(rules, before.rules, look, { now, periodMs });
  const telling: Telling = { counts: look.counts, now, ...(endTime !== undefined && { endTime }) };
  return { state, events: told.map((one) => ruleEvent(one, telling)) };
}

const epoch = (iso: string | undefined) => (iso === undefined ? undefined : Date.parse(iso));

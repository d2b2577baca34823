import { countsBeforeCancel, sameCounts } from './counts.ts';
import type { InferredCause, StartReason, StopReason, TaskEvent } from './events.ts';
import { addSample, estimatedCompletion, milestoneOf, percentComplete, ratePerMinute } from './progress.ts';
import {
  abortCriterionHolds,
  type Breaches,
  closeBreaches,
  compareBreaches,
  evaluateAbortCriteria,
  type RecoveryReason,
} from './rules.ts';
import { type ConfigurationCriteria, DELETED, isTerminal, type Snapshot, type TaskFacts } from './task.ts';

/** Which `OTA Task Progressed` rows are published: at 25, 50, 75 and 100 % finished, each, or none. */
export const PROGRESS_EVENTS = ['milestones', 'all', 'none'] as const;
export type ProgressEvents = (typeof PROGRESS_EVENTS)[number];

/** What an observation is made with. */
export interface DiffContext {
  /** Epoch milliseconds of the observation. */
  readonly now: number;
  readonly progressEvents: ProgressEvents;
  /** Abort criteria of the task's configuration, where they could be read. */
  readonly criteria?: ConfigurationCriteria;
  /** `LastUpdatedAt` of the task in the list, where it was listed. */
  readonly listedLastUpdatedAt?: string;
}

/** A task's new snapshot, what happened to it in the contract's order, and why it is no longer tracked if so. */
export interface Diff {
  readonly snapshot: Snapshot;
  readonly events: readonly TaskEvent[];
  readonly stopped?: StopReason;
}

const instant = (now: number) => new Date(now).toISOString();

/** First sight of a task: nothing has changed, but rules may hold already, and the task may be over. */
export function startTracking(facts: TaskFacts, reason: StartReason, context: DiffContext): Diff {
  const before: Snapshot = { facts, breaches: {}, milestone: milestoneOf(facts.counts), samples: [] };
  const { snapshot, events, stopped } = diff(before, facts, context);
  const started: TaskEvent = { detailType: 'OTA Task Tracking Started', published: true, body: { reason } };
  return {
    snapshot: { ...snapshot, samples: addSample([], facts.counts, context.now) },
    events: [started, ...events],
    ...(stopped !== undefined && { stopped }),
  };
}

/** What changed between a task's snapshot and a new look at it. */
export function diff(before: Snapshot, facts: TaskFacts, context: DiffContext): Diff {
  const criteria = facts.configurationId === undefined ? undefined : (context.criteria ?? before.criteria);
  const progress = diffProgress(before, facts, context);
  const rules = diffRules(before, facts, criteria, context.now);
  const listedLastUpdatedAt = context.listedLastUpdatedAt ?? before.listedLastUpdatedAt;
  return {
    snapshot: {
      facts,
      ...(criteria !== undefined && { criteria }),
      breaches: rules.breaches,
      milestone: progress.milestone,
      samples: progress.samples,
      ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
    },
    events: [
      ...diffStatus(before, facts, criteria, context.now),
      ...diffConfiguration(before, facts),
      ...progress.events,
      ...rules.events,
      ...stop(facts),
    ],
    ...(isTerminal(facts.status) && { stopped: stopReason(facts.status) }),
  };
}

/** The API no longer knows a task that was tracked: its last facts stand, under our own status. */
export function taskDeleted(before: Snapshot, context: DiffContext): Diff {
  return diff(before, { ...before.facts, status: DELETED }, context);
}

/** Somebody asked that the task be watched no longer: its open breaches close, since their rules are gone. */
export function untrack(before: Snapshot): Diff {
  return {
    snapshot: { ...before, breaches: {} },
    events: [
      ...recoveries(before.breaches, [], 'rule-removed'),
      { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'requested' } },
    ],
    stopped: 'requested',
  };
}

/**
 * Whether a diff has to be written. `LastUpdatedAt` of a task in progress is no reason to: such a task is read in every
 * poll. Of any other it is, or the list would seem changed for ever.
 */
export function isWorthWriting(before: Snapshot, { snapshot, events }: Diff): boolean {
  if (events.length > 0 || before.criteria?.configurationId !== snapshot.criteria?.configurationId)
    return true;
  return (
    snapshot.facts.status !== 'IN_PROGRESS' && before.listedLastUpdatedAt !== snapshot.listedLastUpdatedAt
  );
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

function diffStatus(
  before: Snapshot,
  facts: TaskFacts,
  criteria: ConfigurationCriteria | undefined,
  now: number,
): TaskEvent[] {
  const previousStatus = before.facts.status;
  if (facts.status === previousStatus) return [];
  const inferredCause = facts.status === 'CANCELED' ? inferCause(before, facts, criteria, now) : undefined;
  return [
    {
      detailType: 'OTA Task Status Changed',
      published: true,
      body: {
        previousStatus,
        terminal: isTerminal(facts.status),
        ...(inferredCause !== undefined && { inferredCause }),
      },
    },
  ];
}

/** Why a task was canceled: the API does not say, so the facts have to. */
function inferCause(
  before: Snapshot,
  facts: TaskFacts,
  criteria: ConfigurationCriteria | undefined,
  now: number,
): InferredCause {
  const list = criteria?.criteria ?? [];
  const last = countsBeforeCancel(before.facts.counts, facts.counts);
  if (abortCriterionHolds(list, last) || abortCriterionHolds(list, before.facts.counts))
    return 'abort-criteria';
  const { endTime, endBehavior } = facts;
  const endCancels = endBehavior === 'CANCEL' || endBehavior === 'FORCE_CANCEL';
  return endCancels && endTime !== undefined && endTime <= instant(now) ? 'end-time' : 'operator';
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

function diffProgress(before: Snapshot, facts: TaskFacts, { now, progressEvents }: DiffContext) {
  const { milestone, samples } = before;
  const { counts } = facts;
  const previousCounts = before.facts.counts;
  if (sameCounts(counts, previousCounts)) return { milestone, samples, events: [] };

  const reached = milestoneOf(counts);
  const newSamples = addSample(samples, counts, now);
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

function diffRules(
  before: Snapshot,
  facts: TaskFacts,
  criteria: ConfigurationCriteria | undefined,
  now: number,
): { breaches: Breaches; events: TaskEvent[] } {
  const counts =
    facts.status === 'CANCELED' ? countsBeforeCancel(before.facts.counts, facts.counts) : facts.counts;
  const evaluations = evaluateAbortCriteria(criteria?.criteria ?? [], counts);
  // AWS cancels no rollout that is being deleted: its failures alarm nobody any more.
  const isDeleting = facts.status === 'DELETION_IN_PROGRESS' || facts.status === DELETED;
  const relevant = isDeleting ? evaluations.filter(({ rule }) => before.breaches[rule.id]) : evaluations;
  const { breaches, breached, recovered } = compareBreaches(before.breaches, relevant, instant(now));
  const breachEvents = breached.map(
    ({ rule, observed }): TaskEvent => ({
      detailType: 'OTA Task Threshold Breached',
      published: true,
      body: { rule, observed },
    }),
  );
  const events = [...breachEvents, ...recovered.map(recoveryEvent)];
  if (!isTerminal(facts.status)) return { breaches, events };
  return { breaches: {}, events: [...events, ...recoveries(breaches, evaluations, 'task-ended')] };
}

function recoveries(
  breaches: Breaches,
  evaluations: ReturnType<typeof evaluateAbortCriteria>,
  reason: RecoveryReason,
): TaskEvent[] {
  return closeBreaches(breaches, evaluations, reason).map(recoveryEvent);
}

function recoveryEvent({
  rule,
  observed,
  breachedAt,
  reason,
}: ReturnType<typeof closeBreaches>[number]): TaskEvent {
  return {
    detailType: 'OTA Task Threshold Recovered',
    published: true,
    body: { rule, observed, breachedAt, reason },
  };
}

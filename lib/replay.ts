import {
  configurationInForce,
  type Diff,
  type DiffContext,
  type DiffTime,
  diff,
  isWorthWriting,
  longestWindow,
  startTracking,
  taskDeleted,
  taskUnread,
  untrack,
} from './domain/diff.ts';
import type { TaskEvent } from './domain/events.ts';
import { type RuleSubject, ruleSubjectOf } from './domain/rules/match.ts';
import type { OverdueRule, TaskRule } from './domain/rules/rule.ts';
import { isDue } from './domain/rules/state.ts';
import { DELETED, isEnding, type Snapshot, type TaskConfiguration } from './domain/task.ts';
import { windowAt } from './maintenance-windows.ts';
import type { Observation, RecordedLook } from './recording.ts';

type RuleEvent = Extract<
  TaskEvent,
  { detailType: 'OTA Task Threshold Breached' | 'OTA Task Threshold Recovered' }
>;

/** A breach or a recovery that rules would have given. */
export interface ReplayedEvent {
  readonly taskId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: RuleEvent;
}

/** What a recording is replayed with. */
export interface ReplayOptions {
  readonly rulesFor: (subject: RuleSubject) => readonly TaskRule[];
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  /** Up to when a task that has not ended is looked at, epoch milliseconds. */
  readonly until: number;
}

/** A task in the middle of its replay. */
interface Watched {
  readonly snapshot: Snapshot;
  /** The rules of the last look, which apply as long as nothing about the task changes. */
  readonly rules: readonly TaskRule[];
  /** When a poll last had something to write, epoch milliseconds. */
  readonly writtenAt: number;
}

const MINUTE = 60_000;
/** Windows and gaps are past when this many periods have gone by besides. */
const SETTLED_PERIODS = 10;

/**
 * Holds rules against the observations of one task, as polls would have. Polls that found nothing new left no trace: they are
 * put in between, every period, each seeing what was seen last.
 *
 * @param observations in order, one an instant
 */
export function* replayTask(
  observations: readonly Observation[],
  options: ReplayOptions,
): Generator<ReplayedEvent, void> {
  const { periodMs, until } = options;
  let watched: Watched | undefined;
  let wasWatched = false;
  for (const [index, observation] of observations.entries()) {
    const result = look(watched, wasWatched, observation, options);
    if (result === undefined) continue;
    yield* eventsOf(result.diff, observation);
    wasWatched = true;
    watched = after(watched, result, { now: observation.at, periodMs });
    const next = observations[index + 1];
    // Polls are a period apart, give or take what they are late.
    const end = next === undefined ? until : next.at - periodMs / 2;
    if (watched !== undefined) watched = yield* lookQuietly(watched, observation, end, periodMs);
  }
}

/** The polls after an observation that find the task as it was. */
function* lookQuietly(
  start: Watched,
  observation: Observation,
  end: number,
  periodMs: number,
): Generator<ReplayedEvent, Watched> {
  let watched = start;
  for (let now = observation.at + periodMs; now <= end; now += periodMs) {
    const { snapshot, rules }: Watched = watched;
    const rest = restsUntil(watched, observation, { now, periodMs }) - now;
    now += Math.ceil(rest / periodMs) * periodMs;
    const time = { now, periodMs };
    if (now > end) break;
    if (snapshot.facts.status !== 'IN_PROGRESS' && !isDue(snapshot.rules, time)) continue;
    const diff = lookAgain(watched, observation, time);
    yield* eventsOf(diff, { ...observation, at: now });
    watched = after(watched, { diff, rules }, time) ?? watched;
  }
  return watched;
}

interface Result {
  readonly diff: Diff;
  readonly rules: readonly TaskRule[];
}

/** What a poll makes of an observation; undefined for one that concerns nobody. */
function look(
  watched: Watched | undefined,
  wasWatched: boolean,
  observation: Observation,
  { rulesFor, periodMs }: ReplayOptions,
): Result | undefined {
  const { at } = observation;
  const before = watched?.snapshot;
  if ('unreadable' in observation)
    return watched && { diff: lookAgain(watched, observation, { now: at, periodMs }), rules: watched.rules };
  if (observation.tracking === 'ended') return before && { diff: untrack(before, at), rules: [] };
  const { facts, tags } = observation.task;
  const configuration = configurationInForce(facts, observation.configuration, before?.configuration);
  if (facts.status === DELETED) {
    const rules = rulesFor(ruleSubjectOf({ facts, tags: {} }, configuration));
    return (
      before && { diff: taskDeleted(before, { now: at, periodMs, progressEvents: 'none', rules }), rules }
    );
  }
  const rules = rulesFor(ruleSubjectOf({ facts, tags }, configuration));
  const context = contextOf(observation, configuration, rules, { now: at, periodMs });
  if (before !== undefined && observation.tracking === undefined)
    return { diff: diff(before, facts, context), rules };
  // A task that was watched, and is over, is not to end again.
  if (wasWatched && observation.tracking === undefined && isEnding(facts.status)) return undefined;
  return { diff: startTracking(facts, 'discovered', context), rules };
}

/** What a later poll makes of the same. */
function lookAgain({ snapshot, rules }: Watched, observation: Observation, time: DiffTime): Diff {
  if ('unreadable' in observation) return taskUnread(snapshot, observation.unreadable, time);
  const { facts } = observation.task;
  return diff(snapshot, facts, contextOf(observation, snapshot.configuration, rules, time));
}

function contextOf(
  { task }: RecordedLook,
  configuration: TaskConfiguration | undefined,
  rules: readonly TaskRule[],
  time: DiffTime,
): DiffContext {
  const window = windowAt(task.maintenanceWindows, time.now);
  return {
    ...time,
    progressEvents: 'none',
    rules,
    ...(configuration !== undefined && { configuration }),
    ...(window !== undefined && { window }),
  };
}

/** What the next poll starts from: what is not worth writing is not remembered. */
function after(
  before: Watched | undefined,
  { diff, rules }: Result,
  { now, periodMs }: DiffTime,
): Watched | undefined {
  if (diff.stopped !== undefined) return undefined;
  if (before !== undefined && !isWorthWriting(before.snapshot, diff, periodMs)) return { ...before, rules };
  return { snapshot: diff.snapshot, rules, writtenAt: now };
}

function* eventsOf({ events }: Diff, { taskId, at }: Observation): Generator<ReplayedEvent, void> {
  for (const event of events) {
    if (
      event.detailType === 'OTA Task Threshold Breached' ||
      event.detailType === 'OTA Task Threshold Recovered'
    )
      yield { taskId, at, event };
  }
}

/**
 * Until when polls bring nothing about that find the task as it is: `now` while a clock runs (it is written every few periods),
 * or while time alone may change something in ways that are not worth foreseeing. A task that stands still for weeks is looked
 * at tens of thousands of times otherwise.
 */
function restsUntil(
  { snapshot, rules, writtenAt }: Watched,
  observation: Observation,
  time: DiffTime,
): number {
  const { now, periodMs } = time;
  const { facts, rules: state } = snapshot;
  const settled = now - SETTLED_PERIODS * periodMs - longestWindow(rules);
  if (Math.max(writtenAt, observation.at) >= settled) return now;
  if ('task' in observation && observation.task.maintenanceWindows.length > 0) return now;
  if (facts.startTime !== undefined && Date.parse(facts.startTime) >= settled) return now;
  const changes = [
    state.dueAt ?? Infinity,
    ...rules.map((rule) => nextChange(rule, snapshot, { ...time, settled })),
  ];
  return Math.max(now, Math.min(...changes));
}

/** When time alone changes something about a rule, or a little before. What came before `settled` has had its effect. */
function nextChange(
  rule: TaskRule,
  snapshot: Snapshot,
  { now, periodMs, settled }: DiffTime & { readonly settled: number },
): number {
  if (rule.repeatEveryMs !== undefined && snapshot.rules.rules[rule.id]?.open !== undefined) return now;
  const { mutedUntil = 0 } = rule;
  const unmuted = mutedUntil > now ? mutedUntil : Infinity;
  const overdue = rule.kind === 'overdue' ? overdueFrom(rule, snapshot) : Infinity;
  return overdue < settled ? unmuted : Math.min(unmuted, overdue - periodMs);
}

/** Nothing finishes, but things that are queued are projected to take their time from now on. */
function overdueFrom({ afterMs }: OverdueRule, { facts, configuration }: Snapshot): number {
  if (facts.endTime === undefined) return Infinity;
  const perMinute = configuration?.pace?.maximumPerMinute;
  const projected = perMinute === undefined ? 0 : (facts.counts.queued / perMinute) * MINUTE;
  return Date.parse(facts.endTime) + afterMs - projected;
}

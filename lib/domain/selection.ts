import { type Cadence, isItsTurn, type Urgency, urgencyOf } from './cadence.ts';
import type { StartReason } from './events.ts';
import { type LastSeen, lastLookAt } from './last-seen.ts';
import { isDue } from './rules/state.ts';
import { isEnding, isTerminal, type TaskSummary } from './task.ts';
import {
  type EndedTask,
  isOutboxFull,
  type LiveTask,
  type RequestedTask,
  type TrackedTask,
} from './tracked.ts';
import { isUnmoved, mayBeLeftAlone, sampleOf } from './trust.ts';
import { inTurns, type Resume, type Waiting } from './turns.ts';
import { asWatched, type Watched } from './watched.ts';

/** Which tasks are found by themselves: all that are not over, those with a given tag, or none. */
export const DISCOVERY = ['all', 'tagged', 'none'] as const;
export type Discovery = (typeof DISCOVERY)[number];

/** What `ListOtaTasks` told, as far as it came. Only a complete sweep allows conclusions from what it lacks. */
export interface Sweep {
  readonly complete: boolean;
  readonly tasks: ReadonlyMap<string, TaskSummary>;
  /** It was not read at all, since it would have saved nothing. */
  readonly skipped?: true;
}

/** A task that is read in this poll, and what it is known by. */
export type Look = Reading & { readonly urgency: Urgency };

type KnownLook = Extract<Look, { kind: 'known' }>;

type Reading =
  | {
      readonly kind: 'known';
      readonly task: LiveTask;
      readonly listed?: TaskSummary;
      /** A complete list sweep lacks it. */
      readonly gone: boolean;
      /** The list is trusted, and says that nothing has changed since the last look. */
      readonly unmoved?: true;
    }
  | {
      readonly kind: 'new';
      readonly taskId: string;
      readonly task?: RequestedTask | EndedTask;
      readonly listed?: TaskSummary;
      readonly gone: boolean;
      readonly reason: StartReason;
    }
  | { readonly kind: 'untrack'; readonly task: LiveTask };

export interface Selection {
  /** In the order in which they are worked through. */
  readonly looks: readonly Look[];
  /** Ids of tasks whose outbox is full. */
  readonly heldBack: readonly string[];
}

/** A task that was over before it was first seen is news only this long after its last update. */
const NEWS_MILLISECONDS = 24 * 3_600_000;

export interface SelectionContext extends Cadence {
  readonly discovery: Discovery;
  /** Epoch milliseconds of the first poll ever: tasks that were over before are none of our business. */
  readonly watchingSince: number;
  /** Which round of the invocation it is: 0 for the first. */
  readonly round: number;
  /** The longest time from look to look that is to be expected, milliseconds: what rules take for a gap goes by it. */
  readonly longestMs: number;
  /** Whether a task in progress is left alone while its `LastUpdatedAt` in the list stands still. */
  readonly trusts: boolean;
  /** What is remembered of last looks, by task id. */
  readonly seen: ReadonlyMap<string, LastSeen>;
  /** Up to when tasks were watched that were not written since. */
  readonly watched?: Watched;
  /** Names the rule set in force: a task that was looked at with another one is looked at. */
  readonly ruleSet?: string;
  /** Where an earlier poll ran out of time. */
  readonly resume?: Resume;
}

/**
 * Decides which tasks need a look: those in progress whose turn it is, changed in the list or not in it, due by their rules, asked
 * for, or new.
 */
export function select(tasks: readonly TrackedTask[], sweep: Sweep, context: SelectionContext): Selection {
  const known = new Map(tasks.map((task) => [task.taskId, task]));
  const listed = [...sweep.tasks.values()];
  const verdicts = tasks.map((task) => trackedLook(task, sweep, context));
  const looks = [
    ...verdicts.flatMap(({ look }) => look ?? []),
    ...sampleOf(verdicts.flatMap(({ sample }) => sample ?? [])).map(({ look }) => look),
    ...listed.flatMap((summary) => newLook(known.get(summary.taskId), summary, context)),
  ];
  const waiting = looks.map((look) => ({ ...waitingOf(look), look }));
  return {
    looks: inTurns(waiting, context.resume).map(({ look }) => look),
    heldBack: tasks.filter(isHeldBack).map(({ taskId }) => taskId),
  };
}

/** What decides on when a look comes. */
export function waitingOf(look: Look): Waiting {
  return { taskId: taskIdOf(look), urgency: look.urgency };
}

/** Task id of a look. */
export function taskIdOf(look: Look): string {
  return look.kind === 'new' ? look.taskId : look.task.taskId;
}

/** Ids of the tasks among looks that were found in the list, and of which nothing else is known. */
export function strangersIn(looks: readonly Look[]): string[] {
  return looks.flatMap((look) =>
    look.kind === 'new' && look.task === undefined && look.reason === 'discovered' ? [look.taskId] : [],
  );
}

function isHeldBack(task: TrackedTask): boolean {
  return task.state === 'live' && task.stopped === undefined && isOutboxFull(task);
}

function trackedLook(task: TrackedTask, sweep: Sweep, context: SelectionContext): Verdict {
  if (task.state === 'requested') return { look: requestedLook(task, sweep) };
  if (task.state !== 'live' || task.stopped !== undefined || isHeldBack(task)) return WAITS;
  if (task.untrackRequested === true) return { look: { kind: 'untrack', task, urgency: 'hot' } };
  return knownLook(task, sweep, context);
}

function requestedLook(task: RequestedTask, sweep: Sweep): Look {
  const listed = sweep.tasks.get(task.taskId);
  const gone = sweep.complete && listed === undefined;
  return {
    kind: 'new',
    taskId: task.taskId,
    task,
    ...(listed && { listed }),
    gone,
    reason: 'requested',
    urgency: 'hot',
  };
}

/** What is to be done about a task: it is looked at, or it waits, or it is left alone unless it is one of the sample. */
interface Verdict {
  readonly look?: Look;
  readonly sample?: { readonly taskId: string; readonly lookedAt: number; readonly look: Look };
}

const WAITS: Verdict = {};

function knownLook(task: LiveTask, sweep: Sweep, context: SelectionContext): Verdict {
  const listed = sweep.tasks.get(task.taskId);
  const gone = sweep.complete && listed === undefined;
  const look: KnownLook = {
    kind: 'known',
    task: asWatched(task, context.watched),
    ...(listed && { listed }),
    gone,
    urgency: 'hot',
  };
  if (gone || (listed !== undefined && isOtherInList(task, listed))) return { look };
  if (task.snapshot.facts.status === 'IN_PROGRESS') return progressLook(task, look, context);
  return needsNoLook(look, sweep, context) && !isDueByRules(look, context) ? WAITS : { look };
}

function isOtherInList({ snapshot: { facts } }: LiveTask, listed: TaskSummary): boolean {
  return listed.status !== facts.status || listed.configurationId !== facts.configurationId;
}

/** Whether the list shows all that can change of a task that is not in progress; rounds that do without it leave that to others. */
function needsNoLook(
  { task: { snapshot }, listed }: KnownLook,
  sweep: Sweep,
  { round, ruleSet }: SelectionContext,
): boolean {
  if (listed === undefined) return sweep.skipped === true && round > 0;
  return listed.lastUpdatedAt === snapshot.listedLastUpdatedAt && ruleSet === snapshot.ruleSet;
}

function isDueByRules({ task }: KnownLook, { now, longestMs }: SelectionContext): boolean {
  return isDue(task.snapshot.rules, { now, periodMs: longestMs });
}

/** A task in progress: the list does not show its counts. */
function progressLook(task: LiveTask, look: KnownLook, context: SelectionContext): Verdict {
  const { taskId, snapshot } = task;
  const seen = context.seen.get(taskId);
  const urgent: KnownLook = { ...look, urgency: urgencyOf(task, context.now) };
  if (seen === undefined && snapshot.ruleSet !== context.ruleSet) return { look: urgent };
  const last = lastLookAt(task, seen);
  const { listed } = look;
  if (context.trusts && listed !== undefined && isUnmoved(listed, last)) {
    const unmoved: KnownLook = { ...urgent, unmoved: true };
    if (mayBeLeftAlone(task, last, context))
      return { sample: { taskId, lookedAt: last.lookedAt, look: unmoved } };
    return isNeeded(unmoved, last, context) ? { look: unmoved } : WAITS;
  }
  return isNeeded(urgent, last, context) ? { look: urgent } : WAITS;
}

function isNeeded(look: KnownLook, last: LastSeen, context: SelectionContext): boolean {
  const { listed, task, urgency } = look;
  const isMoved = listed !== undefined && listed.lastUpdatedAt !== last.listedLastUpdatedAt;
  return isMoved || isDueByRules(look, context) || isItsTurn(task.taskId, urgency, last, context);
}

function newLook(task: TrackedTask | undefined, listed: TaskSummary, context: SelectionContext): Look[] {
  if (context.discovery === 'none') return [];
  if (task !== undefined && task.state !== 'ended') return [];
  if (task !== undefined && isEnding(listed.status)) return [];
  if (isTerminal(listed.status) && !isNews(listed, context)) return [];
  return [
    {
      kind: 'new',
      taskId: listed.taskId,
      ...(task && { task }),
      listed,
      gone: false,
      reason: 'discovered',
      urgency: 'hot',
    },
  ];
}

/** Whether a task that is over began while we were watching: a rollout too short to be seen by any poll before. */
function isNews(listed: TaskSummary, { watchingSince, now }: SelectionContext): boolean {
  const created = Date.parse(listed.createdAt ?? '');
  const updated = Date.parse(listed.lastUpdatedAt ?? '');
  return created >= watchingSince && updated >= now - NEWS_MILLISECONDS;
}

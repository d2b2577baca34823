import type { StartReason } from './events.ts';
import { isDue } from './rules/state.ts';
import { isEnding, isTerminal, type TaskSummary } from './task.ts';
import {
  type EndedTask,
  isOutboxFull,
  type LiveTask,
  type RequestedTask,
  type TrackedTask,
} from './tracked.ts';

/** Which tasks are found by themselves: all that are not over, those with a given tag, or none. */
export const DISCOVERY = ['all', 'tagged', 'none'] as const;
export type Discovery = (typeof DISCOVERY)[number];

/** What `ListOtaTasks` told, as far as it came. Only a complete sweep allows conclusions from what it lacks. */
export interface Sweep {
  readonly complete: boolean;
  readonly tasks: ReadonlyMap<string, TaskSummary>;
}

/** A task that is read in this poll, and what it is known by. */
export type Look =
  | {
      readonly kind: 'known';
      readonly task: LiveTask;
      readonly listed?: TaskSummary;
      /** A complete list sweep lacks it. */
      readonly gone: boolean;
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

export interface SelectionContext {
  readonly discovery: Discovery;
  /** Epoch milliseconds of the first poll ever: tasks that were over before are none of our business. */
  readonly watchingSince: number;
  readonly now: number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  /** Names the rule set in force: a task that was looked at with another one is looked at. */
  readonly ruleSet?: string;
  /** Task id at which an earlier poll ran out of time. */
  readonly resumeAfter?: string;
}

/**
 * Decides which tasks need a look: those in progress, changed in the list or not in it, due by their rules, asked for, or new.
 */
export function select(tasks: readonly TrackedTask[], sweep: Sweep, context: SelectionContext): Selection {
  const known = new Map(tasks.map((task) => [task.taskId, task]));
  const listed = [...sweep.tasks.values()];
  const looks = [
    ...tasks.flatMap((task) => trackedLook(task, sweep, context)),
    ...listed.flatMap((summary) => newLook(known.get(summary.taskId), summary, context)),
  ];
  return {
    looks: resume(looks, context.resumeAfter),
    heldBack: tasks.filter(isHeldBack).map(({ taskId }) => taskId),
  };
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

function trackedLook(task: TrackedTask, sweep: Sweep, context: SelectionContext): Look[] {
  if (task.state === 'requested') return [requestedLook(task, sweep)];
  if (task.state !== 'live' || task.stopped !== undefined || isHeldBack(task)) return [];
  return task.untrackRequested === true ? [{ kind: 'untrack', task }] : knownLook(task, sweep, context);
}

function requestedLook(task: RequestedTask, sweep: Sweep): Look {
  const listed = sweep.tasks.get(task.taskId);
  const gone = sweep.complete && listed === undefined;
  return { kind: 'new', taskId: task.taskId, task, ...(listed && { listed }), gone, reason: 'requested' };
}

function knownLook(task: LiveTask, sweep: Sweep, context: SelectionContext): Look[] {
  const listed = sweep.tasks.get(task.taskId);
  if (listed === undefined) return [{ kind: 'known', task, gone: sweep.complete }];
  const { facts, listedLastUpdatedAt, rules, ruleSet } = task.snapshot;
  const isSame =
    facts.status !== 'IN_PROGRESS' &&
    listed.status === facts.status &&
    listed.configurationId === facts.configurationId &&
    listed.lastUpdatedAt === listedLastUpdatedAt &&
    ruleSet === context.ruleSet;
  return isSame && !isDue(rules, context) ? [] : [{ kind: 'known', task, listed, gone: false }];
}

function newLook(task: TrackedTask | undefined, listed: TaskSummary, context: SelectionContext): Look[] {
  if (context.discovery === 'none') return [];
  if (task !== undefined && task.state !== 'ended') return [];
  if (task !== undefined && isEnding(listed.status)) return [];
  if (isTerminal(listed.status) && !isNews(listed, context)) return [];
  return [
    { kind: 'new', taskId: listed.taskId, ...(task && { task }), listed, gone: false, reason: 'discovered' },
  ];
}

/** Whether a task that is over began while we were watching: a rollout too short to be seen by any poll before. */
function isNews(listed: TaskSummary, { watchingSince, now }: SelectionContext): boolean {
  const created = Date.parse(listed.createdAt ?? '');
  const updated = Date.parse(listed.lastUpdatedAt ?? '');
  return created >= watchingSince && updated >= now - NEWS_MILLISECONDS;
}

/** By task id, from where an earlier poll ran out of time: so that none waits behind the others for ever. */
function resume(looks: readonly Look[], resumeAfter: string | undefined): Look[] {
  const sorted = [...looks].sort((a, b) => (taskIdOf(a) < taskIdOf(b) ? -1 : 1));
  if (resumeAfter === undefined) return sorted;
  const start = sorted.findIndex((look) => taskIdOf(look) > resumeAfter);
  return start < 0 ? sorted : [...sorted.slice(start), ...sorted.slice(0, start)];
}

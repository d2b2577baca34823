import { appendRows, type ChainContext, type Hash, type Head, relinkRows } from './chain.ts';
import type { Diff } from './diff.ts';
import type { HistoryRow, StopReason, TaskEvent } from './events.ts';
import type { Snapshot, TaskFacts } from './task.ts';

/**
 * One item of the `tasks` table. `version` counts its writes (0: not stored yet) and guards each of them; `head` is the end
 * of the task's history, known for as long as the item is.
 */
interface Item {
  readonly taskId: string;
  readonly version: number;
  readonly head?: Head;
}

/** Somebody asked for a task that has not been looked at yet. */
export interface RequestedTask extends Item {
  readonly state: 'requested';
}

/** A task that is watched, or whose last events are on their way. */
export interface LiveTask extends Item {
  readonly state: 'live';
  readonly snapshot: Snapshot;
  /** Rows that are not delivered, oldest first: final, nothing is derived twice. */
  readonly outbox: readonly HistoryRow[];
  /** Rows up to this sequence are in the history table. */
  readonly recordedThrough: number;
  /** Set once tracking has ended: nothing more is observed, the outbox goes out. */
  readonly stopped?: StopReason;
  /** Somebody asked to watch it no longer. */
  readonly untrackRequested?: boolean;
}

/** A task that is over. Kept for a while, so that no late poller mistakes it for a new one. */
export interface EndedTask extends Item {
  readonly state: 'ended';
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** How it ended; left out for a task that was asked for and does not exist. */
  readonly last?: LastLook;
}

/** What is remembered of a task that is over, for people who look at it. Instants are epoch milliseconds. */
export interface LastLook {
  readonly facts: TaskFacts;
  readonly trackedSince: number;
  readonly endedAt: number;
  readonly stopped: StopReason;
}

/** A task that is not to be watched, whatever discovery finds. */
export interface ExcludedTask extends Item {
  readonly state: 'excluded';
}

/** Stands for a task that a poll must neither look at nor discover as new. It is never written. */
export function leftAlone({ taskId }: { readonly taskId: string }): ExcludedTask {
  return { state: 'excluded', taskId, version: 0 };
}

export function isLeftAlone({ state, version }: TrackedTask): boolean {
  return state === 'excluded' && version === 0;
}

export type TrackedTask = RequestedTask | LiveTask | EndedTask | ExcludedTask;

/** How long an ended task is remembered: far longer than any poller runs, and than an ended task counts as news. */
const ENDED_RETENTION_SECONDS = 7 * 86_400;

/** Past either, the next diff of a task waits until something has gone out. */
const OUTBOX_MAX_EVENTS = 100;
const OUTBOX_MAX_BYTES = 100_000;

/** Puts a diff into a task's item: the new snapshot, and its events at the end of the outbox. */
export function applyDiff(
  before: RequestedTask | LiveTask | EndedTask | undefined,
  startHead: Head | undefined,
  { snapshot, events, stopped }: Diff,
  context: ChainContext,
): LiveTask {
  const { head, rows } = appendRows(startHead, snapshot.facts, events, context);
  const live = before?.state === 'live' ? before : undefined;
  return {
    state: 'live',
    taskId: snapshot.facts.taskId,
    version: before?.version ?? 0,
    ...(head !== undefined && { head }),
    snapshot,
    outbox: [...(live?.outbox ?? []), ...rows],
    recordedThrough: live?.recordedThrough ?? startHead?.sequence ?? 0,
    ...(stopped !== undefined && { stopped }),
  };
}

export function isOutboxFull({ outbox }: LiveTask): boolean {
  if (outbox.length >= OUTBOX_MAX_EVENTS) return true;
  return bytesOf(outbox) >= OUTBOX_MAX_BYTES;
}

function bytesOf(rows: readonly HistoryRow[]): number {
  const utf8 = new TextEncoder();
  return rows.reduce((sum, row) => sum + utf8.encode(JSON.stringify(row)).length, 0);
}

/** The oldest row that is not in the history yet. */
export function nextToRecord({ outbox, recordedThrough }: LiveTask): HistoryRow | undefined {
  return outbox.find(({ sequence }) => sequence > recordedThrough);
}

/** The row that the bus is offered next: history first, so only one that is recorded. */
export function nextToPublish(task: LiveTask, accepted: ReadonlySet<number>): HistoryRow | undefined {
  const next = task.outbox.find((row) => row.published && !accepted.has(row.sequence));
  return next !== undefined && next.sequence <= task.recordedThrough ? next : undefined;
}

/** Takes out of the outbox what is delivered: recorded, and accepted by the bus where it was for the bus. */
export function clearDelivered(task: LiveTask, accepted: ReadonlySet<number>): LiveTask {
  const isDelivered = (row: HistoryRow) =>
    row.sequence <= task.recordedThrough && (!row.published || accepted.has(row.sequence));
  return { ...task, outbox: task.outbox.filter((row) => !isDelivered(row)) };
}

/** Takes an event out of the outbox that the bus refuses for good, and notes that in a history row of its own. */
export function setAside(
  task: LiveTask,
  refused: { readonly sequence: number; readonly code: string; readonly message: string },
  context: ChainContext,
): LiveTask {
  const event: TaskEvent = {
    detailType: 'OTA Task Event Set Aside',
    published: false,
    body: {
      setAsideSequence: refused.sequence,
      errorCode: refused.code.slice(0, 128).toWellFormed(),
      errorMessage: refused.message.slice(0, 512).toWellFormed(),
    },
  };
  const { head, rows } = appendRows(task.head, task.snapshot.facts, [event], context);
  const outbox = [...task.outbox.filter(({ sequence }) => sequence !== refused.sequence), ...rows];
  return { ...task, ...(head !== undefined && { head }), outbox };
}

/**
 * Numbers the rows that are in no history yet anew behind `head`, another end of the history than the one they continued.
 *
 * @param missed rows of the history for the bus, in order, up to its end, that the task knows nothing of. Whether the bus took them nobody
 *   knows: they are offered to it again, the newest that there is room for. A full outbox and the events of one more look are
 *   the most that ever were on their way
 */
export function relink(
  task: LiveTask,
  head: Head | undefined,
  missed: readonly HistoryRow[],
  hash: Hash,
): LiveTask {
  const recorded = task.outbox.filter(({ sequence }) => sequence <= task.recordedThrough);
  const unrecorded = task.outbox.filter(({ sequence }) => sequence > task.recordedThrough);
  const linked = relinkRows(head, unrecorded, hash);
  const recordedThrough = head?.sequence ?? 0;
  const toOffer = missed.filter(({ sequence }) => sequence <= recordedThrough);
  const room = 2 * OUTBOX_MAX_BYTES - bytesOf([...recorded, ...linked.rows]);
  return {
    ...task,
    ...(linked.head !== undefined && { head: linked.head }),
    outbox: [...recorded, ...newest(toOffer, room), ...linked.rows],
    recordedThrough,
  };
}

/** As many of the last rows as fit into so many bytes. */
function newest(rows: readonly HistoryRow[], bytes: number): readonly HistoryRow[] {
  let room = bytes;
  const tooLarge = rows.findLastIndex((row) => {
    room -= bytesOf([row]);
    return room < 0;
  });
  return rows.slice(tooLarge + 1);
}

/** A task that was asked for, and that does not exist. */
export function forgetRequest({ taskId, version, head }: RequestedTask, now: number): EndedTask {
  return {
    state: 'ended',
    taskId,
    version,
    ...(head !== undefined && { head }),
    expiresAt: endedUntil(now),
  };
}

function endedUntil(now: number): number {
  return Math.floor(now / 1000) + ENDED_RETENTION_SECONDS;
}

/** A task whose tracking has ended leaves the live set when its last event is delivered. */
export function retire(task: LiveTask, now: number): LiveTask | EndedTask | ExcludedTask {
  if (task.stopped === undefined || task.outbox.length > 0) return task;
  const item = {
    taskId: task.taskId,
    version: task.version,
    ...(task.head !== undefined && { head: task.head }),
  };
  if (task.stopped === 'requested') return { state: 'excluded', ...item };
  const { facts, trackedSince, rules } = task.snapshot;
  const last: LastLook = { facts, trackedSince, endedAt: rules.lastAt, stopped: task.stopped };
  return { state: 'ended', ...item, expiresAt: endedUntil(now), last };
}

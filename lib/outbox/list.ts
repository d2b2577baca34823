import pMap from 'p-map';
import type { HistoryRow } from '../domain/events.ts';
import { isOutboxFull, type LiveTask } from '../domain/tracked.ts';
import type { TaskStore } from '../ports.ts';
import { type WaitingRow, waitingRows } from './held-up.ts';
import { readNote, type SetAsideNote } from './notes.ts';
import type { OutboxHistory } from './ports.ts';

export interface ListDeps {
  readonly tasks: Pick<TaskStore, 'readAll'>;
  readonly history: Pick<OutboxHistory, 'hashes' | 'notes'>;
  /** Size of a row as an entry of PutEvents. */
  readonly entryBytes: (row: HistoryRow) => number;
}

/** What is not delivered. */
export interface OutboxReport {
  /** By task and sequence. */
  readonly waiting: readonly WaitingRow[];
  /** Tasks whose next difference is held back, since their outboxes are full. */
  readonly full: readonly string[];
  /** Items that this version does not understand; `problem` names the attributes. */
  readonly unreadable: readonly { readonly taskId: string; readonly problem: string }[];
  /** By time. */
  readonly setAside: readonly SetAsideNote[];
  /** The task that was asked for, where nothing is known of it. */
  readonly unknownTask?: string;
}

const CONCURRENCY = 10;

/**
 * What is not delivered, of all tasks or of one.
 *
 * @param since epoch milliseconds; what was set aside before it is left out
 */
export async function listOutboxes(
  { taskId, since }: { readonly taskId?: string | undefined; readonly since: number },
  { tasks, history, entryBytes }: ListDeps,
): Promise<OutboxReport> {
  const isMeant = (one: { readonly taskId: string }) => taskId === undefined || one.taskId === taskId;
  const stored = await tasks.readAll();
  const live = stored.tasks.filter((task) => task.state === 'live').filter(isMeant);
  const isKnown = taskId === undefined || [...stored.tasks, ...stored.unreadable].some(isMeant);
  const undelivered = live.filter(({ outbox }) => outbox.length > 0).sort(byTaskId);
  const waiting = await pMap(
    undelivered,
    async (task) => waitingRows(task, await unrecordedHashes(task, history), entryBytes),
    { concurrency: CONCURRENCY },
  );
  const notes = [
    ...(await history.notes(since)),
    ...live.flatMap(({ outbox }) => outbox.flatMap((row) => readNote(row) ?? [])),
  ];
  return {
    waiting: waiting.flat(),
    full: live.filter(isOutboxFull).map((task) => task.taskId),
    unreadable: stored.unreadable.filter(isMeant).map((item) => ({
      taskId: item.taskId,
      problem: item.error.message,
    })),
    // A note is in an outbox and in the history for a moment.
    setAside: [...new Map(notes.filter(isMeant).map((note) => [note.eventId, note])).values()].sort(byTime),
    ...(!isKnown && { unknownTask: taskId }),
  };
}

function unrecordedHashes(
  { taskId, outbox, recordedThrough }: LiveTask,
  history: ListDeps['history'],
): Promise<ReadonlyMap<number, string>> {
  const unrecorded = outbox.map(({ sequence }) => sequence).filter((sequence) => sequence > recordedThrough);
  const [from, to] = [unrecorded.at(0), unrecorded.at(-1)];
  if (from === undefined || to === undefined) return Promise.resolve(new Map());
  return history.hashes(taskId, from, to);
}

const byTime = (a: SetAsideNote, b: SetAsideNote) => (a.at < b.at ? -1 : Number(a.at > b.at));
const byTaskId = (a: LiveTask, b: LiveTask) => (a.taskId < b.taskId ? -1 : 1);

import { percentComplete } from './domain/progress.ts';
import { openBreaches } from './domain/rules/state.ts';
import type { LiveTask, TrackedTask } from './domain/tracked.ts';
import { OtaWatchError } from './errors.ts';
import type { OtaService, TaskStore } from './ports.ts';

export interface TrackDeps {
  readonly service: Pick<OtaService, 'getTask'>;
  readonly tasks: Pick<TaskStore, 'read' | 'readAll' | 'write'>;
  readonly writeId: string;
}

/** A request about a task that cannot be met. */
export class TrackError extends OtaWatchError {
  override readonly name = 'TrackError';
}

/** What came of a request; the poll carries it out, and tells of it on the bus. */
export type TrackResult = 'requested' | 'already' | 'resumed';

const REQUEST_TIMEOUT_MS = 10_000;
/** Pollers write to the same items: a request that loses a race is made again. */
const MAX_TRIES = 5;

/**
 * Asks that a task be tracked, whatever discovery says.
 *
 * @throws TrackError for a task that does not exist, or whose last events are still on their way
 */
export async function trackTask(taskId: string, deps: TrackDeps): Promise<TrackResult> {
  await expectTask(taskId, deps);
  return change(taskId, deps, (task) => {
    if (task?.state === 'requested') return 'already';
    if (task?.state !== 'live') return { result: 'requested', write: requested(taskId, task) };
    if (task.stopped !== undefined) {
      throw new TrackError(
        `The last events of task ${taskId} are still being delivered: try again in a minute`,
      );
    }
    if (task.untrackRequested !== true) return 'already';
    const { untrackRequested, ...live } = task;
    return { result: 'resumed', write: live };
  });
}

/**
 * Asks that a task be tracked no longer, and that discovery leave it alone.
 *
 * @throws TrackError for a task that does not exist and is not tracked
 */
export async function untrackTask(taskId: string, deps: TrackDeps): Promise<TrackResult> {
  if ((await deps.tasks.read(taskId)) === undefined) await expectTask(taskId, deps);
  return change(taskId, deps, (task) => {
    if (task?.state === 'excluded') return 'already';
    if (task?.state !== 'live') return { result: 'requested', write: excluded(taskId, task) };
    if (task.stopped !== undefined || task.untrackRequested === true) return 'already';
    return { result: 'requested', write: { ...task, untrackRequested: true } };
  });
}

/** A tracked task, for people. */
export interface TrackedLine {
  readonly taskId: string;
  /**
   * Status of the task as last seen; `requested` before it is, `excluded` for one that is not to be tracked, `unreadable` for one
   * whose item cannot be understood.
   */
  readonly status: string;
  readonly percentComplete?: number;
  readonly description?: string;
  /** Ids of the rules that are breached. */
  readonly breaches: readonly string[];
  /** Rows on their way. */
  readonly undelivered: number;
}

/** The tasks that are tracked, asked for or excluded, by id. Tasks that are over are left out. */
export async function listTracked({ tasks }: Pick<TrackDeps, 'tasks'>): Promise<TrackedLine[]> {
  const stored = await tasks.readAll();
  const lines = stored.tasks.flatMap((task): TrackedLine[] => {
    if (task.state === 'ended') return [];
    if (task.state === 'live') return [liveLine(task)];
    return [plainLine(task.taskId, task.state)];
  });
  lines.push(...stored.unreadable.map(({ taskId }) => plainLine(taskId, 'unreadable')));
  return lines.sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
}

const plainLine = (taskId: string, status: string): TrackedLine => ({
  taskId,
  status,
  breaches: [],
  undelivered: 0,
});

function liveLine({ taskId, snapshot, outbox }: LiveTask): TrackedLine {
  const percent = percentComplete(snapshot.facts.counts);
  return {
    taskId,
    status: snapshot.facts.status,
    ...(percent !== undefined && { percentComplete: percent }),
    ...(snapshot.facts.description !== undefined && { description: snapshot.facts.description }),
    breaches: openBreaches(snapshot.rules),
    undelivered: outbox.length,
  };
}

async function expectTask(taskId: string, { service }: TrackDeps): Promise<void> {
  if (taskId === '') throw new TrackError('A task id is needed');
  const task = await service.getTask(taskId, AbortSignal.timeout(REQUEST_TIMEOUT_MS));
  if (task === undefined) throw new TrackError(`There is no OTA task ${taskId} in this account and region`);
}

type Decision = 'already' | { readonly result: TrackResult; readonly write: TrackedTask };

async function change(
  taskId: string,
  { tasks, writeId }: TrackDeps,
  decide: (task: TrackedTask | undefined) => Decision,
): Promise<TrackResult> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const decision = decide(await tasks.read(taskId));
    if (decision === 'already') return decision;
    if ((await tasks.write(decision.write, writeId)) !== undefined) return decision.result;
  }
  throw new TrackError(`Task ${taskId} is being written by pollers all the time: try again`);
}

function requested(taskId: string, before: TrackedTask | undefined): TrackedTask {
  return { state: 'requested', taskId, ...kept(before) };
}

function excluded(taskId: string, before: TrackedTask | undefined): TrackedTask {
  return { state: 'excluded', taskId, ...kept(before) };
}

/** What an item keeps, whatever becomes of it. */
function kept(before: TrackedTask | undefined): Pick<TrackedTask, 'version' | 'head'> {
  return { version: before?.version ?? 0, ...(before?.head !== undefined && { head: before.head }) };
}

import pMap from 'p-map';
import { type CommitDeps, Commits } from './commits.ts';
import type { LastSeen } from './domain/last-seen.ts';
import { type Look, type Selection, taskIdOf } from './domain/selection.ts';
import type { LiveTask } from './domain/tracked.ts';
import type { Postponed } from './domain/turns.ts';
import { summarizeError, TaskReadError } from './errors.ts';
import type { ListTrust } from './list-trust.ts';
import type { LookMemory } from './look-memory.ts';
import { type ObserveDeps, type Observed, observe, observeUnreadable } from './observe.ts';
import type { UnwantedTasks } from './unwanted.ts';

export interface LookDeps extends ObserveDeps, CommitDeps {
  readonly unwanted: UnwantedTasks;
  readonly memory: LookMemory;
  readonly trust: ListTrust;
  /** Looks underway at once. */
  readonly concurrency: number;
}

/** The time that looks have. */
export interface LookTime {
  /** Whether another look may begin. */
  readonly mayLook: () => boolean;
  /** Aborted when looks must end. */
  readonly signal: AbortSignal;
  /** Whether there is time to note that a task could not be read. */
  readonly mayNote: () => boolean;
}

/** What came of the looks of a poll. */
export interface Looks {
  /** Tasks as they were committed, with events to deliver. */
  readonly changed: readonly LiveTask[];
  readonly events: number;
  readonly read: number;
  /** Tasks that could not be read, understood or written. */
  readonly failures: number;
  readonly lostRaces: number;
  /** Looks that time was too short for. */
  readonly postponed: Postponed;
  /** Ids of tracked tasks that were not looked at, although they were to be. */
  readonly missed: ReadonlySet<string>;
}

/** A task that is tracked, and could not be read. */
interface Unread {
  readonly look: Extract<Look, { kind: 'known' }>;
  readonly error: TaskReadError;
}

interface Tally {
  read: number;
  /** Tasks that the service answered for. */
  answered: number;
  failures: number;
  readonly postponed: Set<string>;
  /** Ids of those that were begun. */
  readonly brokenOff: Set<string>;
  /** Ids of tracked tasks that are not looked at yet. */
  readonly missed: Set<string>;
  readonly unread: Unread[];
}

/** So many tasks that cannot be read are no accident, if that is so many times as many as can. */
const OUTAGE_TASKS = 10;
const OUTAGE_RATIO = 9;

/** Looks at the selected tasks, and commits what changed. One that fails is reported, and stops no other. */
export async function lookAtAll(
  { looks, heldBack }: Selection,
  deps: LookDeps,
  time: LookTime,
): Promise<Looks> {
  for (const taskId of heldBack)
    deps.log.warn('A task waits until some of its events are delivered', { taskId });
  const known = looks.flatMap((look) => (look.kind === 'known' ? [look.task.taskId] : []));
  const missed = new Set([...heldBack, ...known]);
  const tally: Tally = {
    read: 0,
    answered: 0,
    failures: 0,
    postponed: new Set(),
    brokenOff: new Set(),
    missed,
    unread: [],
  };
  const lookedAt = deps.now();
  const commits = new Commits(deps);
  await pMap(
    looks,
    async (look) => {
      if (!time.mayLook()) tally.postponed.add(taskIdOf(look));
      else await settle(look, await lookAt(look, tally, deps, time.signal), lookedAt, commits, deps);
      commits.lookEnded();
    },
    { concurrency: deps.concurrency },
  );
  await noteUnreadable(tally, commits, deps, time);
  const { changes, lostRaces, failures } = await commits.end();
  for (const { change } of changes) remember(change.next.taskId, change.seen, lookedAt, deps);
  const { read, postponed, brokenOff } = tally;
  return {
    changed: changes.flatMap(({ task }) => (task.state === 'live' ? [task] : [])),
    events: changes.reduce((sum, { change }) => sum + change.events, 0),
    read,
    failures: tally.failures + failures,
    lostRaces,
    postponed: { all: postponed, begun: brokenOff },
    missed,
  };
}

/** What has changed is remembered as seen once that is committed. */
async function settle(
  look: Look,
  observed: Observed | undefined,
  lookedAt: number,
  commits: Commits,
  deps: LookDeps,
): Promise<void> {
  if (observed?.kind === 'unchanged') remember(taskIdOf(look), observed.seen, lookedAt, deps);
  if (observed?.kind !== 'changed') return;
  if (observed.isLie === true) await deps.trust.distrust(observed.next.taskId);
  await commits.add(observed);
}

function remember(
  taskId: string,
  seen: LastSeen | undefined,
  lookedAt: number,
  { memory }: Pick<LookDeps, 'memory'>,
): void {
  memory.note(taskId, seen && { ...seen, lookedAt });
}

async function lookAt(
  look: Look,
  tally: Tally,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const taskId = taskIdOf(look);
  try {
    const observed = await observe(look, deps, signal);
    tally.read += 1;
    tally.missed.delete(taskId);
    // What is not tracked any more is not asked for.
    tally.answered += look.kind === 'untrack' ? 0 : 1;
    if (observed.kind === 'not-wanted') rememberUnwanted(look, deps);
    return observed;
  } catch (error) {
    const cause = error instanceof TaskReadError ? error.cause : error;
    deps.log.error('A task could not be polled', { taskId, error: summarizeError(cause) });
    if (signal.aborted) {
      tally.postponed.add(taskId);
      tally.brokenOff.add(taskId);
    } else {
      tally.failures += 1;
      if (error instanceof TaskReadError && look.kind === 'known') tally.unread.push({ look, error });
    }
    return undefined;
  }
}

function rememberUnwanted(look: Look, { unwanted, now }: LookDeps): void {
  if (look.kind === 'new' && look.listed !== undefined) unwanted.add(look.listed, now());
}

/** There are rules about tasks that cannot be read; if hardly any can, that is one trouble, and an alarm tells of it. */
async function noteUnreadable(
  { unread, answered }: Tally,
  commits: Commits,
  deps: LookDeps,
  { mayNote }: LookTime,
): Promise<void> {
  if (unread.length >= Math.max(OUTAGE_TASKS, OUTAGE_RATIO * answered)) {
    deps.log.error('Hardly any task can be read', { tasks: unread.length, others: answered });
    return;
  }
  for (const { look, error } of unread) {
    // Looks may have taken all the time that is theirs: these few writes go before those of the delivery.
    if (!mayNote()) return;
    const observed = observeUnreadable(look, error, deps);
    if (observed.kind === 'changed') await commits.add({ ...observed, isNote: true });
  }
}

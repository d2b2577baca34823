import pMap from 'p-map';
import { type DeliverDeps, type DeliveryReport, deliver } from './deliver.ts';
import { type Discovery, type Look, type Selection, select, taskIdOf } from './domain/selection.ts';
import type { LiveTask, TrackedTask } from './domain/tracked.ts';
import { summarizeError, TaskReadError } from './errors.ts';
import { type ObserveDeps, type Observed, observe, observeUnreadable } from './observe.ts';
import { type CallCount, POLL_STATE_KEY, type PollState, type StoredTasks } from './ports.ts';
import { sweepTasks } from './sweep.ts';
import type { UnwantedTasks } from './unwanted.ts';

export interface PollDeps extends ObserveDeps, DeliverDeps {
  readonly discovery: Discovery;
  readonly unwanted: UnwantedTasks;
  /** Milliseconds until the poll is cut off. */
  readonly remainingMs: () => number;
}

/** What a poll did, for metrics and people. */
export interface PollReport {
  /** Tasks that are watched, or whose last events are on their way. */
  readonly tracked: number;
  readonly polled: number;
  /** Differences that were observed and committed. */
  readonly changes: number;
  readonly published: number;
  readonly setAside: number;
  /** Tasks whose oldest event the bus did not take. */
  readonly refused: number;
  readonly denied: boolean;
  /** Tasks and configurations that could not be read, understood or written. */
  readonly failures: number;
  /** Tracked tasks in whose answer something is missing or not of the form that we know. */
  readonly oddities: number;
  readonly listComplete: boolean;
  readonly lostRaces: number;
  /** Tasks whose outbox is full. */
  readonly heldBack: number;
  /** Looks that time was too short for. */
  readonly postponed: number;
  /** Undelivered rows. */
  readonly backlog: number;
  /** Age of the oldest undelivered row, milliseconds. */
  readonly backlogAgeMs: number;
}

/** What a poll did, and what it cost in requests to the service. */
export type MeteredReport = PollReport & { readonly api: CallCount };

/** Time kept for delivering and clearing what was committed: more than any single request of ours may take. */
const DELIVERY_RESERVE_MS = 10_000;
/** So many tasks that cannot be read are no accident, if that is so many times as many as can. */
const OUTAGE_TASKS = 10;
const OUTAGE_RATIO = 9;
/** Time kept for clearing and for ending cleanly. */
const END_RESERVE_MS = 2_000;

/**
 * One poll: what earlier polls left undelivered goes out, the tasks that need a look are read, what changed is committed and
 * delivered. Safe to run at any time, any number of times at once, and to be cut off at any instruction.
 *
 * @throws only when the tasks table cannot be read: then nothing was done
 */
export async function poll(deps: PollDeps): Promise<PollReport> {
  const total = deps.remainingMs();
  const deliveryReserve = Math.min(DELIVERY_RESERVE_MS, total / 3);
  const endReserve = Math.min(END_RESERVE_MS, total / 10);
  const mayLook = () => deps.remainingMs() > deliveryReserve;
  const mayDeliver = () => deps.remainingMs() > endReserve;
  const lookMs = Math.max(0, Math.floor(total - deliveryReserve));
  const lookSignal = AbortSignal.timeout(lookMs);

  deps.configurations.beginPoll();
  deps.samples.beginPoll();
  deps.oddities.beginPoll();
  const stored = await deps.tasks.readAll();
  reportUnreadable(stored, deps);
  const state = await pollStateOf(stored, deps);

  const drained = await deliver(stored.tasks.filter(isUndelivered), deps, mayLook);
  const tasks = [...overlay(stored.tasks, drained), ...stored.unreadable.map(leftAlone)];
  // A list without end must leave time for the tasks that are known.
  const sweepSignal = AbortSignal.any([lookSignal, AbortSignal.timeout(Math.floor(lookMs / 3))]);
  const sweep = await sweepTasks(deps.service, deps.log, sweepSignal);
  if (sweep.complete) deps.unwanted.retain(sweep.tasks);
  const { discovery, periodMs, ruleSet } = deps;
  const selection = select(tasks, sweep, { ...state, discovery, periodMs, ruleSet, now: deps.now() });

  const looks = await lookAtAll(selection, deps, mayLook, lookSignal);
  if (state !== UNREADABLE_STATE) await rememberWhereToResume(state, looks, deps);
  const delivered = await deliver(looks.changed, deps, mayDeliver);

  return {
    ...summarizeTasks(tasks, looks, delivered, deps.now()),
    polled: looks.read,
    changes: looks.events,
    published: drained.published + delivered.published,
    setAside: drained.setAside + delivered.setAside,
    refused: drained.refused + delivered.refused,
    denied: drained.denied || delivered.denied,
    failures:
      stored.unreadable.length +
      deps.configurations.failures +
      drained.failures +
      looks.failures +
      delivered.failures,
    oddities: deps.oddities.count,
    listComplete: sweep.complete,
    lostRaces: looks.lostRaces,
    heldBack: selection.heldBack.length,
    postponed: looks.postponed,
  };
}

function isUndelivered(task: TrackedTask): task is LiveTask {
  return task.state === 'live' && task.outbox.length > 0;
}

function reportUnreadable({ unreadable }: StoredTasks, { log }: PollDeps): void {
  for (const { taskId, error } of unreadable) {
    log.error('An item of the tasks table cannot be understood', { taskId, error: summarizeError(error) });
  }
}

/** A task that this poll must neither look at nor discover as new. */
function leftAlone({ taskId }: { readonly taskId: string }): TrackedTask {
  return { state: 'excluded', taskId, version: 0 };
}

/** Nobody knows since when we watch: whatever ended in the last day may be news. */
const UNREADABLE_STATE: PollState = { watchingSince: 0 };

/** The state of earlier polls. The first one notes when watching began: what was over before that is no news. */
async function pollStateOf(stored: StoredTasks, { tasks, now, log }: PollDeps): Promise<PollState> {
  if (stored.pollState !== undefined) return stored.pollState;
  if (stored.unreadable.some(({ taskId }) => taskId === POLL_STATE_KEY)) return UNREADABLE_STATE;
  const state = { watchingSince: now() };
  try {
    await tasks.writePollState(state);
  } catch (error) {
    log.error('The state of the poll could not be written', { error: summarizeError(error) });
  }
  return state;
}

/** The tasks as they are after a delivery. Those that another poller was faster with are left to it. */
function overlay(tasks: readonly TrackedTask[], delivery: DeliveryReport): TrackedTask[] {
  const after = new Map(delivery.tasks.map((task) => [task.taskId, task]));
  return tasks.map((task) => after.get(task.taskId) ?? (isUndelivered(task) ? leftAlone(task) : task));
}

/** A task that is tracked, and could not be read. */
interface Unread {
  readonly look: Extract<Look, { kind: 'known' }>;
  readonly error: TaskReadError;
}

interface Looks {
  changed: LiveTask[];
  events: number;
  read: number;
  /** Tasks that the service answered for. */
  answered: number;
  failures: number;
  lostRaces: number;
  postponed: number;
  readonly unread: Unread[];
  /** Task id of the last look that was begun. */
  last?: string;
}

async function lookAtAll(
  { looks, heldBack }: Selection,
  deps: PollDeps,
  mayLook: () => boolean,
  signal: AbortSignal,
): Promise<Looks> {
  for (const taskId of heldBack)
    deps.log.warn('A task waits until some of its events are delivered', { taskId });
  const result: Looks = {
    changed: [],
    events: 0,
    read: 0,
    answered: 0,
    failures: 0,
    lostRaces: 0,
    postponed: 0,
    unread: [],
  };
  const needed = looks.filter((look) => !deps.unwanted.has(look, deps.now()));
  await pMap(
    needed,
    async (look) => {
      if (!mayLook()) result.postponed += 1;
      else await lookAt(look, result, deps, signal);
    },
    { concurrency: deps.concurrency },
  );
  await noteUnreadable(result, deps);
  return result;
}

async function lookAt(look: Look, result: Looks, deps: PollDeps, signal: AbortSignal): Promise<void> {
  const taskId = taskIdOf(look);
  result.last = taskId;
  try {
    const observed = await observe(look, deps, signal);
    result.read += 1;
    // What is not tracked any more is not asked for.
    result.answered += look.kind === 'untrack' ? 0 : 1;
    if (observed.kind === 'not-wanted') rememberUnwanted(look, deps);
    addObserved(observed, result);
  } catch (error) {
    const cause = error instanceof TaskReadError ? error.cause : error;
    deps.log.error('A task could not be polled', { taskId, error: summarizeError(cause) });
    if (signal.aborted) result.postponed += 1;
    else {
      result.failures += 1;
      if (error instanceof TaskReadError && look.kind === 'known') result.unread.push({ look, error });
    }
  }
}

function rememberUnwanted(look: Look, { unwanted, now }: PollDeps): void {
  if (look.kind === 'new' && look.listed !== undefined) unwanted.add(look.listed, now());
}

function addObserved(observed: Observed, result: Looks): void {
  if (observed.kind === 'lost-race') result.lostRaces += 1;
  if (observed.kind === 'changed') {
    result.changed.push(observed.task);
    result.events += observed.events;
  }
}

/** There are rules about tasks that cannot be read; if hardly any can, that is one trouble, and an alarm tells of it. */
async function noteUnreadable(result: Looks, deps: PollDeps): Promise<void> {
  const { unread, answered } = result;
  if (unread.length >= Math.max(OUTAGE_TASKS, OUTAGE_RATIO * answered)) {
    deps.log.error('Hardly any task can be read', { tasks: unread.length, others: answered });
    return;
  }
  // Looks may have taken all the time that is theirs: these few writes go before those of the delivery.
  const noteUntil = Math.min(deps.remainingMs(), DELIVERY_RESERVE_MS) / 2;
  const note = async ({ look, error }: Unread) => {
    if (deps.remainingMs() <= noteUntil) return;
    try {
      addObserved(await observeUnreadable(look, error, deps), result);
    } catch (cause) {
      const { taskId } = look.task;
      deps.log.error('That a task could not be read was not noted', { taskId, error: summarizeError(cause) });
    }
  };
  await pMap(unread, note, { concurrency: deps.concurrency });
}

/** Only a poll that ran out of time leaves a mark: the next one goes on behind it. */
async function rememberWhereToResume(
  state: PollState,
  { postponed, last }: Looks,
  deps: PollDeps,
): Promise<void> {
  if (postponed === 0 || last === undefined) return;
  try {
    await deps.tasks.writePollState({ watchingSince: state.watchingSince, resumeAfter: last });
  } catch (error) {
    deps.log.error('The state of the poll could not be written', { error: summarizeError(error) });
  }
}

function summarizeTasks(
  tasks: readonly TrackedTask[],
  looks: Looks,
  delivered: DeliveryReport,
  now: number,
): Pick<PollReport, 'tracked' | 'backlog' | 'backlogAgeMs'> {
  const after = new Map<string, TrackedTask>();
  for (const task of [...tasks, ...looks.changed, ...delivered.tasks]) after.set(task.taskId, task);
  const live = [...after.values()].filter((task) => task.state === 'live');
  const undelivered = live.flatMap(({ outbox }) => outbox);
  const oldest = undelivered
    .map(({ observedAt }) => Date.parse(observedAt))
    .reduce((a, b) => Math.min(a, b), now);
  return { tracked: live.length, backlog: undelivered.length, backlogAgeMs: now - oldest };
}

import { type DeliverDeps, type DeliveryReport, deliver } from './deliver.ts';
import { type Cadence, longestInterval } from './domain/cadence.ts';
import {
  type Discovery,
  type Selection,
  type SelectionContext,
  type Sweep,
  select,
  strangersIn,
} from './domain/selection.ts';
import type { Range } from './domain/shards.ts';
import { type LiveTask, leftAlone, type TrackedTask } from './domain/tracked.ts';
import { summarizeError } from './errors.ts';
import type { FanOut, SharedState, Work } from './fan-out.ts';
import { leaveState } from './leave-state.ts';
import { type LookDeps, type Looks, type LookTime, lookAtAll } from './look.ts';
import { type PollReport, summarizeTasks } from './poll-report.ts';
import { pollState, readStoredState, withEarlierNotes } from './poll-state.ts';
import type { Items, PollState, TaskStore } from './ports.ts';
import { NO_SWEEP, type Sweeper } from './sweep.ts';

export interface PollDeps extends LookDeps, DeliverDeps {
  readonly tasks: TaskStore;
  readonly discovery: Discovery;
  readonly sweeper: Sweeper;
  /** Which round of the invocation it is: 0 for the first. */
  readonly round: number;
  /** Milliseconds from one round to the next. */
  readonly roundMs: number;
  /** A task in progress is looked at at least so often, milliseconds. */
  readonly maxLatencyMs: number;
  /** The tasks that this poll is about. */
  readonly range: Range;
  /** Where another poll handed out the work: what it knows. */
  readonly given?: { readonly sweep: Sweep; readonly state: SharedState };
  /** Whom work is handed to that is too much for this poll. */
  readonly fanOut?: FanOut;
  /** Milliseconds until the poll is cut off. */
  readonly remainingMs: () => number;
}

/** Time kept for delivering and clearing what was committed: more than any single request of ours may take. */
const DELIVERY_RESERVE_MS = 10_000;
/** Time kept for clearing and for ending cleanly. */
const END_RESERVE_MS = 2_000;

/**
 * One poll: what earlier polls left undelivered goes out, the tasks that need a look are read, what changed is committed and
 * delivered. Safe to run at any time, any number of times at once, and to be cut off at any instruction. Work that is too much
 * for one function is handed to others, each of which polls a part.
 *
 * @throws only when the tasks table cannot be read: then nothing was done
 */
export async function poll(deps: PollDeps): Promise<PollReport> {
  const time = timeOf(deps);
  deps.configurations.beginPoll();
  deps.samples.beginPoll();
  deps.oddities.beginPoll();
  const { found, stored } = await readTable(deps);
  const drained = await deliver(stored.tasks.filter(isUndelivered), deps, time.mayLook);
  const live = [...overlay(stored.tasks, drained), ...stored.unreadable.map(leftAlone)];
  const trusts = await deps.trust.begin();
  const before = { ...found, trusts };
  const sweep = await sweepOf(live, before, time.sweepSignal, deps);
  if (sweep.complete) deps.unwanted.retain(sweep.tasks, deps.range);
  const startedAt = deps.now();
  const { looks: possible } = selectFrom(live, sweep, before, deps);
  const strangers = strangersIn(possible);
  // Where tags decide, most of those may not be wanted: that is remembered here, and not by whoever polls a part.
  const toShare = possible.length - (deps.discovery === 'tagged' ? strangers.length : 0) + stored.unread;
  const shared = await share({ sweep, state: found, looks: toShare, startedAt }, deps);
  const state = shared.isShared ? found : await withEarlierNotes(found, deps);
  const others = shared.isShared ? NONE : await readOthers(strangers, deps);
  const tasks = [...live, ...others.tasks, ...others.unreadable.map(leftAlone)];
  const selection = shared.isShared ? NOTHING : selectFrom(tasks, sweep, { ...state, trusts }, deps);

  const periodMs = longestInterval(cadenceOf(deps), state.lap);
  const looks = await lookAtAll(selection, { ...deps, periodMs }, time);
  const shards = shared.isShared ? shared.shards : undefined;
  await leaveState(state, { shards, tasks, selection, looks, startedAt }, deps);
  const delivered = await deliver(looks.changed, deps, time.mayDeliver);

  if (!shared.isShared) deps.memory.retain(liveIn(tasks, looks), deps.range);
  const { tracked, ...backlog } = summarizeTasks(tasks, looks, delivered, deps.now());
  return {
    // Whoever polls a part tells of what is not delivered of it.
    ...(shared.isShared ? { backlog: 0, backlogAgeMs: 0 } : backlog),
    tracked: tracked + stored.unread,
    polled: looks.read,
    changes: looks.events,
    published: drained.published + delivered.published,
    setAside: drained.setAside + delivered.setAside,
    refused: drained.refused + delivered.refused,
    denied: drained.denied || delivered.denied,
    failures:
      (state.isReadable ? 0 : 1) +
      stored.unreadable.length +
      others.unreadable.length +
      (others.failed ?? 0) +
      deps.configurations.failures +
      drained.failures +
      shared.failed +
      looks.failures +
      delivered.failures,
    oddities: deps.oddities.count,
    listComplete: sweep.complete || sweep.skipped === true,
    listDistrusted: deps.trust.isDistrusted,
    lostRaces: looks.lostRaces,
    heldBack: selection.heldBack.length,
    postponed: looks.postponed.all.size,
    shards: shared.shards,
  };
}

const NONE: Items & { readonly failed?: number } = { tasks: [], unreadable: [] };
const NOTHING: Selection = { looks: [], heldBack: [] };

/** What there is time for, as a poll goes on. */
function timeOf({ remainingMs }: PollDeps): LookTime & {
  readonly mayDeliver: () => boolean;
  readonly sweepSignal: () => AbortSignal;
} {
  const total = remainingMs();
  const deliveryReserve = Math.min(DELIVERY_RESERVE_MS, total / 3);
  const endReserve = Math.min(END_RESERVE_MS, total / 10);
  const noteUntil = Math.min(total, DELIVERY_RESERVE_MS) / 2;
  const lookMs = Math.max(0, Math.floor(total - deliveryReserve));
  const signal = AbortSignal.timeout(lookMs);
  return {
    signal,
    mayLook: () => remainingMs() > deliveryReserve,
    mayNote: () => remainingMs() > noteUntil,
    mayDeliver: () => remainingMs() > endReserve,
    // A list without end must leave time for the tasks that are known.
    sweepSignal: () => AbortSignal.any([signal, AbortSignal.timeout(Math.floor(lookMs / 3))]),
  };
}

function isUndelivered(task: TrackedTask): task is LiveTask {
  return task.state === 'live' && task.outbox.length > 0;
}

/** So many times the looks of one function are the tasks that one function knows. */
const KNOWN_FOR_LOOKS = 4;

/** What the tasks table has, read at once: in nearly every poll neither waits for the other. */
async function readTable(deps: PollDeps) {
  const reads = [readStoredState(deps), readTasks(deps)] as const;
  // Nothing goes on behind a poll that has failed: the next one uses the same memory.
  await Promise.allSettled(reads);
  const [state, tasks] = await Promise.all(reads);
  const found = await pollState(state, deps, deps.given?.state);
  const stored = found.wasIndexed ? await readTasks(deps) : tasks;
  reportUnreadable(stored, deps.log);
  return { found, stored };
}

/** The tasks of the poll's range; none where they are too many, and then how many those are. */
async function readTasks({ tasks, range, fanOut }: PollDeps): Promise<Items & { readonly unread: number }> {
  const stored = await tasks.readLive(range, fanOut && fanOut.above * KNOWN_FOR_LOOKS);
  if ('tooMany' in stored) return { ...NONE, unread: stored.tooMany };
  return { ...stored, unread: 0 };
}

const NOT_SHARED = { isShared: false, shards: 0, failed: 0 };

/** Hands the work to others where it is too much for one function. */
async function share(
  { sweep, looks, state, startedAt }: Pick<Work, 'sweep' | 'looks' | 'startedAt'> & { state: PollState },
  { fanOut, periodMs }: PollDeps,
): Promise<typeof NOT_SHARED> {
  if (fanOut === undefined || looks <= fanOut.above) return NOT_SHARED;
  const { watchingSince, parts = { now: 1, before: 1, changedAt: startedAt } } = state;
  const deadline = startedAt + periodMs;
  const work: Work = { startedAt, deadline, looks, sweep, state: { watchingSince, parts } };
  return { isShared: true, ...(await fanOut.split(work)) };
}

function reportUnreadable({ unreadable }: Items, log: PollDeps['log']): void {
  for (const { taskId, error } of unreadable)
    log.error('An item of the tasks table cannot be understood', { taskId, error: summarizeError(error) });
}

/** The tasks as they are after a delivery. Those that another poller was faster with are left to it. */
function overlay(tasks: readonly TrackedTask[], delivery: DeliveryReport): TrackedTask[] {
  const after = new Map(delivery.tasks.map((task) => [task.taskId, task]));
  return tasks.map((task) => after.get(task.taskId) ?? (isUndelivered(task) ? leftAlone(task) : task));
}

/** Listed tasks that are none of the live ones may be new, or over, or excluded: the table knows. */
async function readOthers(
  taskIds: readonly string[],
  { tasks, log }: PollDeps,
): Promise<Items & { readonly failed?: number }> {
  try {
    const others = await tasks.readOthers(taskIds);
    reportUnreadable(others, log);
    return others;
  } catch (error) {
    log.error('Listed tasks could not be looked up', { tasks: taskIds.length, error: summarizeError(error) });
    // Tasks that are merely listed hold up none that are tracked.
    return { tasks: taskIds.map((taskId) => leftAlone({ taskId })), unreadable: [], failed: 1 };
  }
}

/** What earlier polls left, and whether the list is trusted. */
type Known = PollState & Pick<SelectionContext, 'trusts'>;

async function sweepOf(
  live: readonly TrackedTask[],
  known: Known,
  signal: () => AbortSignal,
  deps: PollDeps,
): Promise<Sweep> {
  if (deps.given !== undefined) return deps.given.sweep;
  const { discovery, round, now } = deps;
  const looks = () => selectFrom(live, NO_SWEEP, known, deps).looks;
  return deps.sweeper.sweep(live, looks, { discovery, round, trusts: known.trusts, now: now() }, signal);
}

function cadenceOf({ now, periodMs, roundMs, maxLatencyMs }: PollDeps): Cadence {
  return { now: now(), periodMs, roundMs, maxLatencyMs };
}

/** Which tasks need a look, without those of which it is known that nobody wants them. */
function selectFrom(tasks: readonly TrackedTask[], sweep: Sweep, known: Known, deps: PollDeps): Selection {
  const { discovery, round, ruleSet, unwanted, memory } = deps;
  const cadence = cadenceOf(deps);
  const longestMs = longestInterval(cadence, known.lap);
  const context = { ...known, ...cadence, longestMs, discovery, round, ruleSet, seen: memory.seen };
  const { looks, heldBack } = select(tasks, sweep, context);
  return { looks: looks.filter((look) => !unwanted.has(look, cadence.now)), heldBack };
}

/** Ids of the tasks that are watched after the looks. */
function liveIn(tasks: readonly TrackedTask[], { changed }: Looks): Set<string> {
  const live = tasks.filter(({ state }) => state === 'live');
  return new Set([...live, ...changed].map(({ taskId }) => taskId));
}

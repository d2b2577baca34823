import { type DeliverDeps, type DeliveryReport, deliver } from './deliver.ts';
import { keepsTime } from './domain/rules/state.ts';
import { type Discovery, type Selection, type Sweep, select, strangersIn } from './domain/selection.ts';
import type { Range } from './domain/shards.ts';
import type { LiveTask, TrackedTask } from './domain/tracked.ts';
import { asWatched, watchedAfter } from './domain/watched.ts';
import { summarizeError } from './errors.ts';
import type { FanOut, SharedState, Work } from './fan-out.ts';
import { type LookDeps, type Looks, type LookTime, lookAtAll } from './look.ts';
import { type PollReport, summarizeTasks } from './poll-report.ts';
import { type KnownState, leavePollState, readPollState } from './poll-state.ts';
import type { Items, PollState } from './ports.ts';
import { sweepTasks } from './sweep.ts';

export interface PollDeps extends LookDeps, DeliverDeps {
  readonly discovery: Discovery;
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
  const state = await readPollState(deps, deps.given?.state);
  const stored = await readTasks(deps);
  const drained = await deliver(stored.tasks.filter(isUndelivered), deps, time.mayLook);
  const sweep = deps.given?.sweep ?? (await sweepTasks(deps.service, deps.log, time.sweepSignal()));
  if (sweep.complete) deps.unwanted.retain(sweep.tasks, deps.range);
  const startedAt = deps.now();
  const live = [
    ...overlay(stored.tasks, drained).map((task) => watchedThrough(task, state)),
    ...stored.unreadable.map(leftAlone),
  ];
  const { looks: possible } = selectFrom(live, sweep, state, deps);
  const strangers = strangersIn(possible);
  // Where tags decide, most of those may not be wanted: that is remembered here, and not by whoever polls a part.
  const toShare = possible.length - (deps.discovery === 'tagged' ? strangers.length : 0) + stored.unread;
  const shared = await share({ sweep, state, looks: toShare, startedAt }, deps);
  const others = shared.isShared ? NONE : await readOthers(strangers, deps);
  const tasks = [...live, ...others.tasks, ...others.unreadable.map(leftAlone)];
  const selection = shared.isShared ? NOTHING : selectFrom(tasks, sweep, state, deps);

  const looks = await lookAtAll(selection, deps, time);
  if (!shared.isShared) await leaveState(state, tasks, looks, startedAt, deps);
  const delivered = await deliver(looks.changed, deps, time.mayDeliver);

  const { tracked, ...backlog } = summarizeTasks(tasks, looks, delivered, deps.now());
  return {
    ...backlog,
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
      deps.configurations.failures +
      drained.failures +
      shared.failed +
      looks.failures +
      delivered.failures,
    oddities: deps.oddities.count,
    listComplete: sweep.complete,
    lostRaces: looks.lostRaces,
    heldBack: selection.heldBack.length,
    postponed: looks.postponed,
    shards: shared.shards,
  };
}

const NONE: Items = { tasks: [], unreadable: [] };
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

function watchedThrough(task: TrackedTask, { watched }: PollState): TrackedTask {
  return task.state === 'live' ? asWatched(task, watched) : task;
}

/** A task that this poll must neither look at nor discover as new. */
function leftAlone({ taskId }: { readonly taskId: string }): TrackedTask {
  return { state: 'excluded', taskId, version: 0 };
}

/** So many times the looks of one function are the tasks that one function knows. */
const KNOWN_FOR_LOOKS = 4;

/** The tasks of the poll's range; none where they are too many, and then how many those are. */
async function readTasks({
  tasks,
  range,
  fanOut,
  log,
}: PollDeps): Promise<Items & { readonly unread: number }> {
  const stored = await tasks.readLive(range, fanOut && fanOut.above * KNOWN_FOR_LOOKS);
  if ('tooMany' in stored) return { ...NONE, unread: stored.tooMany };
  reportUnreadable(stored, log);
  return { ...stored, unread: 0 };
}

const NOT_SHARED = { isShared: false, shards: 0, failed: 0 };

/** Hands the work to others where it is too much for one function. */
async function share(
  { sweep, looks, state, startedAt }: Pick<Work, 'sweep' | 'looks' | 'startedAt'> & { state: PollState },
  { fanOut, periodMs }: PollDeps,
): Promise<typeof NOT_SHARED> {
  if (fanOut === undefined || looks <= fanOut.above) return NOT_SHARED;
  const { watchingSince } = state;
  const deadline = startedAt + periodMs;
  const work: Work = { startedAt, deadline, looks, sweep, state: { watchingSince, distrust: false } };
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
async function readOthers(taskIds: readonly string[], { tasks, log }: PollDeps): Promise<Items> {
  const others = await tasks.readOthers(taskIds);
  reportUnreadable(others, log);
  return others;
}

/** Which tasks need a look, without those of which it is known that nobody wants them. */
function selectFrom(
  tasks: readonly TrackedTask[],
  sweep: Sweep,
  state: PollState,
  deps: PollDeps,
): Selection {
  const { discovery, periodMs, ruleSet, unwanted } = deps;
  const now = deps.now();
  const { looks, heldBack } = select(tasks, sweep, { ...state, discovery, periodMs, ruleSet, now });
  return { looks: looks.filter((look) => !unwanted.has(look, now)), heldBack };
}

/** So many polls after the last note there is another, well before tasks have to be noted one by one. */
const NOTE_PERIODS = 1.5;

/**
 * A poll that ran out of time leaves where: the next one goes on behind it. And while the clock of any rule runs, there is a note
 * that tasks were looked at.
 */
async function leaveState(
  state: KnownState,
  tasks: readonly TrackedTask[],
  looks: Looks,
  startedAt: number,
  deps: PollDeps,
): Promise<void> {
  const { last, postponed, missed } = looks;
  const isLate = startedAt - (state.watched?.through ?? 0) > NOTE_PERIODS * deps.periodMs;
  const isClockRunning = () => tasks.some((task) => task.state === 'live' && keepsTime(task.snapshot.rules));
  const hasToResume = postponed > 0 && last !== undefined;
  if (!hasToResume && !(isLate && isClockRunning())) return;
  const watched = watchedAfter(tasks, missed, state.watched, startedAt);
  const change = { ...(hasToResume && { resumeAfter: last }), ...(watched !== undefined && { watched }) };
  await leavePollState(state, change, deps);
}

import { type DeliverDeps, type DeliveryReport, deliver } from './deliver.ts';
import { type Discovery, type Selection, type Sweep, select, strangersIn } from './domain/selection.ts';
import type { Range } from './domain/shards.ts';
import type { LiveTask, TrackedTask } from './domain/tracked.ts';
import { summarizeError, UnreadableItemError } from './errors.ts';
import { type LookDeps, type Looks, type LookTime, lookAtAll } from './look.ts';
import { type PollReport, summarizeTasks } from './poll-report.ts';
import { type FanOut, type Items, POLL_STATE_KEY, type PollState, type WorkToShare } from './ports.ts';
import { sweepTasks } from './sweep.ts';

export interface PollDeps extends LookDeps, DeliverDeps {
  readonly discovery: Discovery;
  /** The tasks that this poll is about. */
  readonly range: Range;
  /** Where another poll handed out the work: what it knows. */
  readonly given?: { readonly sweep: Sweep; readonly state: PollState };
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
  const state = await pollStateOf(deps);
  const stored = await readTasks(deps);
  const drained = await deliver(stored.tasks.filter(isUndelivered), deps, time.mayLook);
  const sweep = deps.given?.sweep ?? (await sweepTasks(deps.service, deps.log, time.sweepSignal()));
  if (sweep.complete) deps.unwanted.retain(sweep.tasks);
  const live = [...overlay(stored.tasks, drained), ...stored.unreadable.map(leftAlone)];
  const { looks: possible } = selectFrom(live, sweep, state, deps);
  const shared = await share({ sweep, state, looks: possible.length + stored.unread }, deps);
  const others = shared.isShared ? NONE : await readOthers(strangersIn(possible), deps);
  const tasks = [...live, ...others.tasks, ...others.unreadable.map(leftAlone)];
  const selection = shared.isShared ? NOTHING : selectFrom(tasks, sweep, state, deps);

  const looks = await lookAtAll(selection, deps, time);
  await rememberWhereToResume(state, looks, deps);
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

/** A task that this poll must neither look at nor discover as new. */
function leftAlone({ taskId }: { readonly taskId: string }): TrackedTask {
  return { state: 'excluded', taskId, version: 0 };
}

interface KnownState extends PollState {
  readonly isReadable: boolean;
}

/**
 * The state of earlier polls. The first one notes when watching began: what was over before that is no news. Where it cannot be
 * understood nobody knows since when we watch: whatever ended in the last day may be news.
 */
async function pollStateOf({ tasks, now, log, writeId, given }: PollDeps): Promise<KnownState> {
  if (given !== undefined) return { ...given.state, isReadable: true };
  try {
    const known = await tasks.readPollState();
    if (known?.indexed === true) return { ...known, isReadable: true };
    await tasks.indexAll(writeId);
    const state = { ...(known ?? { watchingSince: now() }), indexed: true };
    await tasks
      .writePollState(state)
      .catch((error) =>
        log.error('The state of the poll could not be written', { error: summarizeError(error) }),
      );
    return { ...state, isReadable: true };
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    log.error('An item of the tasks table cannot be understood', {
      taskId: POLL_STATE_KEY,
      error: summarizeError(error),
    });
    await tasks.indexAll(writeId);
    return { watchingSince: 0, isReadable: false };
  }
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
async function share(work: WorkToShare, { fanOut }: PollDeps): Promise<typeof NOT_SHARED> {
  if (fanOut === undefined || work.looks <= fanOut.above) return NOT_SHARED;
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

/** Only a poll that ran out of time leaves a mark: the next one goes on behind it. */
async function rememberWhereToResume(
  { isReadable, ...state }: KnownState,
  { postponed, last }: Looks,
  deps: PollDeps,
): Promise<void> {
  if (!isReadable || deps.given !== undefined || postponed === 0 || last === undefined) return;
  try {
    await deps.tasks.writePollState({ ...state, resumeAfter: last });
  } catch (error) {
    deps.log.error('The state of the poll could not be written', { error: summarizeError(error) });
  }
}

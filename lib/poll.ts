import { type DeliverDeps, type DeliveryReport, deliver } from './deliver.ts';
import { type Discovery, type Selection, type Sweep, select, strangersIn } from './domain/selection.ts';
import type { Range } from './domain/shards.ts';
import type { LiveTask, TrackedTask } from './domain/tracked.ts';
import { summarizeError, UnreadableItemError } from './errors.ts';
import { type LookDeps, type Looks, lookAtAll } from './look.ts';
import { type PollReport, summarizeTasks } from './poll-report.ts';
import type { Items, PollState } from './ports.ts';
import { sweepTasks } from './sweep.ts';

export interface PollDeps extends LookDeps, DeliverDeps {
  readonly discovery: Discovery;
  /** The tasks that this poll is about. */
  readonly range: Range;
  /** Milliseconds until the poll is cut off. */
  readonly remainingMs: () => number;
}

/** Time kept for delivering and clearing what was committed: more than any single request of ours may take. */
const DELIVERY_RESERVE_MS = 10_000;
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
  const noteUntil = Math.min(total, DELIVERY_RESERVE_MS) / 2;
  const mayLook = () => deps.remainingMs() > deliveryReserve;
  const mayDeliver = () => deps.remainingMs() > endReserve;
  const mayNote = () => deps.remainingMs() > noteUntil;
  const lookMs = Math.max(0, Math.floor(total - deliveryReserve));
  const signal = AbortSignal.timeout(lookMs);

  deps.configurations.beginPoll();
  deps.samples.beginPoll();
  deps.oddities.beginPoll();
  const state = await pollStateOf(deps);
  const stored = await readTasks(deps);

  const drained = await deliver(stored.tasks.filter(isUndelivered), deps, mayLook);
  // A list without end must leave time for the tasks that are known.
  const sweepSignal = AbortSignal.any([signal, AbortSignal.timeout(Math.floor(lookMs / 3))]);
  const sweep = await sweepTasks(deps.service, deps.log, sweepSignal);
  if (sweep.complete) deps.unwanted.retain(sweep.tasks);
  const live = [...overlay(stored.tasks, drained), ...stored.unreadable.map(leftAlone)];
  const others = await readStrangers(live, sweep, state, deps);
  const tasks = [...live, ...others.tasks, ...others.unreadable.map(leftAlone)];
  const selection = selectFrom(tasks, sweep, state, deps);

  const looks = await lookAtAll(selection, deps, { mayLook, signal, mayNote });
  await rememberWhereToResume(state, looks, deps);
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
      (state.isReadable ? 0 : 1) +
      stored.unreadable.length +
      others.unreadable.length +
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
async function pollStateOf({ tasks, now, log, writeId }: PollDeps): Promise<KnownState> {
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
      taskId: '#poll',
      error: summarizeError(error),
    });
    await tasks.indexAll(writeId);
    return { watchingSince: 0, isReadable: false };
  }
}

async function readTasks({ tasks, range, log }: PollDeps): Promise<Items> {
  const stored = await tasks.readLive(range);
  if ('tooMany' in stored) throw new Error('unreachable');
  reportUnreadable(stored, log);
  return stored;
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
async function readStrangers(
  live: readonly TrackedTask[],
  sweep: Sweep,
  state: PollState,
  deps: PollDeps,
): Promise<Items> {
  const { looks } = selectFrom(live, sweep, state, deps);
  const others = await deps.tasks.readOthers(strangersIn(looks));
  reportUnreadable(others, deps.log);
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
  if (!isReadable || postponed === 0 || last === undefined) return;
  try {
    await deps.tasks.writePollState({ ...state, resumeAfter: last });
  } catch (error) {
    deps.log.error('The state of the poll could not be written', { error: summarizeError(error) });
  }
}

import type { ChainContext } from './domain/chain.ts';
import type { HistoryRow } from './domain/events.ts';
import {
  clearDelivered,
  type LiveTask,
  nextToPublish,
  nextToRecord,
  relink,
  retire,
  setAside,
  type TrackedTask,
} from './domain/tracked.ts';
import { HistoryConflictError, summarizeError } from './errors.ts';
import type { AppendOutcome, EventBus, HistoryStore, Log, PublishOutcome, TaskStore } from './ports.ts';

/** Tries for an event that the bus refuses for now, in one delivery. */
const MAX_TRIES = 3;
const BACKOFF_MS = 100;

export interface DeliverDeps {
  readonly tasks: TaskStore;
  readonly history: HistoryStore;
  readonly bus: EventBus;
  readonly log: Log;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Names this poll as the writer of items. */
  readonly writeId: string;
  readonly chain: Omit<ChainContext, 'now'>;
}

/** What a delivery did. */
export interface DeliveryReport {
  /** Every task that was given, as it is stored now; tasks that another poller was faster with are missing. */
  readonly tasks: readonly TrackedTask[];
  readonly published: number;
  readonly setAside: number;
  /** Events that the bus did not take, for whatever reason. */
  readonly refused: number;
  /** Tasks whose rows or item could not be written. */
  readonly failures: number;
  /** The bus denies us: nothing can be published until somebody repairs the permissions. */
  readonly denied: boolean;
}

/** A task on its way through one delivery. */
interface Parcel {
  task: LiveTask;
  stored: LiveTask;
  readonly accepted: Set<number>;
  setAside: number;
  tries: number;
  failed: boolean;
  /** The bus refused this task's oldest event: nothing more of it is offered. */
  stopped: boolean;
}

/** Tasks that are published and cleared together: few enough that even slow ones are cleared before time is up. */
const LOAD = 100;
/** Rows that are written together. */
const ROWS = 200;

/**
 * Delivers the outboxes of tasks: rows to the history first, of all tasks, whatever the bus does. Then events to the bus in
 * rounds (every task's oldest, then the next), then what was delivered is cleared. Whatever stays behind is delivered by a
 * later poll.
 *
 * @param mayGoOn false once time is short: nothing new begins
 */
export async function deliver(
  tasks: readonly LiveTask[],
  deps: DeliverDeps,
  mayGoOn: () => boolean,
): Promise<DeliveryReport> {
  const parcels = tasks.map(
    (task): Parcel => ({
      task,
      stored: task,
      accepted: new Set(),
      setAside: 0,
      tries: 0,
      failed: false,
      stopped: false,
    }),
  );
  await recordAll(parcels, deps, mayGoOn);

  const isForBus = ({ task, accepted }: Parcel) => nextToPublish(task, accepted) !== undefined;
  const [forBus, others] = [parcels.filter(isForBus), parcels.filter((parcel) => !isForBus(parcel))];
  const cleared: (TrackedTask | undefined)[] = [];
  // A load is cleared while the next one is published.
  let clearing = clearAll(others, deps, mayGoOn);
  let bus: BusState = 'up';
  for (let start = 0; start < forBus.length; start += LOAD) {
    const load = forBus.slice(start, start + LOAD);
    if (bus === 'up') bus = await publishInRounds(load, deps, mayGoOn);
    cleared.push(...(await clearing));
    clearing = clearAll(load, deps, mayGoOn);
  }
  cleared.push(...(await clearing));

  const sum = (of: (parcel: Parcel) => number) => parcels.reduce((total, parcel) => total + of(parcel), 0);
  return {
    tasks: cleared.filter((task) => task !== undefined),
    published: sum(({ accepted }) => accepted.size),
    setAside: sum((parcel) => parcel.setAside),
    refused: sum(({ stopped }) => (stopped ? 1 : 0)),
    failures: sum(({ failed }) => (failed ? 1 : 0)),
    denied: bus === 'denied',
  };
}

/** Whether it is worth offering more to the bus in this delivery. */
type BusState = 'up' | 'out' | 'denied';

/** Writes the rows that are not in the history yet: in rounds, every task's oldest, then the next. */
async function recordAll(
  parcels: readonly Parcel[],
  deps: DeliverDeps,
  mayGoOn: () => boolean,
): Promise<void> {
  let open = parcels;
  for (;;) {
    const round = open.flatMap((parcel) => {
      const row = nextToRecord(parcel.task);
      return row === undefined ? [] : [{ parcel, row }];
    });
    if (round.length === 0) return;
    const ended = new Set<Parcel>();
    for (let start = 0; start < round.length; start += ROWS) {
      if (!mayGoOn()) return;
      const load = round.slice(start, start + ROWS);
      const outcomes = await deps.history.appendAll(load.map(({ row }) => row));
      await Promise.all(
        load.map(async ({ parcel, row }, index) => {
          if (!(await settleRow(parcel, row, outcomes[index], deps))) ended.add(parcel);
        }),
      );
    }
    open = open.filter((parcel) => !ended.has(parcel));
  }
}

/** @returns whether the next row of the task may follow */
async function settleRow(
  parcel: Parcel,
  row: HistoryRow,
  outcome: AppendOutcome | undefined,
  deps: DeliverDeps,
): Promise<boolean> {
  if (outcome?.kind === 'appended') {
    parcel.task = { ...parcel.task, recordedThrough: row.sequence };
    return true;
  }
  const error = outcome?.error;
  if (!(error instanceof HistoryConflictError) || !(await relinked(parcel, error, deps)))
    fail(parcel, error, deps);
  return false;
}

/**
 * The history went on without us (the tasks table was restored to an earlier moment, or its memory of an ended task ran
 * out): the rows that found their place taken were never seen by anybody, and are numbered anew behind it. What the history has
 * there may have been on its way when the table was restored, and is offered to the bus again.
 */
async function relinked(parcel: Parcel, conflict: HistoryConflictError, deps: DeliverDeps): Promise<boolean> {
  const { taskId } = parcel.task;
  try {
    const head = await deps.history.head(taskId);
    const missed = await deps.history.newestFrom(taskId, conflict.sequence);
    const { rows, unreadable } = missed;
    const task = await deps.tasks.write(relink(parcel.task, head, rows, deps.chain.hash), deps.writeId);
    deps.log.warn('History rows were numbered anew', { taskId, sequence: conflict.sequence });
    if (unreadable > 0)
      deps.log.error('Rows of the history cannot be understood, and are not offered again', {
        taskId,
        unreadable,
      });
    if (task === undefined) return false;
    parcel.task = task;
    parcel.stored = task;
    return true;
  } catch (error) {
    deps.log.error('History rows could not be numbered anew', { taskId, error: summarizeError(error) });
    return false;
  }
}

function fail(parcel: Parcel, error: unknown, { log }: DeliverDeps) {
  parcel.failed = true;
  const { taskId } = parcel.task;
  log.error('History could not be written', { taskId, error: summarizeError(error) });
}

async function publishInRounds(
  parcels: readonly Parcel[],
  deps: DeliverDeps,
  mayGoOn: () => boolean,
): Promise<BusState> {
  let bus: BusState = 'up';
  while (bus === 'up' && mayGoOn()) {
    const round = parcels.flatMap((parcel) => {
      const row = parcel.stopped ? undefined : nextToPublish(parcel.task, parcel.accepted);
      return row === undefined ? [] : [{ parcel, row }];
    });
    if (round.length === 0) break;
    const outcomes = await deps.bus.publish(
      round.map(({ row }) => row),
      mayGoOn,
    );
    round.forEach(({ parcel, row }, index) => {
      settle(parcel, row, outcomes[index] ?? { kind: 'refused', code: 'NoAnswer' }, deps);
    });
    bus = stateAfter(outcomes);
    if (round.some(({ parcel }) => parcel.tries > 0 && !parcel.stopped)) await deps.sleep(BACKOFF_MS);
  }
  return bus;
}

function stateAfter(outcomes: readonly PublishOutcome[]): BusState {
  if (outcomes.some(({ kind }) => kind === 'denied')) return 'denied';
  return outcomes.every(({ kind }) => kind === 'unavailable') ? 'out' : 'up';
}

function settle(parcel: Parcel, row: HistoryRow, outcome: PublishOutcome, deps: DeliverDeps): void {
  const { taskId, sequence } = row;
  switch (outcome.kind) {
    case 'accepted':
      parcel.accepted.add(sequence);
      parcel.tries = 0;
      return;
    case 'refused':
      parcel.tries += 1;
      if (parcel.tries < MAX_TRIES) return;
      deps.log.warn('The bus refused an event for now', { taskId, sequence, code: outcome.code });
      break;
    case 'refused-for-good': {
      const { code, message } = outcome;
      const chain = { ...deps.chain, now: deps.now() };
      parcel.task = setAside(parcel.task, { sequence, code, message }, chain);
      parcel.setAside += 1;
      deps.log.error('The bus refused an event for good: it is set aside', { taskId, sequence, code });
      return;
    }
    case 'denied':
      deps.log.error('The bus denies us permission to publish', { taskId, sequence, code: outcome.code });
      break;
    case 'unavailable':
      deps.log.warn('The bus could not be reached', {
        taskId,
        sequence,
        error: summarizeError(outcome.error),
      });
      break;
    default:
      outcome satisfies never;
  }
  parcel.stopped = true;
}

/** Takes what was delivered out of the outboxes, where the item is still as it was read. */
async function clearAll(
  parcels: readonly Parcel[],
  deps: DeliverDeps,
  mayGoOn: () => boolean,
): Promise<(TrackedTask | undefined)[]> {
  const cleared = parcels.map((parcel) => clearedOf(parcel, deps, mayGoOn));
  const toWrite = cleared.flatMap(({ task, isChanged }) => (isChanged ? [task] : []));
  const outcomes = (await deps.tasks.writeAll(toWrite, deps.writeId)).values();
  return cleared.map(({ task, parcel, isChanged }) => {
    if (!isChanged) return task;
    const outcome = outcomes.next().value;
    if (outcome?.kind === 'written') return outcome.task;
    if (outcome?.kind !== 'lost-race') {
      parcel.failed = true;
      const error = summarizeError(outcome?.error);
      deps.log.error('An outbox could not be cleared', { taskId: task.taskId, error });
    }
    return undefined;
  });
}

/** A task without what was delivered, and whether that is worth writing. */
function clearedOf(
  parcel: Parcel,
  deps: DeliverDeps,
  mayGoOn: () => boolean,
): { parcel: Parcel; task: TrackedTask; isChanged: boolean } {
  const { task, accepted, stored } = parcel;
  // That rows are recorded is found out again by recording them: no need to note it in the last seconds.
  if (accepted.size === 0 && parcel.setAside === 0 && !mayGoOn())
    return { parcel, task: stored, isChanged: false };
  const cleared = retire(clearDelivered(task, accepted), deps.now());
  const isUnchanged =
    cleared.state === 'live' &&
    cleared.outbox.length === stored.outbox.length &&
    cleared.recordedThrough === stored.recordedThrough &&
    parcel.setAside === 0;
  return { parcel, task: cleared, isChanged: !isUnchanged };
}

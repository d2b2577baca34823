import { overlap, partsOf, type Range, split } from './domain/shards.ts';
import { watchedInAll } from './domain/watched.ts';
import { summarizeError, UnreadableItemError } from './errors.ts';
import type { SharedState } from './fan-out.ts';
import { type Log, POLL_STATE_KEY, type PollState, type TaskStore } from './ports.ts';

export interface PollStateDeps {
  readonly tasks: TaskStore;
  readonly range: Range;
  readonly log: Log;
  readonly now: () => number;
  readonly writeId: string;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
}

/** The state of earlier polls, and whether it could be understood. */
export interface KnownState extends PollState {
  readonly isReadable: boolean;
  /** Items were looked for that the index did not have: what was read of the index before then may lack them. */
  readonly wasIndexed?: true;
  /** Up to when tasks were watched is from the notes of other parts: this one has none yet. */
  readonly isInherited?: true;
}

/** Items that an earlier version of this code wrote, after a rollback or while it was replaced, are looked for so often. */
const INDEX_MS = 86_400_000;

/** What is stored of earlier polls, if anything is; the error where it cannot be understood. */
export async function readStoredState({
  tasks,
  range,
}: PollStateDeps): Promise<PollState | UnreadableItemError | undefined> {
  try {
    return await tasks.readPollState(range);
  } catch (error) {
    if (error instanceof UnreadableItemError) return error;
    throw error;
  }
}

/**
 * The state of earlier polls. The first one notes when watching began: what was over before that is no news. Where it cannot be
 * understood nobody knows since when we watch: whatever ended in the last day may be news.
 *
 * @param given what the poll knows that handed out this part of its work
 */
export async function pollState(
  stored: PollState | UnreadableItemError | undefined,
  deps: PollStateDeps,
  given?: SharedState,
): Promise<KnownState> {
  const { tasks, now, log, writeId } = deps;
  if (stored instanceof UnreadableItemError) {
    const error = summarizeError(stored);
    log.error('An item of the tasks table cannot be understood', { taskId: POLL_STATE_KEY, error });
    if (given !== undefined) return { ...given, isReadable: false };
    await tasks.indexAll(writeId);
    return { watchingSince: 0, isReadable: false, wasIndexed: true };
  }
  const known = stored ?? { watchingSince: now() };
  if (given !== undefined) return { ...known, ...given, isReadable: true };
  if (known.indexedAt !== undefined && Math.abs(now() - known.indexedAt) < INDEX_MS)
    return { ...known, isReadable: true };
  const isIndexed = await tasks.indexAll(writeId);
  const state = { ...known, ...(isIndexed && { indexedAt: now() }), isReadable: true };
  await leavePollState(state, {}, deps);
  return { ...state, wasIndexed: true };
}

/** Polls after the parts have changed in which the notes of the parts before may still be the latest ones. */
const NOTES_HOLD_PERIODS = 10;

/** Where polls were cut into other parts until a moment ago, with what those noted of the tasks of this one. */
export async function withEarlierNotes(
  own: KnownState,
  { tasks, range, now, periodMs }: PollStateDeps,
): Promise<KnownState> {
  const { parts } = own;
  if (parts === undefined) return own;
  const isOld = now() - parts.changedAt > NOTES_HOLD_PERIODS * periodMs;
  const before = partsOf(range) === parts.now ? parts.before : parts.now;
  if (isOld && before === parts.before) return own;
  const ranges = split(before).filter((part) => overlap(part, range));
  const states = await Promise.all(
    ranges.map((part) => tasks.readPollState(part).catch(undefinedIfUnreadable)),
  );
  const watched = watchedInAll(states.map((state) => state?.watched));
  if (watched === undefined || watched.through <= (own.watched?.through ?? 0)) return own;
  return { ...own, watched, isInherited: true };
}

function undefinedIfUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableItemError)) throw error;
}

/** @returns what is to be left where polls are cut into another number of parts than before */
export function partsAfter({ parts }: PollState, count: number, now: number): Partial<PollState> {
  const before = parts?.now ?? 1;
  return count === before ? {} : { parts: { now: count, before, changedAt: now } };
}

/** Leaves the next poll what this one has to say. A state that cannot be understood is left as it is. */
export async function leavePollState(
  { isReadable, isInherited: _, wasIndexed: __, ...state }: KnownState,
  change: Partial<PollState>,
  { tasks, range, log }: PollStateDeps,
): Promise<void> {
  if (!isReadable) return;
  try {
    await tasks.writePollState(range, { ...state, ...change });
  } catch (error) {
    log.error('The state of the poll could not be written', { error: summarizeError(error) });
  }
}

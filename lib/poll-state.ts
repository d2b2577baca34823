import type { Range } from './domain/shards.ts';
import { summarizeError, UnreadableItemError } from './errors.ts';
import type { SharedState } from './fan-out.ts';
import { type Log, POLL_STATE_KEY, type PollState, type TaskStore } from './ports.ts';

export interface PollStateDeps {
  readonly tasks: TaskStore;
  readonly range: Range;
  readonly log: Log;
  readonly now: () => number;
  readonly writeId: string;
}

/** The state of earlier polls, and whether it could be understood. */
export interface KnownState extends PollState {
  readonly isReadable: boolean;
}

/**
 * The state of earlier polls. The first one notes when watching began: what was over before that is no news. Where it cannot be
 * understood nobody knows since when we watch: whatever ended in the last day may be news.
 *
 * @param given what the poll knows that handed out this part of its work
 */
export async function readPollState(deps: PollStateDeps, given?: SharedState): Promise<KnownState> {
  const { tasks, range, now, log, writeId } = deps;
  try {
    const known = await tasks.readPollState(range);
    if (given !== undefined) return { ...known, watchingSince: given.watchingSince, isReadable: true };
    if (known?.indexed === true) return { ...known, isReadable: true };
    const indexed = await tasks.indexAll(writeId);
    const state = { ...(known ?? { watchingSince: now() }), indexed, isReadable: true };
    await leavePollState(state, {}, deps);
    return state;
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    const summary = summarizeError(error);
    log.error('An item of the tasks table cannot be understood', { taskId: POLL_STATE_KEY, error: summary });
    if (given === undefined) await tasks.indexAll(writeId);
    return { watchingSince: given?.watchingSince ?? 0, isReadable: false };
  }
}

/** Leaves the next poll what this one has to say. A state that cannot be understood is left as it is. */
export async function leavePollState(
  { isReadable, ...state }: KnownState,
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

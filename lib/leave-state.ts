import { keepsTime } from './domain/rules/state.ts';
import { type Selection, waitingOf } from './domain/selection.ts';
import { isLeftAlone, type TrackedTask } from './domain/tracked.ts';
import { pollsALap, resumeAt } from './domain/turns.ts';
import { watchedAfter } from './domain/watched.ts';
import type { Looks } from './look.ts';
import { type KnownState, leavePollState, type PollStateDeps, partsAfter } from './poll-state.ts';
import type { PollState } from './ports.ts';

/** So many polls after the last note there is another, well before tasks have to be noted one by one. */
const NOTE_PERIODS = 1.5;

export interface LeaveStateDeps extends PollStateDeps {
  /** Set for a part of a poll that was handed out. */
  readonly given?: unknown;
  /** Milliseconds from one round to the next. */
  readonly roundMs: number;
}

/** What a poll did. */
export interface Done {
  /** How many polls the work was handed to; undefined where this one looked at the tasks itself. */
  readonly shards: number | undefined;
  readonly tasks: readonly TrackedTask[];
  readonly selection: Selection;
  readonly looks: Looks;
  readonly startedAt: number;
}

/**
 * A poll that ran out of time leaves where: the next one goes on behind it. And while the clock of any rule runs, there is a note
 * that tasks were looked at.
 */
export async function leaveState(state: KnownState, done: Done, deps: LeaveStateDeps): Promise<void> {
  const { startedAt, shards } = done;
  const cut = deps.given === undefined ? partsAfter(state, shards ?? 1, startedAt) : {};
  const left = shards === undefined ? leftByLooks(state, done, deps) : {};
  const change = { ...cut, ...left };
  if (Object.keys(change).length > 0) await leavePollState(state, change, deps);
}

function leftByLooks(
  state: KnownState,
  { tasks, selection, looks, startedAt }: Done,
  deps: LeaveStateDeps,
): Partial<PollState> {
  const { watched, watchingSince, isInherited = false } = state;
  const isLate =
    isInherited || startedAt - (watched?.through ?? watchingSince) > NOTE_PERIODS * deps.periodMs;
  const isClockRunning = () => tasks.some((task) => task.state === 'live' && keepsTime(task.snapshot.rules));
  const isOfLater = watched !== undefined && watched.through > startedAt;
  const hasToResume = looks.postponed.all.size > 0;
  if (!hasToResume && !isOfLater && !(isLate && isClockRunning())) return {};
  const leftAlone = tasks.flatMap((task) => (isLeftAlone(task) ? [task.taskId] : []));
  const after = watchedAfter(tasks, new Set([...looks.missed, ...leftAlone]), watched, startedAt);
  return {
    ...(hasToResume && whereToResume(state, selection, looks, startedAt, deps)),
    ...(after !== undefined && { watched: after }),
  };
}

function whereToResume(
  state: PollState,
  selection: Selection,
  { postponed }: Looks,
  at: number,
  { roundMs }: LeaveStateDeps,
): Partial<PollState> {
  const waiting = selection.looks.map(waitingOf);
  const polls = pollsALap(waiting, postponed.all);
  return {
    resume: resumeAt(waiting, postponed, state.resume),
    ...(polls !== undefined && { lap: { ms: polls * roundMs, at } }),
  };
}

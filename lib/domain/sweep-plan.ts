import type { Discovery, Look } from './selection.ts';
import type { TrackedTask } from './tracked.ts';

/** What is remembered of the last list that was read to its end. */
export interface LastSweep {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Requests that it took. */
  readonly pages: number;
}

export interface SweepContext {
  readonly discovery: Discovery;
  /** Which round of the invocation it is: 0 for the first. */
  readonly round: number;
  /** Whether a task in progress is left alone while the list says that it has not moved. */
  readonly trusts: boolean;
  readonly last: LastSweep | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** However few tasks are tracked, the list is read so often: it may have become shorter than it was. */
const SWEEP_AGAIN_MS = 3_600_000;

/**
 * Whether to read the list of tasks. It finds new tasks, and saves looks; where none are to be found, the looks may be fewer than
 * its pages.
 *
 * @param looks those that it takes without the list
 */
export function isSweepDue(
  tasks: readonly TrackedTask[],
  looks: () => readonly Look[],
  { discovery, round, trusts, last, now }: SweepContext,
): boolean {
  const saves = ({ pages }: LastSweep) =>
    looks().filter((look) => isSavedByList(look, trusts)).length > pages;
  if (round > 0) return trusts && last !== undefined && saves(last);
  if (discovery !== 'none' || last === undefined || tasks.some(isMissed)) return true;
  return Math.abs(now - last.at) >= SWEEP_AGAIN_MS || saves(last);
}

/** Only a complete list tells that a task is gone, or was asked for in vain. */
function isMissed(task: TrackedTask): boolean {
  if (task.state === 'requested') return true;
  return task.state === 'live' && task.snapshot.rules.unreadAt !== undefined;
}

function isSavedByList(look: Look, trusts: boolean): boolean {
  return look.kind === 'known' && (trusts || look.task.snapshot.facts.status !== 'IN_PROGRESS');
}

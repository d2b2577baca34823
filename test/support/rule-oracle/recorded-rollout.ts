import type { Counts, ThingState } from '../../../lib/domain/counts.ts';
import type { MaintenanceWindow } from '../../../lib/domain/rules/look.ts';
import type { FailureState, TaskRule } from '../../../lib/domain/rules/rule.ts';
import type { TaskConfiguration } from '../../../lib/domain/task.ts';

export const PERIOD = 60_000;
const FARTHEST = 5.5 * PERIOD;

/** A look that succeeded. Instants are epoch milliseconds. */
export interface ReadLook {
  readonly kind: 'read';
  readonly at: number;
  readonly status: string;
  readonly counts: Counts;
  readonly isContinuous: boolean;
  readonly startTime?: number;
  readonly endTime?: number;
  /** Left out when it could not be read. */
  readonly configuration?: TaskConfiguration;
  readonly window?: MaintenanceWindow;
  /** The rules that are in force. */
  readonly rules: readonly TaskRule[];
}

export interface UnreadLook {
  readonly kind: 'unread';
  readonly at: number;
  readonly reason: string;
}

export type RecordedLook = ReadLook | UnreadLook;

/** What one look saw of the task; a look that failed knows what the last one saw. */
interface Moment {
  readonly at: number;
  readonly isRead: boolean;
  readonly seen: ReadLook;
  /** The read look before; the first one follows itself. */
  readonly previous: ReadLook;
  /** The counts as rules see them. */
  readonly counts: Counts;
  readonly configuration: TaskConfiguration | undefined;
}

/** A whole rollout, in which every question can be answered by looking at all of it. */
export class RecordedRollout {
  readonly moments: readonly Moment[];

  constructor(looks: readonly RecordedLook[]) {
    const reads = looks.filter((look) => look.kind === 'read');
    let read = 0;
    this.moments = looks.map((look) => {
      if (look.kind === 'read') read += 1;
      const seen = readAt(reads, read - 1);
      const previous = readAt(reads, Math.max(0, read - 2));
      return {
        at: look.at,
        isRead: look.kind === 'read',
        seen,
        previous,
        counts: seen.status === 'CANCELED' ? beforeCancel(previous.counts, seen.counts) : seen.counts,
        configuration: reads.slice(0, read).findLast(({ configuration }) => configuration)?.configuration,
      };
    });
  }

  moment(look: number): Moment {
    const moment = this.moments[look];
    if (moment === undefined) throw new RangeError(`there is no look ${look}`);
    return moment;
  }

  /** The time from one look to another, as far as it was watched: not when they are far apart. */
  watched(from: number, to: number): number {
    const passed = this.passed(from, to);
    return passed > FARTHEST ? 0 : passed;
  }

  /** The time from one look to another; none when the clock stepped back. */
  passed(from: number, to: number): number {
    return Math.max(0, this.moment(to).at - this.moment(from).at);
  }

  /** The last look before that succeeded; the first one has none. */
  readBefore(look: number): number | undefined {
    for (let at = look - 1; at >= 0; at -= 1) if (this.moment(at).isRead) return at;
    return undefined;
  }

  /** Since when the task has been watched without a gap: of looks that failed nothing was seen. */
  watchedSince(look: number): number {
    for (let at = look; at > 0; at -= 1) {
      const { isRead, seen, previous } = this.moment(at);
      if (isRead && seen.at - previous.at > FARTHEST) return seen.at;
    }
    return this.moment(0).at;
  }

  /** Since which look the task has been running in every look that succeeded; undefined where it does not. */
  runningSince(look: number): number | undefined {
    let since: number | undefined;
    for (let at = look; at >= 0 && (this.isRunning(at) || !this.moment(at).isRead); at -= 1) {
      if (this.moment(at).isRead) since = this.moment(at).at;
    }
    return since;
  }

  /** What the given states gained after an instant; counts that fall again take nothing away. */
  gained(look: number, after: number, ...sets: readonly (readonly ThingState[])[]): number {
    let gained = 0;
    for (let at = look; at > 0 && this.moment(at).at > after; at -= 1) {
      const { isRead, seen, previous } = this.moment(at);
      if (!isRead) continue;
      for (const states of sets) {
        gained += Math.max(0, thingsIn(states, seen.counts) - thingsIn(states, previous.counts));
      }
    }
    return gained;
  }

  /** The counts as they stood at an instant. */
  countsAt(look: number, instant: number): Counts {
    let at = look;
    while (at > 0 && this.moment(at).at > instant) at -= 1;
    return this.moment(at).counts;
  }

  /**
   * How long nothing has finished while something should have, and somebody wanted to know: milliseconds.
   *
   * @param isTold by look: once all is told that there is to tell, time counts whether it is watched or not
   */
  idle(look: number, isTold: readonly boolean[]): number {
    let idle = 0;
    let at = look;
    let before = this.readBefore(at);
    while (before !== undefined && !this.hasFinished(at) && this.isWatchedForStalls(before)) {
      if (isTold[before]) idle += this.passed(before, at);
      else if (this.isRunning(at) && this.isRunning(before)) idle += this.watched(before, at);
      at = before;
      before = this.readBefore(at);
    }
    return idle;
  }

  /** Whether a thing has finished since the look before: another may have been tried again meanwhile. */
  hasFinished(look: number): boolean {
    const { isRead, counts, previous } = this.moment(look);
    return isRead && FINISHED.some((state) => counts[state] > previous.counts[state]);
  }

  isWatchedForStalls(look: number): boolean {
    return this.moment(look).seen.rules.some(({ kind }) => kind === 'stalled');
  }

  /** Whether things should be finishing, as far as a look knows. */
  isRunning(look: number): boolean {
    const { at, isRead, seen } = this.moment(look);
    const { status, counts, startTime, window } = seen;
    if (!isRead || status !== 'IN_PROGRESS' || counts.queued + counts.inProgress === 0) return false;
    return (startTime === undefined || startTime <= at) && window?.open !== false;
  }

  /** How long the task could not be read, milliseconds. */
  unread(look: number, isTold: readonly boolean[]): number {
    let unread = 0;
    for (let at = look; at > 0 && !this.moment(at).isRead; at -= 1) {
      if (isTold[at - 1]) unread += this.passed(at - 1, at);
      else if (!this.moment(at - 1).isRead) unread += this.watched(at - 1, at);
    }
    return unread;
  }
}

function readAt(reads: readonly ReadLook[], index: number): ReadLook {
  const look = reads[index];
  if (look === undefined) throw new RangeError('the first look at a task succeeds');
  return look;
}

/**
 * As few as can be were in progress when the task was canceled: of what is canceled now, that was neither queued before, nor
 * has joined since, nor waited to be tried again.
 */
function beforeCancel(previous: Counts, canceled: Counts): Counts {
  const lost = (state: ThingState) => Math.max(0, previous[state] - canceled[state]);
  const wereQueued =
    previous.queued + Math.max(0, canceled.total - previous.total) + lost('failed') + lost('timedOut');
  const wereInProgress = Math.max(0, canceled.canceled - previous.canceled - wereQueued);
  return {
    ...canceled,
    inProgress: canceled.inProgress + wereInProgress,
    canceled: canceled.canceled - wereInProgress,
  };
}

const FINISHED = ['succeeded', 'failed', 'rejected', 'timedOut', 'removed', 'canceled'] as const;
export const EXECUTED = ['inProgress', 'succeeded', 'failed', 'rejected', 'timedOut'] as const;
export const ALL_FAILURES: readonly FailureState[] = ['failed', 'rejected', 'timedOut'];

export function thingsIn(states: readonly ThingState[], counts: Counts): number {
  let things = 0;
  for (const state of states) things += counts[state];
  return things;
}

export function finished({ queued, inProgress, total }: Counts): number {
  return total - queued - inProgress;
}

import type { Gap, Hold, Progress, Turn } from './ledger.ts';

/**
 * How long an event waits for those before it, milliseconds: as long as an invocation that has received them may take until it
 * comes to them.
 */
export const PATIENCE_MS = 30_000;
/** The same for a task that nothing is known of: whoever begins to listen has missed what was before. */
export const STRANGER_PATIENCE_MS = 10_000;
/** How much longer for each sequence that is missing besides: those that are nearer go first. At most so many count. */
const FARTHER_MS = 2_500;
const MAX_FARTHER = 4;
const MAX_GAPS = 10;
const START: Progress = { applied: 0, gaps: [] };

/** Where an event stands among those of its task, as its detail says. */
export interface Place {
  readonly sequence: number;
  /** Of the task's previous event; undefined on its first. */
  readonly previousSequence?: number;
}

/**
 * What is to be done with an event. It waits for its predecessor until it has waited for its patience and nothing was dealt
 * with for as long: in a long row of events that come in reverse, each gets the time to come before the next. Where several
 * wait for one that is missing, the first of them has to come by before the next goes on.
 *
 * @param progress undefined before the first event
 * @param now epoch milliseconds
 * @param waitedMs how long the event has waited so far, milliseconds
 */
export function turnOf(progress: Progress | undefined, place: Place, now: number, waitedMs: number): Turn {
  const { sequence, previousSequence = 0 } = place;
  const { applied, gaps, held, appliedAt } = progress ?? START;
  const isLate = gaps.some((gap) => isIn(gap, sequence));
  if (sequence <= applied && !isLate) return 'duplicate';
  if (held !== undefined && waitsFor(held, sequence, now)) return 'wait';
  if (isLate) return 'late';
  if (previousSequence <= applied) return 'next';
  const quietMs = appliedAt === undefined ? waitedMs : Math.min(waitedMs, now - appliedAt);
  return quietMs < patienceMs(applied, previousSequence) ? 'wait' : 'next';
}

function patienceMs(applied: number, previousSequence: number): number {
  // Of a task that is not known, nobody can tell how much is missing.
  if (applied === 0) return STRANGER_PATIENCE_MS;
  const farther = previousSequence - applied - 1;
  return PATIENCE_MS + FARTHER_MS * Math.min(farther, MAX_FARTHER);
}

/** Marks an event as dealt with. Those before it that were not become a gap. */
export function advance(progress: Progress | undefined, place: Place, now: number): Progress {
  const { sequence } = place;
  const { held, ...before } = progress ?? START;
  const kept = held !== undefined && held.sequence !== sequence ? { held } : {};
  if (sequence <= before.applied)
    return { ...before, gaps: bounded(before.gaps.flatMap((gap) => without(gap, place))), ...kept };
  return { applied: sequence, gaps: bounded(withGap(before, place)), appliedAt: now, ...kept };
}

/** Marks an event as dealt with that its destination refused for good: if somebody sends it again, it is late. */
export function passOver(progress: Progress | undefined, place: Place, now: number): Progress {
  const { sequence } = place;
  const after = advance(progress, place, now);
  const gaps: readonly Gap[] = [...after.gaps, [sequence, sequence]];
  return { ...after, gaps: bounded(gaps.toSorted(([a], [b]) => a - b)) };
}

/** Lets an event wait, and those after it until it has been tried again. */
export function hold(progress: Progress | undefined, held: Hold): Progress {
  return { ...(progress ?? START), held };
}

/** Whether an event waits since one was not taken: that one itself, or one after it. */
export function waitsFor({ sequence, from, until }: Hold, waiting: number, now: number): boolean {
  return waiting === sequence ? now < from : sequence < waiting && now < until;
}

const bounded = (gaps: readonly Gap[]) => gaps.slice(-MAX_GAPS);

const isIn = ([from, to]: Gap, sequence: number) => from <= sequence && sequence <= to;

function withGap({ applied, gaps }: Progress, { previousSequence = 0 }: Place): readonly Gap[] {
  if (previousSequence <= applied) return gaps;
  return [...gaps, [applied + 1, previousSequence]];
}

/** What is left of a gap: sequences between an event and its predecessor are of no event that anybody waits for. */
function without([from, to]: Gap, { sequence, previousSequence = 0 }: Place): Gap[] {
  if (!isIn([from, to], sequence)) return [[from, to]];
  const parts: Gap[] = [
    [from, previousSequence],
    [sequence + 1, to],
  ];
  return parts.filter(([first, last]) => first <= last);
}

import { isRunning, isSameClock, shifted } from './clock.ts';
import type { Clock, RuleState } from './rule.ts';

/** Looks that are further apart than this many polls are a gap: nobody knows what held in between. */
export const GAP_PERIODS = 5;
/** While a clock runs, a task is looked at and noted at least this often, in polls: well within a gap. */
const NOTE_PERIODS = 3;

/** What rules are held against a look with. */
export interface EngineContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
}

/** Before the first look. */
export function initialState(now: number): RuleState {
  return { lastAt: now, watchedSince: now, rules: {} };
}

/** Ids of the rules that are breached. */
export function openBreaches({ rules }: RuleState): string[] {
  return Object.entries(rules).flatMap(([id, { open }]) => (open === undefined ? [] : [id]));
}

/**
 * Whether it is time to look at a task, and to note that it was looked at, for no other reason than that a clock runs: it would
 * not count the time in between if the next look came too late. Or that the computer's clock stepped back: until it is where it
 * was, no time would pass.
 */
export function isTimeToNote(state: RuleState, { now, periodMs }: EngineContext): boolean {
  const passed = now - state.lastAt;
  return (passed < 0 || keepsTime(state)) && Math.abs(passed) >= NOTE_PERIODS * periodMs;
}

/** Whether a task is to be looked at though nothing else calls for it. */
export function isDue(state: RuleState, context: EngineContext): boolean {
  return (state.dueAt !== undefined && context.now >= state.dueAt) || isTimeToNote(state, context);
}

/** Whether it matters when the task was last looked at: any clock runs, or a rate is measured. */
function keepsTime({ measures, idle, unread, rules }: RuleState): boolean {
  return (
    measures === true ||
    isRunning(idle) ||
    isRunning(unread) ||
    Object.values(rules).some(({ clock }) => isRunning(clock))
  );
}

/** Whether two states differ in more than when the task was last looked at. */
export function isSameState(a: RuleState, b: RuleState): boolean {
  return (
    a.rules === b.rules &&
    a.dueAt === b.dueAt &&
    a.readAt === b.readAt &&
    a.measures === b.measures &&
    a.runsSince === b.runsSince &&
    isSameClock(a.idle, b.idle) &&
    isSameClock(a.unread, b.unread)
  );
}

/**
 * Moves clocks, and the look before, past what counts for nothing: a gap between looks, a step of the computer's clock. What
 * clocks have run stays as it is.
 */
export function forwarded(before: RuleState, { now, periodMs }: EngineContext): RuleState {
  const passed = now - before.lastAt;
  if (passed >= 0 && passed <= GAP_PERIODS * periodMs) return before;
  return {
    ...withClocks(
      before,
      before.idle && shifted(before.idle, passed),
      before.unread && shifted(before.unread, passed),
    ),
    lastAt: now,
    watchedSince: passed < 0 ? before.watchedSince + passed : now,
    ...(before.runsSince !== undefined && passed < 0 && { runsSince: before.runsSince + passed }),
    rules: mapClocks(before.rules, (clock) => shifted(clock, passed)),
  };
}

/** Sets the clocks of the task as a whole. */
export function withClocks(
  { idle: _, unread: __, ...state }: RuleState,
  idle: Clock | undefined,
  unread: Clock | undefined,
): RuleState {
  return { ...state, ...(idle && { idle }), ...(unread && { unread }) };
}

/** Sets the clocks of rules; the same memories where none changes. */
export function mapClocks(
  rules: RuleState['rules'],
  map: (clock: Clock, id: string) => Clock,
): RuleState['rules'] {
  const changed = Object.entries(rules).flatMap(([id, memory]) => {
    if (memory.clock === undefined) return [];
    const clock = map(memory.clock, id);
    return isSameClock(clock, memory.clock) ? [] : [[id, { ...memory, clock }] as const];
  });
  return changed.length === 0 ? rules : { ...rules, ...Object.fromEntries(changed) };
}

import { isRunning, isSameClock, shifted } from './clock.ts';
import type { Clock, RuleMemory, RuleState } from './rule.ts';

/** Looks that are further apart than five polls are a gap: nobody knows what held in between. Polls are not punctual. */
const GAP_PERIODS = 5.5;
/**
 * While a clock runs, and no note of all tasks says that this one was looked at, it is looked at and noted at least this often, in
 * polls: within a gap.
 */
const NOTE_PERIODS = 4;

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

/** What is remembered, by id: a table keeps no order. */
export function memoriesOf({ rules }: RuleState): [id: string, memory: RuleMemory][] {
  return Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Ids of the rules that are breached. */
export function openBreaches(state: RuleState): string[] {
  return memoriesOf(state).flatMap(([id, { open }]) => (open === undefined ? [] : [id]));
}

/**
 * Whether it is time to look at a task, and to note that it was looked at, for no other reason than that a clock runs: it would
 * not count the time in between if the next look came too late. Or that the computer's clock stepped back: until it is where it
 * was, no time would pass.
 */
export function isTimeToNote(state: RuleState, { now, periodMs }: EngineContext): boolean {
  const passed = now - lookedAt(state);
  return (passed < 0 || keepsTime(state)) && Math.abs(passed) > (NOTE_PERIODS - 0.5) * periodMs;
}

/** Whether a task is to be looked at though nothing else calls for it. One that could not be read is tried in every poll. */
export function isDue(state: RuleState, context: EngineContext): boolean {
  if (state.unreadAt !== undefined) return true;
  return (state.dueAt !== undefined && context.now >= state.dueAt) || isTimeToNote(state, context);
}

/** Whether it matters when the task was last looked at: any clock runs, or a rate is measured. */
export function keepsTime({ measures, idle, unread, rules }: RuleState): boolean {
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
    a.measures === b.measures &&
    a.runsSince === b.runsSince &&
    isSameClock(a.idle, b.idle) &&
    isSameClock(a.unread, b.unread)
  );
}

/** The look before, whether it succeeded or not. */
export function lookedAt({ lastAt, unreadAt }: RuleState): number {
  return unreadAt ?? lastAt;
}

/**
 * Moves clocks, and the look before, past what counts for nothing: a gap between looks that succeeded, a step of the computer's
 * clock. What clocks have run stays as it is.
 *
 * @param others rules that go by looks that failed as well
 */
export function forwarded(before: RuleState, others: ReadonlySet<string>, context: EngineContext): RuleState {
  const { now } = context;
  const uncounted = uncountedSince(before.lastAt, context);
  const state = forwardedUnread(before, others, context);
  if (uncounted === 0) return state;
  return {
    ...withClocks(state, state.idle && shifted(state.idle, uncounted), state.unread),
    lastAt: now,
    watchedSince: uncounted < 0 ? state.watchedSince + uncounted : now,
    ...(state.runsSince !== undefined && uncounted < 0 && { runsSince: state.runsSince + uncounted }),
    rules: mapClocks(state.rules, (clock, id) => (others.has(id) ? clock : shifted(clock, uncounted))),
  };
}

/** The same for the clocks of rules about looks that fail. */
export function forwardedUnread(
  before: RuleState,
  ids: ReadonlySet<string>,
  context: EngineContext,
): RuleState {
  const uncounted = uncountedSince(lookedAt(before), context);
  if (uncounted === 0) return before;
  return {
    ...withClocks(before, before.idle, before.unread && shifted(before.unread, uncounted)),
    rules: mapClocks(before.rules, (clock, id) => (ids.has(id) ? shifted(clock, uncounted) : clock)),
  };
}

/** How much of the time since a look counts for nothing: all of it, or none. */
function uncountedSince(look: number, { now, periodMs }: EngineContext): number {
  const passed = now - look;
  return passed >= 0 && passed <= GAP_PERIODS * periodMs ? 0 : passed;
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
function mapClocks(rules: RuleState['rules'], map: (clock: Clock, id: string) => Clock): RuleState['rules'] {
  const changed = Object.entries(rules).flatMap(([id, memory]) => {
    if (memory.clock === undefined) return [];
    const clock = map(memory.clock, id);
    return isSameClock(clock, memory.clock) ? [] : [[id, { ...memory, clock }] as const];
  });
  return changed.length === 0 ? rules : { ...rules, ...Object.fromEntries(changed) };
}

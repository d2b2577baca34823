import { THING_STATES } from '../counts.ts';
import { DELETED, isEnding, isTerminal } from '../task.ts';
import { assess, assessUnreachable, mayFinish, stallLimit } from './assess.ts';
import { elapsed, isRunning, isSameClock, running, shifted, stopped } from './clock.ts';
import type { TaskLook } from './look.ts';
import type { Clock, RuleMemory, RuleState, TaskRule, UnreachableRule } from './rule.ts';
import { type Recovered, type RuleStep, recovered, removed, step, type Told, withClock } from './step.ts';

/** Looks that are further apart than this many polls are a gap: nobody knows what held in between. */
const GAP_PERIODS = 5;
/** While a clock runs, a task is looked at and noted at least this often, in polls: well within a gap. */
const NOTE_PERIODS = 3;

/** What rules are held against a look with. */
export interface EngineContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
}

/** What a look brought about: breaches first, then recoveries, each in the order of the rules. */
export interface Evaluated {
  readonly state: RuleState;
  readonly told: readonly Told[];
}

/** Before the first look. */
export function initialState(now: number): RuleState {
  return { lastAt: now, watchedSince: now, rules: {} };
}

/**
 * Holds the rules of a task against a look at it. Pure: the new state is all that the next look needs.
 *
 * @param rules in the order in which they are told; ids are unique
 */
export function evaluate(
  rules: readonly TaskRule[],
  before: RuleState,
  look: TaskLook,
  context: EngineContext,
): Evaluated {
  const past = forwarded(before, context);
  const state = readState(rules, past, look, context);
  const isOver = isTerminal(look.status);
  const steps = rules.map((rule): Step => {
    const memory = state.rules[rule.id];
    if (isOver && memory?.open !== undefined) return [rule.id, { memory }];
    return [rule.id, stepRead(rule, memory, look, { now: context.now, lastAt: past.lastAt, state })];
  });
  if (isOver) return ended(rules, collected(state, steps), look, context.now);
  const result = collected(state, [...steps, ...gone(state, rules)]);
  const due = look.status === 'IN_PROGRESS' ? undefined : dueAt(steps, context.now);
  return due === undefined ? result : { ...result, state: { ...result.state, dueAt: due } };
}

/**
 * Notes that a task could not be read: every clock stands but that of the rules that are about this, and what was due stays so
 * until it is read.
 */
export function evaluateUnread(
  rules: readonly UnreachableRule[],
  before: RuleState,
  context: EngineContext,
): Evaluated {
  const { now } = context;
  const past = forwarded(before, context);
  const { lastAt } = past;
  const isTold = rules.every(({ afterMs }) => elapsed(past.unread, now) >= afterMs);
  const unread = isTold ? stopped(past.unread, now) : running(past.unread, now);
  const own = new Set(rules.map(({ id }) => id));
  const state: RuleState = {
    ...withClocks(past, stopped(past.idle, lastAt), unread),
    lastAt: now,
    readAt: past.readAt ?? before.lastAt,
    rules: mapMemories(past.rules, (memory, id) =>
      own.has(id) ? memory : withClock(memory, stopped(memory.clock, lastAt)),
    ),
  };
  const steps = rules.map((rule): Step => {
    const assessment = assessUnreachable(rule, { now, state });
    return [rule.id, step(rule, state.rules[rule.id], assessment, { now, lastAt, mayBreach: true })];
  });
  return collected(state, steps);
}

/** Closes every breach: nobody watches the task any more. */
export function removeAll({ rules }: RuleState): Told[] {
  return Object.entries(rules).flatMap(([id, { open }]) => (open === undefined ? [] : [removed(id, open)]));
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
    isSameClock(a.idle, b.idle) &&
    isSameClock(a.unread, b.unread)
  );
}

type Step = readonly [id: string, RuleStep];

/**
 * Moves clocks, and the look before, past what counts for nothing: a gap between looks, a step of the computer's clock. What
 * clocks have run stays as it is.
 */
function forwarded(before: RuleState, { now, periodMs }: EngineContext): RuleState {
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
    rules: mapMemories(before.rules, (memory) =>
      memory.clock === undefined ? memory : withClock(memory, shifted(memory.clock, passed)),
    ),
  };
}

/** The state in which a look that succeeded finds the rules. */
function readState(
  rules: readonly TaskRule[],
  past: RuleState,
  look: TaskLook,
  { now, periodMs }: EngineContext,
): RuleState {
  const { readAt, dueAt: _, measures: __, lastAt, ...state } = past;
  const wasUnread = readAt !== undefined && now - readAt > GAP_PERIODS * periodMs;
  return {
    ...withClocks({ ...state, lastAt: now }, idleClock(rules, past.idle, look, { now, lastAt }), undefined),
    ...(wasUnread && { watchedSince: now }),
    ...(isMeasured(rules, look) && { measures: true }),
  };
}

/** Whether a rule measures over a window in which every look counts, also those that find nothing new. */
function isMeasured(rules: readonly TaskRule[], { status, counts }: TaskLook): boolean {
  return (
    status === 'IN_PROGRESS' &&
    counts.queued + counts.inProgress > 0 &&
    rules.some(({ kind }) => kind === 'rate' || kind === 'slow')
  );
}

/** How long nothing has finished, as far as any rule still wants to know. */
function idleClock(
  rules: readonly TaskRule[],
  before: Clock | undefined,
  look: TaskLook,
  { now, lastAt }: { readonly now: number; readonly lastAt: number },
): Clock | undefined {
  const limits = rules.flatMap((rule) => (rule.kind === 'stalled' ? [stallLimit(rule, look)] : []));
  if (limits.length === 0) return undefined;
  const { counts, previousCounts } = look;
  const isFinished = (state: (typeof THING_STATES)[number]) => state !== 'queued' && state !== 'inProgress';
  const hasFinished = THING_STATES.some(
    (state) => isFinished(state) && counts[state] > previousCounts[state],
  );
  const clock = hasFinished || before === undefined ? { held: 0 } : before;
  if (!mayFinish(look, now)) return stopped(clock, lastAt);
  return elapsed(clock, now) >= Math.max(...limits) ? stopped(clock, now) : running(clock, now);
}

function stepRead(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  look: TaskLook,
  { now, lastAt, state }: { readonly now: number; readonly lastAt: number; readonly state: RuleState },
): RuleStep {
  const assessment = assess(rule, look, memory?.open?.kind === rule.kind, { now, state });
  const mayBreach =
    !isEnding(look.status) ||
    (isTerminal(look.status) && look.status !== DELETED && isAboutResults(rule, look));
  const result = step(rule, memory, assessment, { now, lastAt, mayBreach });
  const { dueAt: due } = assessment;
  if (due === undefined || due <= now || result.memory?.open !== undefined) return result;
  return { ...result, dueAt: Math.min(due, result.dueAt ?? due) };
}

/** Whether the last counts of a task can breach a rule. What is canceled counts as finished, and is no milestone. */
function isAboutResults({ kind }: TaskRule, { status }: TaskLook): boolean {
  return kind !== 'malformed-tag' && !(kind === 'milestone' && status === 'CANCELED');
}

/** Rules that there are no longer: their breaches close, and their clocks end. */
function gone(state: RuleState, rules: readonly TaskRule[]): Step[] {
  const ids = new Set(rules.map(({ id }) => id));
  const others = Object.entries(state.rules).filter(([id]) => !ids.has(id));
  return others.map(([id, memory]): Step => {
    if (memory.open === undefined) return [id, { memory: withClock(memory, undefined) }];
    return [id, { memory: undefined, told: removed(id, memory.open) }];
  });
}

/** Puts steps into the state that they start from. What is remembered of other rules stays. */
function collected(state: RuleState, steps: readonly Step[]): Evaluated {
  const changes = steps.filter(([id, { memory }]) => memory !== state.rules[id]);
  const changed = new Set(changes.map(([id]) => id));
  const rules =
    changes.length === 0
      ? state.rules
      : Object.fromEntries([
          ...Object.entries(state.rules).filter(([id]) => !changed.has(id)),
          ...changes.flatMap(([id, { memory }]) => (memory === undefined ? [] : [[id, memory] as const])),
        ]);
  const told = steps.flatMap(([, { told: one }]) => (one === undefined ? [] : [one]));
  return {
    state: { ...state, rules },
    told: [
      ...told.filter(({ type }) => type === 'breached'),
      ...told.filter(({ type }) => type === 'recovered'),
    ],
  };
}

/** When time alone will change something. */
function dueAt(steps: readonly Step[], now: number): number | undefined {
  const dues = steps.flatMap(([, { dueAt: due }]) => (due === undefined || due <= now ? [] : [due]));
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** Closes what is breached: the task has ended. */
function ended(
  rules: readonly TaskRule[],
  { state, told }: Evaluated,
  look: TaskLook,
  now: number,
): Evaluated {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const ids = new Set([...byId.keys(), ...Object.keys(state.rules)]);
  const closed = [...ids].flatMap((id): Recovered[] => {
    const open = state.rules[id]?.open;
    if (open === undefined) return [];
    const rule = byId.get(id);
    if (rule?.kind !== open.kind) return [{ ...removed(id, open), reason: 'task-ended' }];
    return [recovered(id, open, assess(rule, look, true, { now, state }).observed, 'task-ended', rule)];
  });
  return {
    state: { lastAt: state.lastAt, watchedSince: state.watchedSince, rules: {} },
    told: [...told, ...closed],
  };
}

function withClocks(
  { idle: _, unread: __, ...state }: RuleState,
  idle: Clock | undefined,
  unread: Clock | undefined,
): RuleState {
  return { ...state, ...(idle && { idle }), ...(unread && { unread }) };
}

function mapMemories(
  rules: RuleState['rules'],
  map: (memory: RuleMemory, id: string) => RuleMemory | undefined,
): RuleState['rules'] {
  const entries = Object.entries(rules);
  const mapped = entries.map(([id, memory]) => [id, map(memory, id)] as const);
  return mapped.every(([id, memory]) => memory === rules[id])
    ? rules
    : Object.fromEntries(
        mapped.flatMap(([id, memory]) => (memory === undefined ? [] : [[id, memory] as const])),
      );
}

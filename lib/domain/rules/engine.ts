import { THING_STATES } from '../counts.ts';
import { DELETED, isEnding, isTerminal } from '../task.ts';
import { assess, assessUnreachable, mayFinish } from './assess.ts';
import { running, stopped } from './clock.ts';
import type { TaskLook } from './look.ts';
import type { Clock, OpenBreach, RuleMemory, RuleState, TaskRule, UnreachableRule } from './rule.ts';
import { type EngineContext, forwarded, GAP_PERIODS, mapMemories, withClocks } from './state.ts';
import { type Recovered, type RuleStep, recovered, removed, step, type Told, withClock } from './step.ts';

/** What a look brought about: breaches first, then recoveries, each in the order of the rules. */
export interface Evaluated {
  readonly state: RuleState;
  readonly told: readonly Told[];
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
  const result = settled(rules, collected(state, [...steps, ...gone(state, rules)]), context.now);
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
  const unread = areBreached(rules, past.rules) ? stopped(past.unread, now) : running(past.unread, now);
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
    const assessment = assessUnreachable(rule, openOf(rule, state.rules[rule.id]), { now, state });
    return [rule.id, step(rule, state.rules[rule.id], assessment, { now, lastAt, mayBreach: true })];
  });
  return settled(rules, collected(state, steps), now);
}

/** Closes every breach: nobody watches the task any more. */
export function removeAll({ rules }: RuleState): Told[] {
  return Object.entries(rules).flatMap(([id, { open }]) => (open === undefined ? [] : [removed(id, open)]));
}

type Step = readonly [id: string, RuleStep];

/** The state in which a look that succeeded finds the rules. */
function readState(
  rules: readonly TaskRule[],
  past: RuleState,
  look: TaskLook,
  { now, periodMs }: EngineContext,
): RuleState {
  const { readAt, dueAt: _, measures: __, runsSince, ...state } = past;
  const wasUnread = readAt !== undefined && now - readAt > GAP_PERIODS * periodMs;
  return {
    ...withClocks({ ...state, lastAt: now }, idleClock(rules, past, look, now), undefined),
    ...(wasUnread && { watchedSince: now }),
    ...(mayFinish(look, now) && { runsSince: runsSince ?? now }),
    ...(isMeasured(rules, look) && { measures: true }),
  };
}

/** Whether a rule measures over a window in which every look counts, also those that find nothing new. */
function isMeasured(rules: readonly TaskRule[], { status }: TaskLook): boolean {
  return status === 'IN_PROGRESS' && rules.some(({ kind }) => kind === 'rate' || kind === 'slow');
}

/** The breach of a rule, unless that was of another kind when it was breached. */
function openOf(rule: TaskRule, memory: RuleMemory | undefined): OpenBreach | undefined {
  return memory?.open?.kind === rule.kind ? memory.open : undefined;
}

/** How long nothing has finished, as far as any rule still wants to know. */
function idleClock(
  rules: readonly TaskRule[],
  past: RuleState,
  look: TaskLook,
  now: number,
): Clock | undefined {
  const stalled = rules.filter(({ kind }) => kind === 'stalled');
  if (stalled.length === 0) return undefined;
  const { counts, previousCounts } = look;
  const isFinished = (state: (typeof THING_STATES)[number]) => state !== 'queued' && state !== 'inProgress';
  const hasFinished = THING_STATES.some(
    (state) => isFinished(state) && counts[state] > previousCounts[state],
  );
  const clock = hasFinished || past.idle === undefined ? { held: 0 } : past.idle;
  if (!mayFinish(look, now)) return stopped(clock, past.lastAt);
  return !hasFinished && areBreached(stalled, past.rules) ? stopped(clock, now) : running(clock, now);
}

function stepRead(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  look: TaskLook,
  { now, lastAt, state }: { readonly now: number; readonly lastAt: number; readonly state: RuleState },
): RuleStep {
  const assessment = assess(rule, look, openOf(rule, memory), { now, state });
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

/** Rules that there are no longer: their breaches close, and nothing is remembered of them. */
function gone(state: RuleState, rules: readonly TaskRule[]): Step[] {
  const ids = new Set(rules.map(({ id }) => id));
  const others = Object.entries(state.rules).filter(([id]) => !ids.has(id));
  return others.map(([id, memory]): Step => {
    return [id, { memory: undefined, ...(memory.open && { told: removed(id, memory.open) }) }];
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

/** Stops clocks that have nothing more to count towards: a task that stands still, and of which that is told, is not noted. */
function settled(rules: readonly TaskRule[], { state, told }: Evaluated, now: number): Evaluated {
  const ofKind = (kind: TaskRule['kind']) => rules.filter((rule) => rule.kind === kind);
  const idle = areBreached(ofKind('stalled'), state.rules) ? stopped(state.idle, now) : state.idle;
  const unread = areBreached(ofKind('unreachable'), state.rules) ? stopped(state.unread, now) : state.unread;
  return { state: withClocks(state, idle, unread), told };
}

function areBreached(rules: readonly TaskRule[], memories: RuleState['rules']): boolean {
  return rules.every((rule) => openOf(rule, memories[rule.id]) !== undefined);
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
    return [recovered(id, open, assess(rule, look, open, { now, state }).observed, 'task-ended', rule)];
  });
  return {
    state: { lastAt: state.lastAt, watchedSince: state.watchedSince, rules: {} },
    told: [...told, ...closed],
  };
}

import { THING_STATES } from '../counts.ts';
import { RATE_WINDOW } from '../progress.ts';
import { DELETED, isEnding, isTerminal } from '../task.ts';
import { assess, assessUnreachable, mayFinish, stallLimit } from './assess.ts';
import { elapsed, isTold, running, stopped, told as toldClock } from './clock.ts';
import type { TaskLook } from './look.ts';
import type { Clock, RuleMemory, RuleState, StalledRule, TaskRule, UnreachableRule } from './rule.ts';
import { type EngineContext, forwarded, forwardedUnread, memoriesOf, withClocks } from './state.ts';
import { type Recovered, type RuleStep, recovered, removed, step, type Told } from './step.ts';

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
  const past = forwarded(before, idsOf(rules.filter(({ kind }) => kind === 'unreachable')), context);
  const state = readState(rules, past, look, context.now);
  const isOver = isTerminal(look.status);
  const steps = rules.map((rule): Step => {
    const memory = state.rules[rule.id];
    if (isOver && memory?.open !== undefined) return [rule.id, { memory }];
    return [rule.id, stepRead(rule, memory, look, { now: context.now, lastAt: past.lastAt, state })];
  });
  if (isOver) return ended(rules, collected(state, steps), look, context.now);
  const result = collected(state, [...steps, ...gone(state, rules)]);
  const stalled = rules.filter((rule) => rule.kind === 'stalled');
  const limitOf = (rule: StalledRule) => stallLimit(rule, look);
  const idle = mayFinish(look, context.now)
    ? settled(state.idle, stalled, limitOf, result.state, context.now)
    : state.idle;
  const due = look.status === 'IN_PROGRESS' ? undefined : dueAt(steps);
  return {
    ...result,
    state: {
      ...withClocks(result.state, idle, undefined),
      ...(isMeasured(rules, look, context.now) && { measures: true }),
      ...(due !== undefined && { dueAt: due }),
    },
  };
}

/**
 * Notes that a task could not be read. Only rules about just that are held against it: to the others it is as if nobody had
 * looked, and what was due stays so until the task is read.
 *
 * @param mayBreach false for a task that is being deleted: nothing of it will be told
 */
export function evaluateUnread(
  rules: readonly UnreachableRule[],
  before: RuleState,
  mayBreach: boolean,
  context: EngineContext,
): Evaluated {
  const { now } = context;
  const past = forwardedUnread(before, idsOf(rules), context);
  const state: RuleState = {
    ...withClocks(past, past.idle, past.unread ?? running(undefined, now)),
    unreadAt: now,
  };
  const steps = rules.map((rule): Step => {
    const assessment = assessUnreachable(rule, { now, state });
    return [rule.id, step(rule, state.rules[rule.id], assessment, { now, lastAt: now, mayBreach })];
  });
  const result = collected(state, steps);
  const waiting = mayBreach ? rules : [];
  const unread = settled(result.state.unread, waiting, ({ afterMs }) => afterMs, result.state, now);
  return { ...result, state: withClocks(result.state, result.state.idle, unread) };
}

/** Closes every breach: nobody watches the task any more. */
export function removeAll(state: RuleState): Told[] {
  return memoriesOf(state).flatMap(([id, { open }]) => (open === undefined ? [] : [removed(id, open)]));
}

type Step = readonly [id: string, RuleStep];

const idsOf = (rules: readonly TaskRule[]) => new Set(rules.map(({ id }) => id));

/** The state in which a look that succeeded finds the rules. */
function readState(rules: readonly TaskRule[], past: RuleState, look: TaskLook, now: number): RuleState {
  const { unreadAt, dueAt: _, measures: __, runsSince, ...state } = past;
  return {
    ...withClocks({ ...state, lastAt: now }, idleClock(rules, past, look, now), undefined),
    ...(mayFinish(look, now) && { runsSince: runsSince ?? now }),
  };
}

/**
 * Whether a rule measures over a window in which every look counts, also those that find nothing new. An end is projected only
 * from what has changed of late.
 */
function isMeasured(rules: readonly TaskRule[], look: TaskLook, now: number): boolean {
  const changedAt = look.samples.at(-1)?.[0] ?? 0;
  const isProjected =
    look.endTime !== undefined && !look.isContinuous && mayFinish(look, now) && changedAt > now - RATE_WINDOW;
  return (
    look.status === 'IN_PROGRESS' &&
    rules.some(
      ({ kind, ...rule }) =>
        kind === 'rate' || kind === 'slow' || (isProjected && 'projected' in rule && rule.projected),
    )
  );
}

/** Whether a rule is breached, and was of the same kind when it was. */
function isBreached({ kind }: TaskRule, memory: RuleMemory | undefined): boolean {
  return memory?.open?.kind === kind;
}

/** How long nothing has finished, where a rule wants to know. */
function idleClock(
  rules: readonly TaskRule[],
  past: RuleState,
  look: TaskLook,
  now: number,
): Clock | undefined {
  if (!rules.some(({ kind }) => kind === 'stalled')) return undefined;
  const { counts, previousCounts } = look;
  const isFinished = (state: (typeof THING_STATES)[number]) => state !== 'queued' && state !== 'inProgress';
  const hasFinished = THING_STATES.some(
    (state) => isFinished(state) && counts[state] > previousCounts[state],
  );
  const clock = hasFinished || past.idle === undefined ? { held: 0 } : past.idle;
  if (!mayFinish(look, now)) return stopped(clock, past.lastAt);
  return isTold(clock) ? clock : running(clock, now);
}

function stepRead(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  look: TaskLook,
  { now, lastAt, state }: { readonly now: number; readonly lastAt: number; readonly state: RuleState },
): RuleStep {
  const assessment = assess(rule, look, isBreached(rule, memory), { now, state });
  const mayBreach =
    !isEnding(look.status) ||
    (isTerminal(look.status) && look.status !== DELETED && isAboutResults(rule, look));
  const result = step(rule, memory, assessment, { now, lastAt, mayBreach });
  const { dueAt: due } = assessment;
  if (due === undefined || due <= now || result.memory?.open !== undefined) return result;
  return { ...result, dueAt: due };
}

/** Whether the last counts of a task can breach a rule. What is canceled counts as finished, and is no milestone. */
function isAboutResults({ kind }: TaskRule, { status }: TaskLook): boolean {
  return kind !== 'malformed-tag' && !(kind === 'milestone' && status === 'CANCELED');
}

/** Rules that there are no longer: their breaches close, and nothing is remembered of them. */
function gone(state: RuleState, rules: readonly TaskRule[]): Step[] {
  const ids = idsOf(rules);
  const others = memoriesOf(state).filter(([id]) => !ids.has(id));
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

/** A clock of the task as a whole, once all rules that it counts towards are breached and hold: nothing more is to be told. */
function settled<Rule extends TaskRule>(
  clock: Clock | undefined,
  rules: readonly Rule[],
  limitOf: (rule: Rule) => number,
  { rules: memories }: RuleState,
  now: number,
): Clock | undefined {
  if (clock === undefined || 'held' in clock) return clock;
  const hasTold = (rule: Rule) => isBreached(rule, memories[rule.id]) && elapsed(clock, now) >= limitOf(rule);
  return rules.every(hasTold) ? toldClock(clock, now) : running(clock, now);
}

/** When time alone will change something. */
function dueAt(steps: readonly Step[]): number | undefined {
  const dues = steps.flatMap(([, { dueAt: due }]) => due ?? []);
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
  const ids = new Set([...byId.keys(), ...memoriesOf(state).map(([id]) => id)]);
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

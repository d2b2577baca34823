import type { Observed, RecoveryReason } from '../generated/events.ts';
import type { Assessment } from './assess.ts';
import { elapsed, isSameClock, running, stopped } from './clock.ts';
import type { Clock, OpenBreach, RuleMemory, TaskRule } from './rule.ts';

/** A rule starts to hold, or is told again: as a reminder, or because its mute ended. */
export interface Breached {
  readonly type: 'breached';
  readonly rule: TaskRule;
  readonly observed: Observed;
  readonly published: boolean;
  /** When it was breached, if not now: epoch milliseconds. */
  readonly breachedAt?: number;
  readonly reminder?: number;
  readonly flapping?: true;
}

/** A breach is over. */
export interface Recovered {
  readonly type: 'recovered';
  readonly id: string;
  /** The rule as it is now; left out when it is gone. */
  readonly rule?: TaskRule;
  readonly open: OpenBreach;
  readonly observed: Observed;
  readonly reason: RecoveryReason;
  readonly published: boolean;
}

export type Told = Breached | Recovered;

/** What a look brought about for one rule. */
export interface RuleStep {
  /** Undefined when there is nothing to remember. */
  readonly memory: RuleMemory | undefined;
  readonly told?: Told;
  /** When it will change if nothing changes but time, epoch milliseconds. */
  readonly dueAt?: number;
}

export interface StepContext {
  readonly now: number;
  /** The look before. */
  readonly lastAt: number;
  /** Whether a breach may begin: not in a task that is being deleted. */
  readonly mayBreach: boolean;
}

const MINUTE = 60_000;
/** So many breaches within an hour are flapping, and are over only when they have been gone for this long. */
const FLAPPING_BREACHES = 3;
const FLAPPING_WINDOW = 60 * MINUTE;
const FLAPPING_KEEP = 15 * MINUTE;

/** Takes one rule a look further. */
export function step(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  assessment: Assessment,
  context: StepContext,
): RuleStep {
  if (memory?.open !== undefined && memory.open.kind !== rule.kind)
    return { memory: undefined, told: removed(rule.id, memory.open) };
  if (rule.kind === 'milestone') return stepMilestone(rule, memory, assessment, context);
  return memory?.open === undefined
    ? stepClosed(rule, memory, assessment, context)
    : stepOpen(rule, memory, memory.open, assessment, context);
}

/** Closes a breach whose rule is gone. */
export function removed(id: string, open: OpenBreach): Recovered {
  return recovered(id, open, observedOf(open), 'rule-removed');
}

export function recovered(
  id: string,
  open: OpenBreach,
  observed: Observed,
  reason: RecoveryReason,
  rule?: TaskRule,
): Recovered {
  const published = open.muted !== true;
  return { type: 'recovered', id, ...(rule && { rule }), open, observed, reason, published };
}

const UNITS: Readonly<Record<OpenBreach['kind'], Observed['unit']>> = {
  'abort-criteria': 'percent',
  ratio: 'percent',
  count: 'things',
  rate: 'things',
  stalled: 'seconds',
  overdue: 'seconds',
  slow: 'percent',
  'stuck-scheduled': 'seconds',
  milestone: 'percent',
  unreachable: 'seconds',
  'malformed-tag': 'tags',
};

/** The numbers that a breach was announced with. */
function observedOf({ kind, value, limit, numerator, denominator }: OpenBreach): Observed {
  return {
    value,
    limit,
    unit: UNITS[kind],
    ...(numerator !== undefined && { numerator }),
    ...(denominator !== undefined && { denominator }),
  };
}

function stepMilestone(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  { holds, observed }: Assessment,
  { mayBreach, now }: StepContext,
): RuleStep {
  // The clock is of a rule of another kind that had this id.
  if (holds !== true || memory?.reached === true || !mayBreach)
    return { memory: withClock(memory, undefined) };
  const told: Told = { type: 'breached', rule, observed, published: !isMuted(rule, now) };
  return { memory: { ...withClock(memory, undefined), reached: true }, told };
}

function stepClosed(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  { holds, observed }: Assessment,
  { now, lastAt, mayBreach }: StepContext,
): RuleStep {
  if (holds === undefined) return { memory: withClock(memory, stopped(memory?.clock, lastAt)) };
  if (!holds || !mayBreach) return { memory: withClock(memory, undefined) };
  const clock = running(memory?.clock, now);
  const left = rule.forMs - elapsed(clock, now);
  return left > 0
    ? { memory: withClock(memory, clock), dueAt: now + left }
    : breach(rule, memory?.recent ?? [], observed, now);
}

function breach(rule: TaskRule, before: readonly number[], observed: Observed, now: number): RuleStep {
  const recent = [...before.filter((at) => isRecent(at, now)), now].slice(-FLAPPING_BREACHES);
  const muted = isMuted(rule, now);
  const { unit, ...numbers } = observed;
  const open: OpenBreach = {
    at: now,
    kind: rule.kind,
    severity: rule.severity,
    ...numbers,
    ...(muted && { muted }),
  };
  const flapping = recent.length === FLAPPING_BREACHES;
  return {
    memory: { open, recent },
    told: { type: 'breached', rule, observed, published: !muted, ...(flapping && { flapping }) },
    ...dueWhileOpen(rule, open, now),
  };
}

function stepOpen(
  rule: TaskRule,
  memory: RuleMemory,
  open: OpenBreach,
  { holds, observed }: Assessment,
  { now, lastAt }: StepContext,
): RuleStep {
  const { recent = [] } = memory;
  if (holds === false) {
    const clock = running(memory.clock, now);
    const left = keepMs(rule, recent, now) - elapsed(clock, now);
    if (left > 0) return { memory: withClock(memory, clock), dueAt: now + left };
    const still = recent.filter((at) => isRecent(at, now));
    return {
      memory: still.length === 0 ? undefined : { recent: still },
      told: recovered(rule.id, open, observed, 'recovered', rule),
    };
  }
  const clock = holds === undefined ? stopped(memory.clock, lastAt) : undefined;
  return tellAgain(rule, withClock(memory, clock), open, observed, now);
}

/** What is told of a breach that goes on: that its mute ended, or a reminder. */
function tellAgain(
  rule: TaskRule,
  memory: RuleMemory | undefined,
  open: OpenBreach,
  observed: Observed,
  now: number,
): RuleStep {
  const { muted, ...unmuted } = open;
  const reminders = remindersDue(rule, open, now);
  const isReminder = !muted && reminders > (open.reminders ?? 0);
  if (isMuted(rule, now) || !(muted || isReminder)) return { memory, ...dueWhileOpen(rule, open, now) };
  const told: OpenBreach = { ...unmuted, ...(reminders > 0 && { reminders }) };
  return {
    memory: { ...memory, open: told },
    told: {
      type: 'breached',
      rule,
      observed,
      published: true,
      breachedAt: open.at,
      ...(isReminder && { reminder: reminders }),
    },
    ...dueWhileOpen(rule, told, now),
  };
}

/** Reminders that a breach had by now, whether they were told or not. */
function remindersDue({ severity, repeatEveryMs }: TaskRule, { at }: OpenBreach, now: number): number {
  if (severity !== 'critical' || repeatEveryMs === undefined) return 0;
  return Math.max(0, Math.floor((now - at) / repeatEveryMs));
}

/** When a breach that goes on will be told again. */
function dueWhileOpen(rule: TaskRule, open: OpenBreach, now: number): { dueAt?: number } {
  if (open.muted && rule.mutedUntil !== undefined) return { dueAt: rule.mutedUntil };
  if (rule.severity !== 'critical' || rule.repeatEveryMs === undefined) return {};
  return { dueAt: open.at + (remindersDue(rule, open, now) + 1) * rule.repeatEveryMs };
}

function isMuted({ mutedUntil }: TaskRule, now: number): boolean {
  return mutedUntil !== undefined && now < mutedUntil;
}

const isRecent = (at: number, now: number) => now - at <= FLAPPING_WINDOW;

function keepMs({ keepFiringForMs }: TaskRule, recent: readonly number[], now: number): number {
  const isFlapping = recent.filter((at) => isRecent(at, now)).length === FLAPPING_BREACHES;
  return isFlapping ? Math.max(keepFiringForMs, FLAPPING_KEEP) : keepFiringForMs;
}

/** Sets a rule's clock; the same memory where nothing changes. */
function withClock(memory: RuleMemory | undefined, clock: Clock | undefined): RuleMemory | undefined {
  if (isSameClock(memory?.clock, clock)) return memory;
  const { clock: _, ...rest } = memory ?? {};
  if (clock !== undefined) return { ...rest, clock };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

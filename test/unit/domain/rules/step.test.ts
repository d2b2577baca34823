import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../../lib/domain/generated/events.ts';
import type { Clock, OpenBreach, RuleMemory, TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { removed, step } from '../../../../lib/domain/rules/step.ts';
import { MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const at = (minute: number) => NOON + minute * MINUTE;
const since = (minute: number): Clock => ({ since: at(minute) });
const held = (minutes: number): Clock => ({ held: minutes * MINUTE });

const observed: Observed = { value: 12, limit: 10, unit: 'things' };
const context = { now: NOON, lastAt: at(-1), mayBreach: true };

/** A breach as it is remembered when it was breached so many minutes after noon. */
const opened = (minute: number, overrides: Partial<OpenBreach> = {}) =>
  openBreach({ at: at(minute), ...overrides });
const stepped = (
  rule: TaskRule,
  memory: RuleMemory | undefined,
  holds: boolean | undefined,
  overrides: Partial<typeof context> = {},
) => step(rule, memory, { holds, observed }, { ...context, ...overrides });

describe('a rule that is not breached', () => {
  const atOnce = rules.count();
  const patient = rules.count({ forMs: 10 * MINUTE });
  const told = { type: 'breached', observed, published: true };
  const breached = { memory: { open: opened(0), recent: [NOON] } };

  it.each<[string, TaskRule, RuleMemory | undefined, boolean | undefined, object]>([
    ['does not hold', atOnce, undefined, false, { memory: undefined }],
    ['holds', atOnce, undefined, true, { ...breached, told: { ...told, rule: atOnce } }],
    ['begins to hold', patient, undefined, true, { memory: { clock: since(0) }, dueAt: at(10) }],
    [
      'holds, not long enough',
      patient,
      { clock: since(-9) },
      true,
      { memory: { clock: since(-9) }, dueAt: at(1) },
    ],
    [
      'holds long enough',
      patient,
      { clock: since(-10) },
      true,
      { ...breached, told: { ...told, rule: patient } },
    ],
    ['holds no longer', patient, { clock: since(-9) }, false, { memory: undefined }],
    ['cannot be told', patient, { clock: since(-9) }, undefined, { memory: { clock: held(8) } }],
    ['still cannot be told', patient, { clock: held(8) }, undefined, { memory: { clock: held(8) } }],
    ['can be told again', patient, { clock: held(8) }, true, { memory: { clock: since(-8) }, dueAt: at(2) }],
    ['holds no longer, as is found then', patient, { clock: held(8) }, false, { memory: undefined }],
  ])('%s', (_, rule, memory, holds, expected) => {
    expect(stepped(rule, memory, holds)).toEqual(expected);
  });

  it('begins nothing new where nothing may be breached', () => {
    expect(stepped(atOnce, undefined, true, { mayBreach: false })).toEqual({ memory: undefined });
    expect(stepped(patient, { clock: since(-20), recent: [at(-30)] }, true, { mayBreach: false })).toEqual({
      memory: { recent: [at(-30)] },
    });
  });

  it('remembers the parts of a ratio', () => {
    const rule = rules.ratio();
    const share: Observed = { value: 5, limit: 5, unit: 'percent', numerator: 8, denominator: 160 };
    expect(step(rule, undefined, { holds: true, observed: share }, context).memory).toEqual({
      open: {
        at: NOON,
        kind: 'ratio',
        severity: 'error',
        value: 5,
        limit: 5,
        numerator: 8,
        denominator: 160,
      },
      recent: [NOON],
    });
  });
});

describe('a rule that is breached', () => {
  const rule = rules.count();
  const keeping = rules.count({ keepFiringForMs: 10 * MINUTE });
  const open = opened(-30);
  const recent = [at(-30)];
  const over = (of: TaskRule) => ({
    memory: { recent },
    told: { type: 'recovered', id: 'count', rule: of, open, observed, reason: 'recovered', published: true },
  });

  it.each<[string, TaskRule, Clock | undefined, boolean | undefined, object]>([
    ['no longer holds', rule, undefined, false, over(rule)],
    ['holds', rule, undefined, true, { memory: { open, recent } }],
    ['cannot be told', rule, undefined, undefined, { memory: { open, recent } }],
    [
      'begins to be gone',
      keeping,
      undefined,
      false,
      { memory: { open, recent, clock: since(0) }, dueAt: at(10) },
    ],
    [
      'is gone, not for long',
      keeping,
      since(-9),
      false,
      { memory: { open, recent, clock: since(-9) }, dueAt: at(1) },
    ],
    ['is gone for long', keeping, since(-10), false, over(keeping)],
    ['is back', keeping, since(-9), true, { memory: { open, recent } }],
    [
      'was gone, and cannot be told',
      keeping,
      since(-9),
      undefined,
      { memory: { open, recent, clock: held(8) } },
    ],
    [
      'is gone, as is found then',
      keeping,
      held(8),
      false,
      { memory: { open, recent, clock: since(-8) }, dueAt: at(2) },
    ],
  ])('%s', (_, of, clock, holds, expected) => {
    expect(stepped(of, { open, recent, ...(clock && { clock }) }, holds)).toEqual(expected);
  });

  it('remembers the very same while nothing changes', () => {
    const memory = { open, recent };
    expect(stepped(rule, memory, true).memory).toBe(memory);
    expect(stepped(rule, memory, undefined).memory).toBe(memory);
  });

  it('forgets breaches of long ago when it is over', () => {
    const memory = { open: opened(-90), recent: [at(-90)] };
    expect(stepped(rule, memory, false).memory).toBeUndefined();
    expect(stepped(rule, { open: opened(-90) }, false).memory).toBeUndefined();
  });

  it.each([true, false, undefined])('closes when its kind has changed (holds: %s)', (holds) => {
    expect(stepped(rules.ratio({ id: 'count' }), { open, recent }, holds)).toEqual({
      memory: undefined,
      told: removed('count', open),
    });
  });

  it('closes when it has become a milestone', () => {
    expect(stepped(rules.milestone({ id: 'count' }), { open, recent }, true)).toEqual({
      memory: undefined,
      told: removed('count', open),
    });
  });
});

describe('removed', () => {
  it.each([
    ['abort-criteria', 'percent'],
    ['ratio', 'percent'],
    ['count', 'things'],
    ['rate', 'things'],
    ['stalled', 'seconds'],
    ['overdue', 'seconds'],
    ['slow', 'percent'],
    ['stuck-scheduled', 'seconds'],
    ['milestone', 'percent'],
    ['unreachable', 'seconds'],
    ['malformed-tag', 'tags'],
  ] as const)('tells the numbers that %s was announced with', (kind, unit) => {
    const open = opened(-5, { kind });
    expect(removed('id', open)).toEqual({
      type: 'recovered',
      id: 'id',
      open,
      observed: { value: 12, limit: 10, unit },
      reason: 'rule-removed',
      published: true,
    });
  });

  it('tells the parts of a ratio, and nothing of what was muted', () => {
    const open = opened(-5, { kind: 'ratio', numerator: 8, denominator: 160, muted: true });
    expect(removed('id', open)).toEqual({
      type: 'recovered',
      id: 'id',
      open,
      observed: { value: 12, limit: 10, unit: 'percent', numerator: 8, denominator: 160 },
      reason: 'rule-removed',
      published: false,
    });
  });
});

describe('a milestone', () => {
  const rule = rules.milestone();
  const told = { type: 'breached', rule, observed, published: true };

  it.each<[string, RuleMemory | undefined, boolean, boolean, object]>([
    ['is not reached', undefined, false, true, { memory: undefined }],
    ['is reached', undefined, true, true, { memory: { reached: true }, told }],
    ['is reached again', { reached: true }, true, true, { memory: { reached: true } }],
    ['is reached while the task is being deleted', undefined, true, false, { memory: undefined }],
  ])('%s', (_, memory, holds, mayBreach, expected) => {
    expect(stepped(rule, memory, holds, { mayBreach })).toEqual(expected);
  });
});

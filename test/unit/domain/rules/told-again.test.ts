import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../../lib/domain/generated/events.ts';
import type { Clock, OpenBreach, RuleMemory, TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { step } from '../../../../lib/domain/rules/step.ts';
import { MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const HOUR = 60 * MINUTE;
const at = (minute: number) => NOON + minute * MINUTE;
const since = (minute: number): Clock => ({ since: at(minute) });

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

describe('a mute', () => {
  const muted = rules.count({ mutedUntil: at(30) });
  const ended = rules.count({ mutedUntil: NOON });
  const quiet = opened(-30, { muted: true });
  const recent = [at(-30)];

  it('keeps a breach to the history', () => {
    expect(stepped(muted, undefined, true)).toEqual({
      memory: { open: opened(0, { muted: true }), recent: [NOON] },
      told: { type: 'breached', rule: muted, observed, published: false },
      dueAt: at(30),
    });
  });

  it('says nothing while it lasts', () => {
    expect(stepped(muted, { open: quiet, recent }, true)).toEqual({
      memory: { open: quiet, recent },
      dueAt: at(30),
    });
  });

  it.each([
    ['ends', ended, true],
    ['ends while nothing can be told', ended, undefined],
    ['is lifted', rules.count(), true],
  ])('publishes what is open when it %s', (_, rule, holds) => {
    expect(stepped(rule, { open: quiet, recent }, holds)).toEqual({
      memory: { open: opened(-30), recent },
      told: { type: 'breached', rule, observed, published: true, breachedAt: at(-30) },
    });
  });

  it.each([
    ['it ends', muted],
    ['that is known', ended],
  ])('keeps quiet about what is over before %s', (_, rule) => {
    expect(stepped(rule, { open: quiet, recent }, false)).toEqual({
      memory: { recent },
      told: {
        type: 'recovered',
        id: 'count',
        rule,
        open: quiet,
        observed,
        reason: 'recovered',
        published: false,
      },
    });
  });

  it('does not hide the end of what was published', () => {
    const open = opened(-30);
    expect(stepped(muted, { open, recent }, false).told).toMatchObject({ published: true });
    expect(stepped(muted, { open, recent }, true)).toEqual({ memory: { open, recent } });
  });

  it('keeps milestones to the history', () => {
    const rule = rules.milestone({ mutedUntil: at(30) });
    expect(stepped(rule, undefined, true)).toEqual({
      memory: { reached: true },
      told: { type: 'breached', rule, observed, published: false },
    });
  });
});

describe('reminders', () => {
  const rule = rules.count({ severity: 'critical', repeatEveryMs: HOUR });
  const critical = (minute: number, overrides: Partial<OpenBreach> = {}) =>
    opened(minute, { severity: 'critical', ...overrides });
  const reminded = (reminder: number, minute: number) => ({
    memory: { open: critical(minute, { reminders: reminder }) },
    told: { type: 'breached', rule, observed, published: true, breachedAt: at(minute), reminder },
    dueAt: at(minute) + (reminder + 1) * HOUR,
  });

  it('are due from the breach on', () => {
    expect(stepped(rule, undefined, true).dueAt).toBe(NOON + HOUR);
  });

  it.each<[string, OpenBreach, object]>([
    ['not yet', critical(-59), { memory: { open: critical(-59) }, dueAt: at(1) }],
    ['the first', critical(-60), reminded(1, -60)],
    ['the first, late', critical(-119), reminded(1, -119)],
    ['the second', critical(-120, { reminders: 1 }), reminded(2, -120)],
    ['those that were missed, once', critical(-300, { reminders: 1 }), reminded(5, -300)],
    [
      'told before',
      critical(-119, { reminders: 1 }),
      { memory: { open: critical(-119, { reminders: 1 }) }, dueAt: at(1) },
    ],
    ['the clock stepped back', critical(30), { memory: { open: critical(30) }, dueAt: at(90) }],
  ])('%s', (_, open, expected) => {
    expect(stepped(rule, { open }, true)).toEqual(expected);
  });

  it('are for what is critical', () => {
    expect(stepped(rules.count({ repeatEveryMs: HOUR }), { open: opened(-600) }, true)).toEqual({
      memory: { open: opened(-600) },
    });
  });

  it('wait while a rule is muted, and go on with their number', () => {
    const muted = { ...rule, mutedUntil: at(1) };
    const memory = { open: critical(-300, { reminders: 1 }) };
    expect(stepped(muted, memory, true)).toEqual({ memory, dueAt: at(60) });
    expect(stepped(muted, memory, true, { now: at(1) }).told).toMatchObject({ reminder: 5, published: true });
  });

  it('are not told together with the end of a mute', () => {
    const muted = { ...rule, mutedUntil: NOON };
    expect(stepped(muted, { open: critical(-90, { muted: true }) }, true)).toEqual({
      memory: { open: critical(-90, { reminders: 1 }) },
      told: { type: 'breached', rule: muted, observed, published: true, breachedAt: at(-90) },
      dueAt: at(30),
    });
  });
});

describe('flapping', () => {
  const rule = rules.count();
  const breachedAgain = (recent: readonly number[]) => stepped(rule, { recent }, true);

  it.each<[string, readonly number[], readonly number[], boolean]>([
    ['the second breach', [at(-10)], [at(-10), NOON], false],
    ['the third within an hour', [at(-60), at(-30)], [at(-60), at(-30), NOON], true],
    ['the third, not within an hour', [at(-61), at(-30)], [at(-30), NOON], false],
    ['the fourth', [at(-40), at(-30), at(-20)], [at(-30), at(-20), NOON], true],
  ])('%s', (_, before, recent, flapping) => {
    expect(breachedAgain(before)).toEqual({
      memory: { open: opened(0), recent },
      told: { type: 'breached', rule, observed, published: true, ...(flapping && { flapping }) },
    });
  });

  const three = [at(-60), at(-30), at(-20)];
  const open = opened(-20);
  it.each<[string, number, number, readonly number[], number | undefined]>([
    ['is over after 15 minutes', 0, -14, three, at(1)],
    ['is over then', 0, -15, three, undefined],
    ['is over later if the rule says so', 20, -15, three, at(5)],
    ['ends when the first of the three is an hour old', 0, -1, [at(-60) - 1, at(-30), at(-20)], undefined],
    ['is none with two', 0, -1, [at(-30), at(-20)], undefined],
  ])('%s', (_, keep, gone, recent, dueAt) => {
    const keeping = rules.count({ keepFiringForMs: keep * MINUTE });
    const result = stepped(keeping, { open, recent, clock: since(gone) }, false);
    expect([result.dueAt, result.told?.type]).toEqual([dueAt, dueAt === undefined ? 'recovered' : undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../lib/domain/rules/engine.ts';
import type { TaskLook } from '../../../../lib/domain/rules/look.ts';
import type { OpenBreach, RuleState, TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { counts, look, MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const at = (minute: number) => NOON + minute * MINUTE;
const opened = (overrides: Partial<OpenBreach> = {}) => openBreach({ at: at(-30), ...overrides });
const evaluated = (of: readonly TaskRule[], before: Partial<RuleState>, seen: Partial<TaskLook>) =>
  evaluate(of, { lastAt: at(-1), watchedSince: at(-60), rules: {}, ...before }, look(seen), {
    now: NOON,
    periodMs: MINUTE,
  });

const failed = (number: number) => counts({ succeeded: 100 - number, failed: number });
const bad = failed(20);
const observed = { value: 20, limit: 10, unit: 'things' };
const NOTHING = { lastAt: NOON, watchedSince: at(-60), rules: {} };

describe('a task that has ended', () => {
  const { count, milestone, ratio } = rules;
  const over: Partial<TaskLook> = { status: 'COMPLETED', counts: bad };

  it('closes its breaches with the numbers of its end, and nothing is remembered', () => {
    const before = { rules: { count: { open: opened() }, other: { recent: [NOON] } } };
    expect(evaluated([count()], before, over)).toEqual({
      state: NOTHING,
      told: [
        {
          type: 'recovered',
          id: 'count',
          rule: count(),
          open: opened(),
          observed,
          reason: 'task-ended',
          published: true,
        },
      ],
    });
  });

  it('closes them whether they hold or not, without waiting', () => {
    const before = { rules: { count: { open: opened() } } };
    const keeping = count({ keepFiringForMs: 60 * MINUTE });
    expect(evaluated([keeping], before, { ...over, counts: failed(1) }).told).toMatchObject([
      { reason: 'task-ended', observed: { value: 1 } },
    ]);
  });

  it.each([
    ['is gone', [], 'count'],
    ['is of another kind', [ratio({ id: 'count', percent: 90, recoverBelow: 90 })], 'count'],
  ])('closes that of a rule that %s with the numbers that it had', (_, of, id) => {
    expect(evaluated(of, { rules: { [id]: { open: opened() } } }, over).told).toEqual([
      {
        type: 'recovered',
        id,
        open: opened(),
        observed: { value: 12, limit: 10, unit: 'things' },
        reason: 'task-ended',
        published: true,
      },
    ]);
  });

  it('keeps quiet about what was muted, also when its mute has ended', () => {
    const open = opened({ muted: true });
    const muted = count({ mutedUntil: NOON });
    expect(evaluated([muted], { rules: { count: { open } } }, over).told).toEqual([
      {
        type: 'recovered',
        id: 'count',
        rule: muted,
        open,
        observed,
        reason: 'task-ended',
        published: false,
      },
    ]);
  });

  it('tells what its last look finds, then closes all in the order of the rules', () => {
    const of = [count({ id: 'b' }), count({ id: 'a' }), milestone(), ratio()];
    const before = { rules: { gone: { open: opened() }, a: { open: opened() } } };
    const { told } = evaluated(of, before, { ...over, previousCounts: counts({ queued: 100 }) });
    expect(told.map((one) => (one.type === 'breached' ? `+${one.rule.id}` : `-${one.id}`))).toEqual([
      '+b',
      '+milestone:50',
      '+ratio',
      '-b',
      '-a',
      '-ratio',
      '-gone',
    ]);
  });

  it('breaches what must hold for a while when that is over, and not before', () => {
    const patient = count({ forMs: 10 * MINUTE });
    const clock = (minute: number) => ({ rules: { count: { clock: { since: at(minute) } } } });
    expect(evaluated([patient], clock(-10), over).told).toHaveLength(2);
    expect(evaluated([patient], clock(-9), over).told).toEqual([]);
  });

  it('says nothing about time', () => {
    const of = [rules.stalled(), rules.overdue(), rules.slow(), rules.stuckScheduled(), rules.malformedTag()];
    const before = { idle: { held: 99 * MINUTE }, unread: { since: at(-99) } };
    const late = { startTime: at(-99), endTime: at(-99), counts: counts({ queued: 9 }) };
    for (const status of ['COMPLETED', 'CANCELED', 'DELETED'])
      expect(evaluated(of, before, { ...late, status })).toEqual({ state: NOTHING, told: [] });
  });

  it('closes breaches about time', () => {
    const before = { rules: { stalled: { open: opened({ kind: 'stalled' }) } } };
    expect(evaluated([rules.stalled()], before, over).told).toMatchObject([{ reason: 'task-ended' }]);
  });
});

describe('what a task may still breach', () => {
  const previousCounts = counts({ queued: 100 });
  const breached = (of: TaskRule, status: string) =>
    evaluated([of], {}, { status, counts: bad, previousCounts }).told.some(({ type }) => type === 'breached');

  it.each([
    ['IN_PROGRESS', true, true, true],
    ['SCHEDULED', true, true, true],
    ['COMPLETED', true, true, false],
    ['CANCELED', true, false, false],
    ['DELETION_IN_PROGRESS', false, false, false],
    ['DELETED', false, false, false],
  ])('%s: counts %s, milestones %s, malformed tags %s', (status, count, milestone, tag) => {
    const of = [rules.count(), rules.milestone(), rules.malformedTag()];
    expect(of.map((rule) => breached(rule, status))).toEqual([count, milestone, tag]);
  });
});

describe('a task that is being deleted', () => {
  const deleting = { status: 'DELETION_IN_PROGRESS' };
  const before = { rules: { count: { open: opened() }, stalled: { open: opened({ kind: 'stalled' }) } } };

  it('keeps what is breached, and what cannot be told', () => {
    const of = [rules.count(), rules.stalled()];
    const result = evaluated(
      of,
      { ...before, idle: { held: 99 * MINUTE } },
      { ...deleting, counts: counts({ queued: 9, failed: 20 }) },
    );
    expect(result.told).toEqual([]);
    expect(result.state.rules).toEqual(before.rules);
  });

  it('recovers', () => {
    const { told } = evaluated(
      [rules.count()],
      { rules: { count: { open: opened() } } },
      {
        ...deleting,
        counts: failed(0),
      },
    );
    expect(told).toMatchObject([{ type: 'recovered', reason: 'recovered' }]);
  });
});

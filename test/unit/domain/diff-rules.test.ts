import { describe, expect, it } from 'vitest';
import { diff, isWorthWriting, taskUnread, untrack } from '../../../lib/domain/diff.ts';
import type { RuleState } from '../../../lib/domain/rules/rule.ts';
import { initialState } from '../../../lib/domain/rules/state.ts';
import type { Snapshot } from '../../../lib/domain/task.ts';
import {
  configuration,
  context,
  counts,
  facts,
  MINUTE,
  NOON,
  openBreach,
  rules,
  snapshot,
} from '../../support/builders.ts';

const typesOf = (result: { events: readonly { detailType: string }[] }) =>
  result.events.map(({ detailType }) => detailType);

/** What is in force for a task whose configuration has one abort criterion. */
const half = rules.abortCriteria();
const whole = rules.abortCriteria({ share: 100 });
const criteria = { configuration: configuration(), rules: [half, whole] };
const open = openBreach({ at: NOON - 5 * MINUTE, kind: 'abort-criteria', severity: 'warning' });
const ruleState = (overrides: Partial<RuleState> = {}): RuleState => ({
  ...initialState(NOON - MINUTE),
  ...overrides,
});
const halfOpen = ruleState({ rules: { [half.id]: { open } } });

describe('rules', () => {
  const bad = counts({ succeeded: 85, failed: 15 });
  const told = { id: half.id, kind: 'abort-criteria', severity: 'warning' };
  const description =
    '10 % of the things that received the task have failed (of at least 10): AWS cancels the rollout at 20 %.';
  const observed = { value: 15, limit: 10, unit: 'percent', numerator: 15, denominator: 100 };

  it('tell of a breach, in words and numbers', () => {
    const before = snapshot({ facts: facts({ counts: bad }) });
    const result = diff(before, facts({ counts: bad }), context(criteria));
    expect(result.events).toEqual([
      {
        detailType: 'OTA Task Threshold Breached',
        published: true,
        body: {
          rule: { ...told, description },
          observed,
          summary:
            '15 of 100 things that received the task have failed (15 %, limit 10 %); AWS cancels the rollout at 20 %, after 5 more failures at today’s mix.',
        },
      },
    ]);
    expect(Object.keys(result.snapshot.rules.rules)).toEqual([half.id]);
  });

  it('tell of a recovery when the task ends', () => {
    const before = snapshot({ facts: facts({ counts: bad }), rules: halfOpen });
    const result = diff(before, facts({ status: 'COMPLETED', counts: bad }), context(criteria));
    expect(result.events).toEqual([
      expect.objectContaining({ detailType: 'OTA Task Status Changed' }),
      {
        detailType: 'OTA Task Threshold Recovered',
        published: true,
        body: {
          rule: { ...told, description },
          observed,
          breachedAt: '2026-11-22T11:55:00.000Z',
          reason: 'task-ended',
          summary:
            'The task has ended: 15 of 100 things that received the task have failed (15 %, limit 10 %). The breach lasted 5 min.',
          durationSeconds: 300,
        },
      },
      expect.objectContaining({ detailType: 'OTA Task Tracking Stopped' }),
    ]);
  });

  it('are held against a task with all that is known of it', () => {
    const seen = facts({
      status: 'SCHEDULED',
      startTime: '2026-11-22T11:00:00.000Z',
      endTime: '2026-11-22T11:45:00.000Z',
    });
    const of = [rules.stuckScheduled(), rules.overdue()];
    const summaries = (overrides: Parameters<typeof context>[0]) =>
      diff(snapshot({ facts: seen }), seen, context({ rules: of, ...overrides })).events.map(({ body }) =>
        'summary' in body ? body.summary : undefined,
      );
    expect(summaries({})).toEqual([
      'The task is still SCHEDULED 1 h after its start time (limit 15 min).',
      'The rollout has not ended 15 min after its end time (limit 15 min); 0 are in progress, 100 queued.',
    ]);
    expect(summaries({ window: { open: false } })).toHaveLength(1);
  });

  it('see a task that never ends as such, and the configuration in force', () => {
    const pace = configuration({ pace: { maximumPerMinute: 1 } });
    const seen = facts({ endTime: '2026-11-22T12:10:00.000Z' });
    const before = snapshot({ facts: seen, configuration: pace });
    const at = context({ rules: [rules.overdue()] });
    expect(typesOf(diff(before, seen, at))).toEqual(['OTA Task Threshold Breached']);
    expect(typesOf(diff(before, { ...seen, otaType: 'CONTINUOUS' }, at))).toEqual([]);
  });

  it('see things in progress as they were before a cancellation', () => {
    const before = snapshot({
      facts: facts({ counts: counts({ inProgress: 90, succeeded: 7, failed: 3 }) }),
    });
    const canceled = facts({ status: 'CANCELED', counts: counts({ canceled: 90, succeeded: 7, failed: 3 }) });
    expect(typesOf(diff(before, canceled, context(criteria)))).not.toContain('OTA Task Threshold Breached');
  });
});

describe('taskUnread', () => {
  const unreachable = rules.unreachable();
  const time = { now: NOON, periodMs: MINUTE };

  it.each([
    ['IN_PROGRESS', 1],
    ['DELETION_IN_PROGRESS', 0],
  ])('breaches what waits for it, unless the task goes anyway: %s', (status, breaches) => {
    const whenUnread = [rules.unreachable({ afterMs: 0 })];
    const before = snapshot({ facts: facts({ status }), whenUnread });
    const later = { now: NOON + MINUTE, periodMs: MINUTE };
    expect(taskUnread(before, 'InternalServerException', later).events).toHaveLength(breaches);
  });

  it('tells nothing at first, and notes it', () => {
    const before = snapshot({ whenUnread: [unreachable] });
    expect(taskUnread(before, 'AccessDeniedException', time)).toEqual({
      snapshot: {
        ...before,
        rules: ruleState({ unreadAt: NOON, unread: { since: NOON } }),
      },
      events: [],
    });
  });

  it('tells for how long the task could not be read, and why', () => {
    const rules = ruleState({ unreadAt: NOON - MINUTE, unread: { since: NOON - 15 * MINUTE } });
    const before = snapshot({ whenUnread: [unreachable], rules });
    expect(taskUnread(before, 'AccessDeniedException', time).events).toEqual([
      {
        detailType: 'OTA Task Threshold Breached',
        published: true,
        body: {
          rule: {
            id: 'unreachable',
            kind: 'unreachable',
            severity: 'error',
            description: 'The task cannot be read for 15 min.',
          },
          observed: { value: 900, limit: 900, unit: 'seconds' },
          summary: 'The task could not be read for 15 min (AccessDeniedException).',
        },
      },
    ]);
  });
});

describe('untrack', () => {
  it('closes what is open, and stops', () => {
    const before = snapshot({ rules: halfOpen });
    expect(untrack(before, NOON)).toEqual({
      snapshot: { ...before, rules: initialState(NOON) },
      events: [
        {
          detailType: 'OTA Task Threshold Recovered',
          published: true,
          body: {
            rule: {
              id: half.id,
              kind: 'abort-criteria',
              severity: 'warning',
              description: 'This rule is no longer in force.',
            },
            observed: { value: 12, limit: 10, unit: 'percent' },
            breachedAt: '2026-11-22T11:55:00.000Z',
            reason: 'rule-removed',
            summary: 'This rule is no longer in force. The breach lasted 5 min.',
            durationSeconds: 300,
          },
        },
        { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'requested' } },
      ],
      stopped: 'requested',
    });
  });
});

describe('isWorthWriting of a look that failed', () => {
  const unreachable = rules.unreachable();
  const worth = (noted: number, state: Partial<RuleState>) => {
    const looked = { unreadAt: NOON - noted * MINUTE, lastAt: NOON - 60 * MINUTE };
    const before = snapshot({ rules: ruleState({ ...looked, ...state }), whenUnread: [unreachable] });
    const result = taskUnread(before, 'Error', { now: NOON, periodMs: MINUTE });
    return isWorthWriting(before, result, MINUTE);
  };
  const running = { unread: { since: NOON - 10 * MINUTE } };
  const told = {
    unread: { since: NOON - 30 * MINUTE, told: true },
    idle: { since: NOON - 99 * MINUTE },
    rules: { unreachable: { open: openBreach({ kind: 'unreachable' }) } },
  } as const;

  it.each<[string, number, Partial<RuleState>, boolean]>([
    ['is not, when the one before was noted', 1, running, false],
    ['is, now and then, while there is something to wait for', 5, running, true],
    ['is not, once that is told', 99, told, false],
    ['is, when the clock stepped back', -5, told, true],
  ])('%s', (_, noted, state, expected) => {
    expect(worth(noted, state)).toBe(expected);
  });
});

describe('isWorthWriting', () => {
  const scheduled = snapshot({
    facts: facts({ status: 'SCHEDULED' }),
    configuration: configuration(),
    listedLastUpdatedAt: 'then',
  });
  const inProgress = snapshot({ rules: ruleState({ runsSince: NOON - 60 * MINUTE }) });
  const patient = rules.stuckScheduled({ forMs: 60 * MINUTE });
  const clock = { [patient.id]: { clock: { since: NOON - 10 * MINUTE } } };
  const started = facts({ status: 'SCHEDULED', startTime: '2026-11-22T11:00:00.000Z' });
  const waiting = (noted: number) =>
    snapshot({
      facts: started,
      rules: { ...initialState(NOON - noted * MINUTE), dueAt: NOON + 50 * MINUTE, rules: clock },
    });
  const unreachable = rules.unreachable({ mutedUntil: NOON });
  const { kind, ...others } = unreachable;
  /** The members are in another order once they were stored. */
  const stored = { ...others, kind };

  it.each<[string, Snapshot, Snapshot['facts'], Parameters<typeof context>[0], boolean]>([
    ['nothing changed', scheduled, scheduled.facts, {}, false],
    ['nothing changed in progress', inProgress, facts(), {}, false],
    ['the list was updated', scheduled, scheduled.facts, { listedLastUpdatedAt: 'now' }, true],
    ['the list was updated, in progress', inProgress, facts(), { listedLastUpdatedAt: 'now' }, false],
    ['the configuration became known', inProgress, facts(), { configuration: configuration() }, true],
    ['counts changed', inProgress, facts({ counts: counts({ queued: 1 }) }), {}, true],
    [
      'only lastUpdatedAt changed',
      inProgress,
      facts({ lastUpdatedAt: '2026-11-22T12:00:00.000Z' }),
      {},
      false,
    ],
    ['a clock has begun', inProgress, facts(), { rules: [rules.stalled()] }, true],
    ['a clock runs, and was noted', waiting(1), started, { rules: [patient] }, false],
    ['a clock runs, and is to be noted', waiting(5), started, { rules: [patient] }, true],
    ['a rule for bad times came', inProgress, facts(), { rules: [unreachable] }, true],
    [
      'a rule for bad times stays',
      { ...inProgress, whenUnread: [stored] },
      facts(),
      { rules: [unreachable] },
      false,
    ],
    ['a rule file was changed', scheduled, scheduled.facts, { ruleSet: 'new' }, true],
    ['a rule file was changed, in progress', inProgress, facts(), { ruleSet: 'new' }, false],
    [
      'a rule for bad times changed',
      { ...inProgress, whenUnread: [{ ...unreachable, afterMs: unreachable.afterMs + 1 }] },
      facts(),
      { rules: [unreachable] },
      true,
    ],
    ['a rule for bad times went', { ...inProgress, whenUnread: [stored] }, facts(), {}, true],
  ])('%s: %#', (_, before, seen, overrides, expected) => {
    expect(isWorthWriting(before, diff(before, seen, context(overrides)), MINUTE)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../../lib/domain/counts.ts';
import type { Observed } from '../../../../lib/domain/generated/events.ts';
import { FAILURE_STATES, type TaskRule } from '../../../../lib/domain/rules/rule.ts';
import {
  describe as describeRule,
  span,
  summarizeBreach,
  summarizeRecovery,
  type Telling,
} from '../../../../lib/domain/rules/sentences.ts';
import { type Breached, type Recovered, recovered, removed } from '../../../../lib/domain/rules/step.ts';
import { counts, criterion, MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';

const HOUR = 60 * MINUTE;
const tenPercent = criterion({ thresholdPercentage: 10, minExecutedThings: 20 });

describe('describe', () => {
  it.each<[TaskRule, string]>([
    [
      rules.abortCriteria({ criterion: tenPercent }),
      '5 % of the things that received the task have failed (of at least 20): AWS cancels the rollout at 10 %.',
    ],
    [
      rules.abortCriteria({
        criterion: criterion({ failureType: 'ALL', thresholdPercentage: 1.1 }),
        share: 100,
      }),
      '1.1 % of the things that received the task have failed, rejected the update or timed out (of at least 10): AWS cancels the rollout.',
    ],
    [
      rules.abortCriteria({ criterion: criterion({ failureType: 'TIMED_OUT' }), share: 80 }),
      '16 % of the things that received the task have timed out (of at least 10): AWS cancels the rollout at 20 %.',
    ],
    [
      rules.ratio(),
      '5 % of the things that received the task have failed, rejected the update or timed out.',
    ],
    [
      rules.ratio({ failures: ['rejected'], percent: 1.5, minExecuted: 20 }),
      '1.5 % of the things that received the task have rejected the update (of at least 20).',
    ],
    [
      rules.ratio({ failures: ['failed', 'timedOut'], of: 'total', minExecuted: 20 }),
      '5 % of all things have failed or timed out (once 20 have received the task).',
    ],
    [rules.count({ states: ['removed'], things: 1 }), 'There are 1 or more removed things.'],
    [
      rules.count({ states: FAILURE_STATES, things: 3 }),
      'There are 3 or more failed, rejected or timed-out things.',
    ],
    [
      rules.rate({ perMinute: 0.5, windowMs: 90 * MINUTE }),
      '0.5 or more things a minute have failed, rejected the update or timed out, over 1 h 30 min.',
    ],
    [rules.rate({ failures: ['failed'] }), '2 or more things a minute have failed, over 10 min.'],
    [rules.stalled(), 'Nothing has finished for 1 h, and things are left.'],
    [rules.overdue(), 'The rollout is running 15 min after its end time, or is projected to be.'],
    [rules.overdue({ afterMs: 0, projected: false }), 'The rollout is running after its end time.'],
    [
      rules.slow(),
      'Things are notified at less than 50 % of the rate that the configuration promises, over 15 min.',
    ],
    [rules.stuckScheduled(), 'The task is still SCHEDULED 15 min after its start time.'],
    [rules.milestone({ percent: 33.333 }), '33.33 % of the things have finished.'],
    [rules.unreachable(), 'The task cannot be read for 15 min.'],
    [
      rules.malformedTag(),
      'The tag ota-watch:mute is ignored: expected "until" and a time such as 2026-12-01T00:00Z.',
    ],
  ])('%#', (rule, expected) => {
    expect(describeRule(rule)).toBe(expected);
  });
});

const percent = (numerator: number, denominator: number, value: number, limit: number): Observed => ({
  value,
  limit,
  unit: 'percent',
  numerator,
  denominator,
});
const things = (value: number, limit: number): Observed => ({ value, limit, unit: 'things' });
const seconds = (value: number, limit: number): Observed => ({ value, limit, unit: 'seconds' });

const left = counts({ queued: 5, inProgress: 1 });
const breach = (rule: TaskRule, observed: Observed, overrides: Partial<Breached> = {}): Breached => ({
  type: 'breached',
  rule,
  observed,
  published: true,
  ...overrides,
});
const telling = (some: Counts, overrides: Partial<Telling> = {}): Telling => ({
  counts: some,
  now: NOON,
  ...overrides,
});

describe('summarizeBreach', () => {
  const half = rules.abortCriteria({ criterion: tenPercent });
  const whole = rules.abortCriteria({ criterion: tenPercent, share: 100 });
  const failed = (number: number, of: number) => counts({ succeeded: of - number, failed: number });
  it.each<[TaskRule, Observed, Counts, string]>([
    [
      half,
      percent(8, 160, 5, 5),
      failed(8, 160),
      '8 of 160 things that received the task have failed (5 %, limit 5 %); AWS cancels the rollout at 10 %, after 8 more failures at today’s mix.',
    ],
    [
      half,
      percent(1, 20, 5, 5),
      failed(1, 20),
      '1 of 20 things that received the task has failed (5 %, limit 5 %); AWS cancels the rollout at 10 %, after 1 more failure at today’s mix.',
    ],
    [
      half,
      percent(16, 160, 10, 5),
      failed(16, 160),
      '16 of 160 things that received the task have failed (10 %, limit 5 %); AWS cancels the rollout at 10 %.',
    ],
    [
      whole,
      percent(16, 160, 10, 10),
      failed(16, 160),
      '16 of 160 things that received the task have failed (10 %, limit 10 %): AWS cancels the rollout.',
    ],
    [
      rules.ratio({ failures: ['rejected', 'timedOut'] }),
      percent(8, 160, 5, 5),
      left,
      '8 of 160 things that received the task have rejected the update or timed out (5 %, limit 5 %).',
    ],
    [
      rules.ratio({ failures: ['failed'], of: 'total' }),
      percent(1, 1, 100, 5),
      left,
      '1 of 1 thing has failed (100 %, limit 5 %).',
    ],
    [rules.count(), things(12, 10), left, 'There are 12 failed things (limit 10).'],
    [
      rules.count({ states: ['queued', 'inProgress'] }),
      things(1, 1),
      left,
      'There is 1 queued or in-progress thing (limit 1).',
    ],
    [
      rules.rate(),
      things(20, 20),
      left,
      '20 things have failed, rejected the update or timed out in the last 10 min (limit 20).',
    ],
    [
      rules.rate({ failures: ['failed'] }),
      things(1, 1),
      left,
      '1 thing has failed in the last 10 min (limit 1).',
    ],
    [
      rules.stalled(),
      seconds(5_400, 3_600),
      left,
      'Nothing has finished for 1 h 30 min (limit 1 h); 1 is in progress, 5 queued.',
    ],
    [
      rules.slow(),
      percent(12, 150, 8, 50),
      left,
      '12 things were notified in the last 15 min, of 150 that the configuration promises (8 %, limit 50 %).',
    ],
    [
      rules.slow(),
      percent(1, 150, 0.67, 50),
      left,
      '1 thing was notified in the last 15 min, of 150 that the configuration promises (0.67 %, limit 50 %).',
    ],
    [
      rules.stuckScheduled(),
      seconds(1_000, 900),
      left,
      'The task is still SCHEDULED 16 min 40 s after its start time (limit 15 min).',
    ],
    [rules.milestone(), percent(50, 100, 50, 50), left, '50 of 100 things have finished (50 %).'],
    [rules.milestone(), percent(1, 2, 50, 50), left, '1 of 2 things has finished (50 %).'],
    [rules.unreachable(), seconds(900, 900), left, 'The task could not be read for 15 min (unknown cause).'],
    [
      rules.malformedTag(),
      { value: 1, limit: 0, unit: 'tags' },
      left,
      'The tag ota-watch:mute is ignored: expected "until" and a time such as 2026-12-01T00:00Z.',
    ],
  ])('%#', (rule, observed, some, expected) => {
    expect(summarizeBreach(breach(rule, observed), telling(some))).toBe(expected);
  });

  it.each<[number, number, number, string]>([
    [-20, 1_200, 900, 'The rollout has not ended 20 min after its end time (limit 15 min)'],
    [-1, 1_200, 900, 'The rollout is projected to end 20 min after its end time (limit 15 min)'],
    [60, 7_200, 900, 'The rollout is projected to end 2 h after its end time (limit 15 min)'],
    [0, 0, 0, 'The rollout has not ended after its end time (limit 0 s)'],
  ])('of an end %d minutes from now', (minutes, value, limit, expected) => {
    const told = breach(rules.overdue(), seconds(value, limit));
    const endTime = NOON + minutes * MINUTE;
    expect(summarizeBreach(told, telling(left, { endTime }))).toBe(
      `${expected}; 1 is in progress, 5 queued.`,
    );
  });

  it('names the error', () => {
    const told = breach(rules.unreachable(), seconds(900, 900));
    const unreadable = 'AccessDeniedException';
    expect(summarizeBreach(told, telling(left, { unreadable }))).toBe(
      'The task could not be read for 15 min (AccessDeniedException).',
    );
  });

  it('says of what goes on since when', () => {
    const told = breach(whole, percent(16, 160, 10, 10), { breachedAt: NOON - HOUR + 123, reminder: 2 });
    expect(summarizeBreach(told, telling(left))).toBe(
      'Reminder 2: 16 of 160 things that received the task have failed (10 %, limit 10 %): AWS cancels the rollout. Breached since 2026-11-22T11:00:00Z.',
    );
    const stalled = breach(rules.stalled(), seconds(3_600, 3_600), { breachedAt: NOON - HOUR, reminder: 1 });
    expect(summarizeBreach(stalled, telling(left))).toBe(
      'Reminder 1: nothing has finished for 1 h (limit 1 h); 1 is in progress, 5 queued. Breached since 2026-11-22T11:00:00Z.',
    );
  });

  it('says what flapping means', () => {
    expect(summarizeBreach(breach(rules.count(), things(12, 10), { flapping: true }), telling(left))).toBe(
      'There are 12 failed things (limit 10). It is flapping: it counts as over only when it has been gone for 15 min.',
    );
  });
});

describe('summarizeRecovery', () => {
  const open = openBreach({ at: NOON - 90 * MINUTE });
  const over = (rule: TaskRule, observed: Observed, reason: Recovered['reason'], some = left) =>
    summarizeRecovery(recovered(rule.id, open, observed, reason, rule), telling(some));

  it.each<[TaskRule, Observed, string]>([
    [
      rules.ratio({ failures: ['failed'] }),
      percent(7, 160, 4.38, 5),
      '7 of 160 things that received the task have failed (4.38 %, limit 5 %)',
    ],
    [rules.count(), things(0, 10), 'there are 0 failed things (limit 10)'],
    [rules.stalled(), seconds(0, 3_600), 'things have finished; 1 is in progress, 5 queued'],
    [
      rules.stalled(),
      seconds(3_600, 7_200),
      'nothing has finished for 1 h (limit 2 h); 1 is in progress, 5 queued',
    ],
    [rules.overdue(), seconds(0, 900), 'the rollout is not late any more; 1 is in progress, 5 queued'],
    [
      rules.overdue(),
      seconds(840, 900),
      'the rollout is projected to end 14 min after its end time (limit 15 min); 1 is in progress, 5 queued',
    ],
    [rules.stuckScheduled(), seconds(0, 900), 'the start of the task is not due'],
    [rules.stuckScheduled(), seconds(1_800, 900), 'the start of the task was due 30 min ago (limit 15 min)'],
    [rules.unreachable(), seconds(0, 900), 'the task can be read'],
    [rules.unreachable(), seconds(300, 900), 'the task could not be read for 5 min (unknown cause)'],
  ])('%#', (rule, observed, expected) => {
    expect(over(rule, observed, 'recovered')).toBe(`Over after 1 h 30 min: ${expected}.`);
  });

  it.each<[TaskRule, Observed, string]>([
    [
      rules.abortCriteria({ criterion: tenPercent, share: 100 }),
      percent(16, 160, 10, 10),
      'The task has ended: 16 of 160 things that received the task have failed (10 %, limit 10 %).',
    ],
    [rules.stalled(), seconds(0, 3_600), 'The task has ended.'],
    [rules.stuckScheduled(), seconds(3_600, 900), 'The task has ended.'],
    [rules.unreachable(), seconds(0, 900), 'The task has ended.'],
    [rules.malformedTag(), { value: 1, limit: 0, unit: 'tags' }, 'The task has ended.'],
    [rules.overdue(), seconds(0, 900), 'The task has ended.'],
    [rules.overdue(), seconds(1_200, 900), 'The task has ended 20 min after its end time.'],
  ])('at the end of a task: %#', (rule, observed, expected) => {
    expect(over(rule, observed, 'task-ended')).toBe(`${expected} The breach lasted 1 h 30 min.`);
  });

  it('leaves out that it took no time', () => {
    const found = recovered('count', openBreach(), things(12, 10), 'task-ended', rules.count());
    expect(summarizeRecovery(found, telling(left))).toBe(
      'The task has ended: there are 12 failed things (limit 10).',
    );
    expect(summarizeRecovery(removed('count', openBreach()), telling(left))).toBe(
      'This rule is no longer in force.',
    );
  });

  it('says of a rule that is gone what is left to say', () => {
    const gone = removed('count', open);
    expect(summarizeRecovery(gone, telling(left))).toBe(
      'This rule is no longer in force. The breach lasted 1 h 30 min.',
    );
    expect(summarizeRecovery({ ...gone, reason: 'task-ended' }, telling(left))).toBe(
      'The task has ended. The breach lasted 1 h 30 min.',
    );
  });
});

describe('span', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [499, '0 s'],
    [500, '1 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [3_661_000, '1 h 1 min'],
    [86_400_000 + 59_000, '1 d 59 s'],
    [400 * 86_400_000 + 3_600_000, '400 d 1 h'],
  ])('%d is %s', (milliseconds, expected) => {
    expect(span(milliseconds)).toBe(expected);
  });
});

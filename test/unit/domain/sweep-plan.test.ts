import { describe, expect, it } from 'vitest';
import type { Look } from '../../../lib/domain/selection.ts';
import { isSweepDue, type SweepContext } from '../../../lib/domain/sweep-plan.ts';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import { facts, liveTask, MINUTE, NOON, snapshot } from '../../support/builders.ts';

const of = (status: string) => liveTask({ snapshot: snapshot({ facts: facts({ status }) }) });
const look = (status: string): Look => ({ kind: 'known', task: of(status), gone: false, urgency: 'hot' });
const looks = (scheduled: number, inProgress: number): Look[] => [
  ...Array.from({ length: scheduled }, () => look('SCHEDULED')),
  ...Array.from({ length: inProgress }, () => look('IN_PROGRESS')),
];
const unread = { lastAt: NOON, watchedSince: NOON, unreadAt: NOON, rules: {} };

describe('the list is read', () => {
  const last = { at: NOON - MINUTE, pages: 3 };
  const cases: [string, Partial<SweepContext>, readonly TrackedTask[], readonly Look[], boolean][] = [
    ['to find tasks', { discovery: 'all' }, [], [], true],
    ['to find tasks with a tag', { discovery: 'tagged' }, [], [], true],
    ['to learn how long it is', { last: undefined }, [], [], true],
    ['not for a few tasks', {}, [of('SCHEDULED')], looks(3, 0), false],
    ['for many', {}, [], looks(4, 0), true],
    ['not for those that it says nothing of', {}, [], looks(3, 9), false],
    ['for those too, where it is trusted', { trusts: true }, [], looks(3, 1), true],
    ['once an hour', { now: NOON + 59 * MINUTE }, [], [], true],
    ['not earlier', { now: NOON + 59 * MINUTE - 1 }, [], [], false],
    ['for a task that was asked for', {}, [{ state: 'requested', taskId: 'a', version: 1 }], [], true],
    ['for one that cannot be found', {}, [liveTask({ snapshot: snapshot({ rules: unread }) })], [], true],
    ['not for one that is over', {}, [{ state: 'excluded', taskId: 'a', version: 1 }], [], false],
    ['not in later rounds', { round: 1, discovery: 'all' }, [], looks(9, 9), false],
    [
      'in later rounds where it is trusted, and saves more than it takes',
      { round: 1, trusts: true },
      [],
      looks(0, 4),
      true,
    ],
    ['not where it saves less', { round: 1, trusts: true }, [], looks(0, 3), false],
    ['not where nobody knows', { round: 1, trusts: true, last: undefined }, [], looks(0, 9), false],
  ];
  it.each(cases)('%s', (_, overrides, tasks, without, expected) => {
    const context = { discovery: 'none', round: 0, trusts: false, last, now: NOON, ...overrides } as const;
    expect(isSweepDue(tasks, () => without, context)).toBe(expected);
  });
});

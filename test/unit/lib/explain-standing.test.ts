import { expect, it } from 'vitest';
import type { RuleEntry } from '../../../lib/domain/rules/rule-set.ts';
import type { TaskConfiguration } from '../../../lib/domain/task.ts';
import { explainTask, type KnownTask } from '../../../lib/explain-rules.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import {
  abort,
  criteria,
  entry,
  failing,
  iso,
  type Observed,
  observed,
  polled,
  ratio,
  rulesOf,
  time,
} from '../../support/explained.ts';

interface Case {
  readonly rule: Omit<RuleEntry, 'origin' | 'id'>;
  readonly configuration?: Omit<TaskConfiguration, 'configurationId'>;
  /** What is seen, a minute apart: now, and by polls before. */
  readonly looks: readonly Observed[];
  readonly expected: string;
}

const again = (times: number, seen: Observed) => Array.from({ length: times }, () => seen);
const closed = { maintenanceWindows: [{ startTime: 'cron(0 2 * * ? *)', durationMinutes: 60 }] };

const CASES: Readonly<Record<string, Case>> = {
  'a ratio': { rule: ratio, looks: [failing(2)], expected: 'clear: 3 more failures at today’s counts' },
  'a ratio, one away': {
    rule: ratio,
    looks: [failing(4)],
    expected: 'clear: 1 more failure at today’s counts',
  },
  'a ratio of nothing': {
    rule: ratio,
    looks: [observed()],
    expected: 'clear: 1 more thing to receive the task, and 1 more failure at today’s counts',
  },
  'a ratio below its minimum': {
    rule: { kind: 'ratio', fields: { percent: 5, minExecuted: 150 } },
    looks: [failing(8)],
    expected: 'clear: 50 more things to receive the task',
  },
  'a ratio that is breached now': {
    rule: ratio,
    looks: [failing(0), failing(5)],
    expected: 'breached: breached with the next poll',
  },
  'a ratio that was breached': {
    rule: ratio,
    looks: [failing(0), failing(6), failing(6)],
    expected: `breached: breached since ${iso(1)}`,
  },
  'a ratio that is over now': {
    rule: ratio,
    looks: [failing(6), failing(4)],
    expected: 'clear: breached until now: over with the next poll',
  },
  'a ratio that is gone for a while': {
    rule: { kind: 'ratio', fields: { percent: 5, keepFiringForMs: 5 * MINUTE } },
    looks: [failing(6), failing(4), failing(4)],
    expected: `breached: breached since ${iso(0)}, gone for 1 min: it has to last`,
  },
  'a ratio that holds for a while': {
    rule: { kind: 'ratio', fields: { percent: 5, forMs: 5 * MINUTE } },
    looks: [failing(0), failing(6), failing(6), failing(6)],
    expected: 'holding: holds for 2 min, breached after 5 min',
  },
  'a ratio that would have to last': {
    rule: { kind: 'ratio', fields: { percent: 5, forMs: 5 * MINUTE } },
    looks: [failing(2)],
    expected: 'clear: 3 more failures at today’s counts, and that for 5 min',
  },
  'a muted breach': {
    rule: { kind: 'ratio', fields: { percent: 5, mutedUntil: NOON + 60 * MINUTE } },
    looks: [failing(6), failing(6)],
    expected: `breached: breached since ${iso(0)} (muted: told if it goes on when the mute ends)`,
  },
  'an abort criterion': {
    rule: abort,
    configuration: criteria,
    looks: [failing(4)],
    expected: 'clear: 6 more failures at today’s counts',
  },
  'an abort criterion below its minimum': {
    rule: abort,
    configuration: criteria,
    looks: [observed({ counts: counts({ queued: 96, succeeded: 2, failed: 2 }) })],
    expected: 'clear: 6 more things to receive the task',
  },
  'a count': {
    rule: { kind: 'count', fields: { states: ['rejected', 'failed'], things: 7 } },
    looks: [failing(4)],
    expected: 'clear: 3 more things',
  },
  'a rate': {
    rule: { kind: 'rate', fields: { perMinute: 1.1, windowMs: 5 * MINUTE } },
    looks: [failing(4), failing(6)],
    expected: 'clear: 4 more failures within 5 min',
  },
  'a standstill': {
    rule: { kind: 'stalled', fields: { afterMs: 30 * MINUTE } },
    looks: again(8, failing(0)),
    expected: 'clear: 23 min more in which nothing finishes',
  },
  'a standstill of a task that waits': {
    rule: { kind: 'stalled', fields: {} },
    looks: [observed({ status: 'SCHEDULED' })],
    expected: 'silent: not now: the task is SCHEDULED',
  },
  'a standstill with nothing left': {
    rule: { kind: 'stalled', fields: {} },
    looks: [observed({ counts: counts({ succeeded: 3 }) })],
    expected: 'silent: not now: nothing is left',
  },
  'a standstill before the start': {
    rule: { kind: 'stalled', fields: {} },
    looks: [observed({ startTime: iso(5) })],
    expected: `silent: not now: the task starts at ${iso(5)}`,
  },
  'a standstill between windows': {
    rule: { kind: 'stalled', fields: {} },
    looks: [observed({}, closed)],
    expected: `silent: not now: maintenance window closed until ${iso(14 * 60)}`,
  },
  'a standstill after the last window': {
    rule: { kind: 'stalled', fields: {} },
    looks: [observed({}, { maintenanceWindows: [{ startTime: '2026-01-01 00:00', durationMinutes: 1 }] })],
    expected: 'silent: not now: maintenance window closed',
  },
  'an end time': {
    rule: { kind: 'overdue', fields: { projected: false } },
    looks: [observed({ endTime: iso(45) })],
    expected: 'clear: 1 h more, if it runs until then',
  },
  'an end time that is projected': {
    rule: { kind: 'overdue', fields: {} },
    configuration: { criteria: [], pace: { maximumPerMinute: 1 } },
    looks: [observed({ endTime: iso(95) })],
    expected: 'clear: 1 h 50 min more, if it runs until then; projected to end 5 min late, of 15 min',
  },
  'no end time': {
    rule: { kind: 'overdue', fields: {} },
    looks: [observed()],
    expected: 'silent: not now: the task has no end time',
  },
  'an end time, and another status': {
    rule: { kind: 'overdue', fields: {} },
    looks: [observed({ endTime: iso(5), status: 'PAUSED' })],
    expected: 'silent: not now: the task is PAUSED',
  },
  'a rate that nobody promises': {
    rule: { kind: 'slow', fields: {} },
    looks: [observed()],
    expected: 'silent: not now: the configuration promises no rate',
  },
  'a rate of what is not watched for long': {
    rule: { kind: 'slow', fields: { windowMs: 5 * MINUTE } },
    configuration: { criteria: [], pace: { maximumPerMinute: 10 } },
    looks: again(3, failing(0)),
    expected: 'silent: not now: it has not been running, and watched, for 5 min',
  },
  'a rate of what is done': {
    rule: { kind: 'slow', fields: {} },
    configuration: { criteria: [], pace: { maximumPerMinute: 10 } },
    looks: [observed({ counts: counts({ inProgress: 1 }) })],
    expected: 'silent: not now: nothing is queued',
  },
  'a rate that is kept': {
    rule: { kind: 'slow', fields: { windowMs: 5 * MINUTE } },
    configuration: { criteria: [], pace: { maximumPerMinute: 10 } },
    looks: Array.from({ length: 8 }, (_, minute) =>
      observed({ counts: counts({ queued: 100 - 6 * minute, succeeded: 6 * minute }) }),
    ),
    expected: 'clear: 6 fewer things notified within 5 min',
  },
  'a task that waits': {
    rule: { kind: 'stuck-scheduled', fields: {} },
    looks: [observed({ status: 'SCHEDULED', startTime: iso(-5) })],
    expected: 'clear: 10 min more, if it is SCHEDULED until then',
  },
  'a task that does not wait': {
    rule: { kind: 'stuck-scheduled', fields: {} },
    looks: [observed({ startTime: iso(-5) })],
    expected: 'silent: not now: the task is IN_PROGRESS',
  },
  'a task that waits for nothing': {
    rule: { kind: 'stuck-scheduled', fields: {} },
    looks: [observed({ status: 'SCHEDULED' })],
    expected: 'silent: not now: the task has no start time',
  },
  'a task that waits for its window': {
    rule: { kind: 'stuck-scheduled', fields: {} },
    looks: [observed({ status: 'SCHEDULED', startTime: iso(-60) }, closed)],
    expected: `silent: not now: maintenance window closed until ${iso(14 * 60)}`,
  },
  'a milestone': {
    rule: { kind: 'milestone', fields: { percents: [75] } },
    looks: [failing(4)],
    expected: 'clear: 50 more things to finish',
  },
  'a milestone of nothing': {
    rule: { kind: 'milestone', fields: { percents: [75] } },
    looks: [observed({ counts: counts({}) })],
    expected: 'clear: 1 more thing to finish',
  },
  'a milestone that was passed': {
    rule: { kind: 'milestone', fields: { percents: [25] } },
    looks: [failing(4)],
    expected: 'told: passed before it was watched: not told',
  },
  'a milestone that was told': {
    rule: { kind: 'milestone', fields: { percents: [25] } },
    looks: [observed(), failing(4), failing(4)],
    expected: 'told: told',
  },
  'a task that can be read': {
    rule: { kind: 'unreachable', fields: {} },
    looks: [observed()],
    expected: 'clear: the task can be read; 15 min without would do',
  },
  'a task that has ended': {
    rule: ratio,
    looks: [failing(0), observed({ status: 'COMPLETED', counts: counts({ failed: 9 }) })],
    expected: 'silent: not any more: the task has ended',
  },
  'a task that is being deleted': {
    rule: ratio,
    looks: [failing(0), observed({ status: 'DELETION_IN_PROGRESS', counts: counts({ failed: 9 }) })],
    expected: 'silent: not any more: the task is being deleted',
  },
};

it.each(Object.entries(CASES))('%s', (_, { rule, configuration, looks, expected }) => {
  const rules = rulesOf(entry({ id: 'rule', ...rule }));
  const given = configuration && { configuration: { configurationId: 'config1', ...configuration } };
  const before = looks.slice(0, -1);
  const last = looks.at(-1) ?? observed();
  const snapshot = before.length === 0 ? undefined : polled(rules, before, given?.configuration);
  const now = NOON + before.length * MINUTE;
  const task: KnownTask = { observed: last, ...given, ...(snapshot && { snapshot }) };
  const { rules: standings } = explainTask(task, { rules, now, ...time });
  expect(standings.map(({ standing, words }) => `${standing}: ${words}`)).toEqual([expected]);
});

import { describe, expect, it } from 'vitest';
import type { OpenBreach, Task } from '../../../../lib/api/generated/api.ts';
import {
  announcement,
  breachKeys,
  breachLines,
  bySeverity,
  loudBreaches,
} from '../../../../web/src/overview/open-breaches.ts';
import { counts } from '../../../support/builders.ts';

function aBreach(overrides: Partial<OpenBreach> = {}): OpenBreach {
  return {
    rule: 'failed',
    kind: 'ratio',
    severity: 'error',
    since: '2026-11-22T12:00:00.000Z',
    value: 12.5,
    limit: 10,
    ...overrides,
  };
}

function aTask(taskId: string, ...breaches: OpenBreach[]): Task {
  return { taskId, state: 'live', status: 'IN_PROGRESS', counts: counts(), breaches, undelivered: 0 };
}

describe('what is shown of breaches', () => {
  const muted = aBreach({ rule: 'muted', severity: 'critical', muted: true });
  const task = aTask('locks', aBreach(), aBreach({ severity: 'warning' }), aBreach({ rule: 'b' }), muted);

  it('counts those that are told, from the worst on', () => {
    expect(bySeverity(loudBreaches(task))).toEqual([
      { severity: 'error', count: 2 },
      { severity: 'warning', count: 1 },
    ]);
  });

  it('has a line for each, with the numbers', () => {
    expect(breachLines([aBreach(), muted])).toBe(
      'error: failed, 12.5 %, limit 10 %\ncritical: muted, 12.5 %, limit 10 %, muted',
    );
  });
});

describe('what is announced', () => {
  const before = [aTask('locks', aBreach()), aTask('lights')];
  const known = breachKeys(before);
  const told = (...tasks: Task[]) => announcement(known, tasks);

  it('is nothing that was known', () => {
    expect(told(...before)).toBe('');
  });

  it('is nothing that is muted, or over', () => {
    expect(told(aTask('locks'), aTask('lights', aBreach({ muted: true })))).toBe('');
  });

  it('is a new breach, by what people call the rollout', () => {
    expect(told({ ...aTask('lights', aBreach()), description: 'hall-lights' })).toBe(
      'New breach: error, hall-lights, failed.',
    );
  });

  it('is a breach that came back', () => {
    expect(told(aTask('locks', aBreach({ since: '2026-11-22T12:30:00.000Z' })))).toBe(
      'New breach: error, locks, failed.',
    );
  });

  it('is no list without end', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((taskId) => aTask(taskId, aBreach()));
    expect(told(...many)).toBe(
      'New breaches: error, a, failed; error, b, failed; error, c, failed. And 2 more.',
    );
  });
});

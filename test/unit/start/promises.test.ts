import { describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { brokenPromises, outlineOf } from '../../../local/demo/promises.ts';
import { sample } from './samples.ts';

describe('the outline of an event', () => {
  it.each([
    ['tracking-started.discovered', 'started SCHEDULED'],
    ['status-changed', 'SCHEDULED → IN_PROGRESS'],
    ['status-changed.operator', 'IN_PROGRESS → CANCELED (operator)'],
    ['configuration-changed', 'configuration changed'],
    ['progressed', 'progress 25 %'],
    ['threshold-breached.critical', 'critical breached'],
    ['threshold-recovered.task-ended', 'warning recovered (task-ended)'],
    ['tracking-stopped.deleted', 'stopped (deleted)'],
  ])('of %s', (name, outline) => {
    expect(outlineOf(sample(name))).toBe(outline);
  });
});

describe('promises', () => {
  const taskId = 'task1';
  const [started, moved, progressed] = [
    sample('tracking-started.discovered', { taskId }),
    sample('status-changed', { taskId }),
    sample('progressed', { taskId }),
  ];
  const foreign = sample('tracking-stopped.deleted', { taskId: 'other' });
  const promises = ['started SCHEDULED', 'SCHEDULED → IN_PROGRESS', 'progress 25 %'];

  it.each<[string, PublishedEvent[], string[]]>([
    ['are kept', [started, foreign, moved, progressed], []],
    [
      'are broken by what does not come',
      [moved],
      ['locks: "started SCHEDULED" did not come', 'locks: "progress 25 %" did not come'],
    ],
    [
      'are broken by what comes twice',
      [started, moved, moved, progressed],
      ['locks: "SCHEDULED → IN_PROGRESS" came once too often'],
    ],
    [
      'are broken by what was not promised',
      [started, moved, progressed, sample('configuration-changed', { taskId })],
      ['locks: "configuration changed" came without being promised'],
    ],
    [
      'are broken by another order',
      [started, progressed, moved],
      ['locks: came in another order: started SCHEDULED, progress 25 %, SCHEDULED → IN_PROGRESS'],
    ],
  ])('%s', (_, events, problems) => {
    expect(brokenPromises([{ taskId, name: 'locks', promises }], events)).toEqual(problems);
  });
});

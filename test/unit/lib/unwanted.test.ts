import { beforeEach, describe, expect, it } from 'vitest';
import type { Look } from '../../../lib/domain/selection.ts';
import { WHOLE } from '../../../lib/domain/shards.ts';
import type { TaskSummary } from '../../../lib/domain/task.ts';
import { UnwantedTasks } from '../../../lib/unwanted.ts';
import { liveTask, MINUTE, NOON } from '../../support/builders.ts';

const listed = (overrides: Partial<TaskSummary> = {}): TaskSummary => ({
  taskId: 'task1',
  status: 'SCHEDULED',
  lastUpdatedAt: '2026-11-22T11:00:00.000Z',
  ...overrides,
});
const found = (summary: TaskSummary): Look => ({
  kind: 'new',
  taskId: summary.taskId,
  listed: summary,
  gone: false,
  reason: 'discovered',
  urgency: 'hot',
});

let unwanted: UnwantedTasks;
beforeEach(() => {
  unwanted = new UnwantedTasks();
});

describe('a task that was read and is not wanted', () => {
  const DAY = 24 * 60 * MINUTE;
  const cases: [
    what: string,
    before: Partial<TaskSummary>,
    after: Partial<TaskSummary>,
    later: number,
    needless: boolean,
  ][] = [
    ['is as it was, long after', {}, {}, DAY, true],
    ['was updated', {}, { lastUpdatedAt: '2026-11-22T11:30:00.000Z' }, 0, false],
    ['changed its status', {}, { status: 'IN_PROGRESS' }, 0, false],
    [
      'is in progress, just read',
      { status: 'IN_PROGRESS' },
      { status: 'IN_PROGRESS' },
      10 * MINUTE - 1,
      true,
    ],
    [
      'is in progress, updated',
      { status: 'IN_PROGRESS' },
      { status: 'IN_PROGRESS', lastUpdatedAt: 'x' },
      MINUTE,
      true,
    ],
    [
      'is in progress, read ten minutes ago',
      { status: 'IN_PROGRESS' },
      { status: 'IN_PROGRESS' },
      10 * MINUTE,
      false,
    ],
    ['is another', {}, { taskId: 'task2' }, 0, false],
  ];
  it.each(cases)('%s', (_, before, after, later, needless) => {
    unwanted.add(listed(before), NOON);
    expect(unwanted.has(found(listed(after)), NOON + later)).toBe(needless);
  });

  it('has no time of update, before and after', () => {
    unwanted.add({ taskId: 'task1', status: 'SCHEDULED' }, NOON);
    expect(unwanted.has(found({ taskId: 'task1', status: 'SCHEDULED' }), NOON)).toBe(true);
    expect(unwanted.has(found(listed()), NOON)).toBe(false);
  });

  it('was read again', () => {
    const running = listed({ status: 'IN_PROGRESS' });
    unwanted.add(running, NOON);
    unwanted.add(running, NOON + 10 * MINUTE);
    expect(unwanted.has(found(running), NOON + 19 * MINUTE)).toBe(true);
  });
});

it('knows nothing of a task that was not read', () => {
  expect(unwanted.has(found(listed()), NOON)).toBe(false);
});

it('never holds back a task that is tracked or asked for', () => {
  unwanted.add(listed(), NOON);
  const looks: Look[] = [
    { kind: 'known', task: liveTask(), listed: listed(), gone: false, urgency: 'warm' },
    { kind: 'untrack', task: liveTask(), urgency: 'hot' },
    { kind: 'new', taskId: 'task1', listed: listed(), gone: false, reason: 'requested', urgency: 'hot' },
  ];
  expect(looks.map((look) => unwanted.has(look, NOON))).toEqual([false, false, false]);
});

it('forgets what is listed no longer', () => {
  unwanted.add(listed(), NOON);
  unwanted.add(listed({ taskId: 'task2' }), NOON);
  unwanted.retain(new Map([['task2', listed({ taskId: 'task2' })]]), WHOLE);
  expect(unwanted.has(found(listed()), NOON)).toBe(false);
  expect(unwanted.has(found(listed({ taskId: 'task2' })), NOON)).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { isMatch, type TaskFilter } from '../../../../lib/domain/fleet/filter.ts';
import { pageOf } from '../../../../lib/domain/fleet/page.ts';
import { comparePlaces, placeOf, type TaskSort, USUAL_ORDER } from '../../../../lib/domain/fleet/sort.ts';
import type { TaskView } from '../../../../lib/domain/fleet/view.ts';
import { counts, MINUTE, NOON } from '../../../support/builders.ts';

const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

function view(taskId: string, overrides: Partial<TaskView> = {}): TaskView {
  return {
    taskId,
    state: 'live',
    status: 'IN_PROGRESS',
    counts: counts(),
    trackedSince: iso(0),
    breaches: [],
    undelivered: 0,
    ...overrides,
  };
}

type Breach = TaskView['breaches'][number];
const breach = (severity: Breach['severity'], more: Partial<Breach> = {}): Breach => ({
  rule: 'rule',
  kind: 'count',
  severity,
  since: iso(0),
  value: 2,
  limit: 1,
  ...more,
});

describe('a filter', () => {
  const task = view('Task-1', {
    status: 'CANCELED',
    state: 'ended',
    configurationId: 'Config-9',
    description: 'Spring RELEASE',
    breaches: [breach('warning'), breach('error', { muted: true })],
  });

  it.each<[TaskFilter, boolean]>([
    [{}, true],
    [{ state: 'ended' }, true],
    [{ state: 'live' }, false],
    [{ status: ['COMPLETED', 'CANCELED'] }, true],
    [{ status: ['COMPLETED'] }, false],
    [{ severity: ['critical', 'warning'] }, true],
    [{ severity: ['error'] }, true],
    [{ severity: ['critical', 'info'] }, false],
    [{ configurationId: 'Config-9' }, true],
    [{ configurationId: 'config-9' }, false],
    [{ q: 'tASK-1' }, true],
    [{ q: 'ring rel' }, true],
    [{ q: 'config-9' }, true],
    [{ q: 'canceled' }, false],
    [{ q: '.*' }, false],
    [{ state: 'ended', status: ['CANCELED'], severity: ['warning'], q: 'spring' }, true],
    [{ state: 'ended', status: ['CANCELED'], severity: ['warning'], q: 'summer' }, false],
  ])('%j: %s', (filter, expected) => {
    expect(isMatch(task, filter)).toBe(expected);
  });

  it('wants what a task does not have', () => {
    expect(isMatch(view('t'), { configurationId: 'c' })).toBe(false);
    expect(isMatch(view('t'), { q: 'spring' })).toBe(false);
  });
});

/** Ids in order. */
function sorted(sort: TaskSort, views: readonly TaskView[], order = USUAL_ORDER[sort]): string[] {
  return pageOf(views, { sort, order, limit: 500 }).items.map(({ taskId }) => taskId);
}

describe('an order', () => {
  it('by trouble has a reason for each place', () => {
    const failing = { counts: counts({ succeeded: 8, failed: 1, rejected: 1, timedOut: 1 }) };
    const views = [
      view('critical', { breaches: [breach('error'), breach('critical')] }),
      view('error, and muted', { breaches: [breach('error'), breach('critical', { muted: true })] }),
      view('error, unreadable', { breaches: [breach('error')], unreadableSince: iso(0) }),
      view('error', { breaches: [breach('error')] }),
      view('info', { breaches: [breach('info')] }),
      view('muted', { breaches: [breach('critical', { muted: true })] }),
      view('unreadable, failing', { unreadableSince: iso(0), ...failing }),
      view('unreadable', { unreadableSince: iso(0) }),
      view('failing more', { counts: counts({ queued: 100, failed: 1 }) }),
      view('failing', failing),
      view('failing, ended', { ...failing, state: 'ended' }),
      view('older', { trackedSince: iso(-1) }),
      view('of an age'),
      view('younger', { trackedSince: iso(1) }),
      view('ended', { state: 'ended', trackedSince: iso(-100) }),
    ];
    const ids = views.map(({ taskId }) => taskId);
    expect(sorted('trouble', views.toReversed())).toEqual(ids);
    expect(sorted('trouble', views, 'asc')).toEqual(ids.toReversed());
  });

  it.each<[TaskSort, Partial<TaskView>, Partial<TaskView>, Partial<TaskView> | undefined]>([
    ['taskId', { taskId: 'A' }, { taskId: 'a' }, undefined],
    ['status', { status: 'CANCELED' }, { status: 'SCHEDULED' }, undefined],
    ['since', { trackedSince: iso(1) }, { trackedSince: iso(2) }, undefined],
    ['progress', { percentComplete: 9 }, { percentComplete: 8.5 }, {}],
    [
      'failed',
      { counts: counts({ rejected: 6, timedOut: 6 }) },
      { counts: counts({ failed: 11 }) },
      undefined,
    ],
    ['rate', { ratePerMinute: 10 }, { ratePerMinute: -2 }, {}],
    ['end', { estimatedEndAt: iso(4) }, { endedAt: iso(5) }, {}],
  ])('by %s', (sort, first, second, unknown) => {
    const two = [view('2', second), view('1', first)];
    const rest = unknown === undefined ? [] : [view('4'), view('3')];
    const ids = two.map(({ taskId }) => taskId);
    const restIds = unknown === undefined ? [] : ['3', '4'];
    expect(sorted(sort, [...rest, ...two])).toEqual([...ids.toReversed(), ...restIds]);
    const other = USUAL_ORDER[sort] === 'asc' ? 'desc' : 'asc';
    expect(sorted(sort, [...rest, ...two], other)).toEqual([...ids, ...restIds]);
  });

  it.each(['asc', 'desc'] as const)('%s, tasks that are equal come by id', (order) => {
    expect(sorted('trouble', [view('b'), view('a'), view('c')], order)).toEqual(['a', 'b', 'c']);
  });

  it('takes what has more values for the same as far as both go', () => {
    const place = (key: number[]) => ({ key, taskId: 't' });
    expect(comparePlaces(place([1, 2]), place([1]), 'asc')).toBe(0);
  });
});

describe('a page', () => {
  const views = [view('a'), view('b', { ratePerMinute: 1 }), view('c')];
  const request = { sort: 'rate', order: 'asc', limit: 2 } as const;

  it('says where the next one begins', () => {
    expect(pageOf(views, request)).toEqual({
      items: [view('b', { ratePerMinute: 1 }), view('a')],
      next: { taskId: 'a' },
    });
    expect(pageOf(views, { ...request, limit: 1 }).next).toEqual({ key: [1], taskId: 'b' });
  });

  it('is the last one if nothing is left', () => {
    expect(pageOf(views, { ...request, limit: 3 })).not.toHaveProperty('next');
    expect(pageOf(views, { ...request, after: { taskId: 'a' } })).toEqual({ items: [view('c')] });
    expect(pageOf(views, { ...request, after: { taskId: 'c' } })).toEqual({ items: [] });
  });

  it('begins where a task was that is gone', () => {
    const after = placeOf(view('bb', { ratePerMinute: 1 }), 'rate');
    expect(pageOf(views, { ...request, after }).items).toEqual([view('a'), view('c')]);
  });
});

import { describe, expect, it } from 'vitest';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import { asWatched, type Watched, watchedAfter, watchedInAll } from '../../../lib/domain/watched.ts';
import { liveTask, MINUTE, NOON, snapshot } from '../../support/builders.ts';

const WRITTEN = NOON - 60 * MINUTE;
const clock = { since: NOON - 90 * MINUTE };

function taskOf(taskId: string, overrides: { unreadAt?: number; lastAt?: number } = {}) {
  const rules = { lastAt: WRITTEN, watchedSince: WRITTEN, idle: clock, rules: {}, ...overrides };
  return liveTask({ taskId, snapshot: snapshot({ rules }) });
}

describe('a task that was watched', () => {
  it.each<[string, Watched | undefined, number]>([
    ['as it was written, where nothing is noted', undefined, WRITTEN],
    ['through the note', { through: NOON, except: {} }, NOON],
    ['through the note, whatever it says of others', { through: NOON, except: { other: 1 } }, NOON],
    ['as long as the note says of it', { through: NOON, except: { task1: NOON - MINUTE } }, NOON - MINUTE],
    ['as it was written after the note', { through: WRITTEN - 1, except: {} }, WRITTEN],
    ['as it was written after what the note says of it', { through: NOON, except: { task1: 1 } }, WRITTEN],
  ])('counts %s', (_, watched, lastAt) => {
    expect(asWatched(taskOf('task1'), watched)).toEqual(taskOf('task1', { lastAt }));
  });

  it('does not count as read where it could not be', () => {
    const task = taskOf('task1', { unreadAt: NOON - MINUTE });
    expect(asWatched(task, { through: NOON, except: {} })).toBe(task);
  });
});

describe('a note', () => {
  const ended: TrackedTask = { state: 'excluded', taskId: 'ended', version: 1 };
  const tasks = [taskOf('a'), taskOf('b'), taskOf('c', { lastAt: NOON - MINUTE }), ended];

  it('is of all tasks', () => {
    expect(watchedAfter(tasks, new Set(), { through: 1, except: { a: 1 } }, NOON)).toEqual({
      through: NOON,
      except: {},
    });
  });

  it('says of tasks that were missed until when they were watched', () => {
    const before = { through: NOON - 2 * MINUTE, except: { b: 1 } };
    expect(watchedAfter(tasks, new Set(['a', 'b', 'c']), before, NOON)).toEqual({
      through: NOON,
      except: { a: NOON - 2 * MINUTE, b: WRITTEN, c: NOON - MINUTE },
    });
  });

  it('says of a task that was missed in the first poll when it was written', () => {
    expect(watchedAfter(tasks, new Set(['a']), undefined, NOON)).toEqual({
      through: NOON,
      except: { a: WRITTEN },
    });
  });

  it('leaves it to the item of a task that could not be read how long it was watched', () => {
    const unread: TrackedTask = { state: 'excluded', taskId: 'unread', version: 0 };
    const missed = new Set(['unread']);
    expect(watchedAfter([...tasks, unread], missed, undefined, NOON)).toEqual({
      through: NOON,
      except: { unread: 0 },
    });
    expect(watchedAfter([unread], missed, { through: 1, except: {} }, NOON)).toEqual({
      through: NOON,
      except: { unread: 1 },
    });
  });

  it('is never of later than now, though the clock stepped back', () => {
    const before = { through: NOON + 30 * MINUTE, except: { b: NOON + 20 * MINUTE } };
    expect(watchedAfter(tasks, new Set(['a', 'b']), before, NOON)).toEqual({
      through: NOON,
      except: { a: NOON, b: NOON },
    });
    const many = new Set(Array.from({ length: 101 }, (_, index) => `t${index}`));
    expect(watchedAfter(tasks, many, before, NOON)).toEqual({ ...before, through: NOON });
  });

  it('is not made where too many were missed', () => {
    const ids = Array.from({ length: 101 }, (_, index) => `t${index}`);
    expect(watchedAfter(tasks, new Set(ids), undefined, NOON)).toBeUndefined();
    expect(watchedAfter(tasks, new Set(ids), { through: 1, except: {} }, NOON)).toBeUndefined();
    const most = watchedAfter(tasks, new Set(ids.slice(1)), undefined, NOON);
    expect(Object.keys(most?.except ?? {})).toHaveLength(100);
  });
});

describe('notes of parts', () => {
  const one = { through: NOON, except: { a: 1 } };
  const other = { through: NOON - MINUTE, except: { b: 2 } };
  it.each<[(Watched | undefined)[], Watched | undefined]>([
    [[], undefined],
    [[one], one],
    [[one, other], { through: NOON - MINUTE, except: { a: 1, b: 2 } }],
    [[one, undefined, other], undefined],
    [[undefined, one], undefined],
  ])('%j are of all of them: %j', (notes, all) => {
    expect(watchedInAll(notes)).toEqual(all);
  });
});

import { describe, expect, it } from 'vitest';
import { type Change, Commits } from '../../../lib/commits.ts';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import type { WriteOutcome } from '../../../lib/ports.ts';
import { liveTask } from '../../support/builders.ts';

const change = (taskId: string, isNote?: true): Change => ({
  kind: 'changed',
  next: liveTask({ taskId }),
  events: 2,
  ...(isNote && { isNote }),
});

/** A store whose writes end when they are told to. */
function slowStore(outcomeOf: (task: TrackedTask) => 'written' | 'lost-race' | 'failed' = () => 'written') {
  const clock = { now: 0 };
  const requests: { ids: string[]; end: () => void }[] = [];
  const logged: unknown[] = [];
  const entry =
    (level: string) =>
    (message: string, fields = {}) =>
      void logged.push([level, message, fields]);
  const outcome = <Task extends TrackedTask>(task: Task): WriteOutcome<Task> => {
    const kind = outcomeOf(task);
    if (kind === 'written') return { kind, task: { ...task, version: task.version + 1 } };
    return kind === 'failed' ? { kind, error: new Error('No answer') } : { kind };
  };
  const commits = new Commits({
    tasks: {
      async writeAll(tasks, writeId) {
        expect(writeId).toBe('this poll');
        const { promise, resolve } = Promise.withResolvers<void>();
        requests.push({ ids: tasks.map(({ taskId }) => taskId), end: resolve });
        await promise;
        return tasks.map(outcome);
      },
    },
    log: { info: entry('info'), warn: entry('warn'), error: entry('error') },
    writeId: 'this poll',
    now: () => clock.now,
  });
  return { commits, requests, logged, clock };
}

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `t${from + index}`);

describe('commits', () => {
  it('are made 25 at a time, and the rest at the end, while looks go on', async () => {
    const { commits, requests } = slowStore();
    for (const id of ids(0, 60)) await commits.add(change(id));
    expect(requests.map((request) => request.ids)).toEqual([ids(0, 25), ids(25, 50)]);
    const ended = commits.end();
    expect(requests.map((request) => request.ids)).toEqual([ids(0, 25), ids(25, 50), ids(50, 60)]);
    for (const { end } of requests.toReversed()) end();
    const { changes, ...others } = await ended;
    expect(changes.map(({ task }) => [task.taskId, task.version]).sort()).toEqual(
      ids(0, 60)
        .map((id) => [id, 2])
        .sort(),
    );
    expect(others).toEqual({ lostRaces: 0, failures: 0 });
  });

  it('do not wait for others for longer than a second', async () => {
    const { commits, requests, clock } = slowStore();
    clock.now = 5_000;
    await commits.add(change('first'));
    clock.now = 5_999;
    await commits.add(change('second'));
    commits.lookEnded();
    expect(requests).toEqual([]);
    clock.now = 6_000;
    commits.lookEnded();
    commits.lookEnded();
    expect(requests.map((request) => request.ids)).toEqual([['first', 'second']]);
  });

  it('hold up looks when many of them are underway', async () => {
    const { commits, requests } = slowStore();
    for (const id of ids(0, 8 * 25 + 24)) await commits.add(change(id));
    let isFree = false;
    const added = commits.add(change('one more')).then(() => {
      isFree = true;
    });
    await new Promise(setImmediate);
    expect([requests.length, isFree]).toEqual([9, false]);
    requests[3]?.end();
    await added;
    expect(isFree).toBe(true);
  });

  it('say what became of each', async () => {
    const { commits, requests, logged } = slowStore(({ taskId }) => {
      if (taskId === 'late') return 'lost-race';
      return taskId === 'good' ? 'written' : 'failed';
    });
    const good = change('good');
    for (const one of [good, change('late'), change('bad'), change('unread', true)]) await commits.add(one);
    const ended = commits.end();
    requests[0]?.end();
    expect(await ended).toEqual({
      changes: [{ change: good, task: { ...good.next, version: 2 } }],
      lostRaces: 1,
      failures: 1,
    });
    const error = { name: 'Error' };
    expect(logged).toEqual([
      ['info', 'Another poller was faster', { taskId: 'late' }],
      ['error', 'A task could not be polled', { taskId: 'bad', error: error }],
      ['error', 'That a task could not be read was not noted', { taskId: 'unread', error: error }],
    ]);
  });

  it('need no request where nothing has changed', async () => {
    const { commits, requests } = slowStore();
    expect(await commits.end()).toEqual({ changes: [], lostRaces: 0, failures: 0 });
    expect(requests).toEqual([]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from '../../../../lib/republish/event-queue.ts';

const places = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 8 }), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 20 })), {
    selector: ([task, sequence]) => `${task}:${sequence}`,
    maxLength: 120,
  })
  .map((all) =>
    all.map(([task, sequence, minute]) => ({
      taskId: `t${task}`,
      sequence,
      observedAt: new Date(minute * 60_000).toISOString(),
      detailType: 'OTA Task Progressed',
    })),
  );

it('gives every event once, each task’s in order, and never two of a task at once', () =>
  fc.assert(
    fc.property(
      places,
      fc.array(fc.boolean(), { minLength: 1 }),
      fc.integer({ min: 1, max: 10 }),
      (all, luck, max) => {
        const queue = new EventQueue(all);
        const sent: typeof all = [];
        let turns = 0;
        for (let next = queue.next(max); next.length > 0; next = queue.next(max)) {
          expect(next.length).toBeLessThanOrEqual(max);
          expect(new Set(next.map(({ taskId }) => taskId)).size).toBe(next.length);
          // Some are refused, and come again.
          const taken = next.filter(() => luck[turns++ % luck.length] || turns % 7 === 0);
          queue.remove(taken);
          sent.push(...taken);
          expect(queue.size).toBe(all.length - sent.length);
        }
        expect(new Set(sent).size).toBe(all.length);
        for (const ofTask of Map.groupBy(sent, ({ taskId }) => taskId).values())
          expect(ofTask.map(({ sequence }) => sequence)).toEqual(
            ofTask.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
          );
      },
    ),
  ));

it('goes by the time of observation, and by the sequence where the clocks of pollers differ', () => {
  const place = (taskId: string, sequence: number, minute: number) => ({
    taskId,
    sequence,
    observedAt: new Date(minute * 60_000).toISOString(),
    detailType: 'OTA Task Progressed',
  });
  const all = [place('b', 2, 3), place('b', 1, 5), place('a', 1, 4), place('a', 2, 9)];
  const queue = new EventQueue(all);
  const order: string[] = [];
  for (let [next] = queue.next(1); next !== undefined; [next] = queue.next(1)) {
    order.push(`${next.taskId}:${next.sequence}`);
    queue.remove([next]);
  }
  expect(order).toEqual(['a:1', 'b:1', 'b:2', 'a:2']);
});

it('leaves out what is left of a task', () => {
  const all = [1, 2, 3].flatMap((sequence) =>
    ['a', 'b'].map((taskId) => ({
      taskId,
      sequence,
      observedAt: '2026-11-22T12:00:00.000Z',
      detailType: 'x',
    })),
  );
  const queue = new EventQueue(all);
  queue.remove(queue.next(2));
  queue.drop('a');
  expect(queue.size).toBe(2);
  expect(queue.next(2)).toEqual([all.find(({ taskId, sequence }) => taskId === 'b' && sequence === 2)]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../local/simulator/rollout/event-queue.ts';

describe('EventQueue', () => {
  it('gives events back by time, and those of one time in the order in which they came', () => {
    const steps = fc.array(fc.option(fc.nat(10), { nil: 'pop' as const }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (given) => {
        const queue = new EventQueue<{ at: number; order: number }>();
        const waiting: { at: number; order: number }[] = [];
        for (const [order, step] of given.entries()) {
          if (step === 'pop') {
            waiting.sort((a, b) => a.at - b.at || a.order - b.order);
            expect(queue.nextAt).toBe(waiting[0]?.at ?? Number.POSITIVE_INFINITY);
            expect(queue.pop()).toEqual(waiting.shift());
          } else {
            queue.push(step, { at: step, order });
            waiting.push({ at: step, order });
          }
        }
      }),
    );
  });

  it('is empty once cleared', () => {
    const queue = new EventQueue<string>();
    queue.push(1, 'event');
    queue.clear();
    expect([queue.nextAt, queue.pop()]).toEqual([Number.POSITIVE_INFINITY, undefined]);
  });
});

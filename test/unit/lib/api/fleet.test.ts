import { describe, expect, it } from 'vitest';
import { createFleet } from '../../../../lib/api/fleet.ts';
import type { StoredTasks } from '../../../../lib/ports.ts';
import { liveTask } from '../../../support/builders.ts';

/** A table whose scans are answered by hand. */
function table() {
  const scans: PromiseWithResolvers<StoredTasks>[] = [];
  let now = 1_000;
  const readAll = () => {
    const scan = Promise.withResolvers<StoredTasks>();
    scans.push(scan);
    return scan.promise;
  };
  const read = async (taskId: string) => (taskId === 'task1' ? liveTask() : undefined);
  const fleet = createFleet({ readAll, read }, () => now, 5_000);
  return {
    fleet,
    scans,
    pass(milliseconds: number) {
      now += milliseconds;
    },
  };
}

const of = (version: number): StoredTasks => ({ tasks: [liveTask({ version })], unreadable: [] });

describe('a fleet', () => {
  it('is scanned once for all who ask at the same time, and shortly after', async () => {
    const { fleet, scans, pass } = table();
    const answers = [fleet.all(), fleet.all()];
    pass(20_000);
    answers.push(fleet.all());
    scans[0]?.resolve(of(1));
    expect(await Promise.all(answers)).toEqual([of(1), of(1), of(1)]);
    expect(scans).toHaveLength(1);
  });

  it.each([
    ['not before', 4_999, 1],
    ['when it is too old', 5_000, 2],
    ['when the clock has stepped back', -5_000, 2],
  ])('is scanned again: %s', async (_, milliseconds, expected) => {
    const { fleet, scans, pass } = table();
    const first = fleet.all();
    scans[0]?.resolve(of(1));
    await first;
    pass(milliseconds);
    const second = fleet.all();
    scans[1]?.resolve(of(2));
    expect(await second).toEqual(of(expected));
    expect(scans).toHaveLength(expected);
  });

  it('is scanned again after a failure, which all who waited are told of', async () => {
    const { fleet, scans } = table();
    const waiting = [fleet.all(), fleet.all()];
    scans[0]?.reject(new Error('throttled'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = fleet.all();
    scans[1]?.resolve(of(2));
    expect(await again).toEqual(of(2));
  });

  it('shows one task as it is', async () => {
    const { fleet } = table();
    expect(await fleet.one('task1')).toEqual(liveTask());
    expect(await fleet.one('task2')).toBeUndefined();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const PUBLISH_ALL = { config: { progressEvents: 'all' as const } };

describe('overlapping pollers', () => {
  it('tell the events of one', async () => {
    const pollers = Array.from({ length: 4 }, () => world.poller(PUBLISH_ALL));
    const ids = Array.from({ length: 10 }, (_, index) => `t${index}`);
    const steps = 6;
    for (let step = 0; step <= steps; step += 1) {
      for (const id of ids) {
        const done = step === steps;
        world.task(
          id,
          { queued: steps - step, succeeded: step },
          { status: done ? 'COMPLETED' : 'IN_PROGRESS' },
        );
      }
      world.now += MINUTE;
      const reports = await Promise.all(pollers.map((poller) => poller.poll()));
      expect(reports.map(({ failures, refused }) => failures + refused)).toEqual([0, 0, 0, 0]);
    }
    for (const poller of pollers) poller.close();
    expect(await audit(world)).toEqual([]);
    const rows = await world.history();
    expect(rows.map(({ taskId, sequence, detailType }) => `${taskId} ${sequence} ${detailType}`)).toEqual(
      ids.flatMap((id) =>
        [
          'OTA Task Tracking Started',
          ...Array.from({ length: steps - 1 }, () => 'OTA Task Progressed'),
          'OTA Task Status Changed',
          'OTA Task Progressed',
          'OTA Task Tracking Stopped',
        ].map((detailType, index) => `${id} ${index + 1} ${detailType}`),
      ),
    );
  });

  it('leave a task alone that another was faster to deliver', async () => {
    world.task('t1', { queued: 10 });
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await world.poll(PUBLISH_ALL);
    world.bus.faults.request = undefined;
    world.task('t1', { queued: 9, succeeded: 1 });
    const slow = world.poller(PUBLISH_ALL);
    slow.gate.on = async ({ operation }) => {
      if (operation !== 'PutItem') return undefined;
      slow.gate.on = undefined;
      await world.poll(PUBLISH_ALL);
      return undefined;
    };
    expect(await slow.poll()).toMatchObject({ polled: 0, changes: 0, failures: 0 });
    slow.close();
    expect(await audit(world)).toEqual([]);
    expect([...new Set(world.events('t1'))]).toEqual(['1 Tracking Started', '2 Progressed']);
  });

  it('never let an old observation overwrite a newer one, however slow a poller is', async () => {
    world.task('t1', { queued: 10 });
    await world.poll(PUBLISH_ALL);
    const slow = world.poller(PUBLISH_ALL);
    const answered = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    slow.gate.on = async ({ operation }) => {
      if (operation !== 'PutItem') return undefined;
      answered.resolve();
      await goOn.promise;
      return undefined;
    };
    world.task('t1', { queued: 9, succeeded: 1 });
    const slowPoll = slow.poll();
    await answered.promise;
    world.task('t1', { queued: 2, succeeded: 8 });
    await world.poll(PUBLISH_ALL);
    world.task('t1', { succeeded: 10 }, { status: 'COMPLETED' });
    await world.poll(PUBLISH_ALL);
    goOn.resolve();
    expect(await slowPoll).toMatchObject({ lostRaces: 1, changes: 0, failures: 0 });
    slow.close();
    await world.poll(PUBLISH_ALL);
    expect(await audit(world)).toEqual([]);
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Progressed',
      '3 Status Changed',
      '4 Progressed',
      '5 Tracking Stopped',
    ]);
  });
});

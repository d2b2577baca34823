import { expect, it, onTestFinished } from 'vitest';
import { aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { shown } from './shown.ts';
import { incidents } from './told.ts';

const STREAM = aStream(events.started(), events.breached(), events.recovered());

const AGAIN = { replay: true } as const;
const REPLAYED = aStream(events.started(AGAIN), events.breached(AGAIN), events.recovered(AGAIN));

it.each(['slack', 'pagerduty'] as const)('%s is not told of what is published again', async (destination) => {
  const world = await NotifierWorld.start(destination);
  onTestFinished(() => world.close());
  world.task('task1');
  const notifier = world.notifier();
  world.publish(...REPLAYED);
  expect(await world.invoke(notifier)).toMatchObject({ received: 3, told: 0, failures: 0, setAside: 0 });
  expect(world.queue.size).toBe(0);
  expect(notifier.log).toContainEqual({
    level: 'info',
    message: 'Replayed events are not told again',
    fields: { events: 3 },
  });
  expect([...shown(world), ...incidents(world)]).toEqual([]);

  world.publish(...STREAM.slice(0, 2), ...REPLAYED.slice(0, 2));
  expect(await world.invoke(notifier)).toMatchObject({
    received: 4,
    told: destination === 'slack' ? 2 : 1,
    duplicates: 0,
  });
});

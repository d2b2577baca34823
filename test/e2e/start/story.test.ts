import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPublishedEvent } from '../../../lib/alerts/read-event.ts';
import { brokenPromises } from '../../../local/demo/promises.ts';
import { type DemoRollout, LAST_MINUTE, ROLLOUTS } from '../../../local/demo/rollouts.ts';
import { Story } from '../../../local/demo/story.ts';
import { audit } from '../../support/audit.ts';
import { World } from '../../support/world.ts';

/** What is random in a rollout follows from its id: the same rollouts again, as other seeds would have them. */
const VARIATIONS = 3;
const rollouts: readonly DemoRollout[] = Array.from({ length: VARIATIONS }, (_, variation) =>
  ROLLOUTS.map((rollout) => ({
    ...rollout,
    taskId: `${rollout.taskId}${variation}`,
    name: `${rollout.name}-${variation}`,
  })),
).flat();

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

it('goes as promised, whatever is random in it', async () => {
  const clock = {
    now: () => world.now,
    moveTo: (instant: number) => {
      world.now = instant;
    },
  };
  const story = new Story(rollouts, world.simulator.account, clock);
  const poller = world.poller();
  while (story.minute < LAST_MINUTE) {
    story.nextMinute();
    await poller.poll();
  }
  poller.close();

  const events = world.bus.accepted.flatMap((accepted) => readPublishedEvent(accepted) ?? []);
  expect(brokenPromises(rollouts, events)).toEqual([]);
  expect(await audit(world)).toEqual([]);
  expect(events).toHaveLength(rollouts.flatMap(({ promises }) => promises).length);
});

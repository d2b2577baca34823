import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MINUTE, NOON } from '../support/builders.ts';
import { type TestPoller, World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

/** What a poll asks the service, a minute after the last: pages of the list, and looks. */
async function asked(poller: TestPoller): Promise<{ pages: number; looks: number }> {
  world.now += MINUTE;
  const { requests } = world.simulator;
  const before = { pages: requests.count('ListOtaTasks'), looks: requests.count('GetOtaTask') };
  expect(await poller.poll()).toMatchObject({ listComplete: true });
  return {
    pages: requests.count('ListOtaTasks') - before.pages,
    looks: requests.count('GetOtaTask') - before.looks,
  };
}

/** An account of three pages, of whose tasks two are tracked: one in progress, one scheduled. */
async function largeAccount(): Promise<TestPoller> {
  world.task('running');
  world.task('waiting', { queued: 1 }, { status: 'SCHEDULED' });
  await world.poll();
  for (let index = 0; index < 2_500; index += 1)
    world.task(`old${index}`, { succeeded: 1 }, { status: 'COMPLETED', createdAt: NOON - 90 * MINUTE });
  return world.poller({ config: { discovery: 'none' } });
}

it('reads single tasks rather than a long list, once it knows how long that is, and the list once an hour', async () => {
  const poller = await largeAccount();
  expect(await asked(poller)).toEqual({ pages: 3, looks: 1 });
  for (let minute = 1; minute < 60; minute += 1) expect(await asked(poller)).toEqual({ pages: 0, looks: 2 });
  expect(await asked(poller)).toEqual({ pages: 3, looks: 1 });
  poller.close();
});

it('reads the list when a task cannot be found: only that says that it is gone', async () => {
  const poller = await largeAccount();
  await asked(poller);
  world.simulator.account.removeTask('waiting');
  expect(await asked(poller)).toEqual({ pages: 0, looks: 2 });
  expect(world.events('waiting')).toEqual(['1 Tracking Started']);
  expect(await asked(poller)).toEqual({ pages: 3, looks: 2 });
  expect(world.events('waiting')).toEqual(['1 Tracking Started', '2 Status Changed', '3 Tracking Stopped']);
  expect(await asked(poller)).toEqual({ pages: 0, looks: 1 });
  poller.close();
});

it('sees what a single look shows, without the list', async () => {
  const poller = await largeAccount();
  await asked(poller);
  world.task('waiting', { queued: 1 }, { status: 'IN_PROGRESS' });
  await asked(poller);
  expect(world.events('waiting')).toEqual(['1 Tracking Started', '2 Status Changed']);
  poller.close();
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { type TestPoller, World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

/** Ids of the tasks that a poll looks at, a minute after the last. */
async function looksOf(poller: TestPoller): Promise<string[]> {
  world.now += MINUTE;
  const before = world.simulator.requests.entries.length;
  await poller.poll();
  const asked = world.simulator.requests.entries.slice(before);
  return asked
    .flatMap(({ operation, identifier }) => (operation === 'GetOtaTask' ? [identifier ?? ''] : []))
    .sort();
}

async function pollsOf(poller: TestPoller, polls: number): Promise<string[][]> {
  const looks: string[][] = [];
  for (let poll = 0; poll < polls; poll += 1) looks.push(await looksOf(poller));
  return looks;
}

const ids = Array.from({ length: 20 }, (_, index) => `task${String(index).padStart(2, '0')}`);
const pollerWith = (config: Partial<Config> = {}): TestPoller => world.poller({ config });

describe('tasks in progress', () => {
  it('are looked at in every poll, unless more time is given', async () => {
    for (const taskId of ids) world.task(taskId);
    const poller = pollerWith();
    expect(await pollsOf(poller, 20)).toEqual(Array(20).fill(ids));
    poller.close();
  });

  it('are looked at within the time that is given once they are quiet, not all at once, and each change is told', async () => {
    for (const taskId of ids) world.task(taskId, { queued: 100 }, { createdAt: NOON - MINUTE });
    const poller = pollerWith({ maxLatencySeconds: 300 });
    // Hot while they are new.
    expect(await pollsOf(poller, 15)).toEqual(Array(15).fill(ids));
    await pollsOf(poller, 5);
    const looks = await pollsOf(poller, 20);
    expect(Math.max(...looks.map(({ length }) => length))).toBeLessThan(12);
    for (const taskId of ids) {
      const polls = looks.flatMap((looked, poll) => (looked.includes(taskId) ? [poll] : []));
      const gaps = [...polls, 20].map((poll, index) => poll - (polls[index - 1] ?? -1));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(5);
    }
    for (const taskId of ids) world.task(taskId, { queued: 99, succeeded: 1 }, { createdAt: NOON - MINUTE });
    await pollsOf(poller, 5);
    expect((await world.history()).filter(({ sequence }) => sequence === 2)).toHaveLength(20);
    poller.close();
  });

  it('are looked at at once where the list has moved', async () => {
    for (const taskId of ids) world.task(taskId, { queued: 100 }, { createdAt: NOON - MINUTE });
    const poller = pollerWith({ maxLatencySeconds: 3_600 });
    await pollsOf(poller, 17);
    world.task('task07', { queued: 99, succeeded: 1 }, { createdAt: NOON - MINUTE, updatedAt: world.now });
    expect(await looksOf(poller)).toContain('task07');
    poller.close();
  });

  it('count their time all the same: what stalls is told, and no pause is taken for one', async () => {
    world.task('task00', { queued: 100 }, { createdAt: NOON - MINUTE });
    const poller = pollerWith({ maxLatencySeconds: 600 });
    await pollsOf(poller, 59);
    expect(world.events('task00')).toEqual(['1 Tracking Started']);
    await pollsOf(poller, 12);
    expect(world.events('task00')).toEqual(['1 Tracking Started', '2 Threshold Breached']);
    poller.close();
  });
});

describe('tasks outside their maintenance windows', () => {
  /** One that opens at 12:31. */
  const windows = {
    createdAt: NOON - MINUTE,
    members: {
      OtaSchedulingConfig: {
        MaintenanceWindows: [{ StartTime: 'cron(31 12 * * ? *)', DurationInMinutes: 60 }],
      },
    },
  };

  it('are looked at every fifth minute, and as soon as one opens', async () => {
    world.task('closed', { queued: 100 }, windows);
    const poller = pollerWith();
    const looks = (await pollsOf(poller, 40)).map(({ length }) => length);
    expect(looks.slice(0, 30).reduce((a, b) => a + b)).toBeLessThanOrEqual(8);
    expect(looks.slice(30)).toEqual(Array(10).fill(1));
    poller.close();
  });

  it('are looked at in every poll while things are in progress', async () => {
    world.task('busy', { queued: 99, inProgress: 1 }, windows);
    const poller = pollerWith();
    expect(await pollsOf(poller, 5)).toEqual(Array(5).fill(['busy']));
    poller.close();
  });
});

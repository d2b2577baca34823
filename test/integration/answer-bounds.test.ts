import { afterEach, beforeEach, expect, it } from 'vitest';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

/** From now on the service answers requests of an operation with this. */
function answering(operation: string, body: object): void {
  world.simulator.faults.on = (request) =>
    request.operation === operation ? { kind: 'status', code: 200, body: JSON.stringify(body) } : undefined;
}

it('a page of tasks with more than was asked for is no list, and what is known is polled all the same', async () => {
  world.task('t1', { queued: 10 });
  await world.poll();
  world.task('t1', { queued: 5, succeeded: 5 });
  const Tasks = Array.from({ length: 1_001 }, (_, index) => ({ TaskId: `x${index}`, Status: 'IN_PROGRESS' }));
  answering('ListOtaTasks', { Tasks });
  const poller = world.poller();
  expect(await poller.poll()).toMatchObject({ listComplete: false, tracked: 1, changes: 1, published: 1 });
  poller.close();
  expect(poller.log).toEqual([
    {
      level: 'error',
      message: 'The list of tasks could not be read to its end',
      fields: {
        error: {
          name: 'UnreadableAnswerError',
          message: 'ListOtaTasks: a page has 1001 entries, and at most 1000 were asked for',
        },
      },
    },
  ]);
  expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed']);
});

it('a page of things with more than was asked for illustrates nothing, and the breach is told', async () => {
  world.task('t1', { queued: 100 });
  await world.poll();
  world.task('t1', { queued: 50, failed: 50 });
  const thing = { ManagedThingId: 'm1', TaskExecutionSummary: { Status: 'FAILED' } };
  answering('ListOtaTaskExecutions', { ExecutionSummaries: Array(1_001).fill(thing) });
  await world.poll();
  expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed', '3 Threshold Breached']);
  expect(world.bus.accepted.some(({ detail }) => 'sampleThings' in detail)).toBe(false);
});

it('thousands of tags, and a description without end, cost a task nothing but the surplus', async () => {
  const Tags = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`ota-watch:t${index}`, 'x']));
  world.task('t1', { queued: 10 }, { members: { Tags, Description: 'x'.repeat(5_000_000) } });
  await world.poll();
  const [item] = await world
    .scan('ota-watch-dev-tasks')
    .then((items) => items.filter(({ taskId }) => taskId === 't1'));
  expect(JSON.stringify(item).length).toBeLessThan(100_000);
  expect(world.events('t1')[0]).toBe('1 Tracking Started');
  expect(world.events('t1').length).toBeLessThan(100);
});

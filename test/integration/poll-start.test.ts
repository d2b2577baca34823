import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { World } from '../support/world.ts';
import { put } from './task-table/scene.ts';

const TASKS = 'ota-watch-dev-tasks';
const DAY = 86_400_000;
/** So many that a new process reads the table as a whole. */
const INDEXED = 210;
const UNINDEXED = 40;

let world: World;
beforeEach(async () => {
  world = await World.start();
  onTestFinished(() => world.close());
});

/** Items as a version without the index wrote them, and a state of the poll that is due for a look at them. */
async function forgetIndex(): Promise<void> {
  const items = await world.scan(TASKS);
  const tasks = items.filter(({ state }) => state === 'live').slice(INDEXED);
  const state = items.find(({ taskId }) => taskId === '#poll');
  await put(world, ...tasks.map(({ shard, place, ...item }) => item), {
    ...state,
    indexedAt: Number(state?.indexedAt) - DAY,
  });
}

it('gives each task its place in the index once, while a new process reads the others', async () => {
  for (let index = 0; index < INDEXED + UNINDEXED; index += 1) world.task(`task${index}`);
  await world.poll();
  await forgetIndex();
  const poller = world.poller();
  onTestFinished(() => poller.close());
  expect(await poller.poll()).toMatchObject({ tracked: INDEXED + UNINDEXED, polled: INDEXED + UNINDEXED });
  const written = poller.gate.requests
    .filter(({ operation }) => operation === 'BatchExecuteStatement')
    .flatMap(({ body }) => JSON.parse(body).Statements);
  expect(written).toHaveLength(UNINDEXED);
  expect(await world.scan(TASKS)).toContainEqual(
    expect.objectContaining({ taskId: '#poll', indexedAt: world.now }),
  );
  expect(poller.log.filter(({ level }) => level !== 'info')).toEqual([]);
});

it('that fails leaves nothing going on behind it', async () => {
  world.task('t1');
  await world.poll();
  const poller = world.poller();
  onTestFinished(() => poller.close());
  const index = Promise.withResolvers<void>();
  poller.gate.on = ({ operation }) => (operation === 'GetItem' ? 'unsent' : undefined);
  poller.gate.between = async ({ operation, body }, send) => {
    const answer = await send(body);
    if (operation === 'Query') await index.promise;
    return answer;
  };
  let hasEnded = false;
  const failed = poller
    .poll()
    .catch((error: unknown) => error)
    .finally(() => {
      hasEnded = true;
    });
  await vi.waitFor(() => expect(poller.gate.count('GetItem')).toBe(3));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasEnded).toBe(false);
  index.resolve();
  expect(await failed).toBeInstanceOf(Error);
});

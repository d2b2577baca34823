import { afterEach, beforeEach, expect, it } from 'vitest';
import { republishedHistory } from '../../../lib/aws/republish/republished-history.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { type Plan, planRun } from '../../../lib/republish/plan.ts';
import { newRun } from '../../../lib/republish/run-state.ts';
import { Gate } from '../../support/gate.ts';
import { World } from '../../support/world.ts';
import { advance, edit, HISTORY, PUBLISH_ALL, TASKS } from '../outbox-cli/scenes.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

/** What of a task would be published; `gate` sees the requests to the tables. */
async function plan(gate = new Gate()): Promise<Plan> {
  const clients = world.clients(gate);
  const [since, until] = [0, world.now + 86_400_000];
  const selection = { since, until, taskIds: ['t1'], types: [], unpublished: false };
  try {
    return await planRun(selection, newRun('test', since, until), {
      history: republishedHistory(clients.dynamodb, HISTORY),
      tasks: taskTable(clients.dynamodb, TASKS),
    });
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

const sequencesOf = ({ places, waiting }: Plan) => ({
  planned: places.map(({ sequence }) => sequence),
  waiting,
});

it('leaves out what a poll records meanwhile, and has not published yet', async () => {
  await advance(world, 't1', 0, 0);
  const gate = new Gate();
  gate.on = async ({ operation }) => {
    if (operation !== 'Query') return undefined;
    gate.on = undefined;
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await advance(world, 't1', 1, 1);
    return undefined;
  };
  expect(sequencesOf(await plan(gate))).toEqual({ planned: [1], waiting: 1 });
  world.bus.faults.request = undefined;
  await world.poll(PUBLISH_ALL);
  expect(sequencesOf(await plan())).toEqual({ planned: [1, 2], waiting: 0 });
});

it('leaves out a task whose item cannot be understood: any event may wait there', async () => {
  await advance(world, 't1', 0, 1);
  await edit(world, 't1', { outbox: 'none' });
  expect(sequencesOf(await plan())).toEqual({ planned: [], waiting: 2 });
});

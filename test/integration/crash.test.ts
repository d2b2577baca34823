import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../support/audit.ts';
import type { Death, GatedRequest } from '../support/gate.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const OPERATIONS = [
  'Scan',
  'ListOtaTasks',
  'GetOtaTask',
  'Query',
  'GetOtaTaskConfiguration',
  'PutItem',
  'PutEvents',
];

/** Five tasks of which a poll will have something to tell: a new one, a breach, an end, a deletion, a move. */
async function aboutToChange(run: string): Promise<string[]> {
  const id = (name: string) => `${name}${run}`;
  world.configuration('c1');
  world.configuration('c2', 50);
  for (const name of ['breach', 'end', 'gone', 'move']) {
    world.task(id(name), { queued: 90, succeeded: 10 }, { configurationId: 'c1' });
  }
  await world.poll();
  world.task(id('new'), { queued: 10 }, { configurationId: 'c1' });
  world.task(id('breach'), { queued: 10, succeeded: 60, failed: 30 }, { configurationId: 'c1' });
  world.task(id('end'), { succeeded: 100 }, { configurationId: 'c1', status: 'COMPLETED' });
  world.simulator.account.removeTask(id('gone'));
  world.task(id('move'), { queued: 50, succeeded: 50 }, { configurationId: 'c2' });
  return ['new', 'breach', 'end', 'gone', 'move'].map(id);
}

/** What a run without any death tells of the five tasks. */
const TOLD = [
  ['1 Tracking Started'],
  ['1 Tracking Started', '2 Progressed', '3 Threshold Breached', '4 Threshold Breached'],
  ['1 Tracking Started', '2 Status Changed', '3 Progressed', '4 Tracking Stopped'],
  ['1 Tracking Started', '2 Status Changed', '3 Tracking Stopped'],
  ['1 Tracking Started', '2 Configuration Changed', '3 Progressed'],
];

async function expectTold(taskIds: readonly string[], where: string): Promise<void> {
  const problems = await audit(world);
  const told = taskIds.map((taskId) => [...new Set(world.events(taskId))]);
  expect({ where, problems, told }).toEqual({ where, problems: [], told: TOLD });
}

/** Polls in a process that dies at its request `index`. @returns the request, or undefined when there were not so many */
async function dieAt(index: number, death: Death): Promise<GatedRequest | undefined> {
  const poller = world.poller();
  let died: GatedRequest | undefined;
  poller.gate.on = (request) => {
    if (request.index !== index) return undefined;
    died = request;
    return death;
  };
  await poller.poll().catch(() => undefined);
  poller.close();
  return died;
}

describe('a poll with changes', () => {
  it('tells everything', async () => {
    const taskIds = await aboutToChange('');
    await world.poll();
    await expectTold(taskIds, 'no death');
  });

  it.each(['before', 'after'] as const)(
    'killed %s each of its requests takes effect loses nothing',
    async (death) => {
      const deaths: string[] = [];
      for (let index = 0; ; index += 1) {
        const taskIds = await aboutToChange(`x${index}`);
        const died = await dieAt(index, death);
        await world.poll();
        await expectTold(taskIds, `killed ${death} request ${index}, ${died?.operation}`);
        for (const taskId of taskIds) world.simulator.account.removeTask(taskId);
        await world.poll();
        if (died === undefined) break;
        deaths.push(died.operation);
      }
      expect(new Set(deaths)).toEqual(new Set(OPERATIONS));
    },
  );

  it('killed again and again, once a poll, loses nothing', async () => {
    const taskIds = await aboutToChange('');
    for (let index = 1; (await dieAt(index, 'after')) !== undefined; index += 1);
    await world.poll();
    await expectTold(taskIds, 'after many deaths');
  });

  it('knows its own writes whose answer was lost', async () => {
    const taskIds = await aboutToChange('');
    const poller = world.poller();
    const lost = new Set<string>();
    poller.gate.on = ({ operation, attempt }) => {
      if (attempt > 1) return undefined;
      lost.add(operation);
      return 'lost';
    };
    const report = await poller.poll();
    poller.close();
    expect(lost).toEqual(new Set([...OPERATIONS, 'GetItem']));
    expect(report).toMatchObject({ lostRaces: 0, failures: 0, changes: 11, published: 11, backlog: 0 });
    await expectTold(taskIds, 'answers lost');
  });
});

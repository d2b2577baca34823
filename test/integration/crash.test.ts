import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../support/audit.ts';
import type { Death, GatedRequest } from '../support/gate.ts';
import { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.close());

const OPERATIONS = [
  'GetItem',
  'Query',
  'BatchGetItem',
  'ListOtaTasks',
  'GetOtaTask',
  'GetOtaTaskConfiguration',
  'ListOtaTaskExecutions',
  'BatchExecuteStatement',
  'PutItem',
  'PutEvents',
];

/** A world of five tasks of which the next poll has something to tell: a new one, a breach, an end, a deletion, a move. */
async function aboutToChange(): Promise<void> {
  await world.reset();
  world.configuration('c1');
  world.configuration('c2', 50);
  for (const name of ['breach', 'end', 'gone', 'move']) {
    world.task(name, { queued: 90, succeeded: 10 }, { configurationId: 'c1' });
  }
  await world.poll();
  world.task('new', { queued: 10 }, { configurationId: 'c1' });
  world.task('breach', { queued: 10, succeeded: 60, failed: 30 }, { configurationId: 'c1' });
  world.task('end', { succeeded: 100 }, { configurationId: 'c1', status: 'COMPLETED' });
  world.simulator.account.removeTask('gone');
  world.task('move', { queued: 50, succeeded: 50 }, { configurationId: 'c2' });
}

/** What a run without any death tells of the five tasks. */
const TOLD = {
  new: ['1 Tracking Started'],
  breach: [
    '1 Tracking Started',
    '2 Progressed',
    '3 Threshold Breached',
    '4 Threshold Breached',
    '5 Threshold Breached',
  ],
  end: ['1 Tracking Started', '2 Status Changed', '3 Progressed', '4 Tracking Stopped'],
  gone: ['1 Tracking Started', '2 Status Changed', '3 Tracking Stopped'],
  move: ['1 Tracking Started', '2 Configuration Changed', '3 Progressed'],
};

async function expectTold(where: string): Promise<void> {
  const problems = await audit(world);
  const told = Object.fromEntries(
    Object.keys(TOLD).map((taskId) => [taskId, [...new Set(world.events(taskId))]]),
  );
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
    await aboutToChange();
    await world.poll();
    await expectTold('no death');
  });

  it.each(['before', 'after'] as const)(
    'killed %s each of its requests takes effect loses nothing',
    async (death) => {
      const deaths: string[] = [];
      for (let index = 0; ; index += 1) {
        await aboutToChange();
        const died = await dieAt(index, death);
        await world.poll();
        await expectTold(`killed ${death} request ${index}, ${died?.operation}`);
        if (died === undefined) break;
        deaths.push(died.operation);
      }
      expect(new Set(deaths)).toEqual(new Set(OPERATIONS));
    },
  );

  it('killed again and again, once a poll, loses nothing', async () => {
    await aboutToChange();
    for (let index = 1; (await dieAt(index, 'after')) !== undefined; index += 1);
    await world.poll();
    await expectTold('after many deaths');
  });

  it('knows its own writes whose answer was lost', async () => {
    await aboutToChange();
    const poller = world.poller();
    const lost = new Set<string>();
    poller.gate.on = ({ operation, attempt }) => {
      if (attempt > 1) return undefined;
      lost.add(operation);
      return 'lost';
    };
    const report = await poller.poll();
    poller.close();
    expect(lost).toEqual(new Set(OPERATIONS));
    // Only the index is read as it may have been.
    const reads = poller.gate.requests.filter(
      ({ operation, body }) =>
        ['BatchGetItem', 'GetItem', 'Query'].includes(operation) && !body.includes('"IndexName":"live"'),
    );
    expect(reads.filter(({ body }) => !body.includes('"ConsistentRead":true'))).toEqual([]);
    expect(report).toMatchObject({ lostRaces: 0, failures: 0, changes: 12, published: 12, backlog: 0 });
    await expectTold('answers lost');
  });
});

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { incidentGroups } from '../../../lib/aws/alerts/incident-groups.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { MINUTE } from '../../support/builders.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { ALERTS_TABLE } from '../../support/tables.ts';
import { REGION } from '../../support/world.ts';
import { incidents, represented } from './told.ts';

const SPAN = 5 * MINUTE;
const GROUP = /ota-watch-group:default:\d+:\d+/;

let world: NotifierWorld;

beforeEach(async () => {
  world = await NotifierWorld.start('pagerduty');
});

afterEach(async () => {
  expect(world.pagerDuty.violations).toEqual([]);
  await world.close();
});

/** A task whose rule is breached and recovers, twice. */
class Rollout {
  readonly taskId: string;
  readonly #stream: PublishedEvent[];

  constructor(taskId: string) {
    this.taskId = taskId;
    world.task(taskId);
    const cycle = [events.breached({ taskId }), events.recovered({ taskId })];
    this.#stream = aStream(...cycle, ...cycle);
  }

  get isBreached(): boolean {
    return this.#stream.length % 2 === 1;
  }

  next(): void {
    world.publish(...this.#stream.splice(0, 1));
  }
}

function rollouts(count: number, prefix: string): Rollout[] {
  return Array.from({ length: count }, (_, index) => new Rollout(`${prefix}${index + 1}`));
}

const breachesOf = (of: readonly Rollout[]) => of.map(({ taskId }) => `${taskId} failed-percent`).toSorted();
const open = () => incidents(world).filter((incident) => !incident.includes(' resolved'));
const groups = () => incidents(world).filter((incident) => GROUP.test(incident));

describe('incidents of a service', () => {
  it('are ten alone within five minutes, and then one for all, resolved with the last', async () => {
    const all = rollouts(14, 'task');
    for (const rollout of all) rollout.next();
    const notifier = world.notifier();
    const tally = await world.invoke(notifier);
    expect(tally).toMatchObject({ told: 14, grouped: 4 });
    expect(open()).toHaveLength(11);
    expect(groups()).toHaveLength(1);
    expect([...represented(world)].sort()).toEqual(breachesOf(all));
    const group = world.pagerDuty.incidents().at(-1);
    expect(group?.summary).toBe('4 rollouts have breached rules at the same time: failed-percent (4).');

    const [last, ...others] = all.filter(
      ({ taskId }) => !incidents(world).some((incident) => incident.includes(`:${taskId}:`)),
    );
    for (const rollout of others) rollout.next();
    await world.drain(notifier);
    expect(groups()).toEqual([expect.stringMatching(/triggered$/)]);
    last?.next();
    await world.drain(notifier);
    expect(groups()).toEqual([expect.stringMatching(/resolved$/)]);
  });

  it('of a group get new members, and are told so', async () => {
    const [first, second] = [rollouts(12, 'first'), rollouts(3, 'second')];
    for (const rollout of first) rollout.next();
    await world.drain(world.notifier());
    for (const rollout of second) rollout.next();
    await world.drain(world.notifier());
    expect(groups()).toEqual([expect.stringMatching(/triggered \(2 triggers\)$/)]);
    expect([...represented(world)].sort()).toEqual(breachesOf([...first, ...second]));
  });

  it('of a group that is over are joined by nobody: the next ones are another group', async () => {
    const [first, second] = [rollouts(12, 'first'), rollouts(3, 'second')];
    for (let event = 0; event < 2; event++) {
      for (const rollout of first) rollout.next();
      await world.drain(world.notifier());
    }
    expect(open()).toEqual([]);
    for (const rollout of second) rollout.next();
    await world.drain(world.notifier());
    expect(groups()).toEqual([expect.stringMatching(/:0 resolved$/), expect.stringMatching(/:1 triggered$/)]);
    expect([...represented(world)].sort()).toEqual(breachesOf(second));
  });

  it('that come while their group is being resolved are not resolved with it', async () => {
    const [first, [newcomer]] = [rollouts(12, 'first'), rollouts(1, 'second')];
    for (const rollout of first) rollout.next();
    await world.drain(world.notifier());
    for (const rollout of first) rollout.next();
    const [resolving, opening] = [world.notifier(), world.notifier()];
    resolving.gate.on = async ({ body }) => {
      if (!(GROUP.test(body) && body.includes('"resolve"'))) return undefined;
      world.now += 1_000;
      newcomer?.next();
      await world.invoke(opening);
      return undefined;
    };
    await world.drain(resolving);
    expect([...represented(world)]).toEqual(['second1 failed-percent']);
    newcomer?.next();
    await world.drain(opening);
    expect(open()).toEqual([]);
  });

  it('are alone again five minutes later', async () => {
    for (const rollout of rollouts(11, 'first')) rollout.next();
    await world.drain(world.notifier());
    world.now += SPAN;
    for (const rollout of rollouts(1, 'second')) rollout.next();
    await world.drain(world.notifier());
    expect(groups()).toHaveLength(1);
    expect(open()).toHaveLength(12);
  });

  it('are told before changes, which wait for their turn', async () => {
    for (let index = 0; index < 130; index++) {
      world.task(`other${index}`);
      world.publish(...aStream(events.statusChanged({ taskId: `other${index}` })));
    }
    const all = rollouts(12, 'task');
    for (const rollout of all) rollout.next();
    const notifier = world.notifier();
    expect(await world.invoke(notifier)).toMatchObject({ received: 142, failures: 0 });
    expect([...represented(world)].sort()).toEqual(breachesOf(all));
    expect(world.queue.size).toBeGreaterThan(80);
    await world.drain(notifier);
    expect(world.pagerDuty.changes()).toHaveLength(130);
    expect(world.pagerDuty.requests).toHaveLength(141);
  });

  it('send nothing more in an invocation once the service has failed', async () => {
    const tasks = rollouts(13, 'task').map(({ taskId }) => taskId);
    for (const taskId of tasks)
      world.publish(...aStream(events.breached({ taskId }), events.statusChanged({ taskId })));
    // Ten alone, each with its change, and one for the others.
    world.pagerDuty.faults.request = ({ index }) => (index === 21 ? { kind: 'internal-error' } : undefined);
    const notifier = world.notifier();
    expect(await world.invoke(notifier)).toMatchObject({ told: 23, failures: 1 });
    expect(world.pagerDuty.requests).toHaveLength(22);
    await world.drain(notifier);
    expect(world.pagerDuty.changes()).toHaveLength(13);
    expect(groups()).toEqual([expect.stringMatching(/triggered$/)]);
  });

  it('whose group is refused are set aside one by one', async () => {
    world.pagerDuty.faults.request = ({ body }) =>
      GROUP.test(JSON.stringify(body)) ? { kind: 'invalid' } : undefined;
    for (const rollout of rollouts(12, 'task')) rollout.next();
    expect(await world.invoke(world.notifier())).toMatchObject({ told: 10, setAside: 2 });
    expect(world.queue.deadLetters).toHaveLength(2);
    expect(world.queue.size).toBe(0);
  });
});

describe('killed after anything that has an effect', () => {
  /** So that nine were opened in this span already: the first one is alone, and those after it are a group. */
  async function countNine(): Promise<void> {
    world.now = Math.ceil((world.now + 1) / SPAN) * SPAN;
    const { url: endpoint, credentials } = world.database;
    const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
    const table = { client: DynamoDBDocumentClient.from(client), tableName: ALERTS_TABLE.name };
    await incidentGroups({ ...table, now: () => world.now }).count('default', world.now / SPAN, 9);
    client.destroy();
  }

  /** Tells the next event of each, and what is left. */
  async function tell(some: readonly Rollout[]): Promise<void> {
    for (const rollout of some) rollout.next();
    const notifier = world.notifier();
    await world.drain(notifier);
    notifier.close();
  }

  /** @returns whether a process came so far as to be killed after its so-manieth effect */
  async function killAfter(effect: number): Promise<boolean> {
    const victim = world.notifier();
    let effects = 0;
    victim.gate.on = ({ operation }) =>
      !operation.startsWith('Get') && effects++ === effect ? 'after' : undefined;
    await world.invoke(victim);
    victim.close();
    return victim.gate.isKilled;
  }

  it.each([
    { name: 'breaches', told: [0, 0, 0], next: [0, 1, 2] },
    { name: 'recoveries', told: [1, 1, 1], next: [0, 1, 2] },
    { name: 'the last recoveries and a new breach', told: [1, 1, 1, 0], next: [1, 2, 3] },
    { name: 'a breach after the group was over', told: [2, 2, 2, 0], next: [1, 3] },
  ])('of $name, nothing is lost or left open', async ({ told, next }) => {
    for (let effect = 0, isKilled = true; isKilled; effect++) {
      await countNine();
      const all = told.map((_, index) => new Rollout(`task${effect}-${index}`));
      for (const round of [0, 1]) await tell(all.filter((_, index) => (told[index] ?? 0) > round));
      for (const rollout of all.filter((_, index) => next.includes(index))) rollout.next();
      isKilled = await killAfter(effect);
      await tell([]);
      const breached = all.filter(({ isBreached }) => isBreached);
      const missing = breachesOf(breached).filter((breach) => !represented(world).has(breach));
      expect(missing, `killed after effect ${effect}`).toEqual([]);
      await tell(breached);
      expect(open(), `killed after effect ${effect}`).toEqual([]);
    }
  });
});

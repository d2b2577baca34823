import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audit, duplicates } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import { Dice } from '../support/rule-oracle/dice.ts';
import { World } from '../support/world.ts';
import { SharingPoll } from './fan-out/sharing-poll.ts';

const PUBLISH_ALL = { progressEvents: 'all' as const };
const STEPS = 5;
const THINGS = 40;

let alone: World;
let shared: World;
beforeAll(async () => {
  [alone, shared] = await Promise.all([World.start(), World.start()]);
});
afterEach(() => {
  shared.simulator.faults.on = undefined;
});
afterAll(() => Promise.all([alone.close(), shared.close()]));
beforeEach(() => Promise.all([alone.reset(), shared.reset()]));

/** What becomes of the tasks of an account, from minute to minute: the same for the same seed. */
class Fleet {
  readonly #dice: Dice;
  readonly #finished = new Map<string, number>();
  #born = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  /** Lets a minute pass in several worlds. */
  pass(worlds: readonly World[]): void {
    for (let born = this.#dice.int(2, 6); born > 0; born -= 1) {
      this.#born += 1;
      this.#finished.set(`task${this.#born}`, 0);
    }
    for (const [taskId, before] of this.#finished) this.#passOf(taskId, before, worlds);
  }

  #passOf(taskId: string, before: number, worlds: readonly World[]): void {
    const dice = this.#dice;
    const finished = Math.min(THINGS, before + dice.pick([0, 0, 1, 5, 20]));
    const isOver = finished === THINGS;
    const failed = dice.chance(0.1) ? Math.ceil(finished / 3) : 0;
    const counts = { queued: THINGS - finished, succeeded: finished - failed, failed };
    const status = isOver ? 'COMPLETED' : dice.pick(['IN_PROGRESS', 'IN_PROGRESS', 'SCHEDULED']);
    const isDeleted = dice.chance(0.04);
    for (const world of worlds) {
      world.task(taskId, counts, { status, configurationId: 'limits' });
      if (isDeleted) world.simulator.account.removeTask(taskId);
    }
    if (isDeleted || isOver) this.#finished.delete(taskId);
    else this.#finished.set(taskId, finished);
  }
}

/** What was accepted of each task, in order. */
const eventsOf = ({ bus }: World) =>
  Object.fromEntries(
    [...Map.groupBy(bus.accepted, ({ detail }) => String(Reflect.get(detail, 'taskId')))].map(
      ([taskId, events]) => [
        taskId,
        events.map(({ detailType, detail, time }) => ({ detailType, detail, time })),
      ],
    ),
  );

function nextMinute(fleet: Fleet): void {
  for (const world of [alone, shared]) {
    world.now += MINUTE;
    world.configuration('limits');
  }
  fleet.pass([alone, shared]);
}

const totals = (reports: readonly { failures: number; polled: number }[]) => ({
  failures: reports.reduce((sum, { failures }) => sum + failures, 0),
  polled: reports.reduce((sum, { polled }) => sum + polled, 0),
});

describe('a poll that is shared', () => {
  it.each([1, 2, 3])('leaves the history and the events of one that is not (seed %i)', async (seed) => {
    const dice = new Dice(seed + 1_000);
    const fleet = new Fleet(seed);
    const poller = alone.poller({ config: PUBLISH_ALL });
    const options = { above: dice.int(1, 8), workers: dice.int(1, 4) };
    const sharing = new SharingPoll(shared, { config: PUBLISH_ALL, ...options });
    let parts = 0;
    for (let step = 0; step < STEPS; step += 1) {
      nextMinute(fleet);
      const { polled, failures } = await poller.poll();
      const reports = [await sharing.handOver(), ...(await sharing.takeOver())];
      expect(totals(reports)).toEqual({ polled, failures });
      parts += reports.length - 1;
    }
    poller.close();
    expect(parts).toBeGreaterThan(STEPS);
    expect(await shared.history()).toEqual(await alone.history());
    expect(eventsOf(shared)).toEqual(eventsOf(alone));
    expect(await audit(shared)).toEqual([]);
    expect(duplicates(shared)).toBe(0);
    expect(sharing.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each([4])('may overlap with one that is not, and with itself (seed %i)', async (seed) => {
    const fleet = new Fleet(seed);
    const poller = alone.poller({ config: PUBLISH_ALL });
    const beside = shared.poller({ config: PUBLISH_ALL });
    const sharing = [1, 2].map(() => new SharingPoll(shared, { config: PUBLISH_ALL }));
    const poll = async (one: SharingPoll) => [await one.handOver(), ...(await one.takeOver())];
    for (let step = 0; step < STEPS; step += 1) {
      nextMinute(fleet);
      await poller.poll();
      const reports = (await Promise.all([...sharing.map(poll), beside.poll().then((one) => [one])])).flat();
      expect(totals(reports)).toMatchObject({ failures: 0 });
    }
    for (const one of [poller, beside]) one.close();
    expect(await shared.history()).toEqual(await alone.history());
    expect(await audit(shared)).toEqual([]);
  });

  const TASKS = Array.from({ length: 20 }, (_, index) => `task${index}`);
  const putTasks = (
    world: World,
    counts: Parameters<World['task']>[1],
    options: Parameters<World['task']>[2] = {},
  ) => {
    for (const taskId of TASKS) world.task(taskId, counts, options);
  };

  it('concludes from a slice of a complete list that a task is gone, and from no other', async () => {
    const sharing = new SharingPoll(shared);
    putTasks(shared, { queued: 10 });
    await sharing.handOver();
    await sharing.takeOver();
    for (const taskId of ['task3', 'task4']) shared.simulator.account.removeTask(taskId);

    shared.simulator.faults.on = ({ operation }) =>
      operation === 'ListOtaTasks' ? { kind: 'denied' } : undefined;
    shared.now += MINUTE;
    const { listComplete, shards } = await sharing.handOver();
    expect({ listComplete, shards }).toEqual({ listComplete: false, shards: 8 });
    expect(totals(await sharing.takeOver())).toEqual({ failures: 0, polled: 20 });
    expect(shared.events('task3')).toEqual(['1 Tracking Started']);

    shared.simulator.faults.on = undefined;
    shared.now += MINUTE;
    await sharing.handOver();
    expect(totals(await sharing.takeOver())).toEqual({ failures: 0, polled: 20 });
    for (const taskId of ['task3', 'task4'])
      expect(shared.events(taskId)).toEqual(['1 Tracking Started', '2 Status Changed', '3 Tracking Stopped']);
    const statuses = (await shared.history()).filter(({ status }) => status === 'DELETED');
    expect(new Set(statuses.map(({ taskId }) => taskId))).toEqual(new Set(['task3', 'task4']));
  });

  it('does not take a task for gone that was over in the list, and deleted since', async () => {
    const sharing = new SharingPoll(shared);
    putTasks(shared, { queued: 10 });
    await sharing.handOver();
    await sharing.takeOver();
    shared.now += MINUTE;
    shared.task('task3', { succeeded: 10 }, { status: 'COMPLETED' });
    await sharing.handOver();
    shared.simulator.account.removeTask('task3');
    expect(totals(await sharing.takeOver())).toEqual({ failures: 0, polled: 20 });
    expect(shared.events('task3')).toEqual(['1 Tracking Started']);
  });

  it.each([
    { discovery: 'none', told: 0 },
    { discovery: 'tagged', told: 10 },
    { discovery: 'all', told: 20 },
  ] as const)(
    'finds with `discovery: $discovery` what one finds that is not',
    async ({ discovery, told }) => {
      const config = {
        discovery,
        ...(discovery === 'tagged' && { discoveryTag: { key: 'watch' } }),
      };
      const sharing = new SharingPoll(shared, { config, above: 2 });
      for (const [index, taskId] of TASKS.entries())
        shared.task(taskId, { queued: 10 }, { members: { Tags: index % 2 === 0 ? { watch: 'on' } : {} } });
      for (let step = 0; step < 3; step += 1) {
        shared.now += MINUTE;
        await sharing.handOver();
        expect(totals(await sharing.takeOver())).toMatchObject({ failures: 0 });
      }
      expect(shared.bus.accepted.map(({ detailType }) => detailType)).toEqual(
        Array.from({ length: told }, () => 'OTA Task Tracking Started'),
      );
      expect(await audit(shared)).toEqual([]);
    },
  );

  it('loses nothing of a part that nobody does', async () => {
    const sharing = new SharingPoll(shared);
    putTasks(shared, { queued: 10 });
    await sharing.handOver();
    const [lost] = sharing.waiting.splice(0, 1);
    await sharing.takeOver();
    expect(lost).toBeDefined();
    expect(shared.bus.accepted.length).toBeLessThan(TASKS.length);
    shared.now += MINUTE;
    await sharing.handOver();
    await sharing.takeOver();
    expect(shared.bus.accepted.map(({ detail }) => Reflect.get(detail, 'taskId')).sort()).toEqual(
      [...TASKS].sort(),
    );
    expect(await audit(shared)).toEqual([]);
  });
});

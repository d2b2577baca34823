import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, duplicates } from '../support/audit.ts';
import { World } from '../support/world.ts';
import { writtenItems } from '../support/written-items.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const PUBLISH_ALL = { config: { progressEvents: 'all' as const } };
const ids = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, '0')}`);

function progress(succeeded: number): void {
  for (const id of ids) world.task(id, { queued: 300 - succeeded, succeeded });
}

describe('a bus outage', () => {
  it.each([
    ['internal-error', { kind: 'internal-error' }],
    ['throttle', { kind: 'throttle' }],
    ['dropped connections', { kind: 'drop-before' }],
  ] as const)(
    '(%s) leaves the history growing, and everything is published afterwards, in order',
    async (_, fault) => {
      progress(0);
      await world.poll(PUBLISH_ALL);
      world.bus.faults.request = () => fault;
      for (let poll = 1; poll <= 4; poll += 1) {
        progress(poll);
        const report = await world.poll(PUBLISH_ALL);
        expect(report).toMatchObject({
          changes: 12,
          published: 0,
          backlog: 12 * poll,
          failures: 0,
          denied: false,
        });
        expect(report.refused).toBeGreaterThan(0);
        expect(await world.history()).toHaveLength(12 * (poll + 1));
      }
      expect(world.bus.accepted).toHaveLength(12);
      world.bus.faults.request = undefined;
      expect(await world.poll(PUBLISH_ALL)).toMatchObject({ changes: 0, published: 48, backlog: 0 });
      expect({ problems: await audit(world), repeated: duplicates(world) }).toEqual({
        problems: [],
        repeated: 0,
      });
      for (const id of ids) {
        expect(world.events(id)).toEqual([
          '1 Tracking Started',
          ...[2, 3, 4, 5].map((sequence) => `${sequence} Progressed`),
        ]);
      }
    },
  );

  it('is written down once: a poll that delivers nothing writes nothing', async () => {
    progress(0);
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await world.poll();
    const poller = world.poller();
    await poller.poll();
    poller.close();
    const { requests } = poller.gate;
    expect(requests.flatMap(({ operation, body }) => writtenItems(operation, body))).toEqual([]);
    world.bus.faults.request = undefined;
    await world.poll();
    expect(await audit(world)).toEqual([]);
  });

  it('that takes events and loses the answers makes duplicates that are alike', async () => {
    progress(0);
    world.bus.faults.request = () => ({ kind: 'drop-after' });
    await world.poll(PUBLISH_ALL);
    world.bus.faults.request = undefined;
    await world.poll(PUBLISH_ALL);
    expect(await audit(world)).toEqual([]);
    expect(duplicates(world)).toBeGreaterThan(0);
  });

  it('of permission stops publishing, sets nothing aside, and is told apart', async () => {
    progress(0);
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    expect(await world.poll()).toMatchObject({ denied: true, published: 0, setAside: 0, backlog: 12 });
    world.bus.faults.request = undefined;
    expect(await world.poll()).toMatchObject({ denied: false, published: 12, backlog: 0 });
    expect(await audit(world)).toEqual([]);
  });

  it.each([
    ['denies us', { kind: 'access-denied' }],
    ['is out', { kind: 'internal-error' }],
  ] as const)(
    'of more tasks than are published together: the bus %s, and every row is in the history',
    async (_, fault) => {
      const many = Array.from({ length: 110 }, (__, index) => `m${index}`);
      world.bus.faults.request = () => fault;
      const requests: number[] = [];
      for (let poll = 0; poll < 3; poll += 1) {
        for (const id of many) world.task(id, { queued: 5 - poll, succeeded: poll });
        const poller = world.poller(PUBLISH_ALL);
        expect(await poller.poll()).toMatchObject({ changes: 110, published: 0, setAside: 0 });
        poller.close();
        requests.push(poller.gate.count('PutEvents'));
        expect(await world.history()).toHaveLength(110 * (poll + 1));
      }
      // However many tasks: 5 requests at once and 2 begun before the third fails, 3 tries each, in drain and delivery.
      expect(Math.max(...requests)).toBeLessThanOrEqual((5 + 2) * 3 * 2);
      world.bus.faults.request = undefined;
      await world.poll(PUBLISH_ALL);
      expect({ problems: await audit(world), repeated: duplicates(world) }).toEqual({
        problems: [],
        repeated: 0,
      });
    },
  );

  it('of long holds the next difference back, to become one larger one', async () => {
    world.task('t00', { queued: 300 });
    await world.poll(PUBLISH_ALL);
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    let heldBack = 0;
    for (let poll = 1; poll <= 110; poll += 1) {
      world.task('t00', { queued: 300 - poll, succeeded: poll });
      heldBack += (await world.poll(PUBLISH_ALL)).heldBack;
    }
    expect(heldBack).toBeGreaterThan(5);
    expect(JSON.stringify(await world.scan('ota-watch-dev-tasks')).length).toBeLessThan(200_000);
    world.bus.faults.request = undefined;
    await world.poll(PUBLISH_ALL);
    await world.poll(PUBLISH_ALL);
    expect(await audit(world)).toEqual([]);
    const last = world.bus.accepted.at(-1)?.detail;
    expect(last).toMatchObject({ counts: { succeeded: 110 } });
  });
});

describe('delivery', () => {
  it('of what an earlier poll left behind comes before anything else', async () => {
    progress(0);
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await world.poll(PUBLISH_ALL);
    world.bus.faults.request = undefined;
    world.simulator.requests.reset();
    const poller = world.poller(PUBLISH_ALL);
    poller.gate.on = ({ operation }) => (operation === 'ListOtaTasks' ? 'before' : undefined);
    await poller.poll().catch(() => undefined);
    poller.close();
    expect(world.simulator.requests.count()).toBe(0);
    expect({ problems: await audit(world), published: world.bus.accepted.length }).toEqual({
      problems: [],
      published: 12,
    });
  });

  it('over a slow bus gets on with every poll, and begins nothing when time is short', async () => {
    for (let index = 0; index < 250; index += 1) world.task(`s${index}`, { queued: 5 });
    const published: number[] = [];
    for (let poll = 0; poll < 3; poll += 1) {
      let requests = 0;
      world.bus.faults.request = () => {
        requests += 1;
        return undefined;
      };
      const remainingMs = () => (requests >= 8 ? 1_000 : 55_000);
      published.push((await world.poll({ remainingMs })).published);
    }
    expect(published).toEqual([100, 100, 50]);
    expect({ problems: await audit(world), repeated: duplicates(world) }).toEqual({
      problems: [],
      repeated: 0,
    });
  });

  it('of a request that fails because of one entry does not make the others wait', async () => {
    const many = Array.from({ length: 80 }, (_, index) => `p${String(index).padStart(2, '0')}`);
    for (const id of many) world.task(id, { queued: 5 });
    const poison = /"taskId":"p(03|14|25|36)"/;
    world.bus.faults.request = ({ entries }) =>
      entries.some(({ Detail = '' }) => poison.test(Detail)) ? { kind: 'internal-error' } : undefined;
    expect(await world.poll()).toMatchObject({ published: 76, refused: 4, backlog: 4 });
    world.bus.faults.request = undefined;
    expect(await world.poll()).toMatchObject({ published: 4, backlog: 0 });
    expect({ problems: await audit(world), repeated: duplicates(world) }).toEqual({
      problems: [],
      repeated: 0,
    });
  });
});

describe('a bus that refuses some entries', () => {
  it('for now gets them again, and a task waits for its own alone', async () => {
    progress(0);
    await world.poll(PUBLISH_ALL);
    progress(1);
    world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"taskId":"t03"') ? { errorCode: 'ThrottlingException' } : undefined;
    expect(await world.poll(PUBLISH_ALL)).toMatchObject({ published: 11, refused: 1, backlog: 1 });
    progress(2);
    let tries = 0;
    world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"taskId":"t03"') && tries++ < 1 ? { errorCode: 'InternalFailure' } : undefined;
    expect(await world.poll(PUBLISH_ALL)).toMatchObject({ published: 13, refused: 0, backlog: 0 });
    expect(await audit(world)).toEqual([]);
  });

  it('never sees two events of one task in one request', async () => {
    world.configuration('c1');
    for (const id of ids) world.task(id, { queued: 100 }, { configurationId: 'c1' });
    await world.poll();
    for (const id of ids) world.task(id, { failed: 100 }, { configurationId: 'c1', status: 'COMPLETED' });
    world.bus.faults.request = ({ entries }) => {
      const tasks = entries.map(({ Resources }) => Resources?.[0]);
      expect(new Set(tasks).size).toBe(tasks.length);
      return undefined;
    };
    expect(await world.poll()).toMatchObject({ published: 12 * 9 });
    expect(await audit(world)).toEqual([]);
  });

  it('for good has them set aside, with a row in the history, and the task goes on', async () => {
    progress(0);
    await world.poll(PUBLISH_ALL);
    progress(1);
    world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"eventId":"t03:2"') ? { errorCode: 'MalformedDetail', errorMessage: 'no' } : undefined;
    expect(await world.poll(PUBLISH_ALL)).toMatchObject({ published: 11, setAside: 1, backlog: 1 });
    progress(2);
    expect(await world.poll(PUBLISH_ALL)).toMatchObject({ published: 12, setAside: 0, backlog: 0 });
    expect(world.events('t03')).toEqual(['1 Tracking Started', '4 Progressed']);
    const rows = (await world.history()).filter(({ taskId }) => taskId === 't03');
    expect(rows[2]).toMatchObject({
      detailType: 'OTA Task Event Set Aside',
      published: false,
      setAsideSequence: 2,
      errorCode: 'MalformedDetail',
      errorMessage: 'no',
    });
    expect(await audit(world)).toEqual(['t03:2: lost']);
  });

  it('for good, in words that may be about the bus, has one that is alone set aside once others went out', async () => {
    progress(0);
    world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"eventId":"t03:1"') ? { errorCode: 'MalformedDetail' } : undefined;
    const poller = world.poller(PUBLISH_ALL);
    await poller.poll();
    world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"taskId":"t03"') ? { errorCode: 'ValidationException' } : undefined;
    world.task('t03', { succeeded: 1 }, { status: 'DELETION_IN_PROGRESS' });
    expect(await poller.poll()).toMatchObject({ denied: true, setAside: 0, backlog: 2 });
    // Nothing was accepted since: it may still be the bus.
    expect(await poller.poll()).toMatchObject({ denied: true, setAside: 0, backlog: 2 });
    world.task('t04', { queued: 1 });
    expect(await poller.poll()).toMatchObject({ denied: true, setAside: 0, published: 1 });
    expect(await poller.poll()).toMatchObject({ denied: true, setAside: 1 });
    world.task('t04', { succeeded: 1 });
    await poller.poll();
    expect(await poller.poll()).toMatchObject({ denied: false, setAside: 1, backlog: 1 });
    poller.close();
    await world.poll();
    expect(await audit(world)).toEqual(['t03:1', 't03:3', 't03:4'].map((id) => `${id}: lost`));
  });
});

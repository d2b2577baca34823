import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, duplicates } from '../support/audit.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(async () => {
  const problems = await audit(world);
  const repeated = duplicates(world);
  await world.close();
  expect({ problems, repeated }).toEqual({ problems: [], repeated: 0 });
});

const NO_CHANGE = {
  backlog: 0,
  backlogAgeMs: 0,
  changes: 0,
  published: 0,
  setAside: 0,
  refused: 0,
  denied: false,
  failures: 0,
  oddities: 0,
  listComplete: true,
  listDistrusted: false,
  lostRaces: 0,
  heldBack: 0,
  postponed: 0,
  shards: 0,
};

describe('a rollout', () => {
  it('is told from its first sight to its end', async () => {
    world.configuration('c1');
    world.task('t1', { queued: 100 }, { status: 'SCHEDULED', configurationId: 'c1' });
    await world.poll();
    world.task('t1', { queued: 50, inProgress: 40, succeeded: 8, failed: 2 }, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', { queued: 30, inProgress: 30, succeeded: 34, failed: 6 }, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', { queued: 30, succeeded: 64, failed: 6 }, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', { succeeded: 90, failed: 10 }, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', { succeeded: 90, failed: 10 }, { configurationId: 'c1', status: 'COMPLETED' });
    const report = await world.poll();

    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Status Changed',
      '4 Progressed',
      '5 Progressed',
      '6 Progressed',
      '7 Threshold Breached',
      '8 Status Changed',
      '9 Threshold Recovered',
      '10 Tracking Stopped',
    ]);
    expect(report).toEqual({
      ...NO_CHANGE,
      tracked: 0,
      polled: 1,
      changes: 3,
      published: 3,
      api: { calls: 2, throttles: 0 },
    });
    expect((await world.history()).map(({ sequence, published }) => `${sequence} ${published}`)).toContain(
      '3 false',
    );
  });

  it('puts the whole event on the bus, and the same into the history', async () => {
    world.configuration('c1');
    const members = { Description: 'spring release', Tags: { owner: 'secret-team' } };
    world.task('t1', { queued: 100 }, { configurationId: 'c1', members });
    await world.poll();
    const canceled = { configurationId: 'c1', members, status: 'CANCELED', updatedAt: NOON + MINUTE };
    world.task('t1', { succeeded: 60, failed: 30, canceled: 10 }, canceled);
    await world.poll();

    const common = {
      schemaVersion: '1',
      observedAt: '2026-11-22T12:02:00.000Z',
      taskId: 't1',
      taskArn: 'arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/t1',
      accountId: '123456789012',
      region: 'us-east-1',
      configurationId: 'c1',
      otaType: 'ONE_TIME',
      description: 'spring release',
      lastUpdatedAt: '2026-11-22T12:01:00.000Z',
      status: 'CANCELED',
      counts: {
        queued: 0,
        inProgress: 0,
        succeeded: 60,
        failed: 30,
        rejected: 0,
        timedOut: 0,
        removed: 0,
        canceled: 10,
        total: 100,
      },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    };
    const [, changed, progressed, warning] = world.bus.accepted;
    expect(changed).toEqual({
      id: expect.any(String),
      source: 'ota-watch',
      detailType: 'OTA Task Status Changed',
      resources: [common.taskArn],
      time: '2026-11-22T12:02:00Z',
      busName: 'ota-watch-dev',
      detail: {
        ...common,
        eventId: 't1:2',
        sequence: 2,
        previousSequence: 1,
        previousStatus: 'IN_PROGRESS',
        terminal: true,
        inferredCause: 'abort-criteria',
      },
    });
    expect(progressed?.detail).toEqual({
      ...common,
      eventId: 't1:3',
      sequence: 3,
      previousSequence: 2,
      previousCounts: { ...common.counts, queued: 100, succeeded: 0, failed: 0, canceled: 0 },
      percentComplete: 100,
      ratePerMinute: 100,
      estimatedCompletionAt: '2026-11-22T12:02:00.000Z',
    });
    expect(warning?.detail).toEqual({
      ...common,
      eventId: 't1:4',
      sequence: 4,
      previousSequence: 3,
      rule: {
        id: 'abort-criteria:failed:50',
        kind: 'abort-criteria',
        severity: 'warning',
        description:
          '10 % of the things that received the task have failed (of at least 10): AWS cancels the rollout at 20 %.',
      },
      observed: { value: 33.33, limit: 10, unit: 'percent', numerator: 30, denominator: 90 },
      summary:
        '30 of 90 things that received the task have failed (33.33 %, limit 10 %); AWS cancels the rollout at 20 %.',
      sampleThings: Array.from({ length: 20 }, (_, index) => ({
        managedThingId: `thing-0000${61 + index}`,
        status: 'FAILED',
        retryAttempt: 0,
        lastUpdatedAt: '2026-11-22T12:01:00.000Z',
      })),
    });
    const [, row] = await world.history();
    expect(row).toEqual({
      ...changed?.detail,
      detailType: 'OTA Task Status Changed',
      published: true,
      previousHash: (await world.history())[0]?.hash,
      day: '2026-11-22',
    });
    expect(JSON.stringify([world.bus.accepted, await world.history()])).not.toContain('secret-team');
  });

  it('keeps history rows as long as is set', async () => {
    world.task('t1');
    await world.poll({ config: { historyRetentionDays: 7 } });
    expect((await world.history())[0]?.expiresAt).toBe((NOON + MINUTE) / 1_000 + 7 * 86_400);
  });

  it('is deleted only when a complete list lacks it and the service does not know it', async () => {
    world.task('t1', {}, { status: 'DELETION_IN_PROGRESS' });
    await world.poll();
    world.simulator.account.removeTask('t1');
    for (const kind of ['denied', 'throttle', 'internal', 'garbage'] as const) {
      world.simulator.faults.on = ({ operation }) => (operation === 'GetOtaTask' ? { kind } : undefined);
      expect(await world.poll()).toMatchObject({ failures: 1, changes: 0 });
    }
    world.simulator.faults.on = ({ operation }) =>
      operation === 'ListOtaTasks' ? { kind: 'denied' } : undefined;
    expect(await world.poll()).toMatchObject({ listComplete: false, changes: 0, failures: 0 });
    expect(world.events('t1')).toEqual(['1 Tracking Started']);

    world.simulator.faults.on = undefined;
    await world.poll();
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Status Changed', '3 Tracking Stopped']);
    expect(world.bus.accepted.at(-2)?.detail).toMatchObject({
      status: 'DELETED',
      previousStatus: 'DELETION_IN_PROGRESS',
    });
    world.task('t1', {}, { status: 'IN_PROGRESS' });
    await world.poll();
    expect(world.events('t1').at(-1)).toBe('4 Tracking Started');
  });

  it('too short to be seen in progress is told all the same, once', async () => {
    world.task('old', { succeeded: 1 }, { status: 'COMPLETED' });
    await world.poll();
    world.task('short', { succeeded: 5 }, { status: 'COMPLETED' });
    await world.poll();
    await world.poll();
    expect(world.events('short')).toEqual(['1 Tracking Started', '2 Tracking Stopped']);
    expect(world.events('old')).toEqual([]);
  });

  it('that ended long ago and is deleted now pages nobody', async () => {
    world.configuration('c1');
    const failed = { succeeded: 60, failed: 40 };
    world.task('old', failed, { status: 'COMPLETED', configurationId: 'c1' });
    world.task('t1', failed, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', failed, { configurationId: 'c1', status: 'COMPLETED' });
    await world.poll();
    const told = world.events('t1');
    const forgotten = { TableName: 'ota-watch-dev-tasks', Key: { taskId: 't1' } };
    for (const forget of [false, true]) {
      if (forget) await world.dynamodb.send(new DeleteCommand(forgotten));
      for (const id of ['old', 't1']) {
        world.task(id, failed, {
          configurationId: 'c1',
          status: 'DELETION_IN_PROGRESS',
          updatedAt: world.now,
        });
      }
      await world.poll();
    }
    expect(world.events('t1')).toEqual(told);
    expect(world.events('old')).toEqual(['1 Tracking Started']);
  });

  it('that stands in the list as running after its end was told is not told again', async () => {
    world.task('t1', { queued: 1 });
    await world.poll();
    world.task('t1', { succeeded: 1 }, { status: 'COMPLETED' });
    await world.poll();
    const list = world.simulator.account.listTasks.bind(world.simulator.account);
    world.simulator.account.listTasks = (query) => {
      const page = list(query);
      return { ...page, items: page.items.map((item) => ({ ...item, Status: 'IN_PROGRESS' })) };
    };
    expect(await world.poll()).toMatchObject({ polled: 1, changes: 0 });
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Status Changed',
      '3 Progressed',
      '4 Tracking Stopped',
    ]);
  });
});

describe('cost', () => {
  // Takes seconds: too long for each of hundreds of mutants.
  const isForMutants = process.env.MUTATION_AREA !== undefined;
  it.skipIf(isForMutants)(
    'of a quiet poll is one GetOtaTask a task in progress and one page a thousand tasks, and nothing else',
    async () => {
      for (let index = 0; index < 400; index += 1) world.task(`t${index}`, { queued: 10 });
      await world.poll({ config: { fetchConcurrency: 50 } });
      world.simulator.requests.reset();
      const poller = world.poller({ config: { fetchConcurrency: 50 } });
      const quiet = { ...NO_CHANGE, tracked: 400, polled: 400, api: { calls: 401, throttles: 0 } };
      const asks = async () => {
        const before = poller.gate.requests.length;
        expect(await poller.poll()).toEqual(quiet);
        const byOperation = Map.groupBy(poller.gate.requests.slice(before), ({ operation }) => operation);
        return Object.fromEntries([...byOperation].map(([operation, { length }]) => [operation, length]));
      };
      const always = { GetItem: 1, Query: 4, ListOtaTasks: 1, GetOtaTask: 400 };
      // A new process reads its tasks, page by page, and whether the list is distrusted.
      expect(await asks()).toEqual({ ...always, GetItem: 2, Scan: expect.any(Number) });
      expect(poller.gate.count('Scan')).toBeLessThan(5);
      expect(await asks()).toEqual(always);
      poller.close();
    },
  );

  it('of a quiet time is a note every second poll that a clock runs, and nothing once it has ended', async () => {
    world.task('t1', { queued: 10 });
    const poller = world.poller();
    const writes: number[] = [];
    for (let minute = 0; minute <= 80; minute += 1) {
      const before = poller.gate.count('PutItem');
      await poller.poll();
      if (poller.gate.count('PutItem') > before) writes.push(minute);
      world.now += MINUTE;
    }
    poller.close();
    // Tracking started; then until the rule `stalled` is breached after an hour, and its events are delivered.
    expect(writes).toEqual(Array.from({ length: 31 }, (_, index) => index * 2));
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Threshold Breached']);
  });

  it('of tasks that are scheduled or over, and unchanged in the list, is nothing', async () => {
    world.configuration('c1');
    for (let index = 0; index < 20; index += 1) {
      world.task(`s${index}`, { queued: 10 }, { status: 'SCHEDULED', configurationId: 'c1' });
      world.task(`c${index}`, { succeeded: 10 }, { status: 'COMPLETED' });
      world.task(`d${index}`, { succeeded: 10 }, { status: 'DELETION_IN_PROGRESS' });
    }
    await world.poll();
    world.simulator.requests.reset();
    await world.poll();
    expect(world.simulator.requests.entries).toEqual([{ operation: 'ListOtaTasks', identifier: undefined }]);
  });

  it('of a scheduled task that is updated without a difference is one look', async () => {
    world.task('t1', {}, { status: 'SCHEDULED' });
    await world.poll();
    world.task('t1', {}, { status: 'SCHEDULED', updatedAt: world.now });
    expect(await world.poll()).toMatchObject({ polled: 1, changes: 0 });
    expect(await world.poll()).toMatchObject({ polled: 0, changes: 0 });
  });

  it('of a configuration is one read, for all its tasks and for good', async () => {
    world.configuration('c1');
    for (let index = 0; index < 10; index += 1) world.task(`t${index}`, {}, { configurationId: 'c1' });
    const poller = world.poller();
    await poller.poll();
    world.task('t10', {}, { configurationId: 'c1' });
    await poller.poll();
    poller.close();
    await world.poll();
    expect(world.simulator.requests.count('GetOtaTaskConfiguration')).toBe(1);
  });
});

describe('discovery', () => {
  it('by tag tracks the tasks that have it, and reads the others as seldom as it can', async () => {
    const config = { discovery: 'tagged', discoveryTag: { key: 'watch', value: 'yes' } } as const;
    const poller = world.poller({ config });
    world.task('yes', {}, { members: { Tags: { watch: 'yes' } } });
    world.task('no', {}, { members: { Tags: { watch: 'no' } } });
    world.task('later', {}, { status: 'SCHEDULED' });
    await poller.poll();
    world.simulator.requests.reset();
    world.now += MINUTE;
    await poller.poll();
    expect(world.simulator.requests.entries.map(({ identifier }) => identifier)).toEqual([undefined, 'yes']);

    world.task(
      'later',
      {},
      { status: 'SCHEDULED', updatedAt: world.now, members: { Tags: { watch: 'yes' } } },
    );
    world.task('no', {}, { members: { Tags: { watch: 'yes' } } });
    world.now += 10 * MINUTE;
    await poller.poll();
    poller.close();
    expect(world.events('later')).toEqual(['1 Tracking Started']);
    expect(world.events('no')).toEqual(['1 Tracking Started']);
  });

  it('of none tracks nothing by itself, and goes on with what is tracked', async () => {
    world.task('t1', { queued: 2 });
    await world.poll();
    world.task('t1', { queued: 1, succeeded: 1 });
    world.task('t2');
    await world.poll({ config: { discovery: 'none' } });
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed']);
    expect(world.events('t2')).toEqual([]);
  });
});

describe('configurations', () => {
  it('that cannot be read leave the last known limits in force', async () => {
    world.configuration('c1');
    world.task('t1', { succeeded: 70, failed: 30 }, { configurationId: 'c1' });
    await world.poll();
    world.task('t1', { succeeded: 70, failed: 30 }, { configurationId: 'gone' });
    expect(await world.poll()).toMatchObject({ failures: 1, changes: 1 });
    world.task('t1', { succeeded: 97, failed: 3 }, { configurationId: 'gone' });
    await world.poll();
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Threshold Breached',
      '3 Threshold Breached',
      '4 Threshold Breached',
      '5 Configuration Changed',
      '7 Threshold Recovered',
      '8 Threshold Recovered',
      '9 Threshold Recovered',
    ]);
  });

  it('take effect once they can be read', async () => {
    world.configuration('c1');
    world.task('t1', { succeeded: 85, failed: 15 }, { configurationId: 'c1' });
    world.simulator.faults.on = ({ operation }) =>
      operation === 'GetOtaTaskConfiguration' ? { kind: 'internal' } : undefined;
    const poller = world.poller();
    await poller.poll();
    world.simulator.faults.on = undefined;
    await poller.poll();
    poller.close();
    // Until then the rule for rollouts without abort criteria is in force.
    const told = world.bus.accepted.map(({ detailType, detail }) => [
      detailType,
      Reflect.get(Object(Reflect.get(detail, 'rule')), 'id'),
    ]);
    expect(told).toEqual([
      ['OTA Task Tracking Started', undefined],
      ['OTA Task Threshold Breached', 'failed-percent'],
      ['OTA Task Threshold Breached', 'abort-criteria:failed:50'],
      ['OTA Task Threshold Recovered', 'failed-percent'],
    ]);
  });
});

describe('time', () => {
  it('that is short ends the poll cleanly, and the next one goes on from there', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, '0')}`);
    for (const id of ids) world.task(id, { queued: 1 });
    const looks = () =>
      world.simulator.requests.entries.filter(({ operation }) => operation === 'GetOtaTask');
    let served = 0;
    const config = { fetchConcurrency: 1 };
    const remainingMs = () => (looks().length >= served + 5 ? 5_000 : 55_000);
    expect(await world.poll({ config, remainingMs })).toMatchObject({
      polled: 5,
      postponed: 7,
      published: 5,
    });
    served = looks().length;
    expect(await world.poll({ config, remainingMs })).toMatchObject({ polled: 5, postponed: 7 });
    served = looks().length;
    expect(await world.poll({ config, remainingMs })).toMatchObject({ polled: 5, postponed: 7 });
    expect(new Set(looks().map(({ identifier }) => identifier))).toEqual(new Set(ids));
  });
});

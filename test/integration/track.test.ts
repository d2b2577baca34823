import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { listTracked, type TrackDeps, trackTask, untrackTask } from '../../lib/track.ts';
import { audit } from '../support/audit.ts';
import { World } from '../support/world.ts';

let world: World;
let deps: TrackDeps;
beforeEach(async () => {
  world = await World.start();
  const { managedIntegrations } = world.clients();
  deps = {
    service: otaService(managedIntegrations, {
      partition: 'aws',
      region: 'us-east-1',
      accountId: '123456789012',
    }),
    tasks: taskTable(world.dynamodb, 'ota-watch-dev-tasks'),
    writeId: 'cli',
  };
});
afterEach(async () => {
  const problems = await audit(world);
  await world.close();
  expect(problems).toEqual([]);
});

const none = { config: { discovery: 'none' as const } };

describe('trackTask', () => {
  it('has a task tracked that discovery leaves alone', async () => {
    world.task('t1', { queued: 3 });
    expect(await trackTask('t1', deps)).toBe('requested');
    expect(await trackTask('t1', deps)).toBe('already');
    await world.poll(none);
    expect(await trackTask('t1', deps)).toBe('already');
    expect(world.bus.accepted[0]).toMatchObject({
      detailType: 'OTA Task Tracking Started',
      detail: { reason: 'requested' },
    });
  });

  it('tells of a task that is over', async () => {
    world.task('t1', { succeeded: 3 }, { status: 'COMPLETED' });
    await trackTask('t1', deps);
    await world.poll(none);
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Tracking Stopped']);
    await trackTask('t1', deps);
    await world.poll(none);
    expect(world.events('t1').slice(2)).toEqual(['3 Tracking Started', '4 Tracking Stopped']);
  });

  it.each(['nope', ''])('refuses a task that does not exist: %o', async (taskId) => {
    await expect(trackTask(taskId, deps)).rejects.toMatchObject({
      name: 'TrackError',
      message: taskId === '' ? 'A task id is needed' : 'There is no OTA task nope in this account and region',
    });
  });

  it('forgets a task that is gone before it is seen', async () => {
    world.task('t1');
    await trackTask('t1', deps);
    world.simulator.account.removeTask('t1');
    await world.poll(none);
    expect(await listTracked(deps)).toEqual([]);
    expect(world.events('t1')).toEqual([]);
  });

  it('waits for the last events of a task', async () => {
    world.task('t1');
    await world.poll();
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    world.task('t1', {}, { status: 'COMPLETED' });
    await world.poll();
    await expect(trackTask('t1', deps)).rejects.toThrow('still being delivered');
    expect(await untrackTask('t1', deps)).toBe('already');
    world.bus.faults.request = undefined;
    await world.poll();
  });
});

describe('untrackTask', () => {
  it('has a task tracked no longer, nor discovered again', async () => {
    world.configuration('c1');
    world.task('t1', { succeeded: 85, failed: 15 }, { configurationId: 'c1' });
    await world.poll();
    expect(await untrackTask('t1', deps)).toBe('requested');
    expect(await untrackTask('t1', deps)).toBe('already');
    await world.poll();
    expect(await untrackTask('t1', deps)).toBe('already');
    await world.poll();
    expect(world.events('t1')).toEqual([
      '1 Tracking Started',
      '2 Threshold Breached',
      '3 Threshold Recovered',
      '4 Tracking Stopped',
    ]);
    expect(world.bus.accepted.slice(-2)).toMatchObject([
      { detail: { reason: 'rule-removed' } },
      { detail: { reason: 'requested' } },
    ]);
    expect(await listTracked(deps)).toEqual([
      { taskId: 't1', status: 'excluded', breaches: [], undelivered: 0 },
    ]);

    await trackTask('t1', deps);
    await world.poll();
    expect(world.events('t1').slice(4)).toEqual(['5 Tracking Started', '6 Threshold Breached']);
  });

  it('can be taken back before the next poll', async () => {
    world.task('t1');
    await world.poll();
    await untrackTask('t1', deps);
    expect(await trackTask('t1', deps)).toBe('resumed');
    await world.poll();
    expect(world.events('t1')).toEqual(['1 Tracking Started']);
  });

  it('keeps a task out that was never tracked', async () => {
    world.task('t1');
    await untrackTask('t1', deps);
    await world.poll();
    expect(world.events('t1')).toEqual([]);
    await expect(untrackTask('nope', deps)).rejects.toThrow('There is no OTA task nope');
  });

  it('works while pollers write all the time', async () => {
    world.task('t1', { queued: 50 });
    await world.poll();
    const poller = world.poller();
    let asked: string | undefined;
    poller.gate.on = async ({ operation }) => {
      if (operation === 'GetOtaTask') asked = await untrackTask('t1', deps);
      return undefined;
    };
    world.task('t1', { queued: 49, succeeded: 1 });
    expect(await poller.poll()).toMatchObject({ lostRaces: 1 });
    poller.close();
    expect(asked).toBe('requested');
    await world.poll();
    expect(world.events('t1').at(-1)).toBe('2 Tracking Stopped');
  });
});

describe('listTracked', () => {
  it('shows tasks by id, with what is open and under way', async () => {
    world.configuration('c1');
    const members = { Description: 'spring release' };
    world.task('b', { queued: 50, succeeded: 40, failed: 10 }, { configurationId: 'c1', members });
    world.task('a', {}, { status: 'SCHEDULED' });
    world.task('c', {}, { status: 'COMPLETED' });
    await world.poll();
    await trackTask('c', deps);
    world.bus.faults.request = () => ({ kind: 'access-denied' });
    world.task(
      'b',
      { queued: 49, succeeded: 41, failed: 10 },
      { configurationId: 'c1', members, status: 'PAUSED' },
    );
    await world.poll();
    world.task('d');
    await trackTask('d', deps);
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item: { taskId: 'e' } }));
    expect(await listTracked(deps)).toEqual([
      { taskId: 'a', status: 'SCHEDULED', breaches: [], undelivered: 0 },
      {
        taskId: 'b',
        status: 'PAUSED',
        percentComplete: 51,
        description: 'spring release',
        breaches: ['abort-criteria:failed:50', 'abort-criteria:failed:80'],
        undelivered: 2,
      },
      { taskId: 'c', status: 'COMPLETED', breaches: [], undelivered: 2 },
      { taskId: 'd', status: 'requested', breaches: [], undelivered: 0 },
      { taskId: 'e', status: 'unreadable', breaches: [], undelivered: 0 },
    ]);
    world.bus.faults.request = undefined;
    await world.poll();
  });
});

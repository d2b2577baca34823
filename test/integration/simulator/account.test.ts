import { describe, expect, it } from 'vitest';
import { pinnedTask } from '../../../local/simulator/simulator.ts';
import { MINUTE, START, startWorld } from './world.ts';

const SECONDS = START / 1_000;

const notFound = (type: string, id: string) =>
  expect.objectContaining({ type: 'ResourceNotFoundException', message: `${type} ${id} does not exist` });

describe('a scripted task', () => {
  it('runs as many things as it says, as its profile says, under the id that it says', async () => {
    const { account, clock, call } = await startWorld();
    const id = account.createTask({
      taskId: 'badBatch',
      things: 5,
      profile: { meanSeconds: 1, failed: 0, rejected: 0, phases: [{ fromThing: 3, failed: 1 }] },
    });
    expect(id).toBe('badBatch');
    clock.now += MINUTE;
    expect(account.getTask(id)).toMatchObject({
      Status: 'COMPLETED',
      TaskProcessingDetails: { numberOfSucceededThings: 3, NumberOfFailedThings: 2 },
    });
    expect((await call('GET', '/ota-tasks/badBatch/devices')).body).toMatchObject({
      ExecutionSummaries: [
        { ManagedThingId: 'thing-000001' },
        {},
        {},
        {},
        { ManagedThingId: 'thing-000005' },
      ],
    });
  });

  it('gains as many things a minute as it says, if it is continuous', async () => {
    const { account, clock } = await startWorld();
    const [continuous, once] = (['CONTINUOUS', 'ONE_TIME'] as const).map((OtaType) =>
      account.createTask({
        OtaType,
        things: 1,
        joiningPerMinute: 3,
        profile: { hanging: 1, failed: 0, rejected: 0 },
      }),
    );
    clock.now += 10 * MINUTE;
    const inProgress = (id = '') =>
      Object(account.getTask(id).TaskProcessingDetails).NumberOfInProgressThings;
    expect([inProgress(continuous), inProgress(once)]).toEqual([31, 1]);
  });

  it.each([
    ['an API limit', { Description: 'a.b' }, 'Description'],
    ['a negative number of things', { things: -1 }, 'things'],
    ['an unknown member of the profile', { profile: JSON.parse('{"fail":1}') }, 'profile'],
    ['outcomes of more than all', { profile: { failed: 0.6, rejected: 0.5 } }, 'profile'],
    [
      'outcomes of more than all in a phase',
      { profile: { failed: 0.6, phases: [{ fromThing: 9, rejected: 0.5 }] } },
      'profile',
    ],
  ])('is refused for %s', async (_, script, member) => {
    const { account } = await startWorld();
    expect(() => account.createTask(script)).toThrow(`Value at '${member}' failed to satisfy constraint`);
  });

  it('is refused under an id that is taken', async () => {
    const { account } = await startWorld();
    account.createTask({ taskId: 'taken' });
    expect(() => account.createTask({ taskId: 'taken' })).toThrow('OtaTask taken exists already');
  });

  it('is the same in every simulator of one seed, however often it is looked at', async () => {
    const ends = await Promise.all(
      [3, 3, 4].map(async (seed, index) => {
        const { account, clock } = await startWorld({ seed });
        const id = account.createTask({ things: 200, profile: { failed: 0.5 } });
        for (; clock.now < START + 60 * MINUTE; clock.now += (index + 1) * MINUTE) account.getTask(id);
        clock.now = START + 60 * MINUTE;
        return account.getTask(id);
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]?.TaskProcessingDetails).not.toEqual(ends[0]?.TaskProcessingDetails);
  });
});

describe('what an operator does', () => {
  it('cancels a task', async () => {
    const { account, clock } = await startWorld();
    const id = account.createTask({ things: 9 });
    clock.now += 1_000;
    account.cancelTask(id);
    expect(account.getTask(id)).toMatchObject({
      Status: 'CANCELED',
      LastUpdatedAt: SECONDS + 1,
      TaskProcessingDetails: { NumberOfCanceledThings: 9 },
    });
  });

  it('moves a task to another configuration, which is in force from then on', async () => {
    const { account, clock } = await startWorld();
    const rate = (MaximumPerMinute: number) =>
      account.createConfiguration({ PushConfig: { RolloutConfig: { MaximumPerMinute } } });
    const [slow, fast] = [rate(1), rate(60)];
    const id = account.createTask({
      things: 100,
      TaskConfigurationId: slow,
      profile: { meanSeconds: 3_600 },
    });
    account.moveTask(id, fast);
    clock.now += MINUTE - 1;
    expect(account.getTask(id)).toMatchObject({
      TaskConfigurationId: fast,
      TaskProcessingDetails: { NumberOfInProgressThings: 60 },
    });
  });

  it('deletes a task, which stands still meanwhile', async () => {
    const { account, clock } = await startWorld({ deletionMs: 10 * MINUTE });
    const id = account.createTask({ things: 100 });
    account.deleteTask(id);
    const { TaskProcessingDetails } = account.getTask(id);
    account.cancelTask(id);
    account.moveTask(id, account.createConfiguration({}));
    clock.now += 9 * MINUTE;
    expect(account.getTask(id)).toMatchObject({ Status: 'DELETION_IN_PROGRESS', TaskProcessingDetails });
  });

  it('removes a task or a configuration at once', async () => {
    const { account } = await startWorld();
    const configurationId = account.createConfiguration({});
    const id = account.createTask({ TaskConfigurationId: configurationId });
    account.removeConfiguration(configurationId);
    expect(() => account.getConfiguration(configurationId)).toThrow(
      notFound('OtaTaskConfiguration', configurationId),
    );
    expect(account.getTask(id).TaskConfigurationId).toBe(configurationId);
    account.removeTask(id);
    expect(() => account.getTask(id)).toThrow(notFound('OtaTask', id));
  });
});

describe('a pinned task', () => {
  it('is answered and listed exactly as it is, until it is replaced', async () => {
    const { account, call, clock } = await startWorld();
    const document = { TaskId: 'strange', Status: 'PAUSED', CreatedAt: 5, Extra: { deep: [null] } };
    account.createTask({ taskId: 'before' });
    account.putTask(document);
    account.createTask({ taskId: 'after' });
    clock.now += MINUTE;
    expect((await call('GET', '/ota-tasks/strange')).body).toEqual(document);

    account.putTask({ TaskId: 'strange', TaskProcessingDetails: { NumberOfFailedThings: 'many' } });
    const { Tasks } = Object((await call('GET', '/ota-tasks')).body);
    expect([Tasks[0].TaskId, Tasks[1], Tasks[2].TaskId]).toEqual(['before', { TaskId: 'strange' }, 'after']);
  });

  it.each(['a/b c?d%', 'é', '-', 'x'.repeat(300), '..x'])('may have the id %s', async (id) => {
    const { account, call } = await startWorld();
    account.putTask({ Status: 'COMPLETED' }, id);
    const path = `/ota-tasks/${encodeURIComponent(id)}`;
    expect(await call('GET', path)).toEqual({ status: 200, errorType: null, body: { Status: 'COMPLETED' } });
    expect((await call('GET', `${path}/devices`)).body).toEqual({ ExecutionSummaries: [] });
  });

  it('needs an id', async () => {
    const { account } = await startWorld();
    expect(() => account.putTask({ Status: 'COMPLETED' })).toThrow('expected string');
  });

  it('has executions that agree with its counters', async () => {
    const { account, call } = await startWorld();
    account.putTask(pinnedTask({ counts: { failed: 2, inProgress: 1, succeeded: 2_000_000_000 } }));
    const statuses = async (query: string) => {
      const { ExecutionSummaries, NextToken } = Object(
        (await call('GET', `/ota-tasks/pinned/devices?${query}`)).body,
      );
      type Summary = { ManagedThingId: string; TaskExecutionSummary: { Status: string } };
      const page = ExecutionSummaries.map((each: Summary) => [
        each.ManagedThingId,
        each.TaskExecutionSummary.Status,
      ]);
      return { page, NextToken };
    };
    const { page, NextToken } = await statuses('MaxResults=2');
    expect(page).toEqual([
      ['thing-000001', 'IN_PROGRESS'],
      ['thing-000002', 'SUCCEEDED'],
    ]);
    expect((await statuses(`MaxResults=1&NextToken=${NextToken}`)).page).toEqual([
      ['thing-000003', 'SUCCEEDED'],
    ]);

    account.putTask(pinnedTask({ counts: { failed: 1, timedOut: 1, queued: 1 } }));
    expect((await statuses('')).page).toEqual([
      ['thing-000001', 'QUEUED'],
      ['thing-000002', 'FAILED'],
      ['thing-000003', 'TIMED_OUT'],
    ]);
  });

  it('takes changes through the API and the handle into its document', async () => {
    const { account, call } = await startWorld();
    account.putTask({ TaskId: 'p', Extra: 1 });
    await call('PUT', '/ota-tasks/p', { Description: 'Changed' });
    account.moveTask('p', account.createConfiguration({}));
    account.cancelTask('p');
    expect(account.getTask('p')).toEqual({
      TaskId: 'p',
      Extra: 1,
      Description: 'Changed',
      TaskConfigurationId: expect.any(String),
      Status: 'CANCELED',
    });
    await call('DELETE', '/ota-tasks/p');
    expect(account.getTask('p').Status).toBe('DELETION_IN_PROGRESS');
  });
});

describe('a pinned configuration', () => {
  it('is answered exactly as it is, and rules the tasks that use it as far as it is well-formed', async () => {
    const { account, call, clock } = await startWorld();
    const odd = { TaskConfigurationId: 'odd', PushConfig: { RolloutConfig: 5 }, Extra: null };
    account.putConfiguration(odd);
    expect((await call('GET', '/ota-task-configurations/odd')).body).toEqual(odd);

    account.putConfiguration({ PushConfig: { RolloutConfig: { MaximumPerMinute: 1 } } }, 'slow/1');
    expect((await call('GET', '/ota-task-configurations/slow%2F1')).status).toBe(200);
    account.putConfiguration({ PushConfig: { RolloutConfig: { MaximumPerMinute: 1 } } }, 'slow');
    const id = account.createTask({
      things: 9,
      TaskConfigurationId: 'slow',
      profile: { meanSeconds: 3_600 },
    });
    clock.now += 1.5 * MINUTE;
    expect(account.getTask(id)).toMatchObject({ TaskProcessingDetails: { NumberOfInProgressThings: 2 } });
  });
});

describe('pinnedTask', () => {
  it('builds a whole document from nothing', () => {
    expect(pinnedTask()).toEqual({
      TaskId: 'pinned',
      TaskArn: 'arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/pinned',
      S3Url: 's3://firmware/image.bin',
      Protocol: 'HTTP',
      OtaType: 'ONE_TIME',
      OtaMechanism: 'PUSH',
      CreatedAt: SECONDS,
      LastUpdatedAt: SECONDS,
      TaskProcessingDetails: {
        NumberOfCanceledThings: 0,
        NumberOfFailedThings: 0,
        NumberOfInProgressThings: 0,
        numberOfQueuedThings: 0,
        numberOfRejectedThings: 0,
        numberOfRemovedThings: 0,
        numberOfSucceededThings: 0,
        numberOfTimedOutThings: 0,
        processingTargets: [],
      },
      Status: 'IN_PROGRESS',
    });
  });

  it('takes everything that is given', () => {
    const document = pinnedTask({
      taskId: 't1',
      accountId: '210987654321',
      region: 'eu-west-1',
      status: 'COMPLETED',
      otaType: 'CONTINUOUS',
      configurationId: 'c1',
      createdAt: 1_000,
      updatedAt: 2_500,
      counts: {
        queued: 1,
        inProgress: 2,
        succeeded: 3,
        failed: 4,
        rejected: 5,
        timedOut: 6,
        removed: 7,
        canceled: 8,
      },
      members: { Description: 'Given', S3Url: 's3://other' },
    });
    expect(document).toEqual({
      ...pinnedTask(),
      TaskId: 't1',
      TaskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:210987654321:ota-task/t1',
      Status: 'COMPLETED',
      OtaType: 'CONTINUOUS',
      TaskConfigurationId: 'c1',
      CreatedAt: 1,
      LastUpdatedAt: 2.5,
      TaskProcessingDetails: {
        numberOfQueuedThings: 1,
        NumberOfInProgressThings: 2,
        numberOfSucceededThings: 3,
        NumberOfFailedThings: 4,
        numberOfRejectedThings: 5,
        numberOfTimedOutThings: 6,
        numberOfRemovedThings: 7,
        NumberOfCanceledThings: 8,
        processingTargets: [],
      },
      Description: 'Given',
      S3Url: 's3://other',
    });
  });
});

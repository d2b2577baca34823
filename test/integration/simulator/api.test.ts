import { describe, expect, it } from 'vitest';
import { AUTHORIZATION, MINUTE, START, startWorld } from './world.ts';

const SECONDS = START / 1_000;
const ARN = 'arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/';

const ok = (body: unknown, status = 200) => ({ status, errorType: null, body });
const refused = (status: number, errorType: string, body: unknown) => ({ status, errorType, body });
const missing = (ResourceType: string, ResourceId: string) =>
  refused(404, 'ResourceNotFoundException', {
    Message: `${ResourceType} ${ResourceId} does not exist`,
    ResourceId,
    ResourceType,
  });

const PUSH = {
  RolloutConfig: { MaximumPerMinute: 2 },
  AbortConfig: {
    AbortConfigCriteriaList: [
      { Action: 'CANCEL', FailureType: 'ALL', MinNumberOfExecutedThings: 1, ThresholdPercentage: 99.5 },
    ],
  },
  TimeoutConfig: { InProgressTimeoutInMinutes: 100 },
};
const REQUEST = {
  S3Url: 's3://firmware/image.bin',
  OtaType: 'ONE_TIME',
  Target: ['thing-a', 'arn:aws:x:managed-thing/thing-b'],
};

const counters = (counts: Record<string, number>, processingTargets: readonly string[] = []) => ({
  NumberOfCanceledThings: 0,
  NumberOfFailedThings: 0,
  NumberOfInProgressThings: 0,
  numberOfQueuedThings: 0,
  numberOfRejectedThings: 0,
  numberOfRemovedThings: 0,
  numberOfSucceededThings: 0,
  numberOfTimedOutThings: 0,
  ...counts,
  processingTargets,
});

async function createdTask(
  { call }: Awaited<ReturnType<typeof startWorld>>,
  request: object = REQUEST,
): Promise<string> {
  const { body } = await call('POST', '/ota-tasks', request);
  return String(Object(body).TaskId);
}

describe('configurations', () => {
  it('are created and read', async () => {
    const { call, clock } = await startWorld();
    clock.now += 123;
    const created = await call('POST', '/ota-task-configurations', {
      Name: 'Slow',
      Description: 'Two a minute',
      PushConfig: PUSH,
    });
    const id = String(Object(created.body).TaskConfigurationId);
    expect(created).toEqual(ok({ TaskConfigurationId: expect.stringMatching(/^[a-zA-Z0-9]{1,64}$/) }, 201));
    clock.now += MINUTE;
    expect(await call('GET', `/ota-task-configurations/${id}`)).toEqual(
      ok({
        TaskConfigurationId: id,
        Name: 'Slow',
        Description: 'Two a minute',
        PushConfig: PUSH,
        CreatedAt: SECONDS + 0.123,
      }),
    );
  });

  it('may be empty', async () => {
    const { call } = await startWorld();
    expect((await call('POST', '/ota-task-configurations', {})).status).toBe(201);
    expect((await call('POST', '/ota-task-configurations')).status).toBe(201);
  });

  it('are not found by another id', async () => {
    const { call } = await startWorld();
    expect(await call('GET', '/ota-task-configurations/none')).toEqual(
      missing('OtaTaskConfiguration', 'none'),
    );
  });
});

describe('a task', () => {
  it('is created, runs, and is read', async () => {
    const world = await startWorld({ profile: { meanSeconds: 60, spread: 0, failed: 0, rejected: 0 } });
    const { call, clock, account } = world;
    const configurationId = account.createConfiguration({
      PushConfig: { RolloutConfig: { MaximumPerMinute: 2 } },
    });
    const request = {
      ...REQUEST,
      Description: 'Firmware 2',
      TaskConfigurationId: configurationId,
      ClientToken: 'token',
      OtaTaskExecutionRetryConfig: { RetryConfigCriteria: [{ FailureType: 'ALL', MinNumberOfRetries: 1 }] },
      OtaSchedulingConfig: { EndTime: '2025-06-03 03:00', EndBehavior: 'CANCEL' },
      Tags: { team: 'devices' },
      Unknown: 'member',
    };
    const created = await call('POST', '/ota-tasks', request);
    const id = String(Object(created.body).TaskId);
    expect(created).toEqual(ok({ TaskId: id, TaskArn: ARN + id, Description: 'Firmware 2' }, 201));
    expect(id).toMatch(/^[A-Za-z0-9]{1,200}$/);

    clock.now += 10_000;
    const { ClientToken, Unknown, ...described } = request;
    const document = {
      ...described,
      Protocol: 'HTTP',
      OtaMechanism: 'PUSH',
      TaskId: id,
      TaskArn: ARN + id,
      CreatedAt: SECONDS,
    };
    const running = counters({ NumberOfInProgressThings: 1, numberOfQueuedThings: 1 }, REQUEST.Target);
    expect(await call('GET', `/ota-tasks/${id}`)).toEqual(
      ok({ ...document, LastUpdatedAt: SECONDS, Status: 'IN_PROGRESS', TaskProcessingDetails: running }),
    );

    clock.now = START + 1.5 * MINUTE;
    const done = counters({ numberOfSucceededThings: 2 });
    expect(await call('GET', `/ota-tasks/${id}`)).toEqual(
      ok({ ...document, LastUpdatedAt: SECONDS + 90, Status: 'COMPLETED', TaskProcessingDetails: done }),
    );
    expect(await call('GET', '/ota-tasks')).toEqual(
      ok({
        Tasks: [
          {
            TaskId: id,
            TaskArn: ARN + id,
            CreatedAt: SECONDS,
            LastUpdatedAt: SECONDS + 90,
            TaskConfigurationId: configurationId,
            Status: 'COMPLETED',
          },
        ],
      }),
    );
  });

  it('belongs to the account and region of the simulator', async () => {
    const world = await startWorld({ accountId: '210987654321', region: 'eu-west-1' });
    const { body } = await world.call('POST', '/ota-tasks', REQUEST);
    expect(Object(body).TaskArn).toMatch(
      /^arn:aws:iotmanagedintegrations:eu-west-1:210987654321:ota-task\/[0-9a-f]{32}$/,
    );
  });

  it('reaches the fleet by a query string, and nothing without a target', async () => {
    const world = await startWorld({ fleetSize: 7 });
    const { OtaType, S3Url } = REQUEST;
    const byQuery = await createdTask(world, { OtaType, S3Url, OtaTargetQueryString: 'thingName:*' });
    const byNothing = await createdTask(world, { OtaType, S3Url });
    const details = async (id: string) =>
      Object((await world.call('GET', `/ota-tasks/${id}`)).body).TaskProcessingDetails;
    expect(await details(byQuery)).toEqual(
      counters({ NumberOfInProgressThings: 1, numberOfQueuedThings: 6 }),
    );
    expect(await details(byNothing)).toEqual(counters({}));
  });

  it('grows if it is continuous', async () => {
    const world = await startWorld({ profile: { hanging: 1, failed: 0, rejected: 0 } });
    const id = await createdTask(world, { ...REQUEST, OtaType: 'CONTINUOUS' });
    world.clock.now += 5 * MINUTE;
    const { Status, TaskProcessingDetails } = Object((await world.call('GET', `/ota-tasks/${id}`)).body);
    expect([Status, TaskProcessingDetails]).toEqual([
      'IN_PROGRESS',
      counters({ NumberOfInProgressThings: 7 }, REQUEST.Target),
    ]);
  });

  it('lists the executions of its things', async () => {
    const world = await startWorld({ profile: { meanSeconds: 60, spread: 0, failed: 0, rejected: 0 } });
    const { call, clock, account } = world;
    const TaskConfigurationId = account.createConfiguration({
      PushConfig: { RolloutConfig: { MaximumPerMinute: 1 } },
    });
    const id = await createdTask(world, {
      ...REQUEST,
      Target: [...REQUEST.Target, 'thing-c'],
      TaskConfigurationId,
    });
    clock.now += 1.5 * MINUTE;
    const common = { ExecutionNumber: 1, RetryAttempt: 0, QueuedAt: SECONDS };
    const first = { ...common, StartedAt: SECONDS, LastUpdatedAt: SECONDS + 60, Status: 'SUCCEEDED' };
    const second = { ...common, StartedAt: SECONDS + 60, LastUpdatedAt: SECONDS + 60, Status: 'IN_PROGRESS' };
    const third = { ...common, LastUpdatedAt: SECONDS, Status: 'QUEUED' };
    const page = await call('GET', `/ota-tasks/${id}/devices?MaxResults=2`);
    expect(page).toEqual(
      ok({
        ExecutionSummaries: [
          { ManagedThingId: 'thing-a', TaskExecutionSummary: first },
          { ManagedThingId: 'thing-b', TaskExecutionSummary: second },
        ],
        NextToken: expect.stringMatching(/^[a-zA-Z0-9=_+/-]+$/),
      }),
    );
    const next = String(Object(page.body).NextToken);
    expect(await call('GET', `/ota-tasks/${id}/devices?NextToken=${next}`)).toEqual(
      ok({ ExecutionSummaries: [{ ManagedThingId: 'thing-c', TaskExecutionSummary: third }] }),
    );
  });

  it.each([
    ['PUT', 204, undefined],
    ['PATCH', 200, undefined],
  ])('is updated by %s', async (method, status, body) => {
    const world = await startWorld();
    const { call, clock, account } = world;
    const TaskConfigurationId = account.createConfiguration({});
    const id = await createdTask(world);
    clock.now += 1_000;
    const changes = { Description: 'Moved', TaskConfigurationId };
    expect(await call(method, `/ota-tasks/${id}`, changes)).toEqual(ok(body, status));
    expect((await call('GET', `/ota-tasks/${id}`)).body).toMatchObject({
      ...changes,
      LastUpdatedAt: SECONDS + 1,
    });
  });

  it('is deleted: in deletion for a while, then gone', async () => {
    const world = await startWorld({ deletionMs: 30_000 });
    const { call, clock } = world;
    const id = await createdTask(world);
    const statusOf = async () => Object((await call('GET', `/ota-tasks/${id}`)).body).Status;
    expect(await statusOf()).toBe('IN_PROGRESS');
    expect(await call('DELETE', `/ota-tasks/${id}`)).toEqual(ok({}));
    clock.now += 29_999;
    expect(await call('DELETE', `/ota-tasks/${id}`)).toEqual(ok({}));
    expect(await call('GET', `/ota-tasks/${id}`)).toMatchObject({
      body: { Status: 'DELETION_IN_PROGRESS', LastUpdatedAt: SECONDS },
    });
    clock.now += 1;
    expect(await call('GET', '/ota-tasks')).toEqual(ok({ Tasks: [] }));
    expect(await call('GET', `/ota-tasks/${id}`)).toEqual(missing('OtaTask', id));
  });

  it.each([
    ['GET', '/ota-tasks/none'],
    ['GET', '/ota-tasks/none/devices'],
    ['DELETE', '/ota-tasks/none'],
    ['PUT', '/ota-tasks/none'],
  ])('is not found by %s %s', async (method, path) => {
    const { call } = await startWorld();
    expect(await call(method, path)).toEqual(missing('OtaTask', 'none'));
  });

  it.each([
    ['POST', '/ota-tasks', { ...REQUEST, TaskConfigurationId: 'none' }],
    ['PUT', '/ota-tasks/known', { TaskConfigurationId: 'none' }],
  ])('is refused by %s %s for a configuration that does not exist', async (method, path, body) => {
    const { call, account } = await startWorld();
    account.createTask({ taskId: 'known' });
    expect(await call(method, path, body)).toEqual(missing('OtaTaskConfiguration', 'none'));
  });
});

describe('ListOtaTasks', () => {
  it.each([
    ['', [50, 50, 20]],
    ['MaxResults=1000', [120]],
    ['MaxResults=120', [120]],
    ['MaxResults=119', [119, 1]],
  ])('answers %s in pages of %j', async (query, sizes) => {
    const { call, account } = await startWorld();
    const ids = Array.from({ length: 120 }, () => account.createTask({ things: 1 }));
    const listed: string[][] = [];
    let token: string | undefined;
    do {
      const { body } = await call('GET', `/ota-tasks?${query}${token ? `&NextToken=${token}` : ''}`);
      const { Tasks, NextToken } = Object(body);
      listed.push(Tasks.map(({ TaskId }: { TaskId: string }) => TaskId));
      token = NextToken;
    } while (token !== undefined);
    expect(listed.map(({ length }) => length)).toEqual(sizes);
    expect(listed.flat()).toEqual(ids);
  });

  it('goes on at the right task when others have gone or come meanwhile', async () => {
    const { call, account } = await startWorld();
    const [first = '', second = '', third = '', fourth = ''] = Array.from({ length: 4 }, () =>
      account.createTask({}),
    );
    const { body } = await call('GET', '/ota-tasks?MaxResults=2');
    account.removeTask(first);
    account.removeTask(third);
    const fifth = account.createTask({});
    const rest = await call('GET', `/ota-tasks?NextToken=${Object(body).NextToken}`);
    const idsOf = (page: unknown): string[] =>
      Object(page).Tasks.map(({ TaskId }: { TaskId: string }) => TaskId);
    expect([idsOf(body), idsOf(rest.body)]).toEqual([
      [first, second],
      [fourth, fifth],
    ]);
  });
});

describe('a client token', () => {
  it.each([
    ['/ota-tasks', REQUEST, { ...REQUEST, OtaType: 'CONTINUOUS' }],
    ['/ota-task-configurations', { Name: 'one' }, { Name: 'two' }],
  ])('makes POST %s idempotent', async (path, request, other) => {
    const { call } = await startWorld();
    const first = await call('POST', path, { ...request, ClientToken: 'a' });
    expect(await call('POST', path, { ...request, ClientToken: 'a' })).toEqual(first);
    expect(await call('POST', path, { ...request, ClientToken: 'b' })).not.toEqual(first);
    expect(await call('POST', path, request)).not.toEqual(first);
    expect(await call('POST', path, { ...other, ClientToken: 'a' })).toEqual(
      refused(409, 'ConflictException', { Message: 'ClientToken was used before with other parameters' }),
    );
  });

  it('is one of tasks or of configurations, not of both', async () => {
    const { call } = await startWorld();
    expect((await call('POST', '/ota-tasks', { ...REQUEST, ClientToken: 'a' })).status).toBe(201);
    expect((await call('POST', '/ota-task-configurations', { ClientToken: 'a' })).status).toBe(201);
  });
});

describe('authorization', () => {
  it.each([
    ['none', undefined],
    ['another scheme', 'Bearer token'],
    ['another service', AUTHORIZATION.replace('iotmanagedintegrations', 'iot')],
    ['an incomplete scope', AUTHORIZATION.replace('/aws4_request', '')],
    ['a date that is none', AUTHORIZATION.replace('20250602', 'today')],
  ])('is denied with %s', async (_, authorization) => {
    const { url } = await startWorld();
    const response = await fetch(`${url}/ota-tasks`, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.json()]).toEqual([
      403,
      'AccessDeniedException',
      { Message: 'The request has no signature for iotmanagedintegrations' },
    ]);
  });
});

describe('a request for no operation', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/tasks'],
    ['PUT', '/ota-tasks'],
    ['GET', '/ota-task-configurations'],
    ['GET', '/ota-tasks/a/devices/b'],
    ['DELETE', '/ota-task-configurations/a'],
  ])('is refused: %s %s', async (method, path) => {
    const { call } = await startWorld();
    expect(await call(method, path)).toEqual(
      refused(404, 'UnknownOperationException', { Message: `No operation ${method} ${path}` }),
    );
  });
});

describe('close', () => {
  it('ends at once, with connections open and a request under way', async () => {
    const { call, faults, requests, close, url } = await startWorld();
    await call('GET', '/ota-tasks');
    faults.on = () => ({ kind: 'hang' });
    const waiting = call('GET', '/ota-tasks').catch((error: unknown) => error);
    await expect.poll(() => requests.count()).toBe(2);
    await close();
    expect(await waiting).toBeInstanceOf(TypeError);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

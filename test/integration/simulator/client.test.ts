import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  IoTManagedIntegrationsClient,
  paginateListOtaTaskExecutions,
  paginateListOtaTasks,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MINUTE, START, startWorld, type World } from './world.ts';

function clientOf({ url }: World, maxAttempts = 1): IoTManagedIntegrationsClient {
  const client = new IoTManagedIntegrationsClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    maxAttempts,
  });
  onTestFinished(() => client.destroy());
  return client;
}

async function sizesOf<T>(pages: AsyncIterable<T>, items: (page: T) => readonly unknown[] | undefined) {
  const sizes = [];
  for await (const page of pages) sizes.push(items(page)?.length);
  return sizes;
}

describe('the SDK client', () => {
  it('reads a running task and its configuration', async () => {
    const world = await startWorld({ profile: { meanSeconds: 60, spread: 0, failed: 0, rejected: 0 } });
    const PushConfig = { RolloutConfig: { MaximumPerMinute: 1 } };
    const TaskConfigurationId = world.account.createConfiguration({ Name: 'Slow', PushConfig });
    const id = world.account.createTask({ things: 2, TaskConfigurationId, Tags: { team: 'devices' } });
    world.clock.now += 1.5 * MINUTE + 1;
    const client = clientOf(world);
    expect(await client.send(new GetOtaTaskCommand({ Identifier: id }))).toEqual({
      $metadata: expect.objectContaining({ httpStatusCode: 200, requestId: 'simulated-1', attempts: 1 }),
      TaskId: id,
      TaskArn: `arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/${id}`,
      S3Url: 's3://firmware/image.bin',
      Protocol: 'HTTP',
      OtaMechanism: 'PUSH',
      OtaType: 'ONE_TIME',
      TaskConfigurationId,
      Tags: { team: 'devices' },
      CreatedAt: new Date(START),
      LastUpdatedAt: new Date(START + MINUTE),
      Status: 'IN_PROGRESS',
      TaskProcessingDetails: {
        NumberOfCanceledThings: 0,
        NumberOfFailedThings: 0,
        NumberOfInProgressThings: 1,
        numberOfQueuedThings: 0,
        numberOfRejectedThings: 0,
        numberOfRemovedThings: 0,
        numberOfSucceededThings: 1,
        numberOfTimedOutThings: 0,
        processingTargets: [],
      },
    });
    expect(
      await client.send(new GetOtaTaskConfigurationCommand({ Identifier: TaskConfigurationId })),
    ).toEqual({
      $metadata: expect.objectContaining({ httpStatusCode: 200 }),
      TaskConfigurationId,
      Name: 'Slow',
      PushConfig,
      CreatedAt: new Date(START),
    });
  });

  it('reads a pinned task of an odd id', async () => {
    const world = await startWorld();
    world.account.putTask({ TaskId: 'a/b c?d', Status: 'PAUSED' });
    const { $metadata, ...task } = await clientOf(world).send(
      new GetOtaTaskCommand({ Identifier: 'a/b c?d' }),
    );
    expect(task).toEqual({ TaskId: 'a/b c?d', Status: 'PAUSED' });
  });

  it('pages through tasks and executions', async () => {
    const world = await startWorld();
    const [id = ''] = Array.from({ length: 25 }, () => world.account.createTask({ things: 7 }));
    const client = clientOf(world);
    expect(await sizesOf(paginateListOtaTasks({ client, pageSize: 10 }, {}), ({ Tasks }) => Tasks)).toEqual([
      10, 10, 5,
    ]);
    const executions = paginateListOtaTaskExecutions({ client, pageSize: 4 }, { Identifier: id });
    expect(await sizesOf(executions, ({ ExecutionSummaries }) => ExecutionSummaries)).toEqual([4, 3]);
  });

  it.each([
    ['throttle', { name: 'ThrottlingException', message: 'Rate exceeded' }],
    ['internal', { name: 'InternalServerException', message: 'Internal server error' }],
    ['denied', { name: 'AccessDeniedException' }],
    ['validation', { name: 'ValidationException' }],
    ['not-found', { name: 'ResourceNotFoundException', ResourceId: 'known' }],
  ] as const)('meets %s as the exception of the service', async (kind, members) => {
    const world = await startWorld();
    world.faults.on = () => ({ kind });
    const reading = clientOf(world).send(new GetOtaTaskCommand({ Identifier: 'known' }));
    await expect(reading).rejects.toMatchObject(members);
  });

  it('is told what is not found', async () => {
    const world = await startWorld();
    await expect(clientOf(world).send(new GetOtaTaskCommand({ Identifier: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'OtaTask none does not exist',
      ResourceId: 'none',
      ResourceType: 'OtaTask',
    });
  });

  it.each(['drop', 'internal'] as const)('tries again after %s', async (kind) => {
    const world = await startWorld();
    world.account.putTask({ TaskId: 'known', Status: 'IN_PROGRESS' });
    world.faults.on = ({ attempt }) => (attempt === 1 ? { kind } : undefined);
    const task = await clientOf(world, 3).send(new GetOtaTaskCommand({ Identifier: 'known' }));
    expect([task.Status, world.requests.count('GetOtaTask')]).toEqual(['IN_PROGRESS', 2]);
  });
});

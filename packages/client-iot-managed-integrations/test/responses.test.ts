import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  ListOtaTaskExecutionsCommand,
  ListOtaTasksCommand,
} from '@aws-sdk/client-iot-managed-integrations';
import type { Logger } from '@smithy/types';
import { describe, expect, it } from 'vitest';
import { connect, IDENTITY, ok, rejection, serve, talk, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

const metadata = expect.objectContaining({ httpStatusCode: 200, attempts: 1 });

describe('answers', () => {
  it('GetOtaTask: dates, the counters as the service spells them, members that the model lacks left out', async () => {
    const { client } = await talk(
      ok({
        TaskId: 'task1',
        TaskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
        Description: 'firmware 7',
        S3Url: 's3://bucket/firmware',
        Protocol: 'HTTP',
        OtaType: 'CONTINUOUS',
        OtaTargetQueryString: 'attributes.model:x',
        OtaMechanism: 'PUSH',
        Target: ['thing1', 'thing2'],
        CreatedAt: 1700000000,
        LastUpdatedAt: 1700000000.123,
        TaskConfigurationId: 'config1',
        TaskProcessingDetails: {
          NumberOfCanceledThings: 1,
          NumberOfFailedThings: 2,
          NumberOfInProgressThings: 3,
          numberOfQueuedThings: 4,
          numberOfRejectedThings: 5,
          numberOfRemovedThings: 6,
          numberOfSucceededThings: 7,
          numberOfTimedOutThings: 8,
          numberOfPausedThings: 9,
          processingTargets: ['thing1'],
        },
        OtaSchedulingConfig: {
          EndBehavior: 'STOP_ROLLOUT',
          EndTime: '2026-05-02T00:00:00Z',
          MaintenanceWindows: [{ DurationInMinutes: 60, StartTime: 'cron(0 0 * * ? *)' }],
          StartTime: '2026-05-01T00:00:00Z',
        },
        OtaTaskExecutionRetryConfig: {
          RetryConfigCriteria: [{ FailureType: 'ALL', MinNumberOfRetries: 3 }],
        },
        Status: 'IN_PROGRESS',
        Tags: { owner: 'team' },
        FutureMember: true,
      }),
    );
    expect(await client.send(new GetOtaTaskCommand({ Identifier: 'task1' }))).toEqual({
      $metadata: metadata,
      TaskId: 'task1',
      TaskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
      Description: 'firmware 7',
      S3Url: 's3://bucket/firmware',
      Protocol: 'HTTP',
      OtaType: 'CONTINUOUS',
      OtaTargetQueryString: 'attributes.model:x',
      OtaMechanism: 'PUSH',
      Target: ['thing1', 'thing2'],
      CreatedAt: new Date('2023-11-14T22:13:20.000Z'),
      LastUpdatedAt: new Date('2023-11-14T22:13:20.123Z'),
      TaskConfigurationId: 'config1',
      TaskProcessingDetails: {
        NumberOfCanceledThings: 1,
        NumberOfFailedThings: 2,
        NumberOfInProgressThings: 3,
        numberOfQueuedThings: 4,
        numberOfRejectedThings: 5,
        numberOfRemovedThings: 6,
        numberOfSucceededThings: 7,
        numberOfTimedOutThings: 8,
        processingTargets: ['thing1'],
      },
      OtaSchedulingConfig: {
        EndBehavior: 'STOP_ROLLOUT',
        EndTime: '2026-05-02T00:00:00Z',
        MaintenanceWindows: [{ DurationInMinutes: 60, StartTime: 'cron(0 0 * * ? *)' }],
        StartTime: '2026-05-01T00:00:00Z',
      },
      OtaTaskExecutionRetryConfig: { RetryConfigCriteria: [{ FailureType: 'ALL', MinNumberOfRetries: 3 }] },
      Status: 'IN_PROGRESS',
      Tags: { owner: 'team' },
    });
  });

  it('GetOtaTaskConfiguration', async () => {
    const PushConfig = {
      AbortConfig: {
        AbortConfigCriteriaList: [
          {
            Action: 'CANCEL',
            FailureType: 'TIMED_OUT',
            MinNumberOfExecutedThings: 10,
            ThresholdPercentage: 12.5,
          },
        ],
      },
      RolloutConfig: {
        ExponentialRolloutRate: {
          BaseRatePerMinute: 5,
          IncrementFactor: 1.5,
          RateIncreaseCriteria: { numberOfNotifiedThings: 10, numberOfSucceededThings: 20 },
        },
        MaximumPerMinute: 1000,
      },
      TimeoutConfig: { InProgressTimeoutInMinutes: 30 },
    };
    const plain = { TaskConfigurationId: 'config1', Name: 'fleet', Description: 'slow start', PushConfig };
    const { client } = await talk(ok({ ...plain, CreatedAt: 1.7e9 }));
    expect(await client.send(new GetOtaTaskConfigurationCommand({ Identifier: 'config1' }))).toEqual({
      $metadata: metadata,
      ...plain,
      CreatedAt: new Date('2023-11-14T22:13:20.000Z'),
    });
  });

  it('ListOtaTasks', async () => {
    const summary = { TaskId: 'task1', TaskArn: 'arn', TaskConfigurationId: 'config1', Status: 'SCHEDULED' };
    const { client } = await talk(
      ok({ Tasks: [{ ...summary, CreatedAt: 0, LastUpdatedAt: 1700000000.5 }, {}], NextToken: 'next' }),
    );
    expect(await client.send(new ListOtaTasksCommand())).toEqual({
      $metadata: metadata,
      Tasks: [
        { ...summary, CreatedAt: new Date(0), LastUpdatedAt: new Date('2023-11-14T22:13:20.500Z') },
        {},
      ],
      NextToken: 'next',
    });
  });

  it('ListOtaTaskExecutions', async () => {
    const summary = { ExecutionNumber: 2 ** 40, RetryAttempt: 2, Status: 'TIMED_OUT' };
    const { client } = await talk(
      ok({
        ExecutionSummaries: [
          {
            ManagedThingId: 'thing1',
            TaskExecutionSummary: { ...summary, LastUpdatedAt: 30, QueuedAt: 10, StartedAt: 20 },
          },
        ],
      }),
    );
    expect(await client.send(new ListOtaTaskExecutionsCommand({ Identifier: 'task1' }))).toEqual({
      $metadata: metadata,
      ExecutionSummaries: [
        {
          ManagedThingId: 'thing1',
          TaskExecutionSummary: {
            ...summary,
            LastUpdatedAt: new Date(30_000),
            QueuedAt: new Date(10_000),
            StartedAt: new Date(20_000),
          },
        },
      ],
    });
  });

  it('passes enum values through that do not exist yet', async () => {
    const { client } = await talk(ok({ Status: 'PAUSED', OtaType: 'HOURLY' }));
    expect(await client.send(new GetOtaTaskCommand({ Identifier: 'task1' }))).toEqual({
      $metadata: metadata,
      Status: 'PAUSED',
      OtaType: 'HOURLY',
    });
  });

  it.each(['', '{}', '{"TaskId":null}'])('leaves absent facts out: %j', async (body) => {
    const { client } = await talk(ok(body));
    expect(await client.send(new GetOtaTaskCommand({ Identifier: 'task1' }))).toEqual({
      $metadata: metadata,
    });
  });
});

describe('answers that are not the promised JSON', () => {
  const SECRET = 'hunter2';

  it.each([
    ['HTML', `<html>${'x'.repeat(50)}{"Tags":{"owner":"${SECRET}"}}</html>`, 'SyntaxError'],
    ['broken off', `{"TaskId":"task1","Tags":{"owner":"${SECRET}"`, 'SyntaxError'],
    ['broken inside', `{"Tags":{"owner":"${SECRET}" oops},"TaskId":"${'x'.repeat(50)}"}`, 'SyntaxError'],
    ['null', 'null', 'TypeError'],
    ['a date that is none', `{"CreatedAt":"yesterday","Tags":{"owner":"${SECRET}"}}`, 'TypeError'],
  ])('%s: an error without the body, not retried', async (_, body, name) => {
    const { client, requests } = await talk(ok(body));
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: 'task1' })));
    expect(error.name).toBe(name);
    expect(Object.keys(error)).toEqual(['$metadata']);
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 200, attempts: 1 } });
    expect(`${error.stack} ${error.message} ${JSON.stringify(error)}`).not.toContain(SECRET);
    expect(requests).toHaveLength(1);
  });

  it('quotes the start of a body that does not begin as JSON', async () => {
    const { client } = await talk(ok('<html>a long page of some proxy</html>'));
    const error = await rejection(client.send(new GetOtaTaskCommand({ Identifier: 'task1' })));
    expect(error.message).toBe(
      `Unexpected token '<', "<html>a lo"... is not valid JSON\n` +
        '  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.',
    );
  });
});

describe('the logger of the SDK', () => {
  it.each([
    [
      'Tags',
      new GetOtaTaskCommand({ Identifier: 'task1' }),
      { TaskId: 'task1', Tags: { owner: 'hunter2' } },
      { TaskId: 'task1', Tags: '***SensitiveInformation***' },
    ],
    [
      'the name of a configuration',
      new GetOtaTaskConfigurationCommand({ Identifier: 'config1' }),
      { TaskConfigurationId: 'config1', Name: 'hunter2' },
      { TaskConfigurationId: 'config1', Name: '***SensitiveInformation***' },
    ],
  ])('hides %s', async (_, command, body, logged) => {
    const lines: unknown[] = [];
    const log = (...content: unknown[]) => void lines.push(...content);
    const logger: Logger = { debug: () => {}, info: log, warn: log, error: log };
    const { endpoint } = await serve(ok(body));
    await connect({ ...IDENTITY, endpoint, logger }).send(command);
    expect(lines).toEqual([expect.objectContaining({ output: logged })]);
  });
});

import { expect } from 'vitest';
import { arnOf, environment } from './expected.ts';

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** Properties of what brings parts of a poll to the workers, and of the workers, by logical id. */
export const wayOfShards = {
  PollShardQueue: {
    QueueName: 'ota-watch-dev-poll-shard',
    MessageRetentionPeriod: 300,
    SqsManagedSseEnabled: true,
    VisibilityTimeout: 60,
    RedrivePolicy: { deadLetterTargetArn: arnOf('PollShardDeadLetterQueue'), maxReceiveCount: 2 },
  },
  PollShardDeadLetterQueue: {
    QueueName: 'ota-watch-dev-poll-shard-dlq',
    MessageRetentionPeriod: FOURTEEN_DAYS,
    SqsManagedSseEnabled: true,
  },
  PollShardEventSource: {
    EventSourceArn: arnOf('PollShardQueue'),
    FunctionName: arnOf('PollShardLambdaFunction'),
    Enabled: true,
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 10 },
  },
  PollShardLambdaFunction: {
    FunctionName: 'ota-watch-dev-poll-shard',
    Description: expect.any(String),
    Handler: 'functions/poll-shard.handler',
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 1024,
    Timeout: 55,
    Role: arnOf('PollShardRole'),
    Environment: { Variables: environment },
    Code: expect.anything(),
  },
  PollShardLogGroup: { LogGroupName: '/aws/lambda/ota-watch-dev-poll-shard', RetentionInDays: 30 },
};

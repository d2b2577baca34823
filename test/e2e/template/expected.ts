import { expect } from 'vitest';

/** A reference to a resource's ARN. */
export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The ARN of something in the account and region that the stack is in. */
export const ownArn = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
const attribute = (AttributeName: string, AttributeType: 'S' | 'N') => ({ AttributeName, AttributeType });

const everyTable = {
  BillingMode: 'PAY_PER_REQUEST',
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { SSEEnabled: true },
  DeletionProtectionEnabled: false,
};

export const tasksTable = {
  TableName: 'ota-watch-dev-tasks',
  AttributeDefinitions: [attribute('taskId', 'S'), attribute('shard', 'S'), attribute('place', 'S')],
  KeySchema: [key('taskId', 'HASH')],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'live',
      KeySchema: [key('shard', 'HASH'), key('place', 'RANGE')],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['version', 'writeId'] },
    },
  ],
  ...everyTable,
};

export const historyTable = {
  TableName: 'ota-watch-dev-history',
  AttributeDefinitions: [
    attribute('taskId', 'S'),
    attribute('sequence', 'N'),
    attribute('day', 'S'),
    attribute('observedAt', 'S'),
    attribute('detailType', 'S'),
  ],
  KeySchema: [key('taskId', 'HASH'), key('sequence', 'RANGE')],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byDay',
      KeySchema: [key('day', 'HASH'), key('observedAt', 'RANGE')],
      Projection: { ProjectionType: 'ALL' },
    },
    {
      IndexName: 'byType',
      KeySchema: [key('detailType', 'HASH'), key('observedAt', 'RANGE')],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  ...everyTable,
  ResourcePolicy: {
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AppendOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: [
            'dynamodb:UpdateItem',
            'dynamodb:DeleteItem',
            'dynamodb:BatchWriteItem',
            'dynamodb:PartiQLUpdate',
            'dynamodb:PartiQLDelete',
          ],
          Resource: ownArn('dynamodb', 'table/ota-watch-dev-history'),
        },
      ],
    },
  },
};

const actions = { 'Fn::If': ['AlarmTopicGiven', [''], { Ref: 'AWS::NoValue' }] };

const metric = (MetricName: string) => ({
  Namespace: 'ota-watch',
  MetricName,
  Dimensions: [{ Name: 'service', Value: 'ota-watch-dev' }],
});

const goesOffAt = (Threshold: number) => ({
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Threshold,
  TreatMissingData: 'notBreaching',
  AlarmActions: actions,
  OKActions: actions,
});

/** Goes off when the statistic reaches the threshold in so many of the last periods; no data is no news. */
const reaches = (Statistic: 'Sum' | 'Maximum', Threshold: number, Period = 60) => ({
  Statistic,
  Period,
  ...goesOffAt(Threshold),
});
const lasting = { ...reaches('Sum', 1), EvaluationPeriods: 5, DatapointsToAlarm: 3 };

const sumOf = (Id: string, name: string) => ({
  Id,
  ReturnData: false,
  MetricStat: { Metric: metric(name), Period: 300, Stat: 'Sum' },
});

/** Of the workers. */
const shardAlarms = {
  // An alarm on several metrics has none of Namespace, MetricName, Dimensions, Period and Statistic (PutMetricAlarm).
  PollShardLateAlarm: {
    Metrics: [
      {
        Id: 'undone',
        Label: expect.any(String),
        Expression: '100 - 100 * FILL(polled, 0) / handed',
        ReturnData: true,
      },
      sumOf('handed', 'ShardsHandedOut'),
      sumOf('polled', 'ShardsPolled'),
    ],
    ...goesOffAt(20),
    EvaluationPeriods: 2,
  },
  PollShardDeadLettersAlarm: {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['PollShardDeadLetterQueue', 'QueueName'] } }],
    ...reaches('Maximum', 1, 300),
  },
};

const soloAlarms = {
  PollSilentAlarm: {
    ...metric('PollCompleted'),
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    TreatMissingData: 'breaching',
    AlarmActions: actions,
    OKActions: actions,
  },
  PollErrorsAlarm: {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'PollLambdaFunction' } }],
    ...lasting,
  },
  TaskFailuresAlarm: { ...metric('TaskFailures'), ...lasting },
  ListFailuresAlarm: { ...metric('ListFailures'), ...lasting },
  ListDistrustedAlarm: { ...metric('ListDistrusted'), ...reaches('Sum', 1) },
  BacklogAlarm: { ...metric('OutboxOldestAge'), ...reaches('Maximum', 300) },
  PublishRefusedAlarm: { ...metric('PublishRefused'), ...reaches('Sum', 1) },
  EventsSetAsideAlarm: { ...metric('EventsSetAside'), ...reaches('Sum', 1) },
  ScheduleDeadLetterAlarm: {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [
      { Name: 'QueueName', Value: { 'Fn::GetAtt': ['PollScheduleDeadLetterQueue', 'QueueName'] } },
    ],
    ...reaches('Maximum', 1, 300),
  },
};

/** Properties of each alarm, without its name and description. */
export const alarms = { ...soloAlarms, ...shardAlarms };

/** Names of the metrics of our own that they watch. */
export const watchedMetrics = Object.values(alarms).flatMap((alarm) => {
  const watched =
    'Metrics' in alarm
      ? alarm.Metrics.flatMap((one) => ('MetricStat' in one ? [one.MetricStat.Metric] : []))
      : [alarm];
  return watched.filter(({ Namespace }) => Namespace === 'ota-watch').map(({ MetricName }) => MetricName);
});

/** The environment of functions that poll when nothing is configured. */
export const environment = {
  TASKS_TABLE: 'ota-watch-dev-tasks',
  HISTORY_TABLE: 'ota-watch-dev-history',
  EVENT_BUS_NAME: 'ota-watch-dev',
  DISCOVERY: 'all',
  DISCOVERY_TAG: '',
  PROGRESS_EVENTS: 'milestones',
  POLL_PERIOD_SECONDS: '60',
  POLL_INTERVAL_SECONDS: '',
  MAX_LATENCY_SECONDS: '',
  TRUST_LAST_UPDATED: 'off',
  REQUESTS_PER_SECOND: '',
  HISTORY_RETENTION_DAYS: '',
  FETCH_CONCURRENCY: '50',
  FAN_OUT_ABOVE: '5000',
  SHARD_QUEUE_URL: { Ref: 'PollShardQueue' },
  WORKER_CONCURRENCY: '10',
  POWERTOOLS_SERVICE_NAME: 'ota-watch-dev',
  POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
};

/** Every resource of a template without workers. */
export const soloResourceTypes = {
  ServerlessDeploymentBucket: 'AWS::S3::Bucket',
  ServerlessDeploymentBucketPolicy: 'AWS::S3::BucketPolicy',
  PollLambdaFunction: 'AWS::Lambda::Function',
  PollLambdaEvConf: 'AWS::Lambda::EventInvokeConfig',
  PollLogGroup: 'AWS::Logs::LogGroup',
  PollRole: 'AWS::IAM::Role',
  PollSchedule: 'AWS::Scheduler::Schedule',
  PollScheduleRole: 'AWS::IAM::Role',
  PollScheduleDeadLetterQueue: 'AWS::SQS::Queue',
  PollScheduleDeadLetterQueuePolicy: 'AWS::SQS::QueuePolicy',
  TasksTable: 'AWS::DynamoDB::Table',
  HistoryTable: 'AWS::DynamoDB::Table',
  EventBus: 'AWS::Events::EventBus',
  ...Object.fromEntries(Object.keys(soloAlarms).map((id) => [id, 'AWS::CloudWatch::Alarm'])),
};

/** Every resource that comes with workers. */
export const shardResourceTypes = {
  PollShardQueue: 'AWS::SQS::Queue',
  PollShardQueuePolicy: 'AWS::SQS::QueuePolicy',
  PollShardDeadLetterQueue: 'AWS::SQS::Queue',
  PollShardDeadLetterQueuePolicy: 'AWS::SQS::QueuePolicy',
  PollShardEventSource: 'AWS::Lambda::EventSourceMapping',
  PollShardLambdaFunction: 'AWS::Lambda::Function',
  PollShardLogGroup: 'AWS::Logs::LogGroup',
  PollShardRole: 'AWS::IAM::Role',
  ...Object.fromEntries(Object.keys(shardAlarms).map((id) => [id, 'AWS::CloudWatch::Alarm'])),
};

/** Every resource of a template when nothing is configured. */
export const resourceTypes = { ...soloResourceTypes, ...shardResourceTypes };

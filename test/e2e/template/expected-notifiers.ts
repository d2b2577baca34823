import { expect } from 'vitest';
import { arnOf, ownArn } from './expected.ts';

/** One of the two notifiers, as the template has it. */
export interface ExpectedNotifier {
  /** Beginning of the logical ids. */
  readonly id: string;
  /** In names. */
  readonly key: string;
  readonly archive: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const slack: ExpectedNotifier = {
  id: 'Slack',
  key: 'slack',
  archive: 'slack',
  environment: { SLACK_MODE: 'bot', SLACK_CHANNEL: '#ota-rollouts', SLACK_API_URL: '' },
};
export const pagerDuty: ExpectedNotifier = {
  id: 'PagerDuty',
  key: 'pagerduty',
  archive: 'pagerDuty',
  environment: { PAGERDUTY_EVENTS_URL: '' },
};
export const NOTIFIERS = [slack, pagerDuty];

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;
const queueOf = ({ id }: ExpectedNotifier) => `${id}Queue`;
const deadLettersOf = ({ id }: ExpectedNotifier) => `${id}DeadLetterQueue`;
/** Logical id of what has the queue's messages taken. */
export const mappingOf = ({ id }: ExpectedNotifier) => `${id}EventSourceMappingSQS${id}Queue`;

/** The environment of a notifier's function when nothing else is configured. */
export const environmentOf = (notifier: ExpectedNotifier) => ({
  ALERTS_TABLE: 'ota-watch-dev-alerts',
  ALERTS_QUEUE_URL: { Ref: queueOf(notifier) },
  ALERTS_DEAD_LETTER_QUEUE_URL: { Ref: deadLettersOf(notifier) },
  SECRETS_PREFIX: '/ota-watch/dev',
  DASHBOARD_URL: '',
  CONSOLE_URL: '',
  ...notifier.environment,
  POWERTOOLS_SERVICE_NAME: `ota-watch-dev-${notifier.key}`,
  POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
});

/** Properties of what brings the events to a notifier, and of the function that takes them, by logical id. */
export const wayOf = (notifier: ExpectedNotifier) => ({
  [`${notifier.id}Rule`]: {
    Name: `ota-watch-dev-${notifier.key}`,
    Description: expect.any(String),
    EventBusName: { Ref: 'EventBus' },
    EventPattern: { source: ['ota-watch'], detail: { replay: [{ exists: false }] } },
    State: 'ENABLED',
    Targets: [
      {
        Id: 'queue',
        Arn: arnOf(queueOf(notifier)),
        RetryPolicy: { MaximumEventAgeInSeconds: 24 * 60 * 60, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: arnOf(deadLettersOf(notifier)) },
      },
    ],
  },
  [queueOf(notifier)]: {
    QueueName: `ota-watch-dev-${notifier.key}`,
    MessageRetentionPeriod: FOURTEEN_DAYS,
    SqsManagedSseEnabled: true,
    VisibilityTimeout: 6 * 30,
    RedrivePolicy: { deadLetterTargetArn: arnOf(deadLettersOf(notifier)), maxReceiveCount: 500 },
  },
  [deadLettersOf(notifier)]: {
    QueueName: `ota-watch-dev-${notifier.key}-dlq`,
    MessageRetentionPeriod: FOURTEEN_DAYS,
    SqsManagedSseEnabled: true,
  },
  [mappingOf(notifier)]: {
    EventSourceArn: arnOf(queueOf(notifier)),
    FunctionName: arnOf(`${notifier.id}LambdaFunction`),
    Enabled: true,
    BatchSize: 200,
    MaximumBatchingWindowInSeconds: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 5 },
  },
  [`${notifier.id}LambdaFunction`]: {
    FunctionName: `ota-watch-dev-${notifier.key}`,
    Description: expect.any(String),
    Handler: `functions/notify-${notifier.key}.handler`,
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    MemorySize: 512,
    Timeout: 30,
    Role: arnOf(`${notifier.id}Role`),
    Environment: { Variables: environmentOf(notifier) },
    Code: expect.anything(),
  },
  [`${notifier.id}LogGroup`]: {
    LogGroupName: `/aws/lambda/ota-watch-dev-${notifier.key}`,
    RetentionInDays: 30,
  },
});

const queuePolicy = (queue: string, rule: string) => ({
  Queues: [{ Ref: queue }],
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyFromTheRule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(queue),
        Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
      },
      {
        Sid: 'OnlyByTls',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: arnOf(queue),
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  },
});

/** Properties of what gives permissions for a notifier, by logical id; `more` are statements besides the usual ones. */
export const grantsFor = (notifier: ExpectedNotifier, more: readonly object[] = []) => {
  const { id, key } = notifier;
  const [queue, deadLetters] = [queueOf(notifier), deadLettersOf(notifier)];
  return {
    [`${id}Role`]: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: key,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'Log',
                Effect: 'Allow',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: arnOf(`${id}LogGroup`),
              },
              {
                Sid: 'TakeEvents',
                Effect: 'Allow',
                Action: [
                  'sqs:ReceiveMessage',
                  'sqs:DeleteMessage',
                  'sqs:GetQueueAttributes',
                  'sqs:ChangeMessageVisibility',
                ],
                Resource: arnOf(queue),
              },
              { Sid: 'SetAside', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf(deadLetters) },
              {
                Sid: 'KeepLedgers',
                Effect: 'Allow',
                Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
                Resource: arnOf('AlertsTable'),
                Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${key}*`] } },
              },
              {
                Sid: 'ReadTags',
                Effect: 'Allow',
                Action: 'iotmanagedintegrations:GetOtaTask',
                Resource: ownArn('iotmanagedintegrations', 'ota-task/*'),
              },
              { Sid: 'ReadSecrets', Effect: 'Allow', Action: 'ssm:GetParameter', Resource: secretsArn(key) },
              ...more,
            ],
          },
        },
      ],
    },
    [`${queue}Policy`]: queuePolicy(queue, `${id}Rule`),
    [`${deadLetters}Policy`]: queuePolicy(deadLetters, `${id}Rule`),
  };
};

export const secretsArn = (key: string) => ownArn('ssm', `parameter/ota-watch/dev/${key}/*`);

const actions = { 'Fn::If': ['AlarmTopicGiven', [''], { Ref: 'AWS::NoValue' }] };

/** Properties of a notifier's alarms, without name and description, by the end of both the logical id and the name. */
export const alarmsFor = (notifier: ExpectedNotifier) => {
  const reaches = (Statistic: 'Sum' | 'Maximum', Threshold: number, Period = 60) => ({
    Statistic,
    Period,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold,
    TreatMissingData: 'notBreaching',
    AlarmActions: actions,
    OKActions: actions,
  });
  const own = (MetricName: string) => ({
    Namespace: 'ota-watch',
    MetricName,
    Dimensions: [{ Name: 'service', Value: `ota-watch-dev-${notifier.key}` }],
  });
  const ofQueue = (MetricName: string, queue: string) => ({
    Namespace: 'AWS/SQS',
    MetricName,
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
  });
  return {
    errors: {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${notifier.id}LambdaFunction` } }],
      ...reaches('Sum', 1),
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
    },
    misconfigured: { ...own('DestinationMisconfigured'), ...reaches('Sum', 1) },
    delay: { ...own('OldestAlertAge'), ...reaches('Maximum', 300) },
    'queue-age': {
      ...ofQueue('ApproximateAgeOfOldestMessage', queueOf(notifier)),
      ...reaches('Maximum', 300),
    },
    'set-aside': { ...own('AlertsSetAside'), ...reaches('Sum', 1) },
    'dead-letters': {
      ...ofQueue('ApproximateNumberOfMessagesVisible', deadLettersOf(notifier)),
      ...reaches('Maximum', 1, 300),
    },
  };
};

export const alertsTable = {
  TableName: 'ota-watch-dev-alerts',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  SSESpecification: { SSEEnabled: true },
  DeletionProtectionEnabled: false,
};

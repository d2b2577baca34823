import type { RequestContext } from '../../support/iam/conditions.ts';
import { ACCOUNT, REGION } from './deployment.ts';

/** Something that can be acted on: in words, and as IAM sees it. */
export interface Place {
  readonly resource: string;
  readonly context?: RequestContext;
  readonly actions: readonly string[];
}

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const of = (service: string, actions: string) => actions.split(' ').map((action) => `${service}:${action}`);

const ON_TABLES = of(
  'dynamodb',
  'GetItem BatchGetItem Query Scan ConditionCheckItem PutItem UpdateItem DeleteItem BatchWriteItem PartiQLSelect PartiQLInsert ' +
    'PartiQLUpdate PartiQLDelete DescribeTable DeleteTable UpdateTable UpdateTimeToLive PutResourcePolicy DeleteResourcePolicy ' +
    'CreateBackup ExportTableToPointInTime RestoreTableToPointInTime UpdateContinuousBackups EnableKinesisStreamingDestination',
);
const ON_QUEUES = of(
  'sqs',
  'SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes SetQueueAttributes PurgeQueue ' +
    'DeleteQueue AddPermission StartMessageMoveTask',
);
const ON_BUSES = of('events', 'PutEvents PutPermission DeleteEventBus UpdateEventBus DescribeEventBus');
const ON_RULES = of('events', 'PutRule PutTargets RemoveTargets DisableRule DeleteRule');
const ON_FUNCTIONS = of(
  'lambda',
  'InvokeFunction InvokeFunctionUrl GetFunction GetFunctionConfiguration UpdateFunctionCode UpdateFunctionConfiguration ' +
    'AddPermission PutFunctionConcurrency DeleteFunction',
);
const ON_LOGS = of(
  'logs',
  'CreateLogStream PutLogEvents FilterLogEvents GetLogEvents StartQuery DeleteLogStream DeleteLogGroup PutRetentionPolicy ' +
    'PutSubscriptionFilter',
);
const ON_SECRETS = of(
  'ssm',
  'GetParameter GetParameters GetParametersByPath GetParameterHistory PutParameter DeleteParameter',
);
const ON_KEYS = of('kms', 'Decrypt Encrypt GenerateDataKey CreateGrant ScheduleKeyDeletion PutKeyPolicy');
const ON_TASKS = of(
  'iotmanagedintegrations',
  'GetOtaTask ListOtaTaskExecutions UpdateOtaTask DeleteOtaTask TagResource UntagResource',
);
const ON_NO_RESOURCE = [
  ...of(
    'iotmanagedintegrations',
    'ListOtaTasks GetOtaTaskConfiguration CreateOtaTask CreateOtaTaskConfiguration DeleteOtaTaskConfiguration ListManagedThings ' +
      'SendManagedThingCommand',
  ),
  ...of('cloudwatch', 'GetMetricData PutMetricData DeleteAlarms DisableAlarmActions SetAlarmState'),
  ...of('iam', 'CreateUser CreateRole ListRoles'),
  ...of('dynamodb', 'ListTables'),
  ...of('ssm', 'DescribeParameters'),
  ...of('logs', 'CreateLogGroup'),
];
const ON_ROLES = [
  ...of('iam', 'PassRole PutRolePolicy AttachRolePolicy UpdateAssumeRolePolicy DeleteRolePolicy GetRole'),
  ...of('sts', 'AssumeRole'),
];
const ON_FILES = of('s3', 'GetObject PutObject DeleteObject');
const ON_BUCKETS = of('s3', 'ListBucket PutBucketPolicy DeleteBucket');

const table = (name: string) => ({ resource: arn('dynamodb', `table/${name}`), actions: ON_TABLES });
const itemsOf = (key: string) => ({
  ...table('ota-watch-dev-alerts'),
  context: { 'dynamodb:leadingkeys': [`${key}#T1`] },
});
const queue = (name: string) => ({ resource: arn('sqs', name), actions: ON_QUEUES });
const lambda = (key: string) => ({
  resource: arn('lambda', `function:ota-watch-dev-${key}`),
  actions: ON_FUNCTIONS,
});
const log = (key: string) => ({
  resource: arn('logs', `log-group:/aws/lambda/ota-watch-dev-${key}:*`),
  actions: ON_LOGS,
});
const secretArn = (key: string) => arn('ssm', `parameter/ota-watch/dev/${key}`);
const secret = (key: string) => ({ resource: secretArn(key), actions: ON_SECRETS });
const keyFor = (key: string) => ({
  resource: SECRETS_KEY,
  context: { 'kms:encryptioncontext:parameter_arn': secretArn(key) },
  actions: ON_KEYS,
});
const role = (id: string) => ({
  resource: `arn:aws:iam::${ACCOUNT}:role/ota-watch-dev-${id}`,
  actions: ON_ROLES,
});
const bucket = (id: string) => ({
  [`the bucket ${id}`]: { resource: `arn:aws:s3:::ota-watch-dev-${id}`, actions: ON_BUCKETS },
  [`files of the bucket ${id}`]: { resource: `arn:aws:s3:::ota-watch-dev-${id}/file`, actions: ON_FILES },
});
const route = (path: string) => ({
  resource: arn('execute-api', `api123/$default/GET${path}`),
  actions: ['execute-api:Invoke'],
});

export const SECRETS_KEY = arn('kms', 'key/secrets');

/** Whatever a role of ours could want to act on, and what it has no business with. */
export const PLACES: Readonly<Record<string, Place>> = {
  'the table `tasks`': table('ota-watch-dev-tasks'),
  'the index of `tasks`': table('ota-watch-dev-tasks/index/live'),
  'the table `history`': table('ota-watch-dev-history'),
  'indexes of `history`': table('ota-watch-dev-history/index/byDay'),
  "Slack's items of `alerts`": itemsOf('slack'),
  "PagerDuty's items of `alerts`": itemsOf('pagerduty'),
  'another table': table('customers'),
  'the queue of dead polls': queue('ota-watch-dev-poll-schedule-dlq'),
  'the queue of parts': queue('ota-watch-dev-poll-shard'),
  'the queue of dead parts': queue('ota-watch-dev-poll-shard-dlq'),
  "Slack's queue": queue('ota-watch-dev-slack'),
  "Slack's dead-letter queue": queue('ota-watch-dev-slack-dlq'),
  "PagerDuty's queue": queue('ota-watch-dev-pagerduty'),
  "PagerDuty's dead-letter queue": queue('ota-watch-dev-pagerduty-dlq'),
  'another queue': queue('orders'),
  'the bus': { resource: arn('events', 'event-bus/ota-watch-dev'), actions: ON_BUSES },
  'another bus': { resource: arn('events', 'event-bus/default'), actions: ON_BUSES },
  "Slack's rule": { resource: arn('events', 'rule/ota-watch-dev/ota-watch-dev-slack'), actions: ON_RULES },
  'the function `poll`': lambda('poll'),
  'the function `pollShard`': lambda('poll-shard'),
  'the function `slack`': lambda('slack'),
  'the function `pagerduty`': lambda('pagerduty'),
  'the function `api`': lambda('api'),
  "the poll's log": log('poll'),
  "the workers' log": log('poll-shard'),
  "Slack's log": log('slack'),
  "PagerDuty's log": log('pagerduty'),
  "the API's log": log('api'),
  "Slack's secrets": secret('slack/bot-token'),
  "PagerDuty's secrets": secret('pagerduty/default'),
  'another parameter': { resource: arn('ssm', 'parameter/payroll/password'), actions: ON_SECRETS },
  "the key, for Slack's secrets": keyFor('slack/bot-token'),
  "the key, for PagerDuty's secrets": keyFor('pagerduty/default'),
  'the key, for another parameter': {
    ...keyFor(''),
    context: { 'kms:encryptioncontext:parameter_arn': arn('ssm', 'parameter/payroll/password') },
  },
  'the key, for anything else': { resource: SECRETS_KEY, actions: ON_KEYS },
  "the API's cursor key": {
    resource: arn('secretsmanager', 'secret:cursor-key'),
    actions: of('secretsmanager', 'GetSecretValue PutSecretValue DeleteSecret'),
  },
  'OTA tasks': { resource: arn('iotmanagedintegrations', 'ota-task/T1'), actions: ON_TASKS },
  'managed things': {
    resource: arn('iotmanagedintegrations', 'managed-thing/M1'),
    actions: of('iotmanagedintegrations', 'GetManagedThing UpdateManagedThing DeleteManagedThing'),
  },
  'what takes no resource': { resource: '*', actions: ON_NO_RESOURCE },
  'the role of `poll`': role('PollRole'),
  'the role of `pollShard`': role('PollShardRole'),
  'the role of the schedule': role('PollScheduleRole'),
  'the role of `slack`': role('SlackRole'),
  'the role of `pagerduty`': role('PagerDutyRole'),
  'the role of `api`': role('ApiRole'),
  'another role': { resource: `arn:aws:iam::${ACCOUNT}:role/Admin`, actions: ON_ROLES },
  'the schedule': {
    resource: arn('scheduler', 'schedule/default/ota-watch-dev-poll'),
    actions: of('scheduler', 'GetSchedule UpdateSchedule DeleteSchedule'),
  },
  ...bucket('DashboardBucket'),
  ...bucket('ServerlessDeploymentBucket'),
  'the route `/tasks`': route('/tasks'),
  'the route `/history`': route('/history'),
  'the route `/export`': route('/export'),
};

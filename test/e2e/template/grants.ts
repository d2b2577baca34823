import { expect } from 'vitest';
import { arnOf, ownArn } from './expected.ts';
import type { Template } from './package.ts';

type Properties = Record<string, unknown>;

const GRANTING = /^AWS::IAM::|(?<!ResponseHeaders)Policy$|Permission$/;

/** Every resource that can give somebody a permission, by its logical id. */
export function grantsOf(template: Template): Record<string, Properties> {
  const granting = Object.entries(template.Resources).filter(([, { Type }]) => GRANTING.test(Type));
  return Object.fromEntries(granting.map(([id, { Properties }]) => [id, Properties]));
}

/** Holds when the template gives exactly the permissions below: none more, none wider, no deny less. */
export function expectExactGrants(template: Template): void {
  expect(grantsOf(template)).toEqual({ ...soloGrants, ...grantsOfSharing });
}

const assumedBy = (service: string, conditions: Properties = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole', ...conditions }],
});

const policy = (name: string, statements: Properties[]) => ({
  PolicyName: name,
  PolicyDocument: { Version: '2012-10-17', Statement: statements },
});

const pollStatements = [
  {
    Sid: 'Log',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: arnOf('PollLogGroup'),
  },
  {
    Sid: 'ReadTask',
    Effect: 'Allow',
    Action: ['iotmanagedintegrations:GetOtaTask', 'iotmanagedintegrations:ListOtaTaskExecutions'],
    Resource: ownArn('iotmanagedintegrations', 'ota-task/*'),
  },
  {
    Sid: 'ListTasksAndReadConfigurations',
    Effect: 'Allow',
    Action: ['iotmanagedintegrations:ListOtaTasks', 'iotmanagedintegrations:GetOtaTaskConfiguration'],
    Resource: '*',
  },
  {
    Sid: 'KeepSnapshots',
    Effect: 'Allow',
    Action: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PutItem',
      'dynamodb:Scan',
    ],
    Resource: arnOf('TasksTable'),
  },
  {
    Sid: 'FindLiveTasks',
    Effect: 'Allow',
    Action: 'dynamodb:Query',
    Resource: { 'Fn::Sub': `\${TasksTable.Arn}/index/live` },
  },
  {
    Sid: 'AppendHistory',
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PartiQLInsert', 'dynamodb:PutItem', 'dynamodb:Query'],
    Resource: arnOf('HistoryTable'),
  },
  {
    Sid: 'NeverChangeHistory',
    Effect: 'Deny',
    Action: [
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PartiQLDelete',
    ],
    Resource: arnOf('HistoryTable'),
  },
  { Sid: 'Publish', Effect: 'Allow', Action: 'events:PutEvents', Resource: arnOf('EventBus') },
  {
    Sid: 'ReportFailure',
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: arnOf('PollScheduleDeadLetterQueue'),
  },
];

const scheduleStatements = [
  {
    Sid: 'InvokePoll',
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: arnOf('PollLambdaFunction'),
  },
  {
    Sid: 'SetAside',
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: arnOf('PollScheduleDeadLetterQueue'),
  },
];

const bucketArn = (suffix: string[]) => ({
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'ServerlessDeploymentBucket' }, ...suffix],
  ],
});

const onlyByTls = (queue: string) => ({
  Queues: [{ Ref: queue }],
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
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

/** Without workers. */
export const soloGrants = {
  PollRole: {
    AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
    Policies: [policy('poll', pollStatements)],
  },
  PollScheduleRole: {
    AssumeRolePolicyDocument: assumedBy('scheduler.amazonaws.com', {
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }),
    Policies: [policy('poll-schedule', scheduleStatements)],
  },
  PollScheduleDeadLetterQueuePolicy: onlyByTls('PollScheduleDeadLetterQueue'),
  ServerlessDeploymentBucketPolicy: {
    Bucket: { Ref: 'ServerlessDeploymentBucket' },
    PolicyDocument: {
      Statement: [
        {
          Action: 's3:*',
          Effect: 'Deny',
          Principal: '*',
          Resource: [bucketArn(['/*']), bucketArn([])],
          Condition: { Bool: { 'aws:SecureTransport': false } },
        },
      ],
    },
  },
};

/** Of statements of the poll. */
const LESS_OF_A_PART: Readonly<Record<string, Properties>> = {
  ListTasksAndReadConfigurations: { Action: ['iotmanagedintegrations:GetOtaTaskConfiguration'] },
  KeepSnapshots: {
    Action: [
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PutItem',
    ],
  },
};

/** What workers need, which poll as the poll does, and what the poll needs to hand over its work. */
const grantsOfSharing = {
  PollRole: {
    AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
    Policies: [
      policy('poll', [
        ...pollStatements,
        {
          Sid: 'HandOver',
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: arnOf('PollShardQueue'),
        },
      ]),
    ],
  },
  PollShardRole: {
    AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
    Policies: [
      policy('poll-shard', [
        {
          Sid: 'Log',
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: arnOf('PollShardLogGroup'),
        },
        // It neither lists tasks nor scans the table: that is done once, for all parts.
        ...pollStatements
          .filter(({ Sid }) => Sid !== 'Log' && Sid !== 'ReportFailure')
          .map((statement) => ({ ...statement, ...LESS_OF_A_PART[statement.Sid] })),
        {
          Sid: 'TakeOver',
          Effect: 'Allow',
          Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          Resource: arnOf('PollShardQueue'),
        },
      ]),
    ],
  },
  PollShardQueuePolicy: onlyByTls('PollShardQueue'),
  PollShardDeadLetterQueuePolicy: onlyByTls('PollShardDeadLetterQueue'),
};

import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tablesOf } from '../../local/template/tables.ts';
import { openTemplate } from '../../local/template/template.ts';
import { TABLES } from '../support/tables.ts';
import {
  alarms,
  arnOf,
  environment,
  historyTable,
  resourceTypes,
  tasksTable,
  watchedMetrics,
} from './template/expected.ts';
import { expectExactGrants } from './template/grants.ts';
import { exportsOf, type Packaged, templateSchema, unpack, Workshop } from './template/package.ts';

const SHARED_BUS = 'arn:aws:events:eu-west-1:111122223333:event-bus/shared';
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:on-call';
const SETTINGS = {
  scheduleRate: 'rate(5 minutes)',
  pollPeriodSeconds: '300',
  discovery: 'tagged',
  discoveryTag: 'watch=on',
  progressEvents: 'all',
  historyRetentionDays: '400',
  maxConcurrency: '20',
  logLevel: 'DEBUG',
  logRetentionDays: '7',
  backlogAlarmSeconds: '900',
  alarmTopicArn: TOPIC,
  eventBusArn: SHARED_BUS,
};
const OWN_FUNCTION = `
  - notify:
      handler: functions/notify.handler
      events:
        - eventBridge:
            eventBus: \${self:custom.eventBus}
            pattern:
              source: [ota-watch]
              detail-type: [OTA Task Threshold Breached]

resources:
`;

/** A resource's properties. */
const propertiesOf = ({ template }: Packaged, id: string) => template.Resources[id]?.Properties;

const withoutTimestamp = (text: string) => text.replace(/\d{13}-[^/"]+Z/g, 'TIMESTAMP');

async function addOwnFunction(copy: string): Promise<void> {
  await copyFile(path.join(copy, 'functions/poll.ts'), path.join(copy, 'functions/notify.ts'));
  const file = path.join(copy, 'serverless.yml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('\nresources:\n', OWN_FUNCTION));
}

let workshop: Workshop;
let dev: Packaged;
let prod: Packaged;
let configured: Packaged;
let extended: Packaged;

beforeAll(async () => {
  workshop = await Workshop.open();
  const settings = Object.entries(SETTINGS).map(([name, value]) => `--param=${name}=${value}`);
  dev = await workshop.package('dev', []); // alone: it fills the command's cache
  [prod, configured, extended] = await Promise.all([
    workshop.package('prod', ['--stage', 'prod', '--region', 'ap-southeast-2']),
    workshop.package('configured', settings),
    workshop.package('extended', [], addOwnFunction),
  ]);
});

afterAll(() => workshop.close());

describe('the packaged template', () => {
  it('is written without credentials or region, and without a warning', () => {
    expect(dev.output.replace(/\(\d+s\)/, '(0s)').trim()).toBe(
      'Packaging ota-watch for stage dev (us-east-1)\n\n✔ Service packaged (0s)',
    );
  });

  it('holds these resources and no others', () => {
    const types = Object.entries(dev.template.Resources).map(([id, { Type }]) => [id, Type]);
    expect(Object.fromEntries(types)).toEqual(resourceTypes);
  });

  it('names no region, account or partition', () => {
    expect(withoutTimestamp(dev.text)).not.toMatch(/\b\d{12}\b|\b[a-z]{2}(-[a-z]+)+-\d\b|\barn:aws/);
  });

  it('differs in another region and in prod only in names and in the protection of the tables', () => {
    const renamed = JSON.parse(withoutTimestamp(prod.text).replace(/\b(ota-watch[-/])prod\b/g, '$1dev'));
    const expected = JSON.parse(withoutTimestamp(dev.text));
    for (const table of ['TasksTable', 'HistoryTable']) {
      const unprotected = expected.Resources[table];
      expect(unprotected).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
      unprotected.DeletionPolicy = 'Retain';
      unprotected.UpdateReplacePolicy = 'Retain';
      unprotected.Properties.DeletionProtectionEnabled = true;
    }
    expect(renamed).toEqual(expected);
  });

  it('tells where everything is', () => {
    const values = Object.entries(dev.template.Outputs).map(([name, { Value }]) => [name, Value]);
    expect(Object.fromEntries(values)).toEqual({
      ServerlessDeploymentBucketName: { Ref: 'ServerlessDeploymentBucket' },
      EventBusName: 'ota-watch-dev',
      EventBusArn: arnOf('EventBus'),
      TasksTableName: { Ref: 'TasksTable' },
      HistoryTableName: { Ref: 'HistoryTable' },
      HistoryTableArn: arnOf('HistoryTable'),
      PollFunctionArn: arnOf('PollLambdaFunction'),
      PollScheduleDeadLetterQueueUrl: { Ref: 'PollScheduleDeadLetterQueue' },
      PollShardDeadLetterQueueUrl: { Ref: 'PollShardDeadLetterQueue' },
    });
  });
});

describe('permissions', () => {
  it('are exactly the ones listed', () => expectExactGrants(dev.template));

  it.each([
    ['a wider action', '"dynamodb:Scan"', '"dynamodb:*"'],
    ['a wider resource', ':ota-task/*', ':*'],
    ['one action less denied', '"dynamodb:BatchWriteItem",', ''],
    [
      'a deny that allows',
      '"Sid":"NeverChangeHistory","Effect":"Deny"',
      '"Sid":"NeverChangeHistory","Effect":"Allow"',
    ],
    ['a statement more', '{"Sid":"Log"', '{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"Log"'],
    ['a wider trust', '"Service":"scheduler.amazonaws.com"', '"AWS":"*"'],
    ['a managed policy', '"Policies":[', '"ManagedPolicyArns":["arn:x:iam::aws:policy/Any"],"Policies":['],
    ['a policy elsewhere', '"Resources":{', '"Resources":{"Wide":{"Type":"AWS::IAM::ManagedPolicy"},'],
  ])('%s would be noticed', (_, written, planted) => {
    const text = JSON.stringify(dev.template).replaceAll(written, planted);
    expect(() => expectExactGrants(templateSchema.parse(JSON.parse(text)))).toThrow(/to deeply equal/);
  });
});

describe('the poll', () => {
  it('runs alone, is not retried, and ends before the next minute', () => {
    expect(propertiesOf(dev, 'PollLambdaFunction')).toEqual({
      FunctionName: 'ota-watch-dev-poll',
      Description: expect.any(String),
      Handler: 'functions/poll.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 1024,
      Timeout: 55,
      ReservedConcurrentExecutions: 1,
      Role: arnOf('PollRole'),
      Environment: { Variables: environment },
      Code: {
        S3Bucket: { Ref: 'ServerlessDeploymentBucket' },
        S3Key: expect.stringMatching(/^serverless\/ota-watch\/dev\/.*\/poll\.zip$/),
      },
    });
    expect(propertiesOf(dev, 'PollLambdaEvConf')).toEqual({
      FunctionName: { Ref: 'PollLambdaFunction' },
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: arnOf('PollScheduleDeadLetterQueue') } },
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
    expect(propertiesOf(dev, 'PollLogGroup')).toEqual({
      LogGroupName: '/aws/lambda/ota-watch-dev-poll',
      RetentionInDays: 30,
    });
  });

  it('is started every minute by a schedule with a role and a dead-letter queue of its own', () => {
    expect(propertiesOf(dev, 'PollSchedule')).toEqual({
      Name: 'ota-watch-dev-poll',
      Description: expect.any(String),
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: arnOf('PollLambdaFunction'),
        RoleArn: arnOf('PollScheduleRole'),
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
        DeadLetterConfig: { Arn: arnOf('PollScheduleDeadLetterQueue') },
      },
    });
    expect(propertiesOf(dev, 'PollScheduleDeadLetterQueue')).toEqual({
      QueueName: 'ota-watch-dev-poll-schedule-dlq',
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    });
  });

  it('is packed alone and small, and loads where nothing else lies', async () => {
    const archive = await dev.archive('poll');
    const folder = await workshop.emptyFolder('task');
    expect(await unpack(archive, folder)).toEqual(['functions/poll.mjs', 'functions/poll.mjs.map']);
    expect(archive.length).toBeLessThan(1_500_000);
    const bundle = path.join(folder, 'functions/poll.mjs');
    expect(await exportsOf(bundle, { ...environment, SHARD_QUEUE_URL: '', AWS_REGION: 'eu-west-1' })).toEqual(
      {
        handler: 'function',
      },
    );
  });
});

describe('tables, bus and alarms', () => {
  it('has tables that are on demand, encrypted and recoverable, and a history that denies changes', () => {
    expect(propertiesOf(dev, 'TasksTable')).toEqual(tasksTable);
    expect(propertiesOf(dev, 'HistoryTable')).toEqual(historyTable);
  });

  it('has the tables that the other tests make', () => {
    const template = openTemplate(dev.template, {
      region: 'us-east-1',
      accountId: '123456789012',
      stackName: 'dev',
    });
    expect(tablesOf(template)).toEqual(TABLES);
  });

  it('has a bus of its own', () => {
    expect(propertiesOf(dev, 'EventBus')).toEqual({ Name: 'ota-watch-dev', Description: expect.any(String) });
  });

  it.each(Object.entries(alarms))('%s watches its metric, and says what to do', (id, expected) => {
    expect(propertiesOf(dev, id)).toEqual({
      AlarmName: expect.stringMatching(/^ota-watch-dev-[a-z-]+$/),
      AlarmDescription: expect.stringMatching(/^.{150,1024}$/),
      ...expected,
    });
  });
});

it('has an entry in the runbook for each alarm', async () => {
  const runbook = await readFile(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const headings = [...runbook.matchAll(/^### `<name>(-(?!api-)[a-z-]+)`$/gm)].map(
    ([, name]) => `ota-watch-dev${name}`,
  );
  const names = Object.keys(alarms).map((id) => propertiesOf(dev, id)?.AlarmName);
  expect(headings.sort()).toEqual(names.sort());
});

describe('alarms on metrics of our own', () => {
  it('watch names that the poll or its workers know', async () => {
    const functions = await Promise.all(
      ['poll', 'pollShard'].map(async (key) => {
        const folder = await workshop.emptyFolder(`metrics-${key}`);
        const [bundle = ''] = await unpack(await dev.archive(key), folder);
        return readFile(path.join(folder, bundle), 'utf8');
      }),
    );
    const isKnown = (name: string) => functions.some((bundle) => new RegExp(`\\b${name}\\b`).test(bundle));
    expect(watchedMetrics).toEqual(expect.arrayContaining(['PollCompleted', 'ShardsPolled']));
    expect(watchedMetrics.filter((name) => !isKnown(name))).toEqual([]);
  });
});

describe('settings', () => {
  it('reach the function, the schedule and the log', () => {
    expect(propertiesOf(configured, 'PollLambdaFunction')).toMatchObject({
      Environment: {
        Variables: {
          EVENT_BUS_NAME: SHARED_BUS,
          DISCOVERY: 'tagged',
          DISCOVERY_TAG: 'watch=on',
          PROGRESS_EVENTS: 'all',
          POLL_PERIOD_SECONDS: '300',
          HISTORY_RETENTION_DAYS: '400',
          FETCH_CONCURRENCY: '20',
          POWERTOOLS_LOG_LEVEL: 'DEBUG',
        },
      },
    });
    expect(propertiesOf(configured, 'PollSchedule')).toMatchObject({ ScheduleExpression: 'rate(5 minutes)' });
    expect(propertiesOf(configured, 'PollLogGroup')).toMatchObject({ RetentionInDays: 7 });
    expect(propertiesOf(configured, 'BacklogAlarm')).toMatchObject({ Period: '300', Threshold: '900' });
  });

  it('tell the topic of alarms, and nobody without one', () => {
    const given = (topic: string) => ({ 'Fn::Not': [{ 'Fn::Equals': ['', topic] }] });
    expect(dev.template.Conditions.AlarmTopicGiven).toEqual(given(''));
    expect(configured.template.Conditions.AlarmTopicGiven).toEqual(given(TOPIC));
    const actions = { 'Fn::If': ['AlarmTopicGiven', [TOPIC], { Ref: 'AWS::NoValue' }] };
    for (const id of Object.keys(alarms)) {
      expect(propertiesOf(configured, id)).toMatchObject({ AlarmActions: actions, OKActions: actions });
    }
  });

  it('publish to a given bus in place of an own one', () => {
    expect(dev.template.Conditions.OwnEventBus).toEqual({ 'Fn::Equals': ['', ''] });
    expect(configured.template.Conditions.OwnEventBus).toEqual({ 'Fn::Equals': ['', SHARED_BUS] });
    expect(configured.template.Resources.EventBus).toMatchObject({ Condition: 'OwnEventBus' });
    expect(JSON.stringify(configured.template)).not.toMatch(/\["EventBus"|"Ref":"EventBus"/);
    expect(JSON.stringify(propertiesOf(configured, 'PollRole'))).toContain(
      `"Action":"events:PutEvents","Resource":"${SHARED_BUS}"`,
    );
  });
});

describe("a user's own function", () => {
  it('gets a rule on the bus, a log that expires, and a role that may only log', () => {
    const own = Object.entries(extended.template.Resources).filter(([id]) => !(id in resourceTypes));
    const byType = Object.fromEntries(own.map(([, { Type, Properties }]) => [Type, Properties]));
    expect(byType).toEqual({
      'AWS::Events::Rule': {
        Name: 'ota-watch-dev-notify-rule-1',
        State: 'ENABLED',
        EventBusName: { Ref: 'EventBus' },
        EventPattern: { source: ['ota-watch'], 'detail-type': ['OTA Task Threshold Breached'] },
        Targets: [{ Id: 'ota-watch-dev-notify-rule-1-target', Arn: arnOf('NotifyLambdaFunction') }],
      },
      'AWS::Lambda::Permission': expect.objectContaining({ FunctionName: arnOf('NotifyLambdaFunction') }),
      'AWS::Lambda::Function': expect.objectContaining({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Role: arnOf('IamRoleLambdaExecution'),
      }),
      'AWS::Logs::LogGroup': { LogGroupName: '/aws/lambda/ota-watch-dev-notify', RetentionInDays: 30 },
      'AWS::IAM::Role': expect.anything(),
    });
    expect(JSON.stringify(byType['AWS::IAM::Role']).match(/"\w+:\w+"(?=[,\]])/g)).toEqual([
      '"sts:AssumeRole"',
      '"logs:CreateLogStream"',
      '"logs:CreateLogGroup"',
      '"logs:TagResource"',
      '"logs:PutLogEvents"',
    ]);
  });
});

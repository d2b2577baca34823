import { describe, expect, it } from 'vitest';
import { eventSourcesOf } from '../../../../local/template/event-sources.ts';
import { busesOf, rulesOf, schedulesOf } from '../../../../local/template/events.ts';
import { functionsOf } from '../../../../local/template/functions.ts';
import { queuesOf } from '../../../../local/template/queues.ts';
import { tablesOf } from '../../../../local/template/tables.ts';
import { applyInput } from '../../../../local/template/targets.ts';
import { openTemplate, readTemplate } from '../../../../local/template/template.ts';
import { TemplateError } from '../../../../local/template/template-error.ts';

const environment = { region: 'eu-west-1', accountId: '123456789012', stackName: 'ota-watch-dev' };
const fixture = new URL('packaged-template.json', import.meta.url).pathname;
const template = await readTemplate(fixture, environment);

describe('a packaged template', () => {
  it('describes its tables as CreateTable inputs', () => {
    expect(tablesOf(template)).toEqual([
      {
        logicalId: 'TasksTable',
        name: 'ota-watch-dev-tasks',
        createTable: {
          TableName: 'ota-watch-dev-tasks',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'taskId', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'taskId', KeyType: 'HASH' }],
        },
        timeToLiveAttribute: undefined,
      },
      {
        logicalId: 'HistoryTable',
        name: 'ota-watch-dev-HistoryTable',
        createTable: {
          TableName: 'ota-watch-dev-HistoryTable',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'taskId', AttributeType: 'S' },
            { AttributeName: 'sequence', AttributeType: 'N' },
            { AttributeName: 'day', AttributeType: 'S' },
            { AttributeName: 'observedAt', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'taskId', KeyType: 'HASH' },
            { AttributeName: 'sequence', KeyType: 'RANGE' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byDay',
              KeySchema: [
                { AttributeName: 'day', KeyType: 'HASH' },
                { AttributeName: 'observedAt', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        },
        timeToLiveAttribute: 'expiresAt',
      },
    ]);
  });

  it('describes its functions, with CloudFormation defaults', () => {
    expect(functionsOf(template)).toEqual([
      {
        logicalId: 'PollLambdaFunction',
        name: 'ota-watch-dev-poll',
        handler: 'functions/poll.handler',
        timeoutSeconds: 50,
        memoryMegabytes: 512,
        environment: {
          TASKS_TABLE: 'ota-watch-dev-tasks',
          HISTORY_TABLE: 'ota-watch-dev-HistoryTable',
          EVENT_BUS: 'ota-watch-dev-bus',
          PROGRESS_EVENTS: 'milestones',
          HISTORY_RETENTION_DAYS: '0',
        },
      },
      {
        logicalId: 'OnBreachLambdaFunction',
        name: 'ota-watch-dev-onBreach',
        handler: 'functions/on-breach.handler',
        timeoutSeconds: 3,
        memoryMegabytes: 128,
        environment: {},
      },
    ]);
  });

  it('describes its buses', () => {
    expect(busesOf(template)).toEqual([{ logicalId: 'EventBus', name: 'ota-watch-dev-bus' }]);
  });

  it('describes the rules that match events, and what each target receives', () => {
    expect(rulesOf(template)).toEqual([
      {
        logicalId: 'OtawatchdevonBreachrule1EventBridgeRule',
        name: 'ota-watch-dev-onBreach-rule-1',
        busName: 'ota-watch-dev-bus',
        enabled: true,
        pattern: {
          source: ['ota-watch'],
          'detail-type': ['OTA Task Threshold Breached'],
          detail: { rule: { severity: ['critical'] }, region: ['eu-west-1'] },
        },
        targets: [
          {
            kind: 'function',
            id: 'ota-watch-dev-onBreach-rule-1-target',
            functionLogicalId: 'OnBreachLambdaFunction',
            input: { kind: 'event' },
          },
          {
            kind: 'queue',
            id: 'queue',
            queueLogicalId: 'BreachQueue',
            input: { kind: 'event' },
            deadLetterQueue: 'ScheduleDeadLetters',
          },
          {
            kind: 'unsupported',
            id: 'topic',
            reason: 'a target of this kind is not run locally: arn:aws:sns:eu-west-1:123456789012:on-call',
          },
        ],
      },
      {
        logicalId: 'EverythingRule',
        name: 'ota-watch-dev-EverythingRule',
        busName: 'ota-watch-dev-bus',
        enabled: false,
        pattern: { source: [{ prefix: '' }] },
        targets: [
          {
            kind: 'function',
            id: 'part',
            functionLogicalId: 'PollLambdaFunction',
            input: { kind: 'part', path: ['detail', 'rule'] },
          },
          {
            kind: 'function',
            id: 'constant',
            functionLogicalId: 'PollLambdaFunction',
            input: { kind: 'constant', value: { a: 1 } },
          },
          { kind: 'unsupported', id: 'transformed', reason: 'InputTransformer is not supported locally' },
        ],
      },
    ]);
  });

  it('describes its queues, with CloudFormation defaults', () => {
    expect(queuesOf(template)).toEqual([
      {
        logicalId: 'ScheduleDeadLetters',
        name: 'ota-watch-dev-ScheduleDeadLetters',
        arn: 'arn:aws:sqs:eu-west-1:123456789012:ota-watch-dev-ScheduleDeadLetters',
        visibilityTimeoutSeconds: 30,
      },
      {
        logicalId: 'BreachQueue',
        name: 'ota-watch-dev-breaches',
        arn: 'arn:aws:sqs:eu-west-1:123456789012:ota-watch-dev-breaches',
        visibilityTimeoutSeconds: 180,
        redrive: { deadLetterQueue: 'ScheduleDeadLetters', maxReceiveCount: 500 },
      },
    ]);
  });

  it('describes which functions take messages of its queues, with CloudFormation defaults', () => {
    expect(eventSourcesOf(template)).toEqual([
      {
        logicalId: 'OnBreachEventSourceMappingSQSBreachQueue',
        queue: 'BreachQueue',
        queueArn: 'arn:aws:sqs:eu-west-1:123456789012:ota-watch-dev-breaches',
        functionLogicalId: 'OnBreachLambdaFunction',
        batchSize: 200,
        windowSeconds: 1,
        reportsItemFailures: true,
        maximumConcurrency: 5,
      },
      {
        logicalId: 'DeadLettersMapping',
        queue: 'ScheduleDeadLetters',
        queueArn: 'arn:aws:sqs:eu-west-1:123456789012:ota-watch-dev-ScheduleDeadLetters',
        functionLogicalId: 'PollLambdaFunction',
        batchSize: 10,
        windowSeconds: 0,
        reportsItemFailures: false,
      },
    ]);
  });

  it('describes its schedules, of EventBridge Scheduler and of rules', () => {
    expect(schedulesOf(template)).toEqual([
      {
        logicalId: 'PollSchedule',
        name: 'ota-watch-dev-PollSchedule',
        expression: 'rate(1 minute)',
        timezone: 'UTC',
        enabled: true,
        target: {
          kind: 'function',
          id: 'target',
          functionLogicalId: 'PollLambdaFunction',
          input: { kind: 'constant', value: { source: 'schedule' } },
          deadLetterQueue: 'ScheduleDeadLetters',
        },
      },
      {
        logicalId: 'OnBreachEventsRuleSchedule1',
        name: 'ota-watch-dev-OnBreachEventsRuleSchedule1',
        expression: 'cron(0 12 * * ? *)',
        timezone: undefined,
        enabled: false,
        target: {
          kind: 'function',
          id: 'onBreachSchedule',
          functionLogicalId: 'OnBreachLambdaFunction',
          input: { kind: 'event' },
        },
      },
    ]);
  });

  it('takes parameter values in place of its defaults', async () => {
    const parameters = { PollRate: 'rate(5 minutes)', HistoryRetentionDays: '365' };
    const other = await readTemplate(fixture, { ...environment, parameters });
    expect(schedulesOf(other)[0]?.expression).toBe('rate(5 minutes)');
    expect(functionsOf(other)[0]?.environment.HISTORY_RETENTION_DAYS).toBe('365');
  });

  it('refuses a parameter value that it has no parameter for', async () => {
    const opened = readTemplate(fixture, { ...environment, parameters: { Rate: 'x' } });
    await expect(opened).rejects.toEqual(
      new TemplateError('Parameters.Rate', 'the template has no such parameter'),
    );
  });

  it('refuses a file that is not a template', async () => {
    await expect(readTemplate('/nowhere/template.json', environment)).rejects.toThrow(
      '/nowhere/template.json: cannot be read as JSON',
    );
    expect(() => openTemplate({ Resources: { A: {} } }, environment)).toThrow('Resources.A.Type');
  });
});

describe('a queue, or what takes from it', () => {
  const F = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Handler: 'f.handler' } };
  const Q = { Type: 'AWS::SQS::Queue' };
  const mapping = (Properties: object) => ({
    F,
    Q,
    M: { Type: 'AWS::Lambda::EventSourceMapping', Properties },
  });
  const EventSourceArn = { 'Fn::GetAtt': ['Q', 'Arn'] };
  const redriven = {
    ...Q,
    Properties: { RedrivePolicy: { deadLetterTargetArn: 'arn:other', maxReceiveCount: 3 } },
  };

  it.each([
    [
      'a foreign dead-letter queue',
      { Q: redriven },
      'Q.Properties.RedrivePolicy: the template has no queue arn:other',
    ],
    [
      'another source',
      mapping({ EventSourceArn: 'arn:stream', FunctionName: 'f' }),
      'M.Properties.EventSourceArn: is no queue: arn:stream',
    ],
    [
      'a foreign function',
      mapping({ EventSourceArn, FunctionName: 'g' }),
      'M.Properties.FunctionName: the template has no function g',
    ],
  ])('%s is refused', (_, Resources, message) => {
    const opened = openTemplate({ Resources }, environment);
    expect(() => [queuesOf(opened), eventSourcesOf(opened)]).toThrow(`Resources.${message}`);
  });
});

describe('a target', () => {
  const withTarget = (target: object) =>
    openTemplate(
      {
        Resources: {
          F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Handler: 'f.handler' } },
          R: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { a: [1] }, Targets: [target] } },
        },
      },
      environment,
    );
  const Arn = { 'Fn::GetAtt': ['F', 'Arn'] };

  it.each([
    [{ Id: 'x', Arn, Input: '{' }, 'Resources.R.Properties.Targets[0].Input: is not JSON'],
    [
      { Id: 'x', Arn, InputPath: '$.detail[0]' },
      'Resources.R.Properties.Targets[0].InputPath: only paths such as $.detail.status are supported: $.detail[0]',
    ],
  ])('%j is refused', (target, message) => {
    expect(() => rulesOf(withTarget(target))).toThrow(message);
  });

  it('is known by a qualified ARN too', () => {
    const qualified = { 'Fn::Join': [':', [Arn, 'live']] };
    expect(rulesOf(withTarget({ Id: 'x', Arn: qualified, InputPath: '$' }))[0]?.targets).toEqual([
      { kind: 'function', id: 'x', functionLogicalId: 'F', input: { kind: 'event' } },
    ]);
  });

  it.each([
    [{ kind: 'event' }, { detail: { a: [1] } }],
    [{ kind: 'constant', value: 7 }, 7],
    [{ kind: 'part', path: ['detail', 'a'] }, [1]],
    [{ kind: 'part', path: ['detail', 'a', 'b'] }, undefined],
  ] as const)('with input %j receives %j', (input, expected) => {
    expect(applyInput(input, { detail: { a: [1] } })).toEqual(expected);
  });
});

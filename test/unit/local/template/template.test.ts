// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of Fn::Sub look like those of JavaScript.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { busesOf, rulesOf, schedulesOf } from '../../../../local/template/events.ts';
import { functionsOf } from '../../../../local/template/functions.ts';
import { tablesOf } from '../../../../local/template/tables.ts';
import { applyInput } from '../../../../local/template/targets.ts';
import { openTemplate, readTemplate } from '../../../../local/template/template.ts';
import { TemplateError } from '../../../../local/template/template-error.ts';

const environment = { region: 'eu-west-1', accountId: '123456789012', stackName: 'ota-watch-dev' };
const fixture = new URL('packaged-template.json', import.meta.url).pathname;
const template = await readTemplate(fixture, environment);

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

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
            kind: 'unsupported',
            id: 'queue',
            reason:
              'a target of this kind is not run locally: arn:aws:sqs:eu-west-1:123456789012:ota-watch-dev-ScheduleDeadLetters',
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

describe('resolving', () => {
  const document = {
    Parameters: {
      Size: { Type: 'Number', Default: 5 },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
      NoDefault: { Type: 'String' },
      FromSsm: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/path/of/parameter' },
    },
    Mappings: { Regions: { 'eu-west-1': { short: 'ew1', many: ['x', 'y'] } } },
    Conditions: {
      Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      Either: { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] },
      Both: { 'Fn::And': [{ Condition: 'No' }, { Condition: 'Yes' }] },
      Circle: { 'Fn::Not': [{ Condition: 'Circle' }] },
      Odd: 'maybe',
    },
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'things' } },
      Queue: { Type: 'AWS::SQS::Queue' },
      Topic: { Type: 'AWS::SNS::Topic' },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/ota-watch/token' } },
      Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { 'Fn::Sub': '/logs/${Table}' } } },
      Rule: { Type: 'AWS::Events::Rule' },
      Alarm: { Type: 'AWS::CloudWatch::Alarm' },
      Snake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Snake' } } },
      ListName: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Zones' } } },
    },
  };
  const resolve = (value: unknown, partition = 'aws') =>
    openTemplate(document, { ...environment, partition }).resolve(value, 'At');

  it.each<[unknown, unknown]>([
    [{ Ref: 'AWS::AccountId' }, '123456789012'],
    [{ Ref: 'AWS::StackName' }, 'ota-watch-dev'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'Size' }, 5],
    [{ Ref: 'Zones' }, ['a', 'b']],
    [{ Ref: 'Table' }, 'things'],
    [{ Ref: 'Queue' }, 'https://sqs.eu-west-1.amazonaws.com/123456789012/ota-watch-dev-Queue'],
    [{ Ref: 'Topic' }, 'arn:aws:sns:eu-west-1:123456789012:ota-watch-dev-Topic'],
    [{ Ref: 'Parameter' }, '/ota-watch/token'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:123456789012:table/things'],
    [{ 'Fn::GetAtt': 'Bucket.Arn' }, 'arn:aws:s3:::ota-watch-dev-Bucket'],
    [{ 'Fn::GetAtt': ['Group', 'Arn'] }, 'arn:aws:logs:eu-west-1:123456789012:log-group:/logs/things:*'],
    [
      { 'Fn::Sub': '${Table}/${Table.Arn}/${Size}/${!Table}' },
      'things/arn:aws:dynamodb:eu-west-1:123456789012:table/things/5/${Table}',
    ],
    [{ 'Fn::Sub': ['${Table}-${Other}', { Other: { Ref: 'Size' } }] }, 'things-5'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Size' }, { Ref: 'AWS::NoValue' }]] }, 'a-5'],
    [{ 'Fn::Join': ['+', { Ref: 'Zones' }] }, 'a+b'],
    [{ 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'short'] }, 'ew1'],
    [{ 'Fn::FindInMap': ['Regions', 'eu-west-1', 'many'] }, ['x', 'y']],
    [{ 'Fn::If': ['Yes', 1, { Ref: 'Nothing' }] }, 1],
    [{ 'Fn::If': ['No', { Ref: 'Nothing' }, 2] }, 2],
    [{ 'Fn::If': ['Either', 1, 2] }, 1],
    [{ 'Fn::If': ['Both', 1, 2] }, 2],
    [
      { a: [{ Ref: 'AWS::NoValue' }, 1], b: { Ref: 'AWS::NoValue' }, c: null },
      { a: [1], c: null },
    ],
    [
      { Ref: 'Table', and: 'more' },
      { Ref: 'Table', and: 'more' },
    ],
  ])('%j gives %j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('knows the Chinese partition', () => {
    expect(resolve({ Ref: 'Queue' }, 'aws-cn')).toMatch('https://sqs.eu-west-1.amazonaws.com.cn/');
    expect(resolve({ 'Fn::GetAtt': ['Table', 'Arn'] }, 'aws-cn')).toMatch('arn:aws-cn:dynamodb:');
  });

  it.each<[unknown, string]>([
    [{ x: [{ Ref: 'Nothing' }] }, 'At.x[0].Ref: there is no parameter or resource Nothing'],
    [{ Ref: 'NoDefault' }, 'At.Ref: parameter NoDefault has no value that is known locally'],
    [{ Ref: 'FromSsm' }, 'At.Ref: parameter FromSsm has no value that is known locally'],
    [{ Ref: 'Alarm' }, 'At.Ref: Alarm is of type AWS::CloudWatch::Alarm, which is not known locally'],
    [{ Ref: 'Rule' }, 'At.Ref: Ref of Rule (AWS::Events::Rule) is not known locally'],
    [{ Ref: ['x'] }, 'At.Ref: expected a logical id'],
    [
      { Ref: 'Snake' },
      'Resources.Snake.Properties.BucketName.Ref: Resources.Snake.Properties.BucketName refers to itself',
    ],
    [{ Ref: 'ListName' }, 'Resources.ListName.Properties.BucketName: expected a string, found ["a","b"]'],
    [
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'At.Fn::GetAtt: attribute StreamArn of Table (AWS::DynamoDB::Table) is not known locally',
    ],
    [{ 'Fn::ImportValue': 'x' }, 'At: Fn::ImportValue cannot be resolved locally'],
    [{ 'Fn::Sub': 'a ${Nothing}' }, 'At.Fn::Sub.Ref: there is no parameter or resource Nothing'],
    [{ 'Fn::Sub': 5 }, 'At.Fn::Sub: expected a string, or a string and an object'],
    [{ 'Fn::Join': ['-'] }, 'At.Fn::Join: expected a list of 2'],
    [{ 'Fn::Join': ['-', 'text'] }, 'At.Fn::Join[1]: expected a list, found "text"'],
    [{ 'Fn::Join': ['-', [['a']]] }, 'At.Fn::Join[1][0]: expected a string, found ["a"]'],
    [{ 'Fn::Select': ['7', ['a']] }, 'At.Fn::Select: there is no such element'],
    [
      { 'Fn::FindInMap': ['Regions', 'mars', 'short'] },
      'At.Fn::FindInMap: Mappings.Regions.mars.short does not exist',
    ],
    [{ 'Fn::If': ['Unheard', 1, 2] }, 'At.Fn::If: there is no condition "Unheard"'],
    [{ 'Fn::If': ['Circle', 1, 2] }, 'Conditions.Circle.Fn::Not: Conditions.Circle refers to itself'],
    [{ 'Fn::If': ['Odd', 1, 2] }, 'Conditions.Odd: expected a condition, found "maybe"'],
    [{ 'Fn::And': 'x' }, 'At.Fn::And: expected a list of conditions'],
  ])('%j is refused', (value, message) => {
    expect(thrownBy(() => resolve(value))).toEqual(
      expect.objectContaining({ name: 'TemplateError', message }),
    );
  });

  it('names the resource and property of what it cannot resolve or parse', () => {
    const withTable = (TableName: unknown) =>
      openTemplate(
        { Resources: { T: { Type: 'AWS::DynamoDB::Table', Properties: { TableName } } } },
        environment,
      );
    expect(() => tablesOf(withTable('x'))).toThrow(/^Resources\.T\.Properties: .*[\s\S]*KeySchema/);
    expect(() => withTable({ 'Fn::GetAZs': '' }).resourcesOf('AWS::DynamoDB::Table', z.object({}))).toThrow(
      'Resources.T.Properties.TableName: Fn::GetAZs cannot be resolved locally',
    );
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
    const qualified = { 'Fn::Sub': '${F.Arn}:live' };
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

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of Fn::Sub look like those of JavaScript.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tablesOf } from '../../../../local/template/tables.ts';
import { openTemplate } from '../../../../local/template/template.ts';

const environment = { region: 'eu-west-1', accountId: '123456789012', stackName: 'ota-watch-dev' };

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

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

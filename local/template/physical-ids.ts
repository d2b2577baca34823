/**
 * What `Ref` and `Fn::GetAtt` give for the resource types that this project's templates point at
 * (CloudFormation template reference, "Return values"). `{name}` is the resource's name.
 */
interface ResourceKind {
  /** Property that holds the name; without it the name is made of the stack name and the logical id. */
  readonly nameProperty: string;
  /** Left out where `Ref` depends on more than the name. */
  readonly ref?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const ARN = 'arn:{partition}';
const PLACE = '{region}:{accountId}';

const kinds: Readonly<Record<string, ResourceKind>> = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    ref: '{name}',
    attributes: { Arn: `${ARN}:dynamodb:${PLACE}:table/{name}` },
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    ref: '{name}',
    attributes: { Arn: `${ARN}:events:${PLACE}:event-bus/{name}`, Name: '{name}' },
  },
  'AWS::Events::Rule': { nameProperty: 'Name', attributes: {} },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    ref: '{name}',
    attributes: { Arn: `${ARN}:iam::{accountId}:role/{name}` },
  },
  // Lambda names it itself; the name is never given.
  'AWS::Lambda::EventSourceMapping': { nameProperty: 'Id', attributes: {} },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    ref: '{name}',
    attributes: { Arn: `${ARN}:lambda:${PLACE}:function:{name}` },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    ref: '{name}',
    attributes: { Arn: `${ARN}:logs:${PLACE}:log-group:{name}:*` },
  },
  'AWS::S3::Bucket': { nameProperty: 'BucketName', ref: '{name}', attributes: { Arn: `${ARN}:s3:::{name}` } },
  'AWS::Scheduler::Schedule': { nameProperty: 'Name', ref: '{name}', attributes: {} },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: `${ARN}:sns:${PLACE}:{name}`,
    attributes: { TopicArn: `${ARN}:sns:${PLACE}:{name}`, TopicName: '{name}' },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: 'https://sqs.{region}.{urlSuffix}/{accountId}/{name}',
    attributes: { Arn: `${ARN}:sqs:${PLACE}:{name}`, QueueName: '{name}' },
  },
  'AWS::SSM::Parameter': { nameProperty: 'Name', ref: '{name}', attributes: {} },
};

export function kindOf(type: string): ResourceKind | undefined {
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

/** Fills `{placeholders}`; every one of them must be among the values. */
export function fill(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

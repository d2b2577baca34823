const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const below = (id, path) => ({ 'Fn::Join': ['', [arnOf(id), path]] });
const allow = (sid, actions, resource) => ({
  Sid: sid,
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
});

const READS = ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];

/** The role of the API's function: it reads. */
export const roleOf = () => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    Policies: [
      {
        PolicyName: 'api',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('ApiLogGroup')),
            allow('ReadTasks', ['dynamodb:Scan', 'dynamodb:GetItem'], arnOf('TasksTable')),
            allow(
              'ReadHistory',
              ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
              [arnOf('HistoryTable'), below('HistoryTable', '/index/*')],
            ),
            allow('ReadTags', 'iotmanagedintegrations:GetOtaTask', {
              'Fn::Sub': `arn:\${AWS::Partition}:iotmanagedintegrations:\${AWS::Region}:\${AWS::AccountId}:ota-task/*`,
            }),
            // It takes no resource (service authorization reference).
            allow('ReadHeartbeat', 'cloudwatch:GetMetricData', '*'),
            {
              Sid: 'NothingButRead',
              Effect: 'Deny',
              NotAction: READS,
              Resource: ['TasksTable', 'HistoryTable'].flatMap((id) => [arnOf(id), below(id, '/*')]),
            },
          ],
        },
      },
    ],
  },
});

const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const ownArn = (service, resource) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

/** @param secretsKeyArn the customer-managed key of the secrets; empty for the key that AWS manages */
export function roleOf({ id, key }, secretsKeyArn) {
  const secrets = ownArn('ssm', `parameter\${self:custom.secretsPrefix}/${key}/*`);
  return {
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
          PolicyName: key,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(`${id}LogGroup`)),
              allow(
                'TakeEvents',
                [
                  'sqs:ReceiveMessage',
                  'sqs:DeleteMessage',
                  'sqs:GetQueueAttributes',
                  'sqs:ChangeMessageVisibility',
                ],
                arnOf(`${id}Queue`),
              ),
              allow('SetAside', 'sqs:SendMessage', arnOf(`${id}DeadLetterQueue`)),
              {
                ...allow(
                  'KeepLedgers',
                  ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
                  arnOf('AlertsTable'),
                ),
                // The notifiers share the table, not its items.
                Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${key}*`] } },
              },
              allow(
                'ReadTags',
                'iotmanagedintegrations:GetOtaTask',
                ownArn('iotmanagedintegrations', 'ota-task/*'),
              ),
              allow('ReadSecrets', 'ssm:GetParameter', secrets),
              ...(secretsKeyArn === ''
                ? []
                : [
                    {
                      ...allow('DecryptSecrets', 'kms:Decrypt', secretsKeyArn),
                      Condition: { StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': secrets } },
                    },
                  ]),
            ],
          },
        },
      ],
    },
  };
}

function allow(sid, actions, resource) {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: resource };
}

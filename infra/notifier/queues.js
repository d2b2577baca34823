const FOURTEEN_DAYS = 1_209_600; // the longest there is
const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The way of the events to a notifier: a rule on the bus, the queue, and the dead-letter queue of both. */
export function queuesOf({ id, key }) {
  const name = `\${self:custom.name}-${key}`;
  const [queue, deadLetterQueue, rule] = [`${id}Queue`, `${id}DeadLetterQueue`, `${id}Rule`];
  return {
    [rule]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: name,
        Description: `Events of OTA tasks for the ${key} notifier of \${self:custom.name}`,
        EventBusName: `\${self:custom.eventBus}`,
        // Nobody is alerted again of what is published again.
        EventPattern: { source: ['ota-watch'], detail: { replay: [{ exists: false }] } },
        State: 'ENABLED',
        Targets: [
          {
            Id: 'queue',
            Arn: arnOf(queue),
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            DeadLetterConfig: { Arn: arnOf(deadLetterQueue) },
          },
        ],
      },
    },
    [queue]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name,
        MessageRetentionPeriod: FOURTEEN_DAYS,
        SqsManagedSseEnabled: true,
        // Six times the function's timeout, as the Lambda developer guide asks.
        VisibilityTimeout: 180,
        // Waiting for its turn or for the destination, an event is received again and again.
        RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetterQueue), maxReceiveCount: 500 },
      },
    },
    [deadLetterQueue]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${name}-dlq`,
        MessageRetentionPeriod: FOURTEEN_DAYS,
        SqsManagedSseEnabled: true,
      },
    },
    [`${queue}Policy`]: policyOf(queue, rule),
    [`${deadLetterQueue}Policy`]: policyOf(deadLetterQueue, rule),
  };
}

function policyOf(queue, rule) {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
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
    },
  };
}

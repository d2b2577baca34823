const FOURTEEN_DAYS = 1_209_600; // the longest there is
/** Nobody needs a part of a poll once the next one is due; one that a worker crashed over is to become a dead letter before it expires. */
const KEPT_SECONDS = 300;
const arnOf = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

export const QUEUE_NAME = `\${self:custom.name}-poll-shard`;

/** The way of the parts of a poll to the workers. */
export function queuesOf({ periodSeconds }) {
  return {
    PollShardQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: QUEUE_NAME,
        MessageRetentionPeriod: Math.min(FOURTEEN_DAYS, Math.max(KEPT_SECONDS, 2 * periodSeconds)),
        SqsManagedSseEnabled: true,
        // Not before the function's timeout is over; what comes again later than that is too late in most cases.
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: arnOf('PollShardDeadLetterQueue'), maxReceiveCount: 2 },
      },
    },
    PollShardDeadLetterQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${QUEUE_NAME}-dlq`,
        MessageRetentionPeriod: FOURTEEN_DAYS,
        SqsManagedSseEnabled: true,
      },
    },
    PollShardQueuePolicy: policyOf('PollShardQueue'),
    PollShardDeadLetterQueuePolicy: policyOf('PollShardDeadLetterQueue'),
  };
}

function policyOf(queue) {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
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
    },
  };
}

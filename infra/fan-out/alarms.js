const MINUTE = 60;
const NAME = `\${self:custom.name}-poll-shard`;
const ACTIONS = {
  'Fn::If': ['AlarmTopicGiven', [`\${param:alarmTopicArn, ''}`], { Ref: 'AWS::NoValue' }],
};

/** The alarms of the workers. What they observe counts towards those of the poll. */
export const alarmsOf = () => ({
  PollShardLateAlarm: alarm(
    'late',
    `Parts of polls of \${self:custom.name} keep coming too late for the workers, and are dropped: their tasks are looked at less ` +
      'often than they should, other ones in each poll. Raise workerConcurrency or maxConcurrency; if the service throttles ' +
      '(ApiThrottles), ask AWS for more. Nothing is lost: a later poll finds what changed.',
    {
      Namespace: 'ota-watch',
      MetricName: 'ShardsLate',
      Dimensions: [{ Name: 'service', Value: `\${self:custom.name}` }],
      Statistic: 'Sum',
      Period: `\${param:pollPeriodSeconds}`,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
    },
  ),
  PollShardDeadLettersAlarm: alarm(
    'dead-letters',
    `A worker of \${self:custom.name} crashed over a part of a poll, ran out of time, could not read the tasks table, or did not ` +
      `understand what it was given. The log group /aws/lambda/${NAME} has the cause, the queue ${NAME}-dlq the parts. They need ` +
      'no repeating: the next poll looks at the same tasks. Purge the queue when the cause is gone.',
    {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['PollShardDeadLetterQueue', 'QueueName'] } }],
      Statistic: 'Maximum',
      Period: 5 * MINUTE,
      EvaluationPeriods: 1,
    },
  ),
});

const alarm = (kind, description, properties) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: `${NAME}-${kind}`,
    AlarmDescription: description,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
    AlarmActions: ACTIONS,
    OKActions: ACTIONS,
    ...properties,
  },
});

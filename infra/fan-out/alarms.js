const MINUTE = 60;
const DAY = 86_400; // the longest period of an alarm
const NAME = `\${self:custom.name}-poll-shard`;
const ACTIONS = {
  'Fn::If': ['AlarmTopicGiven', [`\${param:alarmTopicArn, ''}`], { Ref: 'AWS::NoValue' }],
};

/** The alarms of the workers. What they observe counts towards those of the poll. */
export const alarmsOf = ({ periodSeconds }) => ({
  PollShardLateAlarm: alarm(
    'late',
    `One in five parts of polls of \${self:custom.name}, or more, is not done. Nobody takes them (is the event source mapping enabled, ` +
      'has the account concurrency left, was PollShardRole changed?), they fail (see the log), or they come too late: then raise ' +
      'workerConcurrency or maxConcurrency; if the service throttles (ApiThrottles), ask AWS for more. Their tasks are looked at less ' +
      'often than they should, or not at all. Nothing is lost: a later poll finds what changed.',
    {
      Metrics: [
        {
          Id: 'undone',
          Label: 'Parts of polls that were not done, in percent',
          // No data where nothing was handed out.
          Expression: '100 - 100 * FILL(polled, 0) / handed',
          ReturnData: true,
        },
        sumOf('handed', 'ShardsHandedOut', periodSeconds),
        sumOf('polled', 'ShardsPolled', periodSeconds),
      ],
      // A poll may be handed out in one period and done in the next.
      EvaluationPeriods: 2,
      Threshold: 20,
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

/** Of five polls. */
const sumOf = (id, metric, periodSeconds) => ({
  Id: id,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: 'ota-watch',
      MetricName: metric,
      Dimensions: [{ Name: 'service', Value: `\${self:custom.name}` }],
    },
    Period: Math.min(DAY, 5 * periodSeconds),
    Stat: 'Sum',
  },
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

const MINUTE = 60;

/** The alarms of a notifier. Each has an entry in the runbook, docs/operations.md. */
export function alarmsOf({ id, key, title }) {
  const name = `\${self:custom.name}-${key}`;
  const log = `the log group /aws/lambda/${name}`;
  const alarm = (kind, description, properties) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${name}-${kind}`,
      AlarmDescription: description,
      Period: MINUTE,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: ACTIONS,
      OKActions: ACTIONS,
      ...properties,
    },
  });
  const queueMetric = (metric, queue) => ({
    Namespace: 'AWS/SQS',
    MetricName: metric,
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    Statistic: 'Maximum',
  });
  const ownMetric = (metric, statistic) => ({
    Namespace: 'ota-watch',
    MetricName: metric,
    Dimensions: [{ Name: 'service', Value: name }],
    Statistic: statistic,
  });
  const tooLate = { Threshold: `\${param:alertsDelayAlarmSeconds}` };

  return {
    [`${id}ErrorsAlarm`]: alarm(
      'errors',
      `The ${title} notifier of \${self:custom.name} keeps ending in an error: a wrong setting, or too ` +
        `little time or memory. The last lines of ${log} name the cause. Nothing is lost: events wait in the queue.`,
      {
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }],
        Statistic: 'Sum',
        EvaluationPeriods: 5,
        DatapointsToAlarm: 3,
      },
    ),
    [`${id}MisconfiguredAlarm`]: alarm(
      'misconfigured',
      `${title} refuses the credentials, a channel or a permission of \${self:custom.name}, or a secret is missing in the ` +
        'Parameter Store: nothing gets through there until it is repaired. The channel or service, and the answer, are in ' +
        `${log}. Events wait, and go out once it is repaired.`,
      ownMetric('DestinationMisconfigured', 'Sum'),
    ),
    [`${id}DelayAlarm`]: alarm(
      'delay',
      `Alerts of \${self:custom.name} have been waiting for ${title} for \${param:alertsDelayAlarmSeconds} seconds or more: ` +
        `it is not reachable, fails, or asks for time. Its answers are in ${log}. Nothing is lost: what waits goes out, in order.`,
      { ...ownMetric('OldestAlertAge', 'Maximum'), ...tooLate },
    ),
    [`${id}QueueAgeAlarm`]: alarm(
      'queue-age',
      `Events have been in the queue ${name} for \${param:alertsDelayAlarmSeconds} seconds or more, and nobody takes them: ` +
        'the event source mapping is disabled, the function is throttled, or its role was changed. Nothing is lost for 14 days.',
      { ...queueMetric('ApproximateAgeOfOldestMessage', `${id}Queue`), ...tooLate },
    ),
    [`${id}SetAsideAlarm`]: alarm(
      'set-aside',
      `${title} refused an alert of \${self:custom.name} for good, and it was set aside: nobody will see it there. The message ` +
        `in the queue ${name}-dlq has the event and the answer, as has ${log}. It is a fault of ota-watch: report it.`,
      ownMetric('AlertsSetAside', 'Sum'),
    ),
    [`${id}DeadLettersAlarm`]: alarm(
      'dead-letters',
      `Events in the queue ${name}-dlq were not told to ${title}: it refused them, they were received too often, or the bus ` +
        'could not put them into the queue. The attributes of the messages say which. Move them back when the cause is gone.',
      { ...queueMetric('ApproximateNumberOfMessagesVisible', `${id}DeadLetterQueue`), Period: 5 * MINUTE },
    ),
  };
}

const ACTIONS = {
  'Fn::If': ['AlarmTopicGiven', [`\${param:alarmTopicArn, ''}`], { Ref: 'AWS::NoValue' }],
};

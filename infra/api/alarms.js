const ACTIONS = {
  'Fn::If': ['AlarmTopicGiven', [`\${param:alarmTopicArn, ''}`], { Ref: 'AWS::NoValue' }],
};

/** The alarm of the API. It has an entry in the runbook, docs/operations.md. */
export const alarmsOf = () => ({
  ApiErrorsAlarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `\${self:custom.name}-api-errors`,
      AlarmDescription:
        `The API of \${self:custom.name} keeps answering with 5xx, so the dashboard shows nothing new: a table that cannot ` +
        'be read, a wrong setting, or a function that runs out of time or memory. The last lines of the log group ' +
        `/aws/lambda/\${self:custom.name}-api name the cause. Polls and alerts go on.`,
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: ACTIONS,
      OKActions: ACTIONS,
    },
  },
});

/**
 * The function of a notifier.
 *
 * @param localQueues where the queues are in a local run, which cannot resolve `Ref`; empty in a deployment
 * @param dashboardUrl where links of alerts lead; left out where there is no dashboard
 */
export function functionOf({ id, key, description, environment }, { localQueues, dashboardUrl = '' }) {
  const name = `\${self:custom.name}-${key}`;
  const urlOf = (queue, queueName) => (localQueues === '' ? { Ref: queue } : `${localQueues}/${queueName}`);
  return {
    [id[0].toLowerCase() + id.slice(1)]: {
      name,
      handler: `functions/notify-${key}.handler`,
      description,
      role: { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      memorySize: 512,
      timeout: 30,
      environment: {
        ALERTS_TABLE: `\${self:custom.alertsTable}`,
        ALERTS_QUEUE_URL: urlOf(`${id}Queue`, name),
        ALERTS_DEAD_LETTER_QUEUE_URL: urlOf(`${id}DeadLetterQueue`, `${name}-dlq`),
        SECRETS_PREFIX: `\${self:custom.secretsPrefix}`,
        DASHBOARD_URL: dashboardUrl,
        CONSOLE_URL: `\${param:consoleUrl, ''}`,
        ...environment,
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: 'ota-watch',
        POWERTOOLS_LOG_LEVEL: `\${param:logLevel}`,
        NODE_OPTIONS: '--enable-source-maps',
      },
    },
  };
}

/**
 * Has the function take from its queue. Not an event of the function: with that, every function without a role of its own could
 * take alerts from the queue.
 */
export const eventSourceOf = ({ id }) => ({
  // Stacks have it by this name: by another, an update would make it anew, which Lambda refuses while there is the old one.
  [`${id}EventSourceMappingSQS${id}Queue`]: {
    Type: 'AWS::Lambda::EventSourceMapping',
    DependsOn: [`${id}Role`],
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] },
      FunctionName: { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] },
      Enabled: true,
      // Many at once, so that breaches of many rollouts can become one message.
      BatchSize: 200,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    },
  },
});

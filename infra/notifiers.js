// What serverless.yml takes in for the notifiers that its parameters turn on. The two are alike but for names and settings,
// which YAML could not say: it takes no arguments.
import { dashboardUrlOf } from './dashboard.js';
import { alarmsOf } from './notifier/alarms.js';
import { eventSourceOf, functionOf } from './notifier/function.js';
import { queuesOf } from './notifier/queues.js';
import { roleOf } from './notifier/role.js';
import { choiceOf, textOf } from './parameters.js';

const NOTHING = { functions: {}, resources: {} };

const SLACK = {
  id: 'Slack',
  key: 'slack',
  title: 'Slack',
  description: 'Tells Slack channels of OTA rollouts',
  environment: {
    SLACK_MODE: `\${param:slack}`,
    SLACK_CHANNEL: `\${param:slackChannel}`,
    SLACK_API_URL: `\${param:slackApiUrl, ''}`,
  },
};

const PAGERDUTY = {
  id: 'PagerDuty',
  key: 'pagerduty',
  title: 'PagerDuty',
  description: 'Opens and resolves PagerDuty incidents of OTA rollouts',
  environment: { PAGERDUTY_EVENTS_URL: `\${param:pagerdutyEventsUrl, ''}` },
};

/** The Slack notifier: `{functions, resources}`, empty where the parameter `slack` is `off`. */
export const slack = async (serverless) =>
  (await isOn(serverless, SLACK.key, ['bot', 'webhook'])) ? partsOf(SLACK, serverless) : NOTHING;

/** The PagerDuty notifier: `{functions, resources}`, empty where the parameter `pagerduty` is `off`. */
export const pagerduty = async (serverless) =>
  (await isOn(serverless, PAGERDUTY.key, ['on'])) ? partsOf(PAGERDUTY, serverless) : NOTHING;

/** What the notifiers have in common: resources, none where all of them are off. */
export const shared = async (serverless) => {
  const parts = await Promise.all([slack(serverless), pagerduty(serverless)]);
  return parts.every((part) => part === NOTHING) ? {} : { Resources: { AlertsTable }, Outputs };
};

/** Whether a notifier's parameter turns it on; throws for a value that means nothing. */
const isOn = async (serverless, parameter, on) =>
  (await choiceOf(serverless, parameter, ['off', ...on])) !== 'off';

async function partsOf(notifier, serverless) {
  const secretsKeyArn = await textOf(serverless, 'secretsKeyArn');
  const localQueues = await textOf(serverless, 'localQueues');
  const givenUrl = await textOf(serverless, 'dashboardUrl');
  const dashboardUrl = givenUrl === '' ? await dashboardUrlOf(serverless) : givenUrl;
  const { id, key } = notifier;
  return {
    functions: functionOf(notifier, { localQueues, dashboardUrl }),
    resources: {
      Resources: {
        ...queuesOf(notifier),
        ...eventSourceOf(notifier),
        [`${id}Role`]: roleOf(notifier, secretsKeyArn),
        ...alarmsOf(notifier),
      },
      Outputs: {
        [`${id}QueueUrl`]: {
          Description: `Events that wait for the ${key} notifier`,
          Value: { Ref: `${id}Queue` },
        },
        [`${id}DeadLetterQueueUrl`]: {
          Description: `Events that the ${key} notifier could not tell`,
          Value: { Ref: `${id}DeadLetterQueue` },
        },
      },
    },
  };
}

const AlertsTable = {
  Type: 'AWS::DynamoDB::Table',
  DeletionPolicy: `\${self:custom.deletionPolicy}`,
  UpdateReplacePolicy: `\${self:custom.deletionPolicy}`,
  Properties: {
    TableName: `\${self:custom.alertsTable}`,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    // No point-in-time recovery: an older state would have the notifiers tell again what was told since.
    SSESpecification: { SSEEnabled: true },
    DeletionProtectionEnabled: `\${param:protectTables}`,
  },
};

const Outputs = {
  AlertsTableName: {
    Description: 'What the notifiers have told, and to whom',
    Value: { Ref: 'AlertsTable' },
  },
};

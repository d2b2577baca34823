import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tablesOf } from '../../local/template/tables.ts';
import { openTemplate } from '../../local/template/template.ts';
import { isAllowed } from '../support/iam/evaluate.ts';
import { ALERTS_TABLE } from '../support/tables.ts';
import { resourceTypes } from './template/expected.ts';
import {
  alarmsFor,
  alertsTable,
  environmentOf,
  grantsFor,
  mappingOf,
  NOTIFIERS,
  pagerDuty,
  secretsArn,
  slack,
  wayOf,
} from './template/expected-notifiers.ts';
import { grantsOf } from './template/grants.ts';
import { exportsOf, type Packaged, unpack, Workshop } from './template/package.ts';
import { ACCOUNT, policiesOf, REGION } from './template-policies/deployment.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/secrets';
const SHARED_BUS = 'arn:aws:events:eu-west-1:111122223333:event-bus/shared';
const SETTINGS = {
  slack: 'webhook',
  slackChannel: '#releases',
  slackApiUrl: 'https://slack.example/api/',
  pagerdutyEventsUrl: 'https://events.eu.pagerduty.com',
  dashboardUrl: 'https://ota.example/',
  consoleUrl: 'https://console.example/',
  secretsKeyArn: KEY,
  alertsDelayAlarmSeconds: '900',
  eventBusArn: SHARED_BUS,
};
const OWN_FUNCTION = '\nfunctions:\n  - own:\n      handler: functions/poll.handler\n';
const params = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => `--param=${name}=${value}`);

/** Logical ids of the resources that a notifier's template has and the plain one lacks. */
const addedBy = ({ template }: Packaged) =>
  Object.keys(template.Resources).filter((id) => !(id in resourceTypes));
const propertiesOf = ({ template }: Packaged, id: string) => template.Resources[id]?.Properties;
const pascal = (kind: string) => kind.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Somebody's own, without a role of its own. */
async function addOwnFunction(copy: string): Promise<void> {
  const file = path.join(copy, 'serverless.yml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('\nfunctions:\n', OWN_FUNCTION));
}

let workshop: Workshop;
let both: Packaged;
let prod: Packaged;
let onlySlack: Packaged;
let onlyPagerDuty: Packaged;

beforeAll(async () => {
  workshop = await Workshop.open();
  both = await workshop.package('both', params({ slack: 'bot', pagerduty: 'on' }));
  [prod, onlySlack, onlyPagerDuty] = await Promise.all([
    workshop.package(
      'prod',
      ['--stage', 'prod', ...params({ slack: 'bot', pagerduty: 'on' })],
      addOwnFunction,
    ),
    workshop.package('slack', params(SETTINGS)),
    workshop.package(
      'pagerduty',
      params({ pagerduty: 'on', pagerdutyEventsUrl: SETTINGS.pagerdutyEventsUrl }),
    ),
  ]);
});

afterAll(() => workshop.close());

const expectedIds = (notifier: (typeof NOTIFIERS)[number]) => [
  ...Object.keys(wayOf(notifier)),
  ...Object.keys(grantsFor(notifier)),
  ...Object.keys(alarmsFor(notifier)).map((kind) => `${notifier.id}${pascal(kind)}Alarm`),
];

describe('the notifiers', () => {
  it('add these resources and no others, each its own', () => {
    expect(addedBy(both).sort()).toEqual([...NOTIFIERS.flatMap(expectedIds), 'AlertsTable'].sort());
    expect(addedBy(onlySlack).sort()).toEqual([...expectedIds(slack), 'AlertsTable'].sort());
    expect(addedBy(onlyPagerDuty).sort()).toEqual([...expectedIds(pagerDuty), 'AlertsTable'].sort());
  });

  it('name no region, account or partition', () => {
    const text = both.text.replace(/\d{13}-[^/"]+Z/g, 'TIMESTAMP');
    expect(text).not.toMatch(/\b\d{12}\b|\b[a-z]{2}(-[a-z]+)+-\d\b|\barn:aws/);
  });

  it('share a table, protected in prod', () => {
    expect(both.template.Resources.AlertsTable).toEqual({
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: alertsTable,
    });
    expect(prod.template.Resources.AlertsTable).toEqual({
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { ...alertsTable, TableName: 'ota-watch-prod-alerts', DeletionProtectionEnabled: true },
    });
  });

  it('have the table that the other tests make', () => {
    const place = { region: 'us-east-1', accountId: '123456789012', stackName: 'dev' };
    const tables = tablesOf(openTemplate(both.template, place));
    expect(tables.filter(({ logicalId }) => logicalId === 'AlertsTable')).toEqual([ALERTS_TABLE]);
  });

  it('tell where everything is', () => {
    const ids = ['SlackQueue', 'SlackDeadLetterQueue', 'PagerDutyQueue', 'PagerDutyDeadLetterQueue'];
    expect(Object.fromEntries(Object.entries(both.template.Outputs).slice(9))).toEqual({
      ...Object.fromEntries(
        ids.map((id) => [`${id}Url`, { Description: expect.any(String), Value: { Ref: id } }]),
      ),
      AlertsTableName: { Description: expect.any(String), Value: { Ref: 'AlertsTable' } },
    });
  });

  it.each(NOTIFIERS)('$id takes the events of the bus from a queue of its own', (notifier) => {
    for (const [id, expected] of Object.entries(wayOf(notifier)))
      expect(propertiesOf(both, id)).toEqual(expected);
    expect(both.template.Resources[mappingOf(notifier)]).toMatchObject({
      Type: 'AWS::Lambda::EventSourceMapping',
      DependsOn: [`${notifier.id}Role`],
    });
  });

  it.each(NOTIFIERS)('$id is packed alone and small, and loads where nothing else lies', async (notifier) => {
    const archive = await both.archive(notifier.archive);
    const folder = await workshop.emptyFolder(`task-${notifier.key}`);
    const module = `functions/notify-${notifier.key}.mjs`;
    expect(await unpack(archive, folder)).toEqual([module, `${module}.map`]);
    expect(archive.length).toBeLessThan(1_500_000);
    const environment = {
      ...environmentOf(notifier),
      ALERTS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/queue',
      ALERTS_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/queue-dlq',
      AWS_REGION: 'eu-west-1',
    };
    expect(await exportsOf(path.join(folder, module), environment)).toEqual({ handler: 'function' });

    const bundle = await readFile(path.join(folder, module), 'utf8');
    const watched = Object.values(alarmsFor(notifier)).filter(({ Namespace }) => Namespace === 'ota-watch');
    expect(watched.filter(({ MetricName }) => !bundle.includes(MetricName))).toEqual([]);
  });
});

describe('permissions of the notifiers', () => {
  const notifierGrants = (packaged: Packaged) =>
    Object.fromEntries(Object.entries(grantsOf(packaged.template)).filter(([id]) => !(id in resourceTypes)));

  it('are exactly the ones listed', () => {
    expect(notifierGrants(both)).toEqual({ ...grantsFor(slack), ...grantsFor(pagerDuty) });
    expect(notifierGrants(onlyPagerDuty)).toEqual(grantsFor(pagerDuty));
  });

  it('include a key of the secrets where one is given, for these secrets only', () => {
    const decrypt = {
      Sid: 'DecryptSecrets',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: KEY,
      Condition: { StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': secretsArn('slack') } },
    };
    expect(notifierGrants(onlySlack)).toEqual(grantsFor(slack, [decrypt]));
  });

  it('give the history to nobody else', () => {
    expect(JSON.stringify(notifierGrants(both))).not.toMatch(/HistoryTable|TasksTable|PutEvents/);
  });

  it.each(NOTIFIERS)(
    'let $id alone take from its queue, not a function without a role of its own',
    ({ id, key }) => {
      const { identities, ofResources } = policiesOf(prod.template);
      const resource = `arn:aws:sqs:${REGION}:${ACCOUNT}:ota-watch-prod-${key}`;
      const context = { 'aws:securetransport': 'true' };
      const whoMay = (action: string) =>
        [...identities]
          .filter(([, statements]) =>
            isAllowed({ caller: { statements }, action, resource, context }, ofResources),
          )
          .map(([role]) => role);
      expect([...identities.keys()]).toContain('IamRoleLambdaExecution');
      expect(['sqs:ReceiveMessage', 'sqs:DeleteMessage'].map(whoMay)).toEqual([[`${id}Role`], [`${id}Role`]]);
    },
  );
});

describe('settings of the notifiers', () => {
  it('reach the functions, the rule and the alarms', () => {
    expect(propertiesOf(onlySlack, 'SlackLambdaFunction')).toMatchObject({
      Environment: {
        Variables: {
          SLACK_MODE: 'webhook',
          SLACK_CHANNEL: '#releases',
          SLACK_API_URL: 'https://slack.example/api/',
          DASHBOARD_URL: 'https://ota.example/',
          CONSOLE_URL: 'https://console.example/',
        },
      },
    });
    expect(propertiesOf(onlyPagerDuty, 'PagerDutyLambdaFunction')).toMatchObject({
      Environment: { Variables: { PAGERDUTY_EVENTS_URL: 'https://events.eu.pagerduty.com' } },
    });
    expect(propertiesOf(onlySlack, 'SlackRule')).toMatchObject({ EventBusName: SHARED_BUS });
    expect(propertiesOf(onlySlack, 'SlackDelayAlarm')).toMatchObject({ Threshold: '900' });
    expect(propertiesOf(onlySlack, 'SlackQueueAgeAlarm')).toMatchObject({ Threshold: '900' });
  });

  it.each([
    ['slack=foo', 'The parameter "slack" is "foo": it can be one of off, bot, webhook'],
    ['pagerduty=true', 'The parameter "pagerduty" is "true": it can be one of off, on'],
  ])('with %s there is no package', async (setting, message) => {
    const failed = workshop.package(setting, [`--param=${setting}`]);
    await expect(failed).rejects.toMatchObject({ stdout: expect.stringMatching(message) });
  });
});

describe('alarms of the notifiers', () => {
  it.each(NOTIFIERS)('$id: each watches its metric, and says what to do', (notifier) => {
    for (const [kind, expected] of Object.entries(alarmsFor(notifier))) {
      expect(propertiesOf(both, `${notifier.id}${pascal(kind)}Alarm`)).toEqual({
        AlarmName: `ota-watch-dev-${notifier.key}-${kind}`,
        AlarmDescription: expect.stringMatching(/^.{150,1024}$/),
        ...expected,
      });
    }
  });

  it('have an entry in the runbook', async () => {
    const runbook = await readFile(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const entries = runbook.match(/^### `<name>-slack-.*$/gm);
    expect(entries?.sort()).toEqual(
      Object.keys(alarmsFor(slack))
        .map((kind) => `### \`<name>-slack-${kind}\`, \`<name>-pagerduty-${kind}\``)
        .sort(),
    );
  });
});

import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { test } from '../../../cli/alert/test.ts';
import { startPagerDuty } from '../../../local/pagerduty/pagerduty.ts';
import { startParameters } from '../../../local/parameters/parameters.ts';
import { startSlack } from '../../../local/slack/slack.ts';
import { announceStack } from '../../../local/stack/running-stack.ts';
import { CommandFolder, lines } from './command.ts';

const TOKEN = 'xoxb-canary-7f3a';
const KEY = 'canary7f3a'.padEnd(32, '0');
const WARNING = 'dedup_key ota-watch:ota-watch-test:test-warning';
const CRITICAL = 'dedup_key ota-watch:ota-watch-test:test-critical';

/** A copy of the project, with all that it can tell and ask. */
async function start() {
  const project = await CommandFolder.create();
  const slack = await startSlack({ now: Date.now, botToken: TOKEN });
  const pagerDuty = await startPagerDuty({ now: Date.now, routingKeys: { [KEY]: 'default' } });
  const parameters = await startParameters({
    parameters: {
      '/ota-watch/prod/slack/bot-token': TOKEN,
      '/ota-watch/prod/pagerduty/default': KEY,
      '/ota-watch/dev/pagerduty/default': KEY,
    },
  });
  for (const secret of [TOKEN, KEY, slack.webhookUrl('#hook')]) project.secrets.add(secret);
  const close = async () => {
    await Promise.all([slack.close(), pagerDuty.close(), parameters.close()]);
    await project.remove();
  };
  return { project, slack, pagerDuty, parameters, [Symbol.asyncDispose]: close };
}

type World = Awaited<ReturnType<typeof start>>;

/** AWS, Slack and PagerDuty as a deployed stage has them. */
const deployed = ({ slack, pagerDuty, parameters }: World) => ({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL_SSM: parameters.url,
  SLACK_API_URL: slack.apiUrl,
  PAGERDUTY_EVENTS_URL: pagerDuty.url,
});

const FILE = 'ota-watch.local.yml';
const pagerDutySettings = ({ project, pagerDuty }: World) =>
  project.write(FILE, `pagerduty: { routingKey: ${KEY}, eventsUrl: '${pagerDuty.url}' }`);

/** Instants and times of messages are those of the run. */
const steady = (text: string) => text.replaceAll(/\d{10}\.\d{6}/g, '<ts>');

const statuses = ({ pagerDuty }: World) =>
  pagerDuty.incidents().map(({ dedupKey, status }) => `${dedupKey} ${status}`);

const ALL_PAGERDUTY = [
  'Tracking Started                         not told',
  'Status Changed         change            202',
  'Configuration Changed                    not told',
  'Progressed             change            202',
  `Breached, warning      trigger           202  ${WARNING}`,
  `Breached, critical     trigger           202  ${CRITICAL}`,
  `Breached, reminder     trigger           202  ${CRITICAL}`,
  `Recovered              resolve           202  ${CRITICAL}`,
  'Status Changed, end    change            202',
  `Recovered, task ended  resolve           202  ${WARNING}`,
  'Tracking Stopped                         not told',
];

// Alerts go at the pace that Slack and PagerDuty take.
describe.concurrent('npm run alert -- test', { timeout: 120_000 }, () => {
  it('tells Slack by the bot of a stage', async () => {
    await using world = await start();
    const { project, slack } = world;
    const ended = await project.run(['test', '--to', 'slack', '--stage', 'prod', '--channel', 'trial'], {
      env: deployed(world),
    });
    const [id] = slack.channels().flatMap((channel) => (channel.name === 'trial' ? [channel.id] : []));
    const edit = `                       chat.update       ok  ${id}  <ts>`;
    const reply = (label: string, how = 'reply') => [
      `${label.padEnd(21)}  chat.postMessage  ok  ${id}  <ts>  ${how}`,
      edit,
    ];
    expect({ ...ended, stdout: steady(ended.stdout) }).toEqual({
      status: 0,
      stdout: lines(
        'Slack, channel #trial, by a bot. Its secret is from the Parameter Store, below /ota-watch/prod.',
        '',
        `Tracking Started       chat.postMessage  ok  ${id}  <ts>  message`,
        ...reply('Status Changed'),
        ...reply('Configuration Changed'),
        `Progressed             chat.update       ok  ${id}  <ts>`,
        ...reply('Breached, warning', 'reply, shown in the channel'),
        ...reply('Breached, critical', 'reply, shown in the channel'),
        ...reply('Breached, reminder', 'reply, shown in the channel'),
        ...reply('Recovered'),
        ...reply('Status Changed, end'),
        ...reply('Recovered, task ended'),
        ...reply('Tracking Stopped'),
        '',
        '20 calls, all of them taken.',
      ),
      stderr: '',
    });
    expect(slack.violations).toEqual([]);
    const [message] = slack.channels().flatMap(({ messages }) => messages);
    expect([message?.edits, message?.replies.length]).toEqual([10, 9]);
  });

  it('tells Slack by the webhook of the settings, and gives it the time that it asks for', async () => {
    await using world = await start();
    const { project, slack } = world;
    await project.write(FILE, `slack: { webhookUrl: '${slack.webhookUrl('#hook')}' }`, 0o644);
    slack.faults.request = ({ index }) =>
      index === 1 ? { kind: 'rate-limited', retryAfterSeconds: 1 } : undefined;
    const { status, stdout, stderr } = await project.run(['test', '--to', 'slack', '--keep']);
    const sent = (label: string) => `${label.padEnd(21)}  webhook           200 ok`;
    const [channel] = slack.channels();
    // Slack may ask for time once more where requests are slow to come.
    const shown = stdout.split('\n').filter((line) => !line.includes('busy'));
    expect({ status, shown, stderr, messages: channel?.messages.length }).toEqual({
      status: 0,
      shown: [
        'Slack, by a webhook. Its secret is from ota-watch.local.yml.',
        '',
        sent('Tracking Started'),
        sent(''),
        sent('Configuration Changed'),
        'Progressed                               not told',
        sent('Breached, warning'),
        sent('Breached, critical'),
        sent('Breached, reminder'),
        '',
        expect.stringMatching(/^\d+ calls, all of them taken\.$/),
        '',
      ],
      stderr:
        'ota-watch.local.yml holds secrets, and others on this machine can read it: chmod 600 ota-watch.local.yml\n\n',
      messages: 6,
    });
    expect(stdout).toContain(
      'Status Changed         webhook           busy  Slack asks to wait before the webhook slack/webhook/default (1 s)\n',
    );
  });

  it('tells the PagerDuty of a stack that runs here; what is kept open is resolved the next time', async () => {
    await using world = await start();
    const { project, pagerDuty, parameters } = world;
    await announceStack(project.folder, {
      pid: process.pid,
      region: 'us-east-1',
      accountId: '123456789012',
      endpoints: {
        managedIntegrations: 'http://127.0.0.1:1',
        dynamodb: 'http://127.0.0.1:1',
        eventBridge: 'http://127.0.0.1:1',
        sqs: 'http://127.0.0.1:1',
        ssm: parameters.url,
        cloudWatch: parameters.url,
        lambda: 'http://127.0.0.1:1',
      },
      tables: { tasks: 'tasks', history: 'history' },
      api: 'http://127.0.0.1:1',
      queues: {},
      alerts: { pagerDutyEvents: pagerDuty.url },
    });
    const head =
      'PagerDuty, service default. Its secret is from the stack that runs on this machine: a stand-in of PagerDuty.';
    expect(await project.run(['test', '--to', 'pagerduty', '--keep'])).toEqual({
      status: 0,
      stdout: lines(
        head,
        '',
        ...ALL_PAGERDUTY.slice(0, 7),
        '',
        '5 calls, all of them taken.',
        '',
        'Left open: ota-watch:ota-watch-test:test-warning, ota-watch:ota-watch-test:test-critical. The same command without --keep resolves them.',
      ),
      stderr: '',
    });
    expect(statuses(world)).toEqual([
      'ota-watch:ota-watch-test:test-warning triggered',
      'ota-watch:ota-watch-test:test-critical triggered',
    ]);
    expect(await project.run(['test', '--to', 'pagerduty'])).toEqual({
      status: 0,
      stdout: lines(
        head,
        '',
        ...ALL_PAGERDUTY,
        '',
        '8 calls, all of them taken.',
        '',
        'No incident is left open.',
      ),
      stderr: '',
    });
    expect(statuses(world)).toEqual([
      'ota-watch:ota-watch-test:test-warning resolved',
      'ota-watch:ota-watch-test:test-critical resolved',
    ]);
    expect(pagerDuty.violations).toEqual([]);
  });

  it('resolves what it opened when something fails', async () => {
    await using world = await start();
    const { project, pagerDuty } = world;
    await pagerDutySettings(world);
    pagerDuty.faults.request = ({ index }) =>
      index === 4 || index === 5 ? { kind: 'internal-error' } : undefined;
    expect(await project.run(['test', '--to', 'pagerduty'])).toEqual({
      status: 1,
      stdout: lines(
        'PagerDuty. Its secret is from ota-watch.local.yml.',
        '',
        ...ALL_PAGERDUTY.slice(0, 6),
        'Breached, reminder     trigger           FAILED  PagerDuty answered 500: error; Internal Server Error',
        'To leave none open     resolve           FAILED  PagerDuty answered 500: error; Internal Server Error',
        `                       resolve           202  ${CRITICAL}`,
        `                       resolve           202  ${WARNING}`,
        '',
        '8 calls, of which 2 failed.',
        '',
        'No incident is left open.',
        '',
        'It could not be reached, or failed. Check the network, a proxy, and https://status.pagerduty.com, then try again',
      ),
      stderr: '',
    });
    expect(statuses(world).filter((status) => !status.endsWith('resolved'))).toEqual([]);
  });

  it('says what may be left open', async () => {
    await using world = await start();
    const { project, pagerDuty } = world;
    await pagerDutySettings(world);
    pagerDuty.faults.request = ({ index }) =>
      index >= 3 ? { kind: 'answer', status: 403, body: '' } : undefined;
    const { status, stdout } = await project.run(['test', '--to', 'pagerduty']);
    expect({ status, end: stdout.split('\n').slice(-6) }).toEqual({
      status: 1,
      end: [
        '5 calls, of which 2 failed.',
        '',
        'Incidents may still be open: ota-watch:ota-watch-test:test-warning. Resolve them in PagerDuty, or repeat this command.',
        '',
        'Something else than its API may have answered: check its address, and a proxy on the way',
        '',
      ],
    });
  });

  it('resolves what it opened when it is interrupted', async () => {
    await using world = await start();
    const { project, pagerDuty } = world;
    await pagerDutySettings(world);
    let child: ChildProcess | undefined;
    const unsubscribe = pagerDuty.subscribe(() => {
      if (pagerDuty.incidents().length < 2) return;
      unsubscribe();
      child?.kill('SIGINT');
    });
    const { status, stdout } = await project.run(['test', '--to', 'pagerduty'], {
      onStart: (started) => {
        child = started;
      },
    });
    expect({ status, end: stdout.split('\n').slice(7) }).toEqual({
      status: 1,
      end: [
        `Breached, critical     trigger           202  ${CRITICAL}`,
        `To leave none open     resolve           202  ${WARNING}`,
        `                       resolve           202  ${CRITICAL}`,
        '',
        'Stopped. 6 calls, all of them taken.',
        '',
        'No incident is left open.',
        '',
      ],
    });
  });

  it.each([
    [
      'a token that Slack does not know',
      ({ project, slack }: World) =>
        project.write(FILE, `slack: { botToken: xoxb-wrong, channel: '#a', apiUrl: '${slack.apiUrl}' }`),
      ['test', '--to', 'slack'],
      'Slack, channel #a, by a bot. Its secret is from ota-watch.local.yml.',
      ['Tracking Started       chat.postMessage  FAILED  Slack refused chat.postMessage: invalid_auth'],
      'Slack does not know the token, or not any more. The token of the bot is on the page "OAuth & Permissions" of the app ("Bot User OAuth Token", xoxb-…): put it into ota-watch.local.yml',
    ],
    [
      'a parameter that does not exist',
      () => undefined,
      ['test', '--to', 'slack', '--stage', 'prod', '--mode', 'webhook', '--channel', '#other'],
      'Slack, by the webhook of #other. Its secret is from the Parameter Store, below /ota-watch/prod.',
      [
        'Tracking Started       webhook           FAILED  Parameter /ota-watch/prod/slack/webhook/other could not be read: ParameterNotFound',
      ],
      'There is no such parameter in this account and region: put it into the Parameter Store\n  aws ssm put-parameter --overwrite --type SecureString --name /ota-watch/prod/slack/webhook/other --value file://FILE',
    ],
  ])('says what to do about %s', async (_, prepare, args, head, rows, advice) => {
    await using world = await start();
    await prepare(world);
    expect(await world.project.run(args, { env: deployed(world) })).toEqual({
      status: 1,
      stdout: lines(head, '', ...rows, '', '1 call, of which 1 failed.', '', advice),
      stderr: '',
    });
  });

  it('says what to do where there is nothing to tell by', async () => {
    await using world = await start();
    const { project } = world;
    const { status, stdout, stderr } = await project.run(['test', '--to', 'slack']);
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stdout: '',
      first:
        'ota-watch.local.yml says nothing about Slack, and no stack with a stand-in of it runs on this machine: fill in that file, start a stack with "npm start", or name a deployed one with --stage',
    });
  });

  it.each([
    [
      '--channel',
      `slack: { webhookUrl: 'https://hooks.slack.com/services/a' }`,
      ['--to', 'slack', '--channel', '#a'],
      'The webhook in ota-watch.local.yml decides on the channel: leave --channel out',
    ],
    [
      '--service',
      `pagerduty: { routingKey: ${KEY} }`,
      ['--to', 'pagerduty', '--service', 'locks'],
      'The routing key in ota-watch.local.yml decides on the service: leave --service out',
    ],
  ])('takes no %s where the settings decide on it', async (_, text, args, message) => {
    await using world = await start();
    await world.project.write(FILE, text);
    const { status, stdout, stderr } = await world.project.run(['test', ...args]);
    expect({ status, stdout, first: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stdout: '',
      first: message,
    });
  });

  it.each([
    [[], 'test needs --to slack or --to pagerduty'],
    [['--to', 'mail'], 'test needs --to slack or --to pagerduty'],
    [['--to', 'slack', '--region', 'eu-west-1'], '--region goes with --stage only'],
    [['--to', 'slack', '--mode', 'bot'], '--mode goes with --stage only'],
    [['--to', 'slack', '--service', 'a'], '--service goes with --to pagerduty only'],
    [['--to', 'pagerduty', '--channel', '#a'], '--channel goes with --to slack only'],
    [['--to', 'pagerduty', '--stage', 'a', '--mode', 'bot'], '--mode goes with --to slack only'],
    [['--to', 'slack', '--stage', 'a', '--mode', 'fax'], '--mode takes bot or webhook'],
    [['--to', 'slack', '--stage', 'a/b'], '--stage takes the name of a stage, such as prod'],
    [['--to', 'slack', '--channel', '#A b'], '--channel takes a channel, such as "#ota-rollouts", or its id'],
    [['--to', 'pagerduty', '--service', 'A'], '--service takes a name of up to 64 of a-z, 0-9 and -'],
    [['--to', 'slack', 'now'], expect.stringMatching(/^Unexpected argument 'now'/)],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(test(args)).rejects.toMatchObject({ name: 'UsageError', message });
  });

  it('says what is wrong with the settings', async () => {
    await using world = await start();
    const { project } = world;
    await project.write(FILE, `slack: { botToken: ${TOKEN} }`);
    expect(await project.run(['test', '--to', 'slack'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'ota-watch.local.yml:1:8 slack: expected either webhookUrl, or botToken and channel\n',
    });
  });
});

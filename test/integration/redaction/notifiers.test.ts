import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { ServiceError } from '../../../local/bus/put-events.ts';
import type { PagerDutyFault } from '../../../local/pagerduty/faults.ts';
import type { SlackFault } from '../../../local/slack/faults.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';
import { REGION } from '../../support/world.ts';
import { Canaries } from './canaries.ts';

const canaries = new Canaries(
  'the token of Slack',
  'the webhook of Slack',
  'the routing key of PagerDuty',
  'the key of a tag',
  'the value of a tag',
  'a message that is no event',
  'an event out of contract',
  'an answer of the destination',
  'an error of the Parameter Store',
);
const TOKEN = `xoxb-${canaries.of('the token of Slack')}`;
const ROUTING_KEY = canaries.of('the routing key of PagerDuty').padEnd(32, 'x');
const quoted = canaries.of('an answer of the destination');
/** What is told about people's own words: answers of destinations are logged, so that somebody can repair it. */
const STREAM = aStream(events.started(), events.breached(), events.recovered());

async function begin(destination: 'slack' | 'pagerduty', mode: 'bot' | 'webhook' = 'bot') {
  const world = await NotifierWorld.start(destination, { botToken: TOKEN });
  onTestFinished(() => world.close());
  world.parameters.set('/ota-watch/dev/pagerduty/default', ROUTING_KEY);
  const webhook = `${world.slack.url}/services/T/B/${canaries.of('the webhook of Slack')}`;
  if (mode === 'webhook') world.parameters.set('/ota-watch/dev/slack/webhook/default', webhook);
  world.task('task1', { [canaries.of('the key of a tag')]: canaries.of('the value of a tag') });
  return { world, notifier: world.notifier({ env: { SLACK_MODE: mode } }) };
}

/** Where canaries are seen after everything was tried for a while. */
async function seen({ world, notifier }: { world: NotifierWorld; notifier: TestNotifier }) {
  const tallies: unknown[] = [];
  world.publish(...STREAM);
  world.queue.send(canaries.of('a message that is no event'));
  world.queue.send(
    JSON.stringify({
      source: 'ota-watch',
      'detail-type': 'OTA Task Progressed',
      detail: { [canaries.of('an event out of contract')]: canaries.of('an event out of contract') },
    }),
  );
  for (let tries = 0; tries < 3 && world.queue.size > 0; tries += 1) {
    world.now = Math.max(world.now, world.queue.nextAt);
    tallies.push(await world.invoke(notifier));
  }
  return canaries.seenIn({
    'what was logged': notifier.log,
    'what was counted': tallies,
    'the table of alerts': await alertsOf(world),
    'messages of Slack': world.slack.channels(),
    'reasons of what was set aside': world.queue.deadLetters.map(({ target, answer }) => ({
      target,
      answer,
    })),
  });
}

async function alertsOf({ database: { url: endpoint, credentials } }: NotifierWorld) {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  const { Items } = await client.send(new ScanCommand({ TableName: 'ota-watch-dev-alerts' }));
  client.destroy();
  return Items;
}

it('Slack is told, and nothing sensitive anywhere', async () => {
  const all = await begin('slack');
  expect(await seen(all)).toEqual([]);
  expect(all.world.slack.requests.length).toBeGreaterThan(0);
});

it('PagerDuty is told, and nothing sensitive anywhere', async () => {
  const all = await begin('pagerduty');
  expect(await seen(all)).toEqual([]);
  expect(all.notifier.gate.requests.some(({ body }) => body.includes(ROUTING_KEY))).toBe(true);
});

it('a webhook that does not exist is named by its parameter, and not by its address', async () => {
  expect(await seen(await begin('slack', 'webhook'))).toEqual([]);
});

it.each<[name: string, fault: SlackFault]>([
  ['asks for time', { kind: 'rate-limited', retryAfterSeconds: 1 }],
  ['fails', { kind: 'server-error', status: 502 }],
  ['does not know the token', { kind: 'refuse', error: 'invalid_auth' }],
  ['does not know the channel', { kind: 'refuse', error: 'channel_not_found' }],
  ['refuses the message', { kind: 'refuse', error: 'msg_too_long' }],
  ['breaks the connection', { kind: 'drop-before' }],
  ['loses its answer', { kind: 'drop-after' }],
])('nothing sensitive is told while Slack %s', async (_, fault) => {
  for (const mode of ['bot', 'webhook'] as const) {
    const all = await begin('slack', mode);
    all.world.slack.faults.request = () => fault;
    expect(await seen(all)).toEqual([]);
  }
});

it.each<[name: string, fault: PagerDutyFault]>([
  ['asks for time', { kind: 'busy' }],
  ['fails', { kind: 'internal-error' }],
  ['quotes the routing key', { kind: 'invalid', errors: [`'routing_key' ${ROUTING_KEY} is disabled`] }],
  ['quotes it in capitals', { kind: 'invalid', errors: [ROUTING_KEY.toUpperCase()] }],
  ['is behind a proxy that quotes it', { kind: 'answer', status: 400, body: `<b>${ROUTING_KEY}</b>` }],
  ['breaks the connection', { kind: 'drop-before' }],
  ['loses its answer', { kind: 'drop-after' }],
])('nothing sensitive is told while PagerDuty %s', async (_, fault) => {
  const all = await begin('pagerduty');
  all.world.pagerDuty.faults.request = () => fault;
  expect(await seen(all)).toEqual([]);
});

it.each(['AccessDeniedException', 'ValidationException', 'InternalServerError', 'ParameterNotFound'])(
  'nothing sensitive is told while the Parameter Store answers %s',
  async (name) => {
    for (const destination of ['slack', 'pagerduty'] as const) {
      const all = await begin(destination);
      const text = name === 'AccessDeniedException' ? '' : canaries.of('an error of the Parameter Store');
      all.world.parameters.faults.request = () => new ServiceError(name, text);
      expect(await seen(all)).toEqual([]);
    }
  },
);

it.each(['slack', 'pagerduty'] as const)(
  'nothing sensitive is told while the tags cannot be read: %s',
  async (destination) => {
    const all = await begin(destination);
    all.world.simulator.faults.on = () => ({ kind: 'status', code: 200, body: `{"Tags":{"${quoted}` });
    expect(await seen(all)).toEqual([]);
  },
);

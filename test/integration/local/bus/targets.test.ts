import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBus } from '../../../../local/bus/bus.ts';
import type { DeliveryFailure } from '../../../../local/bus/delivery.ts';
import { lambdaEndpointInvoker } from '../../../../local/bus/lambda-endpoint.ts';
import { type Listening, listen } from '../../../../local/bus/listen.ts';
import { startQueues } from '../../../../local/queue/queues.ts';
import { busesOf, rulesOf } from '../../../../local/template/events.ts';
import { functionsOf } from '../../../../local/template/functions.ts';
import { queuesOf } from '../../../../local/template/queues.ts';
import { readTemplate } from '../../../../local/template/template.ts';

const environment = { region: 'eu-west-1', accountId: '123456789012', stackName: 'ota-watch-dev' };
const template = await readTemplate(
  new URL('../../../unit/local/template/packaged-template.json', import.meta.url).pathname,
  environment,
);
const queues = await startQueues({ queues: queuesOf(template), ...environment });
const names = new Map(functionsOf(template).map(({ logicalId, name }) => [logicalId, name]));

type Answer = readonly [status: number, headers?: Readonly<Record<string, string>>];

/** A Lambda endpoint that records what it is asked, and gives the answers set, then success. */
let lambda: Server;
let listening: Listening;
let asked: unknown[];
let answers: Answer[];

beforeEach(async () => {
  asked = [];
  answers = [];
  lambda = createServer(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, type: headers['x-amz-invocation-type'], payload: await json(request) });
    const [status, answerHeaders] = answers.shift() ?? [200];
    response.writeHead(status, answerHeaders).end('answer');
  });
  listening = await listen(lambda, 0);
});

afterEach(() => listening.close());
afterAll(() => queues.close());

/** The messages in a queue, without those that were asked for before. */
async function messagesIn(logicalId: string) {
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.urlOf(logicalId),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ Body = '', MessageAttributes = {} }) => [
    JSON.parse(Body),
    Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  ]);
}

/** Publishes one breach to a bus with the template's rules, and waits for its deliveries. */
async function publishBreach(severity: string, rules = rulesOf(template)) {
  const failures: DeliveryFailure[] = [];
  const bus = await startBus({
    ...environment,
    buses: busesOf(template).map(({ name }) => name),
    rules,
    send: queues.send,
    invoke: lambdaEndpointInvoker(listening.url, (logicalId) => names.get(logicalId) ?? logicalId),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    newId: () => 'event-1',
    retryDelaysMs: [0, 0],
    onDeliveryFailure: (failure) => failures.push(failure),
  });
  const client = new EventBridgeClient({
    endpoint: bus.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { FailedEntryCount } = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: 'ota-watch-dev-bus',
          Source: 'ota-watch',
          DetailType: 'OTA Task Threshold Breached',
          Resources: ['arn:task'],
          Detail: JSON.stringify({ rule: { severity }, region: 'eu-west-1' }),
        },
      ],
    }),
  );
  await bus.idle();
  client.destroy();
  await bus.close();
  return {
    FailedEntryCount,
    failures: failures.map(({ target, attempts, error }) => [target.id, attempts, error.name, error.message]),
  };
}

const invocation = {
  method: 'POST',
  url: '/2015-03-31/functions/ota-watch-dev-onBreach/invocations',
  type: 'RequestResponse',
  payload: {
    version: '0',
    id: 'event-1',
    'detail-type': 'OTA Task Threshold Breached',
    source: 'ota-watch',
    account: '123456789012',
    time: '2026-01-02T03:04:05Z',
    region: 'eu-west-1',
    resources: ['arn:task'],
    detail: { rule: { severity: 'critical' }, region: 'eu-west-1' },
  },
};
const topicReport = [
  'topic',
  0,
  'UnsupportedTargetError',
  'Rule ota-watch-dev-onBreach-rule-1, target topic: a target of this kind is not run locally: arn:aws:sns:eu-west-1:123456789012:on-call',
];

describe("the template's rules", () => {
  it('invoke the functions that they target, through the Lambda endpoint, and send to the queues', async () => {
    expect(await publishBreach('critical')).toEqual({ FailedEntryCount: 0, failures: [topicReport] });
    expect(asked).toEqual([invocation]);
    expect(await messagesIn('BreachQueue')).toEqual([[invocation.payload, {}]]);
  });

  it('leave events alone that they do not match', async () => {
    expect(await publishBreach('warning')).toEqual({ FailedEntryCount: 0, failures: [] });
    expect(asked).toEqual([]);
  });

  it('try again where the endpoint or the function fails', async () => {
    answers = [[500], [200, { 'x-amz-function-error': 'Unhandled' }]];
    expect(await publishBreach('critical')).toEqual({ FailedEntryCount: 0, failures: [topicReport] });
    expect(asked).toEqual([invocation, invocation, invocation]);
  });

  it('report a function that the endpoint does not know, after PutEvents succeeded', async () => {
    answers = [[404], [404], [404]];
    expect(await publishBreach('critical')).toEqual({
      FailedEntryCount: 0,
      failures: [
        topicReport,
        [
          'ota-watch-dev-onBreach-rule-1-target',
          3,
          'LambdaInvokeError',
          'Invoking ota-watch-dev-onBreach was answered with 404: answer',
        ],
      ],
    });
  });
});

describe('a queue that is gone', () => {
  const withoutQueue = rulesOf(template).map((rule) => ({
    ...rule,
    targets: rule.targets.map((target) =>
      target.kind === 'queue' ? { ...target, queueLogicalId: 'Gone' } : target,
    ),
  }));

  it('leaves its events to the dead-letter queue of the target', async () => {
    expect(await publishBreach('critical', withoutQueue)).toEqual({
      FailedEntryCount: 0,
      failures: [topicReport],
    });
    expect(await messagesIn('ScheduleDeadLetters')).toEqual([
      [invocation.payload, { ERROR_MESSAGE: 'There is no queue Gone', RETRY_ATTEMPTS: '2' }],
    ]);
  });
});

describe('an invocation', () => {
  it('ends when it is given up', async () => {
    const givenUp = new AbortController();
    lambda.once('request', () => givenUp.abort());
    const invoke = lambdaEndpointInvoker(listening.url, (logicalId) => logicalId);
    await expect(invoke('a/b', {}, givenUp.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Queues, startQueues } from '../../local/queue/queues.ts';
import { queuesOf } from '../../local/template/queues.ts';
import { aStream, events } from '../support/alert-events.ts';
import { NotifierWorld } from '../support/notifier-world.ts';
import { ACCOUNT, REGION } from '../support/world.ts';
import { type Deployment, deployNotifiers } from './packaged/deployment.ts';
import { logged } from './packaged/expected.ts';
import { FunctionProcess } from './packaged/function-process.ts';
import { refusedByRole } from './packaged/permissions.ts';
import { Traffic } from './packaged/traffic.ts';

let deployments: Readonly<Record<'slack' | 'pagerDuty', Deployment>>;

beforeAll(async () => {
  deployments = await deployNotifiers();
});
afterAll(() => deployments.slack.close());

describe.each([
  {
    key: 'slack',
    id: 'Slack',
    destination: 'slack',
    secret: 'slack/bot-token',
    target: 'slack:#ota-rollouts',
  },
  {
    key: 'pagerDuty',
    id: 'PagerDuty',
    destination: 'pagerduty',
    secret: 'pagerduty/default',
    target: 'pagerduty:default',
  },
] as const)('the packaged notifier of $id', ({ key, id, destination, secret, target }) => {
  const name = `ota-watch-dev-${destination}`;
  let deployment: Deployment;
  let world: NotifierWorld;
  let queues: Queues;
  let traffic: Traffic;
  let endpoints: Record<string, string>;

  beforeEach(async () => {
    deployment = deployments[key];
    world = await NotifierWorld.start(destination, {
      now: Date.now,
      // On a busy machine what was sent a second apart arrives with less between.
      rates: { messageEveryMs: 1 },
    });
    world.task('task1', { canary: 'canary' });
    queues = await startQueues({
      queues: queuesOf(deployment.template),
      region: REGION,
      accountId: ACCOUNT,
    });
    traffic = new Traffic();
    endpoints = {
      AWS_ENDPOINT_URL_DYNAMODB: await traffic.proxy(world.database.url),
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: await traffic.proxy(world.simulator.url),
      AWS_ENDPOINT_URL_SSM: await traffic.proxy(world.parameters.url),
      AWS_ENDPOINT_URL_SQS: await traffic.proxy(queues.url),
    };
  });
  afterEach(async () => {
    await traffic.close();
    await queues.close();
    await world.close();
  });

  function start(variables: Readonly<Record<string, string>> = {}): FunctionProcess {
    const { accessKeyId, secretAccessKey } = world.database.credentials;
    return new FunctionProcess(deployment, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: 'token',
      SLACK_API_URL: world.slack.apiUrl,
      PAGERDUTY_EVENTS_URL: world.pagerDuty.url,
      ALERTS_QUEUE_URL: queues.urlOf(`${id}Queue`),
      ALERTS_DEAD_LETTER_QUEUE_URL: queues.urlOf(`${id}DeadLetterQueue`),
      ...endpoints,
      ...variables,
    });
  }

  /** What Lambda hands over of the queue. */
  function batch(...bodies: readonly unknown[]) {
    const sentAt = String(Date.now());
    return {
      Records: bodies.map((body, index) => ({
        messageId: `message-${index}`,
        receiptHandle: `handle-${index}`,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: sentAt,
          ApproximateFirstReceiveTimestamp: sentAt,
        },
        eventSource: 'aws:sqs',
      })),
    };
  }

  const [breach] = aStream(events.breached()).map(({ detailType, detail }) => ({
    version: '0',
    source: 'ota-watch',
    'detail-type': detailType,
    detail,
  }));

  const entry = (level: string, message: string, fields: object, invocation = 1) => ({
    ...logged(level, message, fields, invocation),
    service: name,
    function_name: name,
    function_arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
    function_memory_size: expect.any(String),
  });

  const tallied = (counts: object) => ({
    received: 0,
    unreadable: 0,
    told: 0,
    grouped: 0,
    edited: 0,
    duplicates: 0,
    waiting: 0,
    failures: 0,
    misconfigured: 0,
    setAside: 0,
    oldestMs: 0,
    slowestMs: 0,
    ...counts,
  });

  const metrics = (counts: Readonly<Record<string, unknown>>) => {
    const values = {
      AlertsReceived: 0,
      AlertsTold: 0,
      AlertsGrouped: 0,
      AlertsSetAside: 0,
      AlertFailures: 0,
      DestinationMisconfigured: 0,
      OldestAlertAge: 0,
      ...counts,
    };
    const units: Readonly<Record<string, string>> = { OldestAlertAge: 'Seconds', AlertDelay: 'Milliseconds' };
    const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: units[Name] ?? 'Count' }));
    return {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [{ Namespace: 'ota-watch', Dimensions: [['service']], Metrics }],
      },
      service: name,
      ...values,
    };
  };

  /** Tasks with a message in the channel, or an incident. */
  const told = () =>
    destination === 'slack'
      ? world.slack.channels().flatMap(({ messages }) => messages.map(({ text }) => text.slice(0, 5)))
      : world.pagerDuty.incidents().map(({ customDetails }) => customDetails.taskId);

  it('tells each event once, and sets aside what it cannot read', async () => {
    const process = start();
    const outcomes = [await process.invoke(batch(breach, 'canary')), await process.invoke(batch(breach))];
    const { text, logs, metrics: emitted, others } = await process.stop();
    expect(outcomes).toEqual(outcomes.map(() => ({ value: { batchItemFailures: [] } })));
    expect(told()).toEqual(['task1']);
    expect(await queues.count(`${id}DeadLetterQueue`)).toBe(1);
    // Errors are written to standard error.
    expect(logs).toEqual([
      entry('INFO', 'Notified', {
        ...tallied({ received: 1, unreadable: 1, told: 1, setAside: 1 }),
        slowestMs: expect.any(Number),
        again: 0,
      }),
      entry('ERROR', 'A message cannot be read, and was set aside', {
        messageId: 'message-1',
        error: { name: 'MessageFormError', message: 'The body is no event: all of it (invalid_type)' },
      }),
    ]);
    expect(emitted).toEqual([
      metrics({ AlertsReceived: 1, AlertsTold: 1, AlertsSetAside: 1, AlertDelay: expect.any(Number) }),
      metrics({ AlertsReceived: 1 }),
    ]);
    expect(others).toEqual([]);
    expect(text).not.toContain('canary');
    expect(refusedByRole(traffic.requests, deployment)).toEqual([]);
    expect(new Set(traffic.requests.map(({ operation }) => operation))).toEqual(
      new Set(['GetItem', 'PutItem', 'UpdateItem', 'GetOtaTask', 'GetParameter', 'SendMessage']),
    );
  });

  it('gives back what a wrong secret keeps it from telling, names it, and shows no secret', async () => {
    world.parameters.set(`/ota-watch/dev/${secret}`, 'xoxb-canary-0123456789abcdef0123');
    const process = start();
    expect(await process.invoke(batch(breach))).toEqual({
      value: { batchItemFailures: [{ itemIdentifier: 'message-0' }] },
    });
    const { text, logs, metrics: emitted, others } = await process.stop();
    expect(logs).toEqual([
      entry('ERROR', 'A destination could not be told', {
        target,
        error: expect.objectContaining({ name: 'DestinationError', message: expect.any(String) }),
      }),
      entry('WARN', 'Messages come again later than they should', {
        messages: 1,
        codes: ['ReceiptHandleIsInvalid'],
      }),
    ]);
    expect(emitted).toEqual([
      metrics({
        AlertsReceived: 1,
        AlertFailures: 1,
        DestinationMisconfigured: 1,
        OldestAlertAge: expect.any(Number),
      }),
    ]);
    expect(others).toEqual([]);
    expect(text).not.toMatch(/canary|0123456789abcdef/);
    expect(refusedByRole(traffic.requests, deployment)).toEqual([]);
    expect(traffic.requests.at(-1)?.operation).toBe('ChangeMessageVisibilityBatch');
  });

  it.each([
    {
      what: 'a wrong setting',
      variables: { SECRETS_PREFIX: 'no path' },
      event: batch(),
      error: {
        name: 'ConfigurationError',
        message: 'Wrong environment variables: SECRETS_PREFIX: expected a path such as /ota-watch/prod',
        cause: { name: 'ZodError' },
      },
    },
    {
      what: 'an event of something else',
      variables: {},
      event: { Records: [{ canary: 1 }] },
      error: {
        name: 'MessageFormError',
        message: expect.stringContaining('This is no batch of a queue: Records.0.messageId'),
      },
    },
  ])('fails over $what, and says so', async ({ variables, event, error }) => {
    const process = start(variables);
    expect(await process.invoke(event)).toEqual({
      error: expect.objectContaining({ errorType: error.name }),
    });
    const { text, logs, metrics: emitted, others } = await process.stop();
    expect(logs).toEqual([entry('ERROR', 'The notifier failed', { error })]);
    expect(emitted).toEqual([]);
    expect(others).toEqual([expect.stringMatching(/^ERROR Invoke Error /)]);
    expect(text).not.toContain('canary');
    expect(traffic.requests).toEqual([]);
  });
});

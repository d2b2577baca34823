import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { alertQueue } from '../../../lib/aws/alerts/queue.ts';
import { type Queues, startQueues } from '../../../local/queue/queues.ts';
import { ACCOUNT, type LogEntry, REGION } from '../../support/world.ts';

const names = { Alerts: 'alerts', Dead: 'alerts-dlq' };
let queues: Queues;
let log: LogEntry[];

beforeAll(async () => {
  queues = await startQueues({
    region: REGION,
    accountId: ACCOUNT,
    queues: Object.entries(names).map(([logicalId, name]) => ({
      logicalId,
      name,
      arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
      visibilityTimeoutSeconds: 180,
    })),
  });
});

afterAll(() => queues.close());

beforeEach(() => {
  log = [];
});

function queueAt(client: SQSClient) {
  const warn = (message: string, fields: Record<string, unknown> = {}) => {
    log.push({ level: 'warn', message, fields });
  };
  const urls = { queue: queues.urlOf('Alerts'), deadLetterQueue: queues.urlOf('Dead') };
  return alertQueue(client, urls, { info: warn, warn, error: warn });
}

async function receive(logicalId: string): Promise<Message[]> {
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.urlOf(logicalId),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

it('gives back as many messages as there are, each after its time', async () => {
  for (let sent = 0; sent < 25; sent++)
    await queues.send('Alerts', `event ${sent}`, AbortSignal.timeout(5_000));
  const received = [await receive('Alerts'), await receive('Alerts'), await receive('Alerts')].flat();
  expect(received).toHaveLength(25);
  const given = received.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    afterMs: Number(Body.slice(6)) % 2 === 0 ? 0 : 30_500,
  }));
  await queueAt(queues.client).giveBack(given);
  const again = [await receive('Alerts'), await receive('Alerts')].flat().map(({ Body }) => Body);
  expect(again.sort()).toEqual(Array.from({ length: 13 }, (_, index) => `event ${index * 2}`).sort());
  expect(log).toEqual([]);
});

it('gives back what it can, and says what it cannot', async () => {
  await queues.send('Alerts', 'another', AbortSignal.timeout(5_000));
  const [message] = (await receive('Alerts')).filter(({ Body }) => Body === 'another');
  const entry = (receiptHandle = '') => ({ messageId: 'm', receiptHandle, afterMs: 0 });
  await queueAt(queues.client).giveBack([entry('no-handle'), entry(message?.ReceiptHandle)]);
  expect((await receive('Alerts')).map(({ Body }) => Body)).toEqual(['another']);
  expect(log).toEqual([
    {
      level: 'warn',
      message: 'Messages come again later than they should',
      fields: { messages: 1, codes: ['ReceiptHandleIsInvalid'] },
    },
  ]);
});

it('never takes longer than a queue allows', async () => {
  await queues.send('Alerts', 'much later', AbortSignal.timeout(5_000));
  const [message] = (await receive('Alerts')).filter(({ Body }) => Body === 'much later');
  const receiptHandle = message?.ReceiptHandle ?? '';
  await queueAt(queues.client).giveBack([{ messageId: 'm', receiptHandle, afterMs: 1e12 }]);
  expect(log).toEqual([]);
});

it('only warns when the queue is out of reach', async () => {
  const client = new SQSClient({
    endpoint: 'http://127.0.0.1:1',
    region: REGION,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
  await queueAt(client).giveBack([{ messageId: 'm', receiptHandle: 'r', afterMs: 0 }]);
  expect(log).toEqual([
    {
      level: 'warn',
      message: 'Messages come again later than they should',
      fields: { messages: 1, error: expect.objectContaining({ code: 'ECONNREFUSED' }) },
    },
  ]);
  await expect(queueAt(client).setAside('{}', { target: 't', answer: 'a' })).rejects.toThrow();
  client.destroy();
});

it('lays a copy with the answer into the dead-letter queue', async () => {
  const answer = 'PagerDuty answered 400: „payload“ is \0 odd \u{1F512}';
  await queueAt(queues.client).setAside('{"detail":{}}', { target: 'pagerduty:default', answer });
  const [message] = await receive('Dead');
  expect(message).toMatchObject({
    Body: '{"detail":{}}',
    MessageAttributes: {
      target: { DataType: 'String', StringValue: 'pagerduty:default' },
      answer: { DataType: 'String', StringValue: answer.replace('\0', '\uFFFD') },
    },
  });
});

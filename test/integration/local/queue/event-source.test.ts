import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type BatchFailure,
  type EventSource,
  type EventSourceOptions,
  type HandledBatch,
  startEventSource,
} from '../../../../local/queue/event-source.ts';
import { type Queues, startQueues } from '../../../../local/queue/queues.ts';
import type { EventSourceDefinition } from '../../../../local/template/event-sources.ts';
import type { QueueDefinition } from '../../../../local/template/queues.ts';
import { FunctionEndpoint } from './function-endpoint.ts';

const place = { region: 'eu-west-1', accountId: '123456789012' };
const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
const QUEUES: readonly QueueDefinition[] = [
  {
    logicalId: 'Queue',
    name: 'queue',
    arn: arnOf('queue'),
    visibilityTimeoutSeconds: 180,
    redrive: { deadLetterQueue: 'DeadLetters', maxReceiveCount: 3 },
  },
  { logicalId: 'DeadLetters', name: 'queue-dlq', arn: arnOf('queue-dlq'), visibilityTimeoutSeconds: 30 },
];
const SOURCE: EventSourceDefinition = {
  logicalId: 'Mapping',
  queue: 'Queue',
  queueArn: arnOf('queue'),
  functionLogicalId: 'Notify',
  batchSize: 200,
  windowSeconds: 1,
  reportsItemFailures: true,
  maximumConcurrency: 5,
};
const PATIENCE = { timeout: 5_000, interval: 5 };

let queues: Queues;
let notify: FunctionEndpoint;
let source: EventSource | undefined;
let failures: BatchFailure[];
let handled: HandledBatch[];

beforeEach(async () => {
  queues = await startQueues({ queues: QUEUES, ...place });
  notify = new FunctionEndpoint();
  failures = [];
  handled = [];
});

afterEach(async () => {
  await source?.close();
  await notify.stop();
  await queues.close();
});

async function start(
  definition: Partial<EventSourceDefinition> = {},
  options: Partial<EventSourceOptions> = {},
): Promise<EventSource> {
  source = startEventSource({
    source: { ...SOURCE, ...definition },
    queues,
    region: place.region,
    call: await notify.start(),
    now: Date.now,
    onFailure: (failure) => failures.push(failure),
    onHandled: (batch) => handled.push(batch),
    ...options,
  });
  return source;
}

async function send(...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await queues.send('Queue', body, new AbortController().signal, { from: 'test' });
}

/** Sets when a message is to be seen again. */
const showAfter = ({ receiptHandle: ReceiptHandle }: SQSRecord, VisibilityTimeout: number) =>
  queues.client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queues.urlOf('Queue'), ReceiptHandle, VisibilityTimeout }),
  );

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('a batch', () => {
  it('is handed over as Lambda does, and deleted', async () => {
    await send('one');
    await (await start()).idle();
    expect(notify.batches).toEqual([
      [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: 'one',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            from: { stringValue: 'test', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue',
          awsRegion: 'eu-west-1',
        },
      ],
    ]);
    expect(await queues.count('Queue')).toBe(0);
    expect(handled).toEqual([{ source: SOURCE, records: notify.batches[0], failed: new Set() }]);
  });

  it('holds what the queue has, up to its size', async () => {
    await send(...numbered(25));
    await (await start({ batchSize: 12, maximumConcurrency: 1 })).idle();
    expect(notify.bodies.map(({ length }) => length)).toEqual([12, 12, 1]);
    expect(notify.bodies.flat().sort()).toEqual(numbered(25).sort());
  });

  it('waits for more messages as long as its window is open, where that is kept', async () => {
    let now = 0;
    await start({}, { keepsWindow: true, now: () => now });
    await send('one');
    await vi.waitUntil(async () => (await visible()) === 0, PATIENCE);
    await send('two');
    await vi.waitUntil(async () => (await visible()) === 0, PATIENCE);
    expect(notify.batches).toEqual([]);
    now = 1_000;
    await source?.idle();
    expect(notify.bodies).toEqual([['one', 'two']]);
  });

  it('is one of as many at once as the mapping says', async () => {
    const [first, others] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const gates = [first, others, others];
    notify.handler = async () => {
      await gates.shift()?.promise;
      return [];
    };
    await send(...numbered(3));
    await start({ batchSize: 1, maximumConcurrency: 2 });
    await vi.waitUntil(() => notify.batches.length === 2, PATIENCE);
    expect(await visible()).toBe(1);
    first.resolve();
    await vi.waitUntil(() => notify.batches.length === 3, PATIENCE);
    others.resolve();
    await source?.idle();
  });
});

/** Messages that nobody has taken. */
async function visible(): Promise<number> {
  const { Attributes } = await queues.client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queues.urlOf('Queue'),
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

describe('a message that failed', () => {
  it('comes again when it is visible again; the others of its batch do not', async () => {
    notify.handler = async (records) => {
      const failed = records.filter(
        ({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1',
      );
      for (const record of failed) await showAfter(record, 0);
      return failed.map(({ body }) => body);
    };
    await send('a', 'b', 'c');
    await (await start()).idle();
    expect(notify.bodies).toEqual([['a', 'b', 'c'], ['b']]);
    const b = notify.batches[1]?.[0]?.messageId;
    expect(handled.map(({ failed }) => [...failed])).toEqual([[b], []]);
    expect(notify.batches[1]?.[0]?.attributes.ApproximateReceiveCount).toBe('2');
    expect(failures).toEqual([]);
  });

  it('goes to the dead-letter queue when it was received too often', async () => {
    notify.handler = async (records) => {
      for (const record of records) await showAfter(record, 0);
      return records.map(({ body }) => body);
    };
    await send('bad');
    await (await start()).idle();
    expect(notify.bodies).toEqual([['bad'], ['bad'], ['bad']]);
    const { Messages } = await queues.client.send(
      new ReceiveMessageCommand({ QueueUrl: queues.urlOf('DeadLetters') }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['bad']);
  });

  it('succeeds all the same where the mapping takes no reports', async () => {
    notify.handler = async () => ['a'];
    await send('a');
    await (await start({ reportsItemFailures: false })).idle();
    expect(notify.bodies).toEqual([['a']]);
  });
});

describe('a function that fails', () => {
  it('leaves its whole batch in the queue, and is reported', async () => {
    notify.handler = async () => ({ status: 500 });
    await send('a', 'b');
    await start();
    await vi.waitUntil(() => failures.length > 0, PATIENCE);
    expect(await queues.count('Queue')).toBe(2);
    expect(failures).toEqual([
      {
        source: SOURCE,
        records: notify.batches[0],
        error: expect.objectContaining({ message: 'Invoking Notify was answered with 500: broken' }),
      },
    ]);
    const ids = notify.batches[0]?.map(({ messageId }) => messageId);
    expect(handled).toEqual([{ source: SOURCE, records: notify.batches[0], failed: new Set(ids) }]);
  });
});

describe('faults', () => {
  it('change the order in a batch, and repeat messages', async () => {
    const first = Promise.withResolvers<void>();
    notify.handler = async (records) => {
      if (records.length > 1) await first.promise;
      else first.resolve();
      return [];
    };
    await send('a', 'b', 'c');
    const { faults, idle } = await start();
    faults.shuffle = (records) => records.toReversed();
    faults.duplicate = ({ body }) => (body === 'a' ? 'at-once' : body === 'b' ? 'afterwards' : undefined);
    await idle();
    expect(notify.bodies).toEqual([['c', 'b', 'a'], ['a'], ['b']]);
  });
});

describe('waiting until all is done', () => {
  it('ends with its signal', async () => {
    const invoked = Promise.withResolvers<void>();
    notify.handler = () => {
      invoked.resolve();
      return new Promise(() => undefined);
    };
    await send('a');
    const { idle } = await start();
    await invoked.promise;
    const patience = new AbortController();
    const waiting = idle(patience.signal);
    patience.abort();
    await waiting;
    expect(await queues.count('Queue')).toBe(1);
  });
});

describe('the end', () => {
  it('comes at once, whatever is underway', async () => {
    const invoked = Promise.withResolvers<void>();
    notify.handler = () => {
      invoked.resolve();
      return new Promise(() => undefined);
    };
    await send('a');
    const { close, idle } = await start();
    await invoked.promise;
    const waiting = idle();
    await close();
    await waiting;
    expect(await queues.count('Queue')).toBe(1);
    expect(failures).toEqual([]);
  });
});

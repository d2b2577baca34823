import {
  type BatchResultErrorEntry,
  ReceiveMessageCommand,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fanOut } from '../../../lib/aws/shard-queue.ts';
import { parseShardMessage, type Work } from '../../../lib/fan-out.ts';
import { type Queues, startQueues } from '../../../local/queue/queues.ts';
import { MINUTE, NOON } from '../../support/builders.ts';
import { ACCOUNT, type LogEntry, REGION } from '../../support/world.ts';

const QUEUE = { logicalId: 'Parts', name: 'parts', arn: 'parts', visibilityTimeoutSeconds: 60 };

/** Says of which entries of a request the queue does not take, and why. */
type Refuse = (input: SendMessageBatchCommandInput) => readonly BatchResultErrorEntry[];

let queues: Queues;
let requests: SendMessageBatchCommandInput[];
let refuse: Refuse;
let log: LogEntry[];
let slept: number[];

beforeEach(async () => {
  queues = await startQueues({ queues: [QUEUE], region: REGION, accountId: ACCOUNT });
  requests = [];
  refuse = () => [];
  log = [];
  slept = [];
  queues.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { input } = args;
        if (!isSend(input, commandName)) return next(args);
        requests.push(input);
        const refused = refuse(input);
        const isRefused = (id: string | undefined) => refused.some(({ Id }) => Id === id);
        const Entries = input.Entries?.filter(({ Id }) => !isRefused(Id)) ?? [];
        if (Entries.length === 0) return { response: {}, output: { $metadata: {}, Failed: refused } };
        const result = await next({ ...args, input: { ...input, Entries } });
        Object.assign(result.output, { Failed: refused });
        return result;
      },
    { step: 'initialize' },
  );
});
afterEach(() => queues.close());

const isSend = (input: object, commandName = ''): input is SendMessageBatchCommandInput =>
  commandName === 'SendMessageBatchCommand' && 'Entries' in input;

const workOf = (size: number): Work => ({
  startedAt: NOON,
  deadline: NOON + MINUTE,
  looks: size,
  sweep: {
    complete: true,
    tasks: new Map(
      Array.from({ length: size }, (_, index) => {
        const taskId = `task${String(index).padStart(28, '0')}`;
        return [taskId, { taskId, status: 'IN_PROGRESS', createdAt: new Date(NOON).toISOString() }];
      }),
    ),
  },
  state: { watchingSince: 0 },
});

const workers = ({ above = 1_000, queueUrl = queues.urlOf('Parts') } = {}) =>
  fanOut(
    queues.client,
    { queueUrl, above, workers: 10 },
    {
      log: {
        info: (message, fields = {}) => log.push({ level: 'info', message, fields }),
        warn: (message, fields = {}) => log.push({ level: 'warn', message, fields }),
        error: (message, fields = {}) => log.push({ level: 'error', message, fields }),
      },
      sleep: async (milliseconds) => void slept.push(milliseconds),
    },
  );

/** Task ids of all messages in the queue. */
async function received(): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { Messages = [] } = await queues.client.send(
      new ReceiveMessageCommand({ QueueUrl: queues.urlOf('Parts'), MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return ids.sort();
    for (const { Body = '' } of Messages) ids.push(...parseShardMessage(Body).sweep.tasks.keys());
  }
}

const idsOf = ({ sweep }: Work) => [...sweep.tasks.keys()].sort();
const failedOf = ({ Entries = [] }: SendMessageBatchCommandInput, Code: string, every = 1) =>
  Entries.filter((_, index) => index % every === 0).map(({ Id }) => ({ Id, Code, SenderFault: false }));

describe('the queue of the workers', () => {
  it('gets all of it, in as few requests as the limits allow', async () => {
    const work = workOf(20_000);
    expect(await workers({ above: 2_500 }).split(work)).toEqual({ shards: 16, failed: 0 });
    const sizes = requests.map(({ Entries = [] }) => ({
      entries: Entries.length,
      bytes: Entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0),
    }));
    expect(sizes.length).toBe(6);
    expect(sizes.filter(({ entries, bytes }) => entries > 10 || bytes > 250_000)).toEqual([]);
    expect(await received()).toEqual(idsOf(work));
  });

  it('gets small messages ten at a time', async () => {
    expect(await workers({ above: 4 }).split(workOf(30))).toEqual({ shards: 16, failed: 0 });
    expect(requests.map(({ Entries = [] }) => Entries.length)).toEqual([10, 6]);
  });

  it('is asked again to take what it did not', async () => {
    refuse = (input) => (requests.length > 2 ? [] : failedOf(input, 'InternalError', 2));
    const work = workOf(30);
    expect(await workers({ above: 4 }).split(work)).toEqual({ shards: 16, failed: 0 });
    expect(requests.map(({ Entries = [] }) => Entries.length)).toEqual([10, 6, 5, 3]);
    expect(slept).toEqual([200, 200]);
    expect(await received()).toEqual(idsOf(work));
    expect(log).toEqual([]);
  });

  it('is told of once where it never takes some, and has the others', async () => {
    const work = workOf(30);
    const [one = ''] = idsOf(work);
    refuse = ({ Entries = [] }) =>
      Entries.filter(({ MessageBody = '' }) => MessageBody.includes(one)).map(({ Id }) => ({
        Id,
        Code: 'Throttled',
        SenderFault: false,
      }));
    expect(await workers({ above: 4 }).split(work)).toEqual({ shards: 16, failed: 1 });
    const lost = parseShardMessage(requests.at(-1)?.Entries?.[0]?.MessageBody ?? '').sweep.tasks;
    expect(await received()).toEqual(idsOf(work).filter((taskId) => !lost.has(taskId)));
    expect(log).toEqual([
      {
        level: 'error',
        message: 'Parts of the poll could not be handed to workers',
        fields: {
          shards: 16,
          failed: 1,
          error: { name: 'OtaWatchError', message: 'The queue refuses a message: Throttled' },
        },
      },
    ]);
    expect(slept).toEqual([200, 400]);
  });

  it('is told of where it does not exist', async () => {
    const queueUrl = `${queues.url}/${ACCOUNT}/nowhere`;
    expect(await workers({ above: 4, queueUrl }).split(workOf(30))).toEqual({ shards: 16, failed: 16 });
    expect(log).toMatchObject([{ level: 'error', fields: { shards: 16, failed: 16 } }]);
  });
});

import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import type { Send } from '../bus/delivery.ts';
import type { QueueDefinition } from '../template/queues.ts';

export interface QueuesOptions {
  readonly queues: readonly QueueDefinition[];
  readonly region: string;
  readonly accountId: string;
  /** Port on 127.0.0.1; a free one where not given. */
  readonly port?: number;
}

/** SQS queues of a template, on 127.0.0.1. */
export interface Queues {
  /** Endpoint of SQS. */
  readonly url: string;
  readonly client: SQSClient;
  /** URLs of the queues, by logical id. */
  readonly urls: Readonly<Record<string, string>>;
  /** The URL of a queue, by logical id; throws UnknownQueueError. */
  urlOf(logicalId: string): string;
  readonly send: Send;
  /** Messages in a queue, visible or not. */
  count(logicalId: string): Promise<number>;
  /** Stops at once, and drops all messages. */
  close(): Promise<void>;
}

/** A queue that does not exist. */
export class UnknownQueueError extends Error {
  override readonly name = 'UnknownQueueError';
}

/** Starts fauxqs, an emulator of SQS, with the queues of a template. It keeps everything in memory. */
export async function startQueues(options: QueuesOptions): Promise<Queues> {
  const { region, accountId, port = 0 } = options;
  const app = buildApp({ logger: false, defaultRegion: region });
  const url = await app.listen({ port, host: '127.0.0.1' });
  const client = new SQSClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  // The emulator finds a queue by the name in its URL; those that it gives itself have a host that not every machine resolves.
  const urls = Object.fromEntries(
    options.queues.map(({ logicalId, name }) => [logicalId, `${url}/${accountId}/${name}`]),
  );
  const urlOf = (logicalId: string) => {
    const found = urls[logicalId];
    if (found === undefined) throw new UnknownQueueError(`There is no queue ${logicalId}`);
    return found;
  };
  const close = async () => {
    client.destroy();
    await app.close();
  };
  await createQueues(client, options.queues, urlOf).catch(async (error) => {
    await close();
    throw error;
  });

  return {
    url,
    client,
    urls,
    urlOf,
    send: async (logicalId, body, abortSignal, attributes = {}) => {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      );
      const message = { QueueUrl: urlOf(logicalId), MessageBody: body, MessageAttributes };
      await client.send(new SendMessageCommand(message), { abortSignal });
    },
    count: async (logicalId) => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: urlOf(logicalId), AttributeNames: [...COUNTS] }),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
    close,
  };
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Creates queues; those that others redrive to come first, since the emulator knows ARNs of its own account only. */
async function createQueues(
  client: SQSClient,
  queues: readonly QueueDefinition[],
  urlOf: (logicalId: string) => string,
): Promise<void> {
  const create = async ({ name, visibilityTimeoutSeconds, redrive }: QueueDefinition) => {
    const RedrivePolicy = redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: await arnAt(client, urlOf(redrive.deadLetterQueue)),
        maxReceiveCount: redrive.maxReceiveCount,
      }),
    };
    const Attributes = { VisibilityTimeout: String(visibilityTimeoutSeconds), ...RedrivePolicy };
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  };
  await Promise.all(queues.filter(({ redrive }) => redrive === undefined).map(create));
  await Promise.all(queues.filter(({ redrive }) => redrive !== undefined).map(create));
}

async function arnAt(client: SQSClient, url: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  if (Attributes?.QueueArn === undefined) throw new UnknownQueueError(`${url} has no ARN`);
  return Attributes.QueueArn;
}

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { BenchAccount } from './account.ts';
import { type BenchDatabase, DynamoDbError } from './dynamodb.ts';

const Entries = z.object({ Entries: z.array(z.unknown()).max(10) });
const Messages = z.object({
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })).max(10),
});

interface Answer {
  readonly status: number;
  readonly body: Buffer | string;
  readonly error?: string;
}

/** Clients keep connections open longer than Node's five seconds between requests. */
const KEEP_ALIVE_MS = 600_000;
const JSON_TYPE = 'application/json';

/** All services in one HTTP server: a request says by its target, or by its path, for which it is. */
export class StandInServer {
  readonly #account: BenchAccount;
  readonly #database: () => BenchDatabase;
  readonly #server = createServer((request, response) => this.#serve(request, response));
  /** Milliseconds from request to answer, besides what it takes to make the answer. */
  latencyMs = 0;
  /** Requests by operation. */
  counts: Record<string, number> = {};
  /** Bodies that were sent to queues. */
  messages: string[] = [];

  constructor(account: BenchAccount, database: () => BenchDatabase) {
    this.#account = account;
    this.#database = database;
  }

  /** Listens on a free port; returns the URL. */
  async listen(): Promise<string> {
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new RangeError('The server has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'];
    const body = request.method === 'GET' ? '' : await text(request);
    const answer = () => {
      const { status, body: answered, error } = this.#answer(target, request.url ?? '/', body);
      response.writeHead(status, {
        'content-type': JSON_TYPE,
        'content-length': Buffer.byteLength(answered),
        ...(error !== undefined && { 'x-amzn-errortype': error }),
      });
      response.end(answered);
    };
    if (this.latencyMs === 0) answer();
    else setTimeout(answer, this.latencyMs);
  }

  #answer(target: string | string[] | undefined, url: string, body: string): Answer {
    try {
      if (target === undefined) return this.#managedIntegrations(url);
      const [service = '', operation = ''] = String(target).split('.');
      this.#count(operation);
      const input: unknown = JSON.parse(body);
      if (service.startsWith('DynamoDB'))
        return { status: 200, body: this.#database().run(operation, input) };
      return {
        status: 200,
        body: operation === 'PutEvents' ? putEvents(input) : this.#queue(operation, input),
      };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new RangeError(String(error));
      if (!(error instanceof DynamoDbError)) process.stderr.write(`stand-in: ${target ?? url}: ${message}\n`);
      return { status: 400, body: JSON.stringify({ __type: name, message }), error: name };
    }
  }

  #count(operation: string): void {
    this.counts[operation] = (this.counts[operation] ?? 0) + 1;
  }

  #managedIntegrations(url: string): Answer {
    const [path = '', query = ''] = url.split('?');
    const [, resource, id, part] = path.split('/');
    if (resource === 'ota-task-configurations') {
      this.#count('GetOtaTaskConfiguration');
      return { status: 200, body: configurationOf(id ?? '') };
    }
    if (part === 'devices') {
      this.#count('ListOtaTaskExecutions');
      return { status: 200, body: '{"ExecutionSummaries":[]}' };
    }
    this.#count(id === undefined ? 'ListOtaTasks' : 'GetOtaTask');
    if (id === undefined)
      return {
        status: 200,
        body: this.#account.page(new URLSearchParams(query).get('NextToken') ?? undefined),
      };
    const task = this.#account.task(id);
    if (task !== undefined) return { status: 200, body: task };
    return { status: 404, body: '{"Message":"No such task"}', error: 'ResourceNotFoundException' };
  }

  #queue(operation: string, input: unknown): string {
    if (operation !== 'SendMessageBatch') throw new RangeError(`No stand-in for ${operation}`);
    const entries = Messages.parse(input).Entries;
    this.messages.push(...entries.map(({ MessageBody }) => MessageBody));
    const successful = entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    return JSON.stringify({ Successful: successful, Failed: [] });
  }
}

function putEvents(input: unknown): string {
  const entries = Entries.parse(input).Entries.map(() => ({ EventId: 'accepted' }));
  return JSON.stringify({ FailedEntryCount: 0, Entries: entries });
}

function configurationOf(id: string): string {
  return JSON.stringify({
    TaskConfigurationId: id,
    Name: 'Carefully',
    PushConfig: {
      AbortConfig: {
        AbortConfigCriteriaList: [
          {
            Action: 'CANCEL',
            FailureType: 'FAILED',
            MinNumberOfExecutedThings: 100,
            ThresholdPercentage: 20,
          },
        ],
      },
      RolloutConfig: { MaximumPerMinute: 100 },
    },
  });
}

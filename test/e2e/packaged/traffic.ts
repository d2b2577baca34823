import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { type Listening, listen } from '../../../local/bus/listen.ts';
import { matchOperation } from '../../../local/simulator/operations.ts';

/** A request on its way to a service, numbered from 0 over all services. */
export interface SeenRequest {
  readonly index: number;
  /** For example GetOtaTask, PutItem, PutEvents. */
  readonly operation: string;
  /** The table that it concerns, if one, or the index. */
  readonly table?: string;
  /** The statements that it has, in words of IAM, each once. */
  readonly statements?: readonly string[];
  /** The queue that it concerns, if one: its URL. */
  readonly queue?: string;
  /** The parameter that it concerns, if one. */
  readonly parameter?: string;
}

/** Before a service gets a request, or after its answer is there and before that is passed on. */
export type Moment = 'before' | 'after';

/** Asked at each moment of each request; `cut` ends its connection instead of going on. */
export type Intercept = (request: SeenRequest, moment: Moment) => Promise<'cut' | undefined>;

interface Answer {
  readonly head: IncomingMessage;
  readonly body: Buffer;
}

/** Reverse proxies in front of services: they count the requests of all, and can stop each of them at either moment. */
export class Traffic {
  readonly requests: SeenRequest[] = [];
  /** Connections that were opened. */
  connections = 0;
  intercept: Intercept | undefined;
  readonly #open = new Set<Promise<unknown>>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #proxies: Listening[] = [];

  /** @returns where the service is reached from now on */
  async proxy(upstream: string): Promise<string> {
    const server = createServer((incoming, response) => {
      this.#track(this.#pass(upstream, incoming, response));
    });
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#track(once(socket, 'close'));
    });
    const proxy = await listen(server, 0);
    this.#proxies.push(proxy);
    return proxy.url;
  }

  /** Resolves when every connection is closed, and whatever was sent on them has had its effect. */
  async ended(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.close();
    this.#agent.destroy();
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#open.delete(tracked));
    this.#open.add(tracked);
  }

  async #pass(upstream: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const seen = { index: this.requests.length, ...describe(incoming, body) };
    this.requests.push(seen);
    try {
      if ((await this.intercept?.(seen, 'before')) === 'cut') return void response.destroy();
      const answer = await this.#forward(upstream, incoming, body);
      if ((await this.intercept?.(seen, 'after')) === 'cut') return void response.destroy();
      const { connection, 'keep-alive': _, 'transfer-encoding': __, ...headers } = answer.head.headers;
      response.writeHead(answer.head.statusCode ?? 502, headers).end(answer.body);
    } catch {
      response.destroy();
    }
  }

  async #forward(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const outgoing = request(new URL(url ?? '/', upstream), { method, headers, agent: this.#agent });
    outgoing.end(body);
    const [head] = await once(outgoing, 'response');
    return { head, body: await buffer(head) };
  }
}

function describe({ method, url = '/', headers }: IncomingMessage, body: Buffer): Omit<SeenRequest, 'index'> {
  const target = headers['x-amz-target'];
  if (typeof target !== 'string')
    return { operation: matchOperation(method, url.split('?')[0] ?? '').operation.name };
  const operation = target.split('.').at(-1) ?? target;
  const { QueueUrl: queue, Name: parameter, ...named } = naming.parse(JSON.parse(body.toString()));
  const statements = named.Statements?.map(({ Statement }) => Statement.split(' '));
  const tables = [
    ...[named.TableName ?? []]
      .flat()
      .map((table) => table + (named.IndexName ? `/index/${named.IndexName}` : '')),
    ...Object.keys(named.RequestItems ?? {}),
    ...(statements?.map((words) => words.find((word) => word.startsWith('"')) ?? '') ?? []),
  ];
  const [table] = tables;
  return {
    operation,
    ...(table !== undefined && { table: table.replaceAll('"', '') }),
    ...(statements && { statements: [...new Set(statements.map(([verb = '']) => PARTIQL[verb] ?? verb))] }),
    ...(queue !== undefined && { queue }),
    ...(parameter !== undefined && { parameter }),
  };
}

const PARTIQL: Readonly<Record<string, string>> = { INSERT: 'PartiQLInsert', UPDATE: 'PartiQLUpdate' };

const naming = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
  Statements: z.array(z.object({ Statement: z.string() })).optional(),
  QueueUrl: z.string().optional(),
  Name: z.string().optional(),
});

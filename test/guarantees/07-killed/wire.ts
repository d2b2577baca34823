import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listen } from '../../../local/bus/listen.ts';
import { matchOperation } from '../../../local/simulator/operations.ts';
import type { World } from '../../support/world.ts';

/** A request of a process, and what its service answered, read by the process or not. */
export interface Exchange {
  /** For example GetOtaTask, PutItem. */
  readonly operation: string;
  /** Path and query. */
  readonly url: string;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** What is told of the traffic of one process. */
export interface WireEvents {
  /** A request has arrived and goes on now. */
  onRequest(operation: string): void;
  onAnswer(exchange: Exchange): void;
}

/** All connections of one process to the world: what was sent whole has its effect, whether or not the process lives to see it. */
export class Wire {
  readonly url: string;
  readonly #proxy: Listening;
  readonly #agent: Agent;
  readonly #open: Set<Promise<void>>;

  private constructor(proxy: Listening, agent: Agent, open: Set<Promise<void>>) {
    this.url = proxy.url;
    this.#proxy = proxy;
    this.#agent = agent;
    this.#open = open;
  }

  static async open({ database, simulator, bus }: World, events: WireEvents): Promise<Wire> {
    const agent = new Agent({ keepAlive: true });
    const open = new Set<Promise<void>>();
    const services = { DynamoDB_20120810: database.url, AWSEvents: bus.url };
    const server = createServer((incoming, response) => {
      const passed = pass(incoming, response).finally(() => open.delete(passed));
      open.add(passed);
    });

    async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        const body = await buffer(incoming);
        const { method, url = '/', headers } = incoming;
        const [prefix, target] = String(headers['x-amz-target'] ?? '').split('.');
        const operation = target ?? matchOperation(method, url.split('?')[0] ?? '').operation.name;
        events.onRequest(operation);
        const upstream = Object.entries(services).find(([name]) => name === prefix)?.[1] ?? simulator.url;
        const outgoing = request(new URL(url, upstream), { method, headers, agent });
        outgoing.end(body);
        const [head]: IncomingMessage[] = await once(outgoing, 'response');
        if (head === undefined) throw new Error('There is no answer');
        const answer = await buffer(head);
        const { statusCode: status = 502 } = head;
        events.onAnswer({ operation, url, body: body.toString(), status, answer: answer.toString() });
        const { connection, 'keep-alive': _, 'transfer-encoding': __, ...rest } = head.headers;
        response.writeHead(status, rest).end(answer);
      } catch {
        response.destroy();
      }
    }

    return new Wire(await listen(server, 0), agent, open);
  }

  /** Once the process is dead: resolves when all that it sent has had its effect. */
  async close(): Promise<void> {
    await Promise.all(this.#open);
    await this.#proxy.close();
    this.#agent.destroy();
  }
}

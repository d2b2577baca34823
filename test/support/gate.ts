import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { inProcessHandler, unsigned } from './in-process.ts';

/** A request on its way to a service, numbered from 0 over all services. */
export interface GatedRequest {
  readonly index: number;
  readonly service: 'managed-integrations' | 'dynamodb' | 'events' | 'ssm' | 'web';
  /** For example GetOtaTask, PutItem, PutEvents; of the web, the last part of the path. */
  readonly operation: string;
  /** Which try of the SDK, from 1. */
  readonly attempt: number;
  readonly body: string;
}

/** Where a process dies: before the request has an effect, or after it has, with its answer unread. */
export type Death = 'before' | 'after';

/** A request that fails in a process that lives: before it has an effect, or after it has, with its answer lost. */
export type Failure = 'unsent' | 'lost';

type Fault = Death | Failure | undefined;

/** Servers of this process, by service: requests to them go without sockets. */
export type Servers = Readonly<Partial<Record<GatedRequest['service'], Server>>>;

/** The process is dead: nothing that it does any more reaches anybody. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** What a service answered. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

type Between = (request: GatedRequest, send: (body: string) => Promise<Answered>) => Promise<Answered>;

type Handle = NodeHttpHandler['handle'];

const decoder = new TextDecoder();
const webFetch = globalThis.fetch;
/** Milliseconds within which the SDK tries again, where it is told not to wait. */
const RETRY_MS = 5;

/** Every request of a process goes through its gate, which can count, hold and kill. */
export class Gate {
  readonly requests: GatedRequest[] = [];
  /** Asked before each request. */
  on: ((request: GatedRequest) => Promise<Fault> | Fault) | undefined;
  /** Stands between the process and a service: it may send something else, answer by itself, or change an answer. */
  between: Between | undefined;
  /** Told of each request that reached its service, and of the answer, whether or not that is lost then. */
  onAnswer: ((request: GatedRequest, answer: Answered) => void) | undefined;
  /** Resolves when the process is killed. */
  readonly death: Promise<void>;
  readonly #begin: () => () => void;
  readonly #killed = Promise.withResolvers<void>();
  readonly #servers: Servers;
  #isKilled = false;

  /** @param begin told of each request; what it returns, of its end */
  constructor(begin: () => () => void = () => () => undefined, servers: Servers = {}) {
    this.#begin = begin;
    this.#servers = servers;
    this.death = this.#killed.promise;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** What a client needs to go through the gate. */
  connection(service: GatedRequest['service'], signingName: string) {
    return {
      requestHandler: this.handler(service),
      ...(this.#servers[service] !== undefined && { signer: unsigned(signingName) }),
    };
  }

  handler(service: GatedRequest['service']): NodeHttpHandler {
    const server = this.#servers[service];
    const inner = server === undefined ? overSockets() : inProcessHandler(server);
    const gated = new NodeHttpHandler();
    gated.handle = (request, options) => {
      const described = describe(this.requests.length, service, request);
      return this.#pass(described, async () => {
        const { between } = this;
        const send = async (sent: HttpRequest, body: string) => {
          const { response } = await inner.handle(sent, body, options);
          if (response.body instanceof Readable) response.body = await buffer(response.body);
          return { response, answered: { status: response.statusCode, body: decoder.decode(response.body) } };
        };
        if (between !== undefined)
          return changed(
            await between(described, async (body) => (await send(withBody(request, body), body)).answered),
          );
        const { response, answered } = await send(request, described.body);
        this.onAnswer?.(described, answered);
        return { response };
      });
    };
    gated.destroy = () => inner.destroy();
    return gated;
  }

  /** A `fetch` that goes through the gate. */
  readonly fetch: typeof fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = typeof init?.body === 'string' ? init.body : '';
    const index = this.requests.length;
    const operation = url.pathname.split('/').at(-1) ?? '';
    return this.#pass({ index, service: 'web', operation, attempt: 1, body }, async () => {
      const response = await webFetch(input, init);
      const { status, statusText, headers } = response;
      return new Response(await response.arrayBuffer(), { status, statusText, headers });
    });
  };

  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  async #pass<Answer>(request: GatedRequest, send: () => Promise<Answer>): Promise<Answer> {
    this.requests.push(request);
    const end = this.#begin();
    try {
      const fault = this.#isKilled ? 'before' : await this.on?.(request);
      if (this.#isKilled || fault === 'before') this.#die();
      if (fault === 'unsent') throw brokenConnection();
      const answer = await send();
      if (this.#isKilled || fault === 'after') this.#die();
      if (fault === 'lost') throw brokenConnection();
      end();
      return answer;
    } catch (error) {
      // Whoever tries again does so at once, by a timer: that is no pause.
      setTimeout(end, RETRY_MS);
      throw error;
    }
  }

  #die(): never {
    this.#isKilled = true;
    this.#killed.resolve();
    throw new KilledError('killed');
  }
}

function overSockets() {
  const inner = new NodeHttpHandler();
  return {
    handle: (request: Parameters<Handle>[0], _: string, options?: Parameters<Handle>[1]) =>
      inner.handle(request, options),
    destroy: () => inner.destroy(),
  };
}

function withBody(request: Parameters<Handle>[0], text: string): HttpRequest {
  const body = new TextEncoder().encode(text);
  const headers = { ...request.headers, 'content-length': String(body.length) };
  return new HttpRequest({ ...request, headers, body });
}

function changed({ status, body }: Answered): { response: HttpResponse } {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return {
    response: new HttpResponse({ statusCode: status, headers, body: new TextEncoder().encode(body) }),
  };
}

const brokenConnection = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

function describe(
  index: number,
  service: GatedRequest['service'],
  request: Parameters<Handle>[0],
): GatedRequest {
  const [, attempt = '1'] = /attempt=(\d+)/.exec(request.headers['amz-sdk-request'] ?? '') ?? [];
  const body = request.body instanceof Uint8Array ? decoder.decode(request.body) : '';
  return { index, service, operation: operationOf(request), attempt: Number(attempt), body };
}

function operationOf({ headers, path }: Parameters<Handle>[0]): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return target.split('.').at(-1) ?? target;
  const [resource, id, part] = path.split('/').filter(Boolean);
  if (resource === 'ota-task-configurations') return 'GetOtaTaskConfiguration';
  if (part === 'devices') return 'ListOtaTaskExecutions';
  return id === undefined ? 'ListOtaTasks' : 'GetOtaTask';
}

import { NodeHttpHandler } from '@smithy/node-http-handler';

/** A request on its way to a service, numbered from 0 over all services. */
export interface GatedRequest {
  readonly index: number;
  readonly service: 'managed-integrations' | 'dynamodb' | 'events' | 'ssm';
  /** For example GetOtaTask, PutItem, PutEvents. */
  readonly operation: string;
  /** Which try of the SDK, from 1. */
  readonly attempt: number;
  readonly body: string;
}

/** Where a process dies: before the request has an effect, or after it has, with its answer unread. */
export type Death = 'before' | 'after';

/** The process is dead: nothing that it does any more reaches anybody. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

type Handle = NodeHttpHandler['handle'];

const decoder = new TextDecoder();

/** Every request of a process goes through its gate, which can count, hold and kill. */
export class Gate {
  readonly requests: GatedRequest[] = [];
  /** Asked before each request; `lost` breaks the connection after the request took effect. */
  on:
    | ((request: GatedRequest) => Promise<Death | 'lost' | undefined> | Death | 'lost' | undefined)
    | undefined;
  #killed = false;

  handler(service: GatedRequest['service']): NodeHttpHandler {
    const inner = new NodeHttpHandler();
    const gated = new NodeHttpHandler();
    gated.handle = async (request, options) => {
      const index = this.requests.length;
      const gatedRequest = describe(index, service, request);
      this.requests.push(gatedRequest);
      const fault = this.#killed ? 'before' : await this.on?.(gatedRequest);
      if (this.#killed || fault === 'before') return this.#die();
      const answer = await inner.handle(request, options);
      if (fault === 'after') return this.#die();
      if (fault === 'lost') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return answer;
    };
    gated.destroy = () => inner.destroy();
    return gated;
  }

  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  #die(): never {
    this.#killed = true;
    throw new KilledError('killed');
  }
}

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

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { ServiceError } from './errors.ts';
import { type Fault, type Faults, faultError } from './faults.ts';
import { type Match, matchOperation } from './operations.ts';
import type { RequestLog } from './request-log.ts';

interface ServerDeps {
  readonly account: Account;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Ends whatever still waits for a delay. */
  readonly signal: AbortSignal;
}

/** An answer of the service; `undefined` stands for none, or for a connection that breaks. */
interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

const SCOPE = /^AWS4-HMAC-SHA256 +Credential=[^/, ]+\/\d{8}\/[^/, ]+\/iotmanagedintegrations\/aws4_request,/;

/** Clients keep connections open longer than Node's five seconds between requests. */
const KEEP_ALIVE_MS = 60_000;

/** The rest-json protocol of the service, in front of an account. The server does not listen yet. */
export function createApiServer(deps: ServerDeps): Server {
  let served = 0;
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request, deps);
    if (answer) send(response, answer, ++served);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

function send(response: ServerResponse, { status, type, body }: Answer, served: number): void {
  response.writeHead(status, {
    ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    'x-amzn-requestid': `simulated-${served}`,
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  });
  response.end(body);
}

async function answerTo(request: IncomingMessage, deps: ServerDeps): Promise<Answer | undefined> {
  try {
    return await serve(request, deps);
  } catch (error) {
    return errorAnswer(error);
  }
}

function errorAnswer(error: unknown): Answer {
  const { type, status, message, details } =
    error instanceof ServiceError ? error : new ServiceError('InternalServerException', String(error));
  return { status, type, body: JSON.stringify({ Message: message, ...details }) };
}

async function serve(request: IncomingMessage, deps: ServerDeps): Promise<Answer | undefined> {
  const { path, query } = target(request);
  const match = matchOperation(request.method, path);
  const logged = { operation: match.operation.name, identifier: match.identifier };
  const attempt = deps.requests.record(logged);
  if (!SCOPE.test(request.headers.authorization ?? '')) {
    throw new ServiceError(
      'AccessDeniedException',
      'The request has no signature for iotmanagedintegrations',
    );
  }
  const body = await text(request);
  const fault = await afterDelays(await deps.faults.on?.({ ...logged, attempt }), deps.signal);
  const effect = () => run(match, query, body, deps);
  return fault ? disturbed(fault, request, effect, match.identifier) : effect();
}

function target({ url = '/' }: IncomingMessage): {
  readonly path: string;
  readonly query: Record<string, string>;
} {
  const [path = '', ...query] = url.split('?');
  return { path, query: Object.fromEntries(new URLSearchParams(query.join('?'))) };
}

function run(
  { operation, identifier = '' }: Match,
  query: Record<string, string>,
  body: string,
  deps: ServerDeps,
): Answer {
  const result = operation.run(deps.account, { identifier, query, body: parseBody(body) });
  return { status: operation.status, body: result === undefined ? '' : JSON.stringify(result) };
}

/** A request without a body is one with no members. */
function parseBody(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ServiceError('ValidationException', 'The request body is not JSON');
  }
}

async function afterDelays(fault: Fault | undefined, signal: AbortSignal): Promise<Fault | undefined> {
  if (fault?.kind !== 'delay') return fault;
  await sleep(fault.ms, undefined, { signal });
  return afterDelays(fault.next, signal);
}

function disturbed(
  fault: Fault,
  request: IncomingMessage,
  effect: () => Answer,
  identifier?: string,
): Answer | undefined {
  const error = faultError(fault, identifier);
  if (error) throw error;
  switch (fault.kind) {
    case 'garbage':
      return { status: 200, body: '<html>Service under maintenance</html>' };
    case 'status':
      return { status: fault.code, body: fault.body ?? '' };
    case 'drop':
      request.socket.destroy();
      return undefined;
    case 'drop-after':
      try {
        effect();
      } finally {
        request.socket.destroy();
      }
      return undefined;
    default:
      return undefined;
  }
}

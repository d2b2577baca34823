import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listen } from './listen.ts';
import { ServiceError } from './put-events.ts';

/** A JSON answer, a connection closed without one, or none at all. */
export type Outcome = { readonly status: number; readonly body: unknown } | 'drop' | 'hang';

/**
 * Serves AWS JSON, in the version of each request, on 127.0.0.1. What the handler throws is answered as an error: a
 * ServiceError as it says, anything else as 500 InternalException.
 */
export function serveAwsJson(
  port: number,
  handle: (headers: IncomingMessage['headers'], body: string) => Promise<Outcome>,
): Promise<Listening> {
  const server = createServer((request, response) => {
    text(request)
      .then((body) => handle(request.headers, body))
      .catch(errorOutcome)
      .then((outcome) => answer(outcome, response));
  });
  return listen(server, port);
}

function errorOutcome(error: unknown): Outcome {
  const { code, message, status } =
    error instanceof ServiceError ? error : new ServiceError('InternalException', String(error), 500);
  return { status, body: { __type: code, message } };
}

function answer(outcome: Outcome, response: ServerResponse): void {
  if (outcome === 'hang') return;
  if (outcome === 'drop') {
    response.destroy();
    return;
  }
  const isFirst = response.req.headers['content-type'] === 'application/x-amz-json-1.0';
  response.writeHead(outcome.status, {
    'content-type': isFirst ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(outcome.body));
}

import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';

/** Of a request, what goes through: neither cookies, nor what would have serverless-offline believe in another caller. */
const REQUEST_HEADERS = ['accept', 'accept-encoding', 'authorization', 'if-none-match', 'user-agent'];
/** Of an answer, what does not: it concerns the connection, or lets other sites in. */
const KEPT_BACK = /^(connection|keep-alive|transfer-encoding|access-control-.*)$/;

/** Asks a server the same, with GET, and hands its answer on. */
export function proxy(request: IncomingMessage, response: ServerResponse, target: string): void {
  const { method } = request;
  const outgoing = send(target, { method, headers: requestHeaders(request.headers) });
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.headers));
    answer.pipe(response);
  });
  outgoing.once('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'text/plain' }).end('The API does not answer\n');
  });
  response.once('close', () => outgoing.destroy());
  outgoing.end();
}

function requestHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    REQUEST_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

function answerHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !KEPT_BACK.test(name)));
}

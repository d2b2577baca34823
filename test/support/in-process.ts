import type { Server } from 'node:http';
import { HttpResponse } from '@smithy/core/protocols';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import inject from 'light-my-request';

type Request = Parameters<NodeHttpHandler['handle']>[0];
type Options = Parameters<NodeHttpHandler['handle']>[1];

/** Hands requests of an SDK client to a server of this process without sockets, which is several times as fast. */
export function inProcessHandler(server: Server) {
  const dispatch: inject.DispatchFunc = (request, response) => server.emit('request', request, response);
  return {
    async handle(
      { method, path, query, headers }: Request,
      payload: string,
      { abortSignal }: NonNullable<Options> = {},
    ): Promise<{ response: HttpResponse }> {
      const url = new URL(path, 'http://in-process');
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
      const answered = inject(dispatch, {
        method,
        url: `${url.pathname}${url.search}`,
        headers,
        ...(payload !== '' && { payload }),
      }).catch(failAsSocketsDo);
      const { statusCode, headers: lines, rawPayload } = await unlessAborted(answered, abortSignal);
      return { response: new HttpResponse({ statusCode, headers: stringsOf(lines), body: rawPayload }) };
    },
    destroy: () => undefined,
  };
}

function failAsSocketsDo(error: Error): never {
  throw Object.assign(error, { code: 'ECONNRESET' });
}

async function unlessAborted<Answer>(
  answered: Promise<Answer>,
  signal: NonNullable<Options>['abortSignal'],
): Promise<Answer> {
  if (!(signal instanceof AbortSignal)) return answered;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([answered, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const stringsOf = (headers: inject.Response['headers']) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Signs nothing: headers of the form that servers look at. */
export function unsigned(service: string): { sign: (request: Request) => Promise<Request> } {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return {
    sign: async (request) => {
      Object.assign(request.headers, { authorization, 'x-amz-date': '20260101T000000Z' });
      return request;
    },
  };
}

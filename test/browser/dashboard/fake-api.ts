import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { responseProblems } from '../../support/api-schemas.ts';

export type OperationId =
  | 'listTasks'
  | 'getTask'
  | 'getTaskHistory'
  | 'getTaskSeries'
  | 'listHistory'
  | 'exportHistory'
  | 'auditTask'
  | 'getHealth';

export interface ApiRequest {
  /** Of the path; empty where it has none. */
  readonly taskId: string;
  readonly query: URLSearchParams;
}

export interface ApiReply {
  /** 200 unless it says otherwise. */
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text where the content type is another. */
  readonly body: unknown;
}

export type Answer = (request: ApiRequest) => ApiReply | Promise<ApiReply>;

/** The dashboard as it is deployed, and an API that says what a test wants. */
export interface FakeApi {
  /** Of the dashboard; with the token that the API takes. */
  address(path: string): string;
  readonly url: string;
  /** What a route answers from now on. One that was not told answers 404. */
  answer(operation: OperationId, answer: Answer): void;
  /** Takes no token any more. */
  refuseTokens(): void;
  /** Refuses connections to the API (not to the files), or takes them again. */
  goAway(away: boolean): void;
  /** Requests of the API so far, as `/tasks?limit=500 → 304`. */
  readonly requests: readonly string[];
  /** What answers have had that api/openapi.yml does not say. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export const TOKEN = 'token-of-a-test';

const ROUTES: readonly { readonly pattern: RegExp; readonly operation: OperationId }[] = [
  { pattern: /^\/tasks$/, operation: 'listTasks' },
  { pattern: /^\/tasks\/([^/]+)$/, operation: 'getTask' },
  { pattern: /^\/tasks\/([^/]+)\/history$/, operation: 'getTaskHistory' },
  { pattern: /^\/tasks\/([^/]+)\/series$/, operation: 'getTaskSeries' },
  { pattern: /^\/history$/, operation: 'listHistory' },
  { pattern: /^\/export$/, operation: 'exportHistory' },
  { pattern: /^\/audit\/([^/]+)$/, operation: 'auditTask' },
  { pattern: /^\/health$/, operation: 'getHealth' },
];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface FakeApiOptions {
  /** The folder with the built dashboard. */
  readonly dist: string;
  /** Headers of every file. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of `/config.json`, over that of a local stack. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function startFakeApi({ dist, headers, config = {} }: FakeApiOptions): Promise<FakeApi> {
  const answers = new Map<OperationId, Answer>();
  const requests: string[] = [];
  const problems: string[] = [];
  let [isAway, isTaken] = [false, true];

  async function answerApi(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status = 200, ...reply } = await replyTo(url, request);
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    const etag = status === 200 ? { etag: `"${createHash('sha256').update(body).digest('base64url')}"` } : {};
    const isKnown = etag.etag !== undefined && request.headers['if-none-match'] === etag.etag;
    requests.push(`${url.pathname.slice('/api'.length)}${url.search} → ${isKnown ? 304 : status}`);
    response.writeHead(isKnown ? 304 : status, {
      'content-type': contentTypeOf({ ...reply, status }),
      'cache-control': 'private, no-cache',
      ...etag,
      ...reply.headers,
    });
    response.end(isKnown ? undefined : body);
  }

  async function replyTo(url: URL, request: IncomingMessage): Promise<ApiReply> {
    if (!isTaken || request.headers.authorization !== `Bearer ${TOKEN}`)
      return { status: 401, contentType: 'application/json', body: { message: 'Unauthorized' } };
    const path = url.pathname.slice('/api'.length);
    const route = ROUTES.find(({ pattern }) => pattern.test(path));
    if (route === undefined) return notFound(path);
    const taskId = decodeURIComponent(route.pattern.exec(path)?.[1] ?? '');
    const reply = await answers.get(route.operation)?.({ taskId, query: url.searchParams });
    if (reply === undefined) return notFound(path);
    problems.push(
      ...responseProblems(route.operation, reply.status ?? 200, contentTypeOf(reply), reply.body),
    );
    return reply;
  }

  async function answerFile({ pathname }: URL, response: ServerResponse): Promise<void> {
    if (pathname === '/config.json') {
      response.writeHead(200, { ...headers, 'content-type': 'application/json' });
      response.end(JSON.stringify({ api: '/api', tokenInAddress: true, ...config }));
      return;
    }
    const name = path.extname(pathname) === '' ? '/index.html' : path.posix.normalize(pathname);
    const content = await readFile(path.join(dist, name)).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, {
      ...headers,
      'content-type': CONTENT_TYPES[path.extname(name)] ?? 'application/octet-stream',
    });
    response.end(content);
  }

  const server = createServer((request, response) => {
    const url = new URL(`http://127.0.0.1${request.url}`);
    const isApi = url.pathname.startsWith('/api/');
    if (isApi && isAway) {
      request.socket.destroy();
      return;
    }
    (isApi ? answerApi(url, request, response) : answerFile(url, response)).catch((error) => {
      problems.push(String(error));
      response.destroy();
    });
  });
  const url = await listen(server);

  return {
    url,
    address: (at) => `${url}${at}#token=${TOKEN}`,
    answer: (operation, answer) => void answers.set(operation, answer),
    refuseTokens: () => {
      isTaken = false;
    },
    goAway: (away) => {
      isAway = away;
    },
    requests,
    problems,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function contentTypeOf({ status = 200, contentType }: ApiReply): string {
  return contentType ?? (status === 200 ? 'application/json' : 'application/problem+json');
}

const notFound = (what: string) => problem(404, 'not-found', `Nothing is known of ${what}`);

/** An error as the API tells it. */
export function problem(status: number, kind: string, title: string): ApiReply {
  return {
    status,
    body: { type: `urn:ota-watch:problem:${kind}`, title, status, requestId: 'request-1' },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listen } from '../bus/listen.ts';
import { proxy } from './proxy.ts';
import { NO_CACHE, type WebFile } from './web-files.ts';

export interface DashboardOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** Of `/config.json`. */
  readonly config: object;
  /** Of everything but the API's answers, which have their own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of whoever comes by `/open`. */
  readonly token: string;
}

/** What the dashboard is made of. */
export interface DashboardParts {
  readonly files: readonly WebFile[];
  /** Where the API answers. */
  readonly api: string;
}

export interface Dashboard extends Listening {
  /** Serves these from now on; until then there is no page. */
  serve(parts: DashboardParts): void;
}

/** Names under which a browser reaches this machine and nothing else: any other may be made to point here by its owner. */
const LOCAL_NAMES = new Set(['127.0.0.1', 'localhost']);
const API = '/api';
/** Leads to the same address without it, signed in: a token is too long to be read, or to be part of links. */
const OPEN = '/open';

interface Content {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * Serves the dashboard on 127.0.0.1 as its distribution does: files, `/config.json`, the page for every other address that is not of
 * a file, and the API below `/api`.
 */
export async function startDashboard({
  port = 0,
  headers,
  ...options
}: DashboardOptions): Promise<Dashboard> {
  let parts: DashboardParts | undefined;
  const server = createServer((request, response) => {
    const address = URL.parse(`http://${request.headers.host}${request.url}`);
    const refusal = refusalOf(request, address);
    if (address === null || refusal !== undefined || parts === undefined) {
      answer(response, headers, refusal ?? text(503, 'The service is about to start'));
    } else if (isBelow(address, API)) {
      proxy(request, response, parts.api + address.pathname.slice(API.length) + address.search);
    } else {
      answer(response, headers, contentOf(address, parts.files, options));
    }
  });
  return {
    ...(await listen(server, port)),
    serve: (given) => {
      parts = given;
    },
  };
}

function refusalOf({ method = '' }: IncomingMessage, address: URL | null): Content | undefined {
  if (address === null || !LOCAL_NAMES.has(address.hostname))
    return text(421, 'Only http://127.0.0.1 and http://localhost are served here');
  return ['GET', 'HEAD'].includes(method) ? undefined : text(403, `${method} is not for here`);
}

const isBelow = ({ pathname }: URL, base: string) => pathname === base || pathname.startsWith(`${base}/`);

function contentOf(
  address: URL,
  files: readonly WebFile[],
  { config, token }: Pick<DashboardOptions, 'config' | 'token'>,
): Content {
  const { pathname, search } = address;
  if (pathname === '/config.json') return content(JSON.stringify(config), 'application/json', NO_CACHE);
  if (isBelow(address, OPEN)) {
    // Two slashes would begin the name of another host.
    const wanted = pathname.slice(OPEN.length).replace(/^\/*/, '/') + search;
    return redirect(`${wanted}#token=${token}`);
  }
  const isPage = !pathname.slice(pathname.lastIndexOf('/')).includes('.');
  const wanted = isPage ? '/index.html' : pathname;
  const file = files.find(({ path }) => path === wanted);
  return file === undefined
    ? text(404, 'There is no such file')
    : content(file.body, file.contentType, file.cacheControl);
}

function content(body: Content['body'], contentType: string, cacheControl: string): Content {
  return { body, headers: { 'content-type': contentType, 'cache-control': cacheControl } };
}

function text(status: number, words: string): Content {
  return { ...content(`${words}\n`, 'text/plain; charset=utf-8', 'no-store'), status };
}

function redirect(location: string): Content {
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

function answer(
  response: ServerResponse,
  common: DashboardOptions['headers'],
  { status = 200, headers, body }: Content,
): void {
  response.writeHead(status, { ...common, ...headers }).end(body);
}

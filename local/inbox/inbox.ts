import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listen } from '../bus/listen.ts';
import { CONTENT_SECURITY_POLICY, renderPage, renderState } from './page.ts';
import type { Sources } from './sources.ts';

export interface InboxOptions extends Sources {
  /** A free one if left out. */
  readonly port?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Of the times that are shown, an IANA name; the machine's if left out. */
  readonly timeZone?: string;
}

/** Names under which a browser reaches this machine and nothing else: any other may be made to point here by its owner. */
const LOCAL_NAMES = new Set(['127.0.0.1', 'localhost']);

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Serves, on 127.0.0.1, a page that shows what Slack and PagerDuty have, live; `url` is its address. */
export async function startInbox({
  port = 0,
  now = Date.now,
  timeZone,
  ...sources
}: InboxOptions): Promise<Listening> {
  const readerZone = timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stateFor = (address: URL) =>
    renderState(sources, address.searchParams.get('channel') ?? undefined, {
      now: now(),
      timeZone: readerZone,
    });
  const routes = new Map<string, (address: URL, response: ServerResponse) => void>([
    ['/inbox', (address, response) => answer(response, 200, 'text/html', renderPage(stateFor(address)))],
    [
      '/inbox/state',
      (address, response) => answer(response, 200, 'application/json', JSON.stringify(stateFor(address))),
    ],
    ['/inbox/changes', (_, response) => tellChanges(sources, response)],
  ]);
  const server = createServer((request, response) => {
    try {
      handle(request, response, routes);
    } catch (error) {
      answer(response, 500, 'text/plain', `The inbox cannot be shown: ${String(error)}\n`);
    }
  });
  const listening = await listen(server, port);
  return { ...listening, url: `${listening.url}/inbox` };
}

function handle(
  { method = '', headers, url = '' }: IncomingMessage,
  response: ServerResponse,
  routes: ReadonlyMap<string, (address: URL, response: ServerResponse) => void>,
): void {
  const address = URL.parse(`http://${headers.host}${url}`);
  if (address === null || !LOCAL_NAMES.has(address.hostname)) {
    answer(response, 421, 'text/plain', 'Only http://127.0.0.1 and http://localhost are served here\n');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    answer(response, 405, 'text/plain', `${method} is not for here\n`);
    return;
  }
  const route = routes.get(address.pathname);
  if (route === undefined) answer(response, 404, 'text/plain', 'There is only /inbox here\n');
  else route(address, response);
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
  response.end(body);
}

/** Tells, as server-sent events, of each change from now on, and once at first: until the connection closes. */
function tellChanges({ slack, pagerduty }: Sources, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  const tell = () => response.write('data: changed\n\n');
  tell();
  const unsubscribes = [slack.subscribe(tell), pagerduty.subscribe(tell)];
  response.once('close', () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  });
}

import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../../local/bus/listen.ts';
import { type Dashboard, startDashboard } from '../../../../local/dashboard/dashboard.ts';
import type { WebFile } from '../../../../local/dashboard/web-files.ts';

const file = (path: string, contentType: string, cacheControl: string): WebFile => ({
  path,
  body: new TextEncoder().encode(`content of ${path}`),
  contentType,
  cacheControl,
});
const FILES = [
  file('/index.html', 'text/html; charset=utf-8', 'no-cache'),
  file('/assets/main-1a.js', 'text/javascript; charset=utf-8', 'public, immutable'),
];
const PAGE = {
  status: 200,
  type: 'text/html; charset=utf-8',
  cache: 'no-cache',
  policy: "default-src 'none'",
  body: 'content of /index.html',
};

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

let dashboard: Dashboard;
let api: Listening;
let asked: Asked[];

beforeEach(async () => {
  asked = [];
  const server = createServer(({ method, url, headers }, response) => {
    asked.push({ method, url, headers });
    response.writeHead(headers['if-none-match'] === '"one"' ? 304 : 418, {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'access-control-allow-origin': headers.origin ?? '*',
      etag: '"one"',
    });
    response.end(headers['if-none-match'] === '"one"' ? undefined : gzipSync('{"a":1}'));
  });
  api = await listen(server, 0);
  dashboard = await startDashboard({
    config: { api: '/api', tokenInAddress: true },
    headers: { 'content-security-policy': "default-src 'none'" },
    token: 'a.b.c',
  });
});

afterEach(async () => {
  await dashboard.close();
  await api.close();
});

/** Sends the path as it stands, which fetch would not. */
async function ask(path: string, { method = 'GET', headers = {} as Record<string, string> } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(dashboard.url);
  send({ hostname, port, path, method, headers }).once('response', resolve).once('error', reject).end();
  const answer = await promise;
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    cache: answer.headers['cache-control'],
    policy: answer.headers['content-security-policy'],
    body: await text(answer),
  };
}

const serve = () => dashboard.serve({ files: FILES, api: api.url });

describe('the page', () => {
  beforeEach(serve);

  it.each(['/', '/index.html', '/audit', '/tasks/doorLocks', '/tasks/doorLocks?tab=raw', '/no/such/view'])(
    'is at %s',
    async (path) => {
      expect(await ask(path)).toEqual(PAGE);
    },
  );

  it('comes with its files', async () => {
    expect(await ask('/assets/main-1a.js')).toEqual({
      ...PAGE,
      type: 'text/javascript; charset=utf-8',
      cache: 'public, immutable',
      body: 'content of /assets/main-1a.js',
    });
    expect(await ask('/config.json')).toEqual({
      ...PAGE,
      type: 'application/json',
      body: '{"api":"/api","tokenInAddress":true}',
    });
    expect(await ask('/', { method: 'HEAD' })).toEqual({ ...PAGE, body: '' });
  });

  it.each([
    '/assets/main-2b.js',
    '/favicon.ico',
    '/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/.git/config.x',
  ])('is not at %s, and nothing is', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: 'There is no such file\n' });
  });

  it.each([
    ['/open', '/#token=a.b.c'],
    ['/open/', '/#token=a.b.c'],
    ['/open/tasks/doorLocks?tab=raw', '/tasks/doorLocks?tab=raw#token=a.b.c'],
    ['/open//evil.example.com', '/evil.example.com#token=a.b.c'],
    ['/open/\\evil.example.com', '/evil.example.com#token=a.b.c'],
    ['/open/%2f/evil.example.com', '/%2f/evil.example.com#token=a.b.c'],
  ])('is opened with a token at %s', async (path, location) => {
    const answer = await fetch(dashboard.url + path, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, location]);
  });
});

describe('the API', () => {
  beforeEach(serve);

  it('is asked the same, and answers as it does', async () => {
    const answer = await fetch(`${dashboard.url}/api/tasks/a%2Fb?limit=1&q=%27%22`, {
      headers: { authorization: 'Bearer a.b.c', accept: 'application/json' },
    });
    expect(asked).toMatchObject([
      {
        method: 'GET',
        url: '/tasks/a%2Fb?limit=1&q=%27%22',
        headers: { authorization: 'Bearer a.b.c', accept: 'application/json' },
      },
    ]);
    expect([answer.status, answer.headers.get('etag'), await answer.json()]).toEqual([
      418,
      '"one"',
      { a: 1 },
    ]);
    const again = await fetch(`${dashboard.url}/api/tasks`, { headers: { 'if-none-match': '"one"' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('learns of neither cookies nor origins, nor of callers that somebody makes up', async () => {
    const answer = await fetch(`${dashboard.url}/api/tasks`, {
      headers: {
        cookie: 'a=b',
        origin: 'http://evil.example.com',
        'sls-offline-authorizer-override': '{}',
      },
    });
    expect(Object.keys(asked[0]?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('is missed', async () => {
    await api.close();
    expect(await ask('/api/tasks')).toMatchObject({ status: 502, body: 'The API does not answer\n' });
    api = await listen(createServer(), 0);
  });
});

it('has no page before it is told which', async () => {
  expect(await ask('/')).toMatchObject({ status: 503, body: 'The service is about to start\n' });
});

it.each(['evil.example.com', '127.0.0.1.evil.example.com', '[::1]'])(
  'serves nobody who calls it %j',
  async (host) => {
    serve();
    const refused = { status: 421, body: 'Only http://127.0.0.1 and http://localhost are served here\n' };
    for (const path of ['/', '/open', '/api/tasks'])
      expect(await ask(path, { headers: { host } })).toMatchObject(refused);
    expect(asked).toEqual([]);
  },
);

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('has nothing for %s', async (method) => {
  serve();
  for (const path of ['/', '/api/tasks']) expect(await ask(path, { method })).toMatchObject({ status: 403 });
  expect(asked).toEqual([]);
});

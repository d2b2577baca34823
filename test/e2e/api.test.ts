import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseProblems } from '../support/api-schemas.ts';
import { type Answered, type AskOptions, SCRIPT, type ServedApi, serveApi, TAG } from './api/served-api.ts';

/** serverless-offline names the encoding, too. */
const JSON_TYPE = /^application\/json(;|$)/;

let api: ServedApi;
let reader: string;
let exporter: string;

beforeAll(async () => {
  api = await serveApi();
  reader = await api.issuer.tokenFor({ roles: ['ota-watch-reader'] });
  exporter = await api.issuer.tokenFor({ roles: ['ota-watch-exporter'] });
}, 120_000);
afterAll(() => api.close());

const read = (path: string, options: AskOptions = {}) => api.ask(path, { token: reader, ...options });

/** What is wrong with an answer by the description of the API. */
const problemsOf = (operationId: string, { status = 0, headers, body }: Answered) =>
  responseProblems(operationId, status, headers['content-type'], body);

const idsIn = ({ body }: Answered): string[] =>
  Object(body).items.map(({ taskId }: { taskId: string }) => taskId);

/** Names of the parameters that an answer says are wrong. */
const blamed = ({ body }: Answered): string[] =>
  (Object(body).parameters ?? []).map(({ name }: { name: string }) => name);

describe('a reader', () => {
  it.each([
    ['listTasks', '/tasks'],
    ['listTasks', '/tasks?state=live&severity=warning,error,critical&sort=failed&order=asc&limit=500'],
    ['getTask', '/tasks/doorLocks'],
    ['getTask', '/tasks/lamps'],
    ['getTaskHistory', '/tasks/doorLocks/history?order=desc'],
    ['getTaskHistory', '/tasks/nobody/history'],
    ['getTaskSeries', '/tasks/doorLocks/series?points=2'],
    ['listHistory', '/history?severity=warning,error,critical'],
    ['listHistory', '/history?from=2026-01-01T00:00:00Z&taskId=lamps'],
    ['auditTask', '/audit/doorLocks'],
    ['getHealth', '/health'],
  ])('gets %s as it is described: %s', async (operationId, path) => {
    const answer = await read(path);
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'cache-control': 'private, no-cache',
        'content-type': expect.stringMatching(JSON_TYPE),
        'x-content-type-options': 'nosniff',
      },
    });
    expect(problemsOf(operationId, answer)).toEqual([]);
  });

  it('sees what the polls have seen', async () => {
    expect(idsIn(await read('/tasks')).sort()).toEqual(['doorLocks', 'evil', 'lamps']);
    expect((await read('/tasks/doorLocks')).body).toMatchObject({
      task: { state: 'live', counts: { failed: 70, total: 100 }, worstSeverity: 'error' },
    });
    expect((await read('/tasks/lamps')).body).toMatchObject({
      task: { state: 'ended', status: 'COMPLETED', stopped: 'completed' },
    });
    expect((await read('/audit/lamps')).body).toMatchObject({ verdict: 'intact', end: 'known' });
    expect((await read('/health')).body).toMatchObject({
      poller: { state: 'polling', periodSeconds: 60 },
      tasks: { live: 2, ended: 1, unreadable: 0 },
      caller: { roles: ['reader'] },
    });
  });

  it('gets no answer twice that has not changed, and large ones compressed', async () => {
    const first = await read('/history', { headers: { 'accept-encoding': 'gzip' } });
    expect(first.headers['content-encoding']).toBe('gzip');
    const again = await read('/history', { headers: { 'if-none-match': String(first.headers.etag) } });
    expect(again).toMatchObject({ status: 304, text: '' });
    const changed = await read('/history?limit=1', {
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect(changed.status).toBe(200);
  });

  it('gets lists page by page', async () => {
    const pages: string[] = [];
    let cursor = '';
    do {
      const answer = await read(`/tasks?sort=taskId&limit=1${cursor}`);
      pages.push(idsIn(answer).join());
      const { next } = Object(answer.body);
      cursor = next === undefined ? '' : `&cursor=${next}`;
    } while (cursor !== '' && pages.length < 5);
    expect(pages).toEqual(['doorLocks', 'evil', 'lamps']);
  });

  it('may not export', async () => {
    const answer = await read('/export');
    expect(answer).toMatchObject({
      status: 403,
      body: { type: 'urn:ota-watch:problem:forbidden', detail: 'This needs the role exporter' },
    });
    expect(problemsOf('exportHistory', answer)).toEqual([]);
  });
});

describe('an exporter', () => {
  it.each([
    ['/export', 'text/csv', /^observedAt,taskId,sequence,[^\n]+\n20\d\d-/],
    ['/export?format=jsonl&taskId=lamps', 'application/jsonl', /^\{"[^\n]+\}\n/],
  ])('exports with %s', async (path, type, beginning) => {
    const answer = await api.ask(path, { token: exporter });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.text).toMatch(beginning);
    expect(problemsOf('exportHistory', answer)).toEqual([]);
  });

  it('may read too', async () => {
    const { body } = await api.ask('/health', { token: exporter });
    expect(body).toMatchObject({ caller: { roles: ['reader', 'exporter'] } });
  });
});

describe('nobody gets in', () => {
  const reading = { roles: ['ota-watch-reader'] };

  it.each<[string, () => Promise<string | undefined>]>([
    ['without a token', async () => undefined],
    ['with what is no token', async () => 'letmein'],
    ['with a token for another audience', () => api.issuer.tokenFor({ ...reading, audience: 'another' })],
    ['with a token of another issuer', () => api.stranger.tokenFor(reading)],
    ['with a token that has expired', () => api.issuer.tokenFor({ ...reading, expiresIn: -1 })],
  ])('%s', async (_, token) => {
    for (const path of ['/tasks', '/tasks/doorLocks', '/history', '/export', '/audit/doorLocks', '/health'])
      expect((await api.ask(path, { token: await token() })).status).toBe(401);
  });

  it.each([[[]], [['admin']], [['ota-watch-readers', 'OTA-WATCH-READER']], [['ota-watch-reader,x']]])(
    'with the roles %j',
    async (roles) => {
      const answer = await api.ask('/tasks', { token: await api.issuer.tokenFor({ roles }) });
      expect(answer).toMatchObject({ status: 403, body: { detail: 'This needs the role reader' } });
      expect(problemsOf('listTasks', answer)).toEqual([]);
    },
  );

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('to change anything, with %s', async (method) => {
    for (const path of ['/tasks', '/tasks/doorLocks', '/history', '/health'])
      expect((await api.ask(path, { method, token: exporter })).status).toBe(404);
    expect(idsIn(await read('/tasks')).sort()).toEqual(['doorLocks', 'evil', 'lamps']);
  });
});

describe('a filter', () => {
  it.each([
    "q=' OR 1=1 --",
    'q={"$ne":null}',
    'q=*',
    'q=%',
    "status=COMPLETED' OR 'a'='a",
    'status=:live',
    'configurationId=") OR attribute_exists(taskId) OR (taskId = "',
  ])('is never more than a text: %s', async (filter) => {
    const [name, value = ''] = filter.split(/=(.*)/s);
    const answer = await read(`/tasks?${name}=${encodeURIComponent(value)}`);
    expect(answer).toMatchObject({ status: 200, body: { items: [], total: 0 } });
  });

  it.each([
    ['/tasks?status[$ne]=COMPLETED', ['status[$ne]']],
    ['/tasks?q[]=a', ['q[]']],
    ['/tasks?q=a&q=b', ['q']],
    ['/tasks?sort=constructor', ['sort']],
    ['/tasks?state=live%27%20OR%201=1', ['state']],
    ['/tasks?__proto__=a&constructor=b', ['__proto__', 'constructor']],
    ['/history?type=OTA%20Task%20Progressed%27--', ['type']],
    ['/history?severity=critical,critical', ['severity']],
    ['/history?from=2026-01-01T00:00:00Z%27%20OR%20%271', ['from']],
    ['/history?to=now()', ['to']],
    ['/history?taskId=%23poll', ['taskId']],
    ['/history?taskId=a%00b', ['taskId']],
    ['/tasks/doorLocks/history?order=asc;drop', ['order']],
    ['/tasks/doorLocks?fields=all', ['fields']],
    [`/tasks?q=${'a'.repeat(101)}`, ['q']],
    [`/tasks?q=${'a'.repeat(8_000)}`, ['q']],
    [`/tasks?status=${'A,'.repeat(20)}A`, ['status']],
    [`/tasks?cursor=${'a'.repeat(4_097)}`, ['cursor']],
    ['/tasks?limit=501', ['limit']],
    ['/tasks?limit=0&q=', ['limit', 'q']],
    ['/history?limit=1e2', ['limit']],
    ['/history?limit=1.5', ['limit']],
    ['/tasks/doorLocks/series?points=100000', ['points']],
  ])('is refused by its name: %s', async (path, names) => {
    const answer = await read(path);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(blamed(answer).sort()).toEqual(names);
    expect(problemsOf('listTasks', answer)).toEqual([]);
  });
});

describe('a path', () => {
  it.each([
    '/tasks/%2E%2E%2Fhistory',
    '/tasks/..%2f..%2f..%2fetc%2fpasswd',
    '/tasks/doorLocks%2Fhistory',
    '/tasks/%23poll',
    '/tasks/door%00Locks',
    '/tasks/%3Cscript%3E',
    `/tasks/${'a'.repeat(201)}`,
    '/tasks/a%20b/history',
    '/audit/%2e%2e%5c',
    '/audit/%23poll',
  ])('leads nowhere else: %s', async (path) => {
    const answer = await read(path);
    expect([answer.status, blamed(answer)]).toEqual([400, ['taskId']]);
  });

  it.each(['/tasks/__proto__', '/tasks/constructor', '/audit/nobody', '/tasks/doorlocks'])(
    'of a task that nobody knows: %s',
    async (path) => {
      const answer = await read(path);
      expect(answer).toMatchObject({ status: 404, body: { type: 'urn:ota-watch:problem:not-found' } });
      expect(problemsOf('getTask', answer)).toEqual([]);
    },
  );

  it.each([
    '/',
    '/tasks/doorLocks/secrets',
    '//tasks',
    '/api/tasks',
    '/tasks/%2e%2e',
    '/../tasks/doorLocks/../../x',
    '/TASKS',
    '/tasks/%E0%A4%A',
  ])('that is none: %s', async (path) => {
    const { status = 0 } = await read(path);
    expect([400, 404]).toContain(status);
  });
});

describe('a cursor', () => {
  let cursor: string;
  beforeAll(async () => {
    cursor = String(Object((await read('/history?limit=1')).body).next);
  });

  it('counts for its own request, whatever the size of its pages', async () => {
    const answer = await read(`/history?limit=2&cursor=${cursor}`);
    expect(answer.status).toBe(200);
    expect(idsIn(answer)).toHaveLength(2);
  });

  const changed = (at: number) => {
    const letters = [...cursor];
    letters[at] = letters[at] === 'A' ? 'B' : 'A';
    return letters.join('');
  };

  it.each<[string, () => string]>([
    ['its first letter is another', () => `/history?limit=1&cursor=${changed(0)}`],
    ['a letter in its middle is another', () => `/history?limit=1&cursor=${changed(cursor.length >> 1)}`],
    ['a letter of its signature is another', () => `/history?limit=1&cursor=${changed(cursor.length - 2)}`],
    ['it is cut off', () => `/history?limit=1&cursor=${cursor.slice(0, -4)}`],
    ['somebody made it up', () => `/history?limit=1&cursor=${btoa('{"after":{"taskId":"#poll"}}')}`],
    ['it is of other filters', () => `/history?limit=1&taskId=evil&cursor=${cursor}`],
    ['it is of another order', () => `/history?limit=1&order=asc&cursor=${cursor}`],
    ['it is of all tasks', () => `/tasks/doorLocks/history?cursor=${cursor}`],
    ['it is of another list', () => `/tasks?cursor=${cursor}`],
    ['it is of no audit', () => `/audit/doorLocks?cursor=${cursor}`],
  ])('is refused when %s', async (_, path) => {
    const answer = await read(path());
    expect([answer.status, blamed(answer)]).toEqual([400, ['cursor']]);
  });
});

describe('a script', () => {
  it('in a description is text', async () => {
    for (const path of ['/tasks?q=%3Cscript', '/tasks/evil', '/tasks/evil/history', '/history?taskId=evil']) {
      const { headers, text } = await read(path);
      expect(headers).toMatchObject({
        'content-type': expect.stringMatching(JSON_TYPE),
        'x-content-type-options': 'nosniff',
      });
      expect(text).toContain(JSON.stringify(SCRIPT));
    }
  });

  it('in a tag is seen by nobody', async () => {
    for (const path of ['/tasks', '/tasks/evil', '/tasks/evil/history'])
      expect((await read(path)).text).not.toContain('onerror');
    expect((await api.ask('/export', { token: exporter })).text).not.toContain(TAG);
  });

  it('is no formula in a spreadsheet', async () => {
    const { text } = await api.ask('/export?taskId=evil', { token: exporter });
    const quoted = `"'${SCRIPT.replaceAll('"', '""')}"`;
    expect(text.split('\n')[1]).toContain(`,${quoted},`);
    expect(text).not.toMatch(/(^|,)"?=/m);
  });
});

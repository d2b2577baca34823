import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ApiCaller, EXPORTER } from '../../support/api-caller.ts';
import { MINUTE } from '../../support/builders.ts';
import { World } from '../../support/world.ts';

let world: World;
let api: ApiCaller;

/** Another instance of the function, until the test is over. */
async function another(env: Readonly<Record<string, string>>): Promise<ApiCaller> {
  const caller = await ApiCaller.open(world, env);
  onTestFinished(() => caller.close());
  return caller;
}

beforeAll(async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  world = await World.start();
  for (const taskId of ['t1', 't2', 't3']) world.task(taskId, { queued: 100 });
  await world.poll();
  world.task('t1', { queued: 60, succeeded: 10, failed: 30 });
  await world.poll();
  world.task('t3', { succeeded: 100 }, { status: 'COMPLETED' });
  await world.poll();
  api = await ApiCaller.open(world);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await api.close();
  await world.close();
});

const ROUTES = [
  '/tasks',
  '/tasks/t1',
  '/tasks/t1/history',
  '/tasks/t1/series',
  '/history',
  '/export',
  '/audit/t1',
  '/health',
];

describe('every route', () => {
  it.each(ROUTES)('%s answers as described, and is for this caller and now only', async (route) => {
    const { status, headers } = await api.call(route, { groups: EXPORTER });
    expect({ status, cacheControl: headers['cache-control'] }).toEqual({
      status: 200,
      cacheControl: 'private, no-cache',
    });
  });

  it.each(ROUTES)('%s is for nobody without a role', async (route) => {
    for (const authorizer of [{}, { jwt: { claims: {} } }, { iam: { userArn: 'arn' } }]) {
      const { status, body } = await api.call(route, { authorizer });
      expect({ status, type: body.type }).toEqual({ status: 403, type: 'urn:ota-watch:problem:forbidden' });
    }
  });

  it.each(ROUTES)('%s does nothing in a browser but to be data', async (route) => {
    const { headers } = await api.call(route, { groups: EXPORTER });
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox; upgrade-insecure-requests",
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-permitted-cross-domain-policies': 'none',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each(ROUTES)('%s refuses what it does not know', async (route) => {
    const { status, body } = await api.call(`${route}?constructor=1&limit=1&limit=2`, { groups: EXPORTER });
    expect(status).toBe(400);
    expect(body.parameters).toContainEqual({
      name: 'constructor',
      in: 'query',
      message: 'is no parameter of this request',
    });
    expect(body.parameters).toContainEqual({ name: 'limit', in: 'query', message: 'is given twice' });
  });
});

describe('roles', () => {
  it.each([
    ['a reader', ['ota-watch-reader'], 200, 403, ['reader']],
    ['an exporter', ['ota-watch-exporter'], 200, 200, ['reader', 'exporter']],
    [
      'both, as API Gateway writes lists',
      '[ota-watch-reader ota-watch-exporter]',
      200,
      200,
      ['reader', 'exporter'],
    ],
  ])('%s may do so much', async (_, groups, reading, exporting, roles) => {
    const [tasks, part, health] = await Promise.all(
      ['/tasks', '/export', '/health'].map((route) => api.call(route, { groups })),
    );
    expect([tasks?.status, part?.status]).toEqual([reading, exporting]);
    expect(health?.body.caller).toEqual({ roles });
  });

  it.each([[['ota-watch-readers']], ['[]'], [{ 'ota-watch-reader': true }], [null], ['other']])(
    'the groups %j are none of them',
    async (groups) => {
      expect((await api.call('/tasks', { groups })).status).toBe(403);
    },
  );

  it('are up to the policies of the caller where IAM lets people in', async () => {
    const signed = await another({ API_AUTH: 'iam' });
    const iam = { iam: { userArn: 'arn:aws:iam::123456789012:user/somebody' } };
    expect((await signed.call('/export', { authorizer: iam })).status).toBe(200);
    expect((await signed.call('/tasks', { groups: EXPORTER })).status).toBe(403);
  });
});

describe('what was answered before', () => {
  it.each(['/tasks', '/tasks/t1', '/tasks/t1/history', '/tasks/t1/series', '/history'])(
    '%s is not sent again',
    async (route) => {
      const first = await api.call(route);
      const { etag = '' } = first.headers;
      const again = await api.call(route, { headers: { 'if-none-match': `"other", ${etag}` } });
      expect({ status: again.status, wire: again.wire.body, etag: again.headers.etag }).toEqual({
        status: 304,
        wire: undefined,
        etag,
      });
      expect((await api.call(route, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    },
  );

  it('is sent again once it has changed', async () => {
    const first = await api.call('/tasks/t2');
    world.task('t2', { queued: 99, succeeded: 1 });
    await world.poll();
    const again = await api.call('/tasks/t2', { headers: { 'if-none-match': first.headers.etag ?? '' } });
    expect(again.status).toBe(200);
    expect(again.headers.etag).not.toBe(first.headers.etag);
  });
});

describe('compression', () => {
  it('is there for who takes it, and changes nothing but the size', async () => {
    const plain = await api.call('/history', { headers: { 'accept-encoding': 'br, gzip;q=0' } });
    const small = await api.call('/history', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      etag: plain.headers.etag,
    });
    expect(small.text).toBe(plain.text);
    expect(small.wire.body?.length).toBeLessThan(plain.text.length / 2);
  });
});

describe('pages', () => {
  const cursorOf = async (target: string) => String((await api.call(target)).body.next);

  it.each(['/tasks?limit=1', '/history?limit=2&order=asc', '/tasks/t1/history?limit=1'])(
    'of %s lead to everything once',
    async (target) => {
      const { body: all } = await api.call(target.replace(/limit=\d/, 'limit=500'));
      const items: unknown[] = [];
      let page = await api.call(target);
      for (; page.body.next !== undefined; page = await api.call(`${target}&cursor=${page.body.next}`))
        items.push(...(Array.isArray(page.body.items) ? page.body.items : []));
      items.push(...(Array.isArray(page.body.items) ? page.body.items : []));
      expect(items).toEqual(all.items);
    },
  );

  it('can change in size', async () => {
    const { status } = await api.call(`/tasks?limit=3&cursor=${await cursorOf('/tasks?limit=1')}`);
    expect(status).toBe(200);
  });

  it.each([
    ['of another route', '/history?limit=1'],
    ['of another task', '/tasks/t3/history?limit=1'],
    ['of another filter', '/tasks/t1/history?limit=1&type=OTA+Task+Progressed'],
    ['of another order', '/tasks/t1/history?limit=1&order=desc'],
  ])('refuse a cursor %s', async (_, target) => {
    const cursor = await cursorOf('/tasks/t1/history?limit=1');
    const { status, body } = await api.call(`${target}&cursor=${cursor}`);
    expect({ status, parameters: body.parameters }).toEqual({
      status: 400,
      parameters: [{ name: 'cursor', in: 'query', message: expect.any(String) }],
    });
  });

  it('refuse a cursor that was tampered with', async () => {
    const cursor = await cursorOf('/tasks/t1/history?limit=1');
    const tampered = [...cursor].map(
      (letter, index) => cursor.slice(0, index) + (letter === 'A' ? 'B' : 'A') + cursor.slice(index + 1),
    );
    const answers = await Promise.all(
      tampered.map((wrong) => api.call(`/tasks/t1/history?limit=1&cursor=${encodeURIComponent(wrong)}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  });
});

describe('an export', () => {
  it('comes in parts that together are the file, each small enough for the gateway', async () => {
    const [row = {}] = await world.history();
    // Most of what JSON has to escape, it makes twice as long.
    const description = '"\\'.repeat(100_000);
    const ROWS = 14;
    for (let sequence = 1; sequence <= ROWS; sequence += 1) {
      const Item = { ...row, taskId: 'large', sequence, description };
      await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-history', Item }));
    }
    const rows: unknown[] = [];
    let parts = 0;
    for (let query: string | undefined = '?format=jsonl&taskId=large'; query !== undefined; parts += 1) {
      const part = await api.call(`/export${query}`, { groups: EXPORTER });
      expect(part.status).toBe(200);
      expect(Buffer.byteLength(JSON.stringify(part.wire))).toBeLessThan(6_000_000);
      expect(part.headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+"$/);
      rows.push(
        ...part.text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).sequence),
      );
      query = /^<(\?.*)>; rel="next"$/.exec(part.headers.link ?? '')?.[1];
    }
    expect(rows).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
    expect(parts).toBeGreaterThan(1);
  });

  it('that begins anew keeps its filters', async () => {
    const { headers } = await api.call('/export?format=jsonl&taskId=large', { groups: EXPORTER });
    const [, query] = /^<\?(.*)>; rel="next"$/.exec(headers.link ?? '') ?? [];
    const { cursor, ...others } = Object.fromEntries(new URLSearchParams(query));
    expect(cursor).toBeTypeOf('string');
    expect(others).toEqual({ format: 'jsonl', taskId: 'large' });
  });
});

describe('health', () => {
  const beat = (at: number) =>
    api.cloudWatch.takeLogLine(
      JSON.stringify({
        _aws: {
          Timestamp: at,
          CloudWatchMetrics: [
            { Namespace: 'ota-watch', Dimensions: [['service']], Metrics: [{ Name: 'PollCompleted' }] },
          ],
        },
        service: 'ota-watch-dev',
        PollCompleted: 1,
      }),
    );

  it('tells when a poll last ended well', async () => {
    world.now += MINUTE; // what was heard before is forgotten
    expect((await api.call('/health')).body.poller).toEqual({ state: 'silent', periodSeconds: 60 });
    beat(world.now - 5 * MINUTE);
    beat(world.now - 2 * MINUTE);
    world.now += MINUTE;
    const minute = Math.floor((world.now - 3 * MINUTE) / MINUTE) * MINUTE;
    const lastPollAt = new Date(minute).toISOString();
    expect((await api.call('/health')).body.poller).toEqual({
      state: 'polling',
      periodSeconds: 60,
      lastPollAt,
    });
    world.now += 3 * MINUTE;
    expect((await api.call('/health')).body.poller).toEqual({
      state: 'silent',
      periodSeconds: 60,
      lastPollAt,
    });
  });
});

describe('what goes wrong', () => {
  it('is named, all of it at once', async () => {
    const { status, headers, body } = await api.call(
      '/tasks/..%2f..%2fsecrets/history?from=yesterday&limit=0&order=up&type=DROP+TABLE&q=%00',
    );
    expect({ status, type: headers['content-type'], cache: headers['cache-control'], body }).toEqual({
      status: 400,
      type: 'application/problem+json',
      cache: 'no-store',
      body: {
        type: 'urn:ota-watch:problem:bad-parameters',
        title: 'A parameter is wrong',
        status: 400,
        requestId: 'request-1',
        parameters: [
          { name: 'taskId', in: 'path', message: 'has to match ^[A-Za-z0-9_-]+$' },
          { name: 'q', in: 'query', message: 'is no parameter of this request' },
          { name: 'type', in: 'query', message: expect.stringMatching(/^has to be one of: OTA Task/) },
          {
            name: 'from',
            in: 'query',
            message: 'has to be an instant with a time zone, for example 2026-11-22T12:00:00Z',
          },
          { name: 'order', in: 'query', message: 'has to be one of: asc, desc' },
          { name: 'limit', in: 'query', message: 'has to be 1 or more' },
        ],
      },
    });
  });

  it.each(['/', '/tasks/t1/other', '/Tasks', '/export/t1', '/__proto__'])(
    '%s is no route',
    async (target) => {
      const { status, body } = await api.call(target);
      expect({ status, detail: body.detail }).toEqual({ status: 404, detail: 'The API has no such route' });
    },
  );

  it.each(['/tasks/nobody', '/audit/nobody'])('%s is nowhere', async (target) => {
    expect((await api.call(target)).body).toEqual({
      type: 'urn:ota-watch:problem:not-found',
      title: 'Nothing is known of it',
      status: 404,
      detail: 'Neither table knows of task nobody',
      requestId: 'request-1',
    });
  });

  it.each(['/tasks?q=secret', '/tasks/secret', '/history?taskId=secret', '/health'])(
    'without its tables %s asks for patience, and neither it nor the log tells what was looked for',
    async (target) => {
      const other = await another({ TASKS_TABLE: 'gone-tasks', HISTORY_TABLE: 'gone-history' });
      const { status, headers, text } = await other.call(target);
      expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '5' });
      expect(text).not.toMatch(/gone|Dynamo|Exception/);
      const errors = other.log.filter(({ level }) => level === 'error');
      expect(errors).toMatchObject([
        {
          message: 'A request failed',
          fields: { error: { name: 'ResourceNotFoundException' } },
        },
      ]);
      expect(JSON.stringify(other.log)).not.toContain('secret');
    },
  );

  it('with a wrong setting is a problem as well, of which only the log tells more', async () => {
    const wrong = await another({ CURSOR_KEY: 'short' });
    const { status, body } = await wrong.call('/tasks');
    expect({ status, body }).toEqual({
      status: 500,
      body: {
        type: 'urn:ota-watch:problem:internal',
        title: 'Something went wrong',
        status: 500,
        requestId: 'request-1',
      },
    });
  });
});

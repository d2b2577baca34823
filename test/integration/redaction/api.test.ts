import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { ApiCaller, type CallOptions, EXPORTER } from '../../support/api-caller.ts';
import { World } from '../../support/world.ts';
import { Canaries } from './canaries.ts';

const canaries = new Canaries(
  'the token',
  'a claim',
  'a cookie',
  'an ETag',
  'the value of a parameter',
  'the name of a parameter',
  'the key of a tag',
  'the value of a tag',
  'the name of the configuration',
  'the key of the cursors',
  'an answer of the service',
  'an attribute that is wrong',
);
/** What the answer to whoever asked may have of it: what was wrong with the question. */
const ECHOED = 'the name of a parameter in what was answered';
const CURSOR_KEY = canaries.of('the key of the cursors').repeat(5);
const OPTIONS: CallOptions = {
  headers: {
    authorization: `Bearer ${canaries.of('the token')}.e30.x`,
    cookie: `session=${canaries.of('a cookie')}`,
    'if-none-match': `W/"${canaries.of('an ETag')}"`,
  },
  authorizer: {
    jwt: {
      claims: { sub: canaries.of('a claim'), email: canaries.of('a claim'), 'cognito:groups': EXPORTER },
      scopes: null,
    },
  },
};
const value = canaries.of('the value of a parameter');
const name = canaries.of('the name of a parameter');

let world: World;
/** What went to the log of the function: by the logger of the handler, whose lines go to the console here. */
const logged: unknown[] = [];

beforeAll(async () => {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  for (const method of ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const)
    vi.spyOn(console, method).mockImplementation((...line) => void logged.push(line));
  world = await World.start();
  world.simulator.account.putConfiguration({
    TaskConfigurationId: 'c1',
    Name: canaries.of('the name of the configuration'),
    PushConfig: {},
  });
  const members = { Tags: { [canaries.of('the key of a tag')]: canaries.of('the value of a tag') } };
  const task = (failed: number) =>
    world.task('t1', { queued: 100 - failed, failed }, { members, configurationId: 'c1' });
  task(0);
  await world.poll();
  task(50);
  await world.poll();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await world.close();
});

/** Where canaries are seen, and with which status each request was answered. */
async function ask(
  targets: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options = OPTIONS,
) {
  const api = await ApiCaller.open(world, { CURSOR_KEY, ...env });
  onTestFinished(() => api.close());
  logged.length = 0;
  const statuses = new Set<number>();
  const answers: unknown[] = [];
  for (const target of targets) {
    const { status, headers, text } = await api.call(target, options);
    statuses.add(status);
    answers.push(headers, text);
  }
  const seen = canaries.seenIn({ 'what was logged': [logged, api.log], 'what was answered': answers });
  return { seen, statuses: [...statuses].sort(), lines: logged.length + api.log.length };
}

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

it('answers tell nothing sensitive, and nothing is logged', async () => {
  expect(await ask(ROUTES)).toEqual({ seen: [], statuses: [200], lines: 0 });
});

it('requests that are wrong are answered with what is wrong, and neither quoted nor logged', async () => {
  const wrong = ROUTES.flatMap((route) => [
    `${route}?${name}=${value}`,
    `${route}?limit=${value}&order=${value}&cursor=${value}&since=${value}&status=${value}&resolution=${value}`,
  ]);
  expect(
    await ask([...wrong, `/tasks?cursor=${value}`, `/history?limit=1&cursor=${value}.${value}`]),
  ).toEqual({
    seen: [ECHOED],
    statuses: [400],
    lines: 0,
  });
});

it('routes and tasks that do not exist are not quoted', async () => {
  expect(await ask([`/${value}`, `/${value}?${name}=${value}`])).toEqual({
    seen: [],
    statuses: [404],
    lines: 0,
  });
  const { seen, statuses } = await ask(ROUTES, {}, { ...OPTIONS, authorizer: {} });
  expect({ seen, statuses }).toEqual({ seen: [], statuses: [403] });
});

it.each([
  ['tables that do not exist', { TASKS_TABLE: 'none', HISTORY_TABLE: 'none' }],
  ['settings that are wrong', { API_AUTH: canaries.of('a claim') }],
])('faults (%s) are logged without the request', async (_, env) => {
  const { seen, statuses, lines } = await ask(
    ROUTES.map((route) => `${route}${route === '/tasks' ? `?q=${value}` : ''}`),
    env,
  );
  expect(seen).toEqual([]);
  expect(statuses.at(-1)).toBeGreaterThanOrEqual(500);
  expect(lines).toBeGreaterThan(0);
});

it('items that cannot be read are told of without what they hold', async () => {
  const wrong = canaries.of('an attribute that is wrong');
  for (const [TableName, Item] of [
    ['ota-watch-dev-tasks', { taskId: 't1', state: wrong, [wrong]: wrong }],
    ['ota-watch-dev-tasks', { taskId: 't2', state: 'live', version: wrong, snapshot: { facts: wrong } }],
    [
      'ota-watch-dev-history',
      { taskId: 't3', sequence: 1, detailType: 'X', counts: wrong, note: wrong, hash: 'a' },
    ],
  ] as const)
    await world.dynamodb.send(new PutCommand({ TableName, Item }));
  const { seen, statuses } = await ask([
    '/tasks',
    '/tasks/t1',
    '/tasks/t2',
    '/audit/t3',
    '/tasks/t3/series',
    '/health',
  ]);
  expect(seen).toEqual([]);
  expect(statuses).toEqual([200, 404]);
});

it('answers of the service that cannot be read are logged without what they hold', async () => {
  const body = `{"TaskId":"t1","Tags":{"${canaries.of('an answer of the service')}`;
  world.simulator.faults.on = () => ({ kind: 'status', code: 200, body });
  onTestFinished(() => {
    world.simulator.faults.on = undefined;
  });
  expect((await ask(ROUTES)).seen).toEqual([]);
});

import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { type Listening, listen } from '../../../../local/bus/listen.ts';
import { auditDashboard } from '../../../../local/demo/dashboard.ts';

const PAGE = '<script src="/assets/main.js"></script><link rel="icon" href="/icon.svg" />';
const TASKS = {
  items: [
    { taskId: 'locks', status: 'COMPLETED' },
    { taskId: 'lamps', status: 'CANCELED' },
  ],
};
const WELL: Readonly<Record<string, string>> = {
  '/': PAGE,
  '/config.json': '{}',
  '/assets/main.js': '',
  '/icon.svg': '',
  '/api/health': JSON.stringify({ poller: { state: 'polling' } }),
  '/api/tasks?limit=500': JSON.stringify(TASKS),
};

let server: Listening | undefined;
afterEach(() => server?.close());

/** What is wrong with a dashboard that answers like this. */
async function problemsOf(answers: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  server = await listen(
    createServer(({ url = '', headers }, response) => {
      const isAllowed = !url.startsWith('/api') || headers.authorization === 'Bearer a.b.c';
      const body = isAllowed ? answers[url] : undefined;
      response.writeHead(body === undefined ? 404 : 200).end(body);
    }),
    0,
  );
  return auditDashboard({ url: server.url, token: 'a.b.c' }, TASKS.items);
}

it.each<[string, Readonly<Record<string, string | undefined>>, string[]]>([
  ['nothing', {}, []],
  [
    'that a script is missing',
    { '/assets/main.js': undefined },
    ['The dashboard cannot be looked at: /assets/main.js is answered with 404'],
  ],
  [
    'that the poller is silent',
    { '/api/health': '{"poller":{"state":"silent"}}' },
    ['The dashboard has the poller silent'],
  ],
  [
    'which rollouts stand otherwise',
    { '/api/tasks?limit=500': '{"items":[{"taskId":"lamps","status":"IN_PROGRESS"}]}' },
    [
      'The dashboard shows locks not at all, and it is COMPLETED',
      'The dashboard shows lamps IN_PROGRESS, and it is CANCELED',
    ],
  ],
  [
    'that the API answers something else',
    { '/api/health': 'soon' },
    [expect.stringMatching(/^The dashboard cannot be looked at: .*JSON/)],
  ],
])('finds %s', async (_, otherwise, problems) => {
  expect(await problemsOf({ ...WELL, ...otherwise })).toEqual(problems);
});

import { expect, it } from 'vitest';
import { render } from '../../../local/terminal/line.ts';
import { deliveryFailureLine, introduction, sharedLines, summary } from '../../../local/terminal/messages.ts';
import { counts } from '../../support/builders.ts';

const plain = (_: unknown, text: string) => text;

it('says where everything listens', () => {
  const running = {
    pid: 1,
    region: 'us-east-1',
    accountId: '123456789012',
    endpoints: {
      managedIntegrations: 'http://127.0.0.1:1',
      dynamodb: 'http://127.0.0.1:2',
      eventBridge: 'http://127.0.0.1:3',
      sqs: 'http://127.0.0.1:5',
      ssm: 'http://127.0.0.1:6',
      cloudWatch: 'http://127.0.0.1:8',
      lambda: 'http://127.0.0.1:4',
    },
    tables: { tasks: 'tasks', history: 'history' },
    api: 'http://127.0.0.1:10',
    queues: {},
    alerts: {},
  };
  const stack = {
    running,
    buses: ['bus'],
    functionNames: ['poll', 'own'],
    dashboardUrl: 'http://127.0.0.1:9/open',
    inboxUrl: 'http://127.0.0.1:7/inbox',
    logFile: 'a.log',
    everySeconds: 2,
  };
  const lines = introduction({ ...stack, rules: [{ name: 'one' }, { name: 'two' }] });
  expect(lines.map((line) => render(line, plain)).slice(2, 9)).toEqual([
    '  managed integrations  http://127.0.0.1:1            simulated account with scripted rollouts',
    '  DynamoDB              http://127.0.0.1:2            tables tasks, history',
    '  EventBridge           http://127.0.0.1:3            bus bus; rules one, two',
    '  Lambda                http://127.0.0.1:4            functions poll, own',
    '  dashboard             http://127.0.0.1:9/open       every rollout, live; the API is below /api',
    '  Slack, PagerDuty      http://127.0.0.1:7/inbox      what they have, as it would look',
    '  logs of functions     a.log',
  ]);
  const ends = [stack, { ...stack, fanOutAbove: 2 }].map((one) =>
    introduction({ ...one, rules: [] }).slice(10),
  );
  const polls = 'A poll every 2 seconds; a simulated minute passes before each.';
  expect(ends.map((end) => end.map((line) => render(line, plain)))).toEqual([
    [polls, ''],
    [polls, 'Workers share each poll that has more looks than 2.', ''],
  ]);
});

it.each([
  [{ polls: 0, parts: 0 }, []],
  [{ polls: 15, parts: 120 }, ['Polls that workers shared: 15, in 120 parts.']],
])('sums up what workers shared: %j', (shared, expected) => {
  expect(sharedLines(shared).map((line) => render(line, plain))).toEqual(expected);
});

it('sums up, also what did not come', () => {
  const last = { taskId: 'a', status: 'CANCELED', counts: counts({ succeeded: 1, failed: 2 }) };
  const lines = summary([
    { name: 'locks', last, came: 3, promised: 3 },
    { name: 'hubs', last: undefined, came: 0, promised: 7 },
  ]);
  expect(lines.map((line) => render(line, plain))).toEqual([
    '',
    'rollout               ended as              things  failed  events',
    'locks                 CANCELED                   3       2       3',
    'hubs                  never seen                 –       –  0 of 7',
    '',
  ]);
});

it.each([
  [0, 'no queue here'],
  [4, 'no queue here (tried 4 times)'],
])('tells of an event that reached no target in %i tries', (attempts, problem) => {
  const target = { kind: 'unsupported', id: 'queue', reason: '' } as const;
  const rule = {
    logicalId: 'R',
    name: 'rule',
    busName: 'bus',
    enabled: true,
    pattern: {},
    targets: [target],
  };
  const event = {
    version: '0',
    id: 'id',
    'detail-type': 'type',
    source: 'source',
    account: '123456789012',
    time: '2026-11-22T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {},
  } as const;
  const failure = { rule, target, event, attempts, error: new Error('no queue here') };
  expect(render(deliveryFailureLine(failure, 'TIME'), plain)).toBe(
    `TIME  rule                  TROUBLE    ${problem}`,
  );
});

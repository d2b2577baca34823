import { expect, it } from 'vitest';
import { responseProblems } from '../../../support/api-schemas.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const emptyList = { items: [], total: 0, unreadable: 0 };

it.each([
  ['a body that is as described', 'listTasks', 200, JSON_TYPE, emptyList, []],
  ['text', 'exportHistory', 200, 'text/csv', 'a,b\n', []],
  ['an answer without a body', 'listTasks', 304, undefined, '', []],
  [
    'a field too many',
    'listTasks',
    200,
    JSON_TYPE,
    { ...emptyList, x: 1 },
    [/must NOT have additional prop/],
  ],
  ['fields too few', 'auditTask', 200, JSON_TYPE, {}, Array(6).fill(/must have required property/)],
  [
    'a body where there is none',
    'listTasks',
    304,
    JSON_TYPE,
    {},
    ['listTasks does not answer 304 with application/json'],
  ],
  ['another type', 'listTasks', 200, 'text/html', '', ['listTasks does not answer 200 with text/html']],
  ['another status', 'listTasks', 418, JSON_TYPE, {}, ['listTasks does not answer 418']],
  ['another operation', 'dropTasks', 200, JSON_TYPE, {}, ['dropTasks does not answer 200']],
])('answers are held against the description: %s', (_, operation, status, type, body, expected) => {
  const problems = responseProblems(operation, status, type, body);
  expect(problems).toEqual(expected.map((one) => (one instanceof RegExp ? expect.stringMatching(one) : one)));
});

it('instants have milliseconds, and are in UTC', () => {
  const health = (lastPollAt: string) =>
    responseProblems('getHealth', 200, 'application/json', {
      poller: { state: 'polling', periodSeconds: 60, lastPollAt },
      tasks: { live: 0, ended: 0, unreadable: 0, undelivered: 0 },
      caller: { roles: ['reader'] },
    });
  expect(health('2026-11-22T12:00:00.000Z')).toEqual([]);
  expect(health('2026-11-22T12:00:00Z')).toHaveLength(1);
  expect(health('2026-11-22T12:00:00.000+01:00')).toHaveLength(1);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BadParametersError,
  createParameterReader,
  type OperationId,
} from '../../../../lib/api/parameters.ts';

const openapi = readFileSync(path.resolve(import.meta.dirname, '../../../../api/openapi.yml'), 'utf8');
const reader = createParameterReader(openapi);
const OF_TASK = new Set<OperationId>(['getTask', 'getTaskHistory', 'getTaskSeries', 'auditTask']);

const read = (operationId: OperationId, query: string) =>
  reader.read(operationId, { path: OF_TASK.has(operationId) ? { taskId: 't1' } : {}, query });

function problemsOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof BadParametersError) return error.parameters;
    throw error;
  }
  return [];
}

it('knows every route of the document', () => {
  expect(reader.routes).toEqual([
    { path: '/tasks', operationId: 'listTasks' },
    { path: '/tasks/{taskId}', operationId: 'getTask' },
    { path: '/tasks/{taskId}/history', operationId: 'getTaskHistory' },
    { path: '/tasks/{taskId}/series', operationId: 'getTaskSeries' },
    { path: '/history', operationId: 'listHistory' },
    { path: '/export', operationId: 'exportHistory' },
    { path: '/audit/{taskId}', operationId: 'auditTask' },
    { path: '/health', operationId: 'getHealth' },
  ]);
});

describe('what is read', () => {
  it.each<[OperationId, string, object]>([
    ['listTasks', '', { sort: 'trouble', limit: 100 }],
    [
      'listTasks',
      'status=IN_PROGRESS,ON%2DHOLD&severity=error,critical&q=a%20b%2C+%26c&limit=7&sort=end&order=desc&state=live',
      {
        status: ['IN_PROGRESS', 'ON-HOLD'],
        severity: ['error', 'critical'],
        q: 'a b, &c',
        limit: 7,
        sort: 'end',
        order: 'desc',
        state: 'live',
      },
    ],
    ['getTaskHistory', 'limit=500', { order: 'asc', limit: 500 }],
    ['getTaskSeries', '', { points: 300 }],
    [
      'listHistory',
      'type=OTA+Task+Progressed&from=2026-11-22T12:00:00%2B02:00&to=2026-11-22T12:00:00.25Z&taskId=t-1_A',
      {
        type: ['OTA Task Progressed'],
        from: '2026-11-22T10:00:00.000Z',
        to: '2026-11-22T12:00:00.250Z',
        taskId: 't-1_A',
        order: 'desc',
        limit: 100,
      },
    ],
    ['exportHistory', 'cursor=a.b', { format: 'csv', order: 'asc', cursor: 'a.b' }],
    ['getHealth', '', {}],
  ])('%s ?%s', (operationId, query, expected) => {
    expect(read(operationId, query)).toEqual({
      path: OF_TASK.has(operationId) ? { taskId: 't1' } : {},
      query: expected,
    });
  });

  it('does not tell one request of another', () => {
    read('listTasks', 'q=one');
    expect(read('listTasks', '').query).toEqual({ sort: 'trouble', limit: 100 });
  });
});

const INSTANT = 'has to be an instant with a time zone, for example 2026-11-22T12:00:00Z';

describe('what is refused', () => {
  it.each<[OperationId, string, string, string]>([
    ['listTasks', 'limit=0', 'limit', 'has to be 1 or more'],
    ['listTasks', 'limit=501', 'limit', 'has to be 500 or less'],
    ['listTasks', 'limit=', 'limit', 'has to be a whole number'],
    ['listTasks', 'limit=1e2', 'limit', 'has to be a whole number'],
    ['listTasks', 'limit=1.5', 'limit', 'has to be a whole number'],
    ['listTasks', `limit=${'9'.repeat(400)}`, 'limit', 'has to be a whole number'],
    ['listTasks', 'q=', 'q', 'is empty'],
    ['listTasks', `q=${'x'.repeat(101)}`, 'q', 'is longer than 100 characters'],
    ['listTasks', 'status=', 'status', 'is empty'],
    ['listTasks', `status=${Array.from({ length: 21 }, (_, n) => n)}`, 'status', 'has more than 20 values'],
    ['listTasks', 'severity=error,error', 'severity', 'has a value twice'],
    ['listTasks', 'severity=fatal', 'severity', 'has to be one of: info, warning, error, critical'],
    ['listTasks', 'state=live&state=ended', 'state', 'is given twice'],
    ['listTasks', 'type=OTA+Task+Progressed', 'type', 'is no parameter of this request'],
    ['listTasks', '__proto__=1', '__proto__', 'is no parameter of this request'],
    ['listTasks', 'toString=1', 'toString', 'is no parameter of this request'],
    ['listTasks', `${'x'.repeat(1_000)}=1`, 'x'.repeat(64), 'is no parameter of this request'],
    ['listTasks', `cursor=${'x'.repeat(4_097)}`, 'cursor', 'is longer than 4096 characters'],
    ['listHistory', 'from=2026-11-22', 'from', INSTANT],
    ['listHistory', 'from=2026-11-22T12:00:00', 'from', INSTANT],
    ['listHistory', 'from=2026-11-22T12:00:00+02:00', 'from', INSTANT],
    ['listHistory', 'from=2026-02-30T12:00:00Z', 'from', INSTANT],
    ['listHistory', 'from=2026-11-22T12:00:60Z', 'from', INSTANT],
    ['listHistory', 'to=9999-12-31T23:59:59-10:00', 'to', INSTANT],
    ['listHistory', 'taskId=..%2Fsecret', 'taskId', 'has to match ^[A-Za-z0-9_-]+$'],
    ['exportHistory', 'limit=5', 'limit', 'is no parameter of this request'],
  ])('%s ?%s', (operationId, query, name, message) => {
    expect(problemsOf(() => read(operationId, query))).toEqual([{ name, in: 'query', message }]);
  });

  it.each([
    ['', 'is empty'],
    ['../secret', 'has to match ^[A-Za-z0-9_-]+$'],
    ["' OR 1=1 --", 'has to match ^[A-Za-z0-9_-]+$'],
    ['t1\n', 'has to match ^[A-Za-z0-9_-]+$'],
    ['x'.repeat(201), 'is longer than 200 characters'],
  ])('the task %j', (taskId, message) => {
    expect(problemsOf(() => reader.read('getTask', { path: { taskId }, query: '' }))).toEqual([
      { name: 'taskId', in: 'path', message },
    ]);
  });

  it('is told of up to 20 parameters', () => {
    const query = Array.from({ length: 100 }, (_, index) => `p${index}=`).join('&');
    expect(problemsOf(() => read('getHealth', query))).toHaveLength(20);
  });

  it('is never anything but a list of parameters, whatever comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reader.routes), fc.string({ unit: 'binary' }), (route, query) => {
        const problems = problemsOf(() => read(route.operationId, query));
        const isGiven = [...new URLSearchParams(query)].length > 0;
        expect(problems.length > 0).toBe(isGiven);
      }),
    );
  });
});

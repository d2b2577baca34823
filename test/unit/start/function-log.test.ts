import { expect, it } from 'vitest';
import { readLogEntry } from '../../../local/stack/function-log.ts';

const STANDARD = {
  timestamp: '2026-11-22T01:34:01.965Z',
  service: 'ota-watch-dev',
  cold_start: false,
  function_arn: 'offline_invokedFunctionArn_for_ota-watch-dev-poll',
  function_memory_size: '1024',
  function_request_id: '8fa7e402-8018-43cb-90c9-f66d2f053207',
  sampling_rate: 0,
};

it('reads what a function warns of', () => {
  const entry = {
    level: 'WARN',
    message: 'The bus could not be reached',
    ...STANDARD,
    function_name: 'ota-watch-dev-poll',
    taskId: 'a',
    error: { name: 'TimeoutError' },
  };
  expect(readLogEntry(JSON.stringify(entry))).toEqual({
    level: 'WARN',
    functionName: 'ota-watch-dev-poll',
    message: 'The bus could not be reached',
    about: { taskId: 'a', error: { name: 'TimeoutError' } },
  });
});

it.each(['ERROR', 'CRITICAL'])('reads entries of level %s', (level) => {
  expect(readLogEntry(JSON.stringify({ level, message: 'no' }))).toMatchObject({ level, message: 'no' });
});

it.each([
  'Offline [http for lambda] listening on http://127.0.0.1:3002',
  '{"level":"INFO","message":"Polled"}',
  '{"level":"ERROR","message":{"a":1}}',
  '{"_aws":{"Timestamp":1}}',
  '{"level":"ERROR","message":"cut o',
  '',
])('passes over %j', (line) => {
  expect(readLogEntry(line)).toBeUndefined();
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { ok, serve, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

// Some packages of the SDK call themselves CommonJS first; an ESM bundle needs their modules.
const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  logLevel: 'error',
} satisfies BuildOptions;

const PROGRAM = `
import { GetOtaTaskCommand, IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
const client = new IoTManagedIntegrationsClient({ retryMode: 'adaptive' });
const { TaskId, CreatedAt } = await client.send(new GetOtaTaskCommand({ Identifier: 'task1' }));
console.log(JSON.stringify({ TaskId, CreatedAt }));
`;

it('works as an ESM bundle, with nothing but its environment', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'client-bundle-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const outfile = join(directory, 'program.mjs');
  const stdin = { contents: PROGRAM, resolveDir: import.meta.dirname };
  await build({ ...OPTIONS, stdin, outfile });
  const { requests, endpoint } = await serve(ok({ TaskId: 'task1', CreatedAt: 1 }));
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: endpoint,
    },
  });
  expect(JSON.parse(stdout)).toEqual({ TaskId: 'task1', CreatedAt: '1970-01-01T00:00:01.000Z' });
  expect(requests.map(({ line }) => line)).toEqual(['GET /ota-tasks/task1']);
});

import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  announceStack,
  findRunningStack,
  type RunningStack,
  withdrawStack,
} from '../../../local/stack/running-stack.ts';

const stackOf = (pid: number): RunningStack => ({
  pid,
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
  alerts: {},
  api: 'http://127.0.0.1:10',
  queues: { Queue: 'http://127.0.0.1:5/123456789012/queue' },
});
const alive = stackOf(process.pid);
/** Of a process that is over. */
const dead = stackOf(spawnSync(process.execPath, ['--version']).pid);

let project: string;
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'ota-watch-running-'));
});
afterEach(() => rm(project, { recursive: true }));

it('is found while it runs', async () => {
  expect(await findRunningStack(project)).toBeUndefined();
  await announceStack(project, alive);
  expect(await findRunningStack(project)).toEqual(alive);
  await withdrawStack(project, alive.pid);
  expect(await findRunningStack(project)).toBeUndefined();
  expect(await readdir(path.join(project, '.local'))).toEqual([]);
});

it('is not found when its process is over, and gives way to another', async () => {
  await announceStack(project, dead);
  expect(await findRunningStack(project)).toBeUndefined();
  await announceStack(project, alive);
  expect(await findRunningStack(project)).toEqual(alive);
});

it('does not take back the word of a stack that was started later', async () => {
  await announceStack(project, dead);
  await announceStack(project, alive);
  await withdrawStack(project, dead.pid);
  expect(await findRunningStack(project)).toEqual(alive);
});

it.each(['', '{"pid":1}', '[]'])('is not found in a file with %j', async (text) => {
  await announceStack(project, alive);
  await writeFile(path.join(project, '.local/stack.json'), text);
  expect(await findRunningStack(project)).toBeUndefined();
});

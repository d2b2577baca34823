import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fault } from '../../../local/simulator/simulator.ts';
import { World } from '../../support/world.ts';
import { Canaries } from './canaries.ts';

const canaries = new Canaries(
  'the key of a tag',
  'the value of a tag',
  'the value of a tag about rules',
  'the target',
  'the query string of the target',
  'the name of the configuration',
  'a secret of the environment',
  'an error of the service',
  'an attribute that is wrong',
);
const secret = canaries.of('a secret of the environment');
const quoted = canaries.of('an error of the service');
const ROOT = path.resolve(import.meta.dirname, '../../..');

let world: World;
let broken: World;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-redaction-'));
  await writeFile(path.join(folder, 'rules.yml'), 'version: 1\nrules: []\n');
  [world, broken] = await Promise.all([World.start(), World.start()]);
  for (const each of [world, broken]) {
    each.now = Date.now() - 600_000;
    each.simulator.account.putConfiguration({
      TaskConfigurationId: 'c1',
      Name: canaries.of('the name of the configuration'),
      PushConfig: {},
    });
    const members = {
      Target: [canaries.of('the target')],
      OtaTargetQueryString: canaries.of('the query string of the target'),
      Tags: {
        [canaries.of('the key of a tag')]: canaries.of('the value of a tag'),
        'ota-watch:stalled-minutes': canaries.of('the value of a tag about rules'),
      },
    };
    each.task('t1', { queued: 100 }, { members, configurationId: 'c1' });
    await each.poll();
    each.task('t1', { queued: 50, failed: 50 }, { members, configurationId: 'c1' });
    await each.poll();
  }
  const error: Fault = {
    kind: 'status',
    code: 400,
    body: JSON.stringify({ __type: 'ValidationException', Message: `Value '${quoted}' failed` }),
  };
  broken.simulator.faults.on = () => error;
  const wrong = canaries.of('an attribute that is wrong');
  const Item = { taskId: 't2', state: 'live', version: wrong, snapshot: { facts: { [wrong]: wrong } } };
  await broken.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item }));
});
afterAll(async () => {
  await Promise.all([world.close(), broken.close()]);
  await rm(folder, { recursive: true });
});

/** Runs a command as a person would, with credentials that nobody is to see. */
function run(line: string, at: World) {
  const [command, ...args] = line.split(' ');
  const env = {
    ...at.environment(),
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: secret,
    SLACK_BOT_TOKEN: secret,
    AWS_ENDPOINT_URL_EVENTBRIDGE: at.bus.url,
  };
  const file = path.join(ROOT, 'cli', `${command}.ts`);
  return new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [file, ...args, '--stage', 'dev'],
      { env, cwd: folder },
      (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

it.each([
  'track list',
  'track add t1',
  'rules explain t1',
  'audit verify',
  'outbox list',
  'replay --since 1h --bus ota-watch-dev --state replay.json',
])('%s prints nothing sensitive', async (command) => {
  const { status, ...output } = await run(command, world);
  expect({ status, seen: canaries.seenIn(output) }).toEqual({ status: 0, seen: [] });
});

it.each<[command: string, what: string, status: number]>([
  ['track list', 'items that it cannot understand', 0],
  ['outbox list', 'items that it cannot understand', 3],
  ['track add t2', 'errors of the service', 1],
  ['rules explain t1', 'errors of the service', 1],
])('%s does not quote %s', async (command, _, expected) => {
  const { status, ...output } = await run(command, broken);
  expect({ status, seen: canaries.seenIn(output) }).toEqual({ status: expected, seen: [] });
});

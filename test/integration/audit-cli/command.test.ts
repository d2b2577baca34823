import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../support/world.ts';
import { HISTORY, TASKS } from '../api/history-database.ts';

const COMMAND = path.resolve(import.meta.dirname, '../../../cli/audit.ts');

let world: World;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'audit-'));
  world = await World.start();
  for (const succeeded of [0, 30, 60]) {
    for (const taskId of ['t1', 't2']) world.task(taskId, { queued: 100 - succeeded, succeeded });
    await world.poll();
  }
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Runs the command as a person would. */
function audit(...args: readonly string[]) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env: world.environment() }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

const verify = (...args: readonly string[]) => audit('verify', '--stage', 'dev', ...args);
/** How fast it was is another matter. */
const withoutPace = (text: string) => text.replace(/in [\d.]+ s \([\d,]+ rows a second; /, '(');

const envelopes = () =>
  world.bus.accepted.map(({ id, source, detailType, detail }) => ({
    id,
    source,
    'detail-type': detailType,
    detail,
  }));

const change = (
  TableName: string,
  key: Readonly<Record<string, { S: string } | { N: string }>>,
  name: string,
) =>
  world.dynamodb.send(
    new UpdateItemCommand({
      TableName,
      Key: key,
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': { S: 'changed' } },
    }),
  );

describe('npm run audit -- verify', () => {
  it('says that a history is intact', async () => {
    const { status, stdout, stderr } = await verify();
    const rows = (await world.history()).length;
    expect({ status, stdout: withoutPace(stdout), stderr }).toEqual({
      status: 0,
      stdout: `2 tasks, ${rows} rows: intact, (stage dev)\n`,
      stderr: '',
    });
  });

  it('holds it against events: lines, arrays, packed ones, in folders', async () => {
    const archive = path.join(folder, 'archive');
    await mkdir(path.join(archive, '2026'), { recursive: true });
    const [first, second, third, ...others] = envelopes();
    await writeFile(
      path.join(archive, 'a.json'),
      JSON.stringify([first, { source: 'aws.iot', 'detail-type': 'x', detail: {} }], null, 2),
    );
    await writeFile(path.join(archive, '2026/b.ndjson.gz'), gzipSync(`${JSON.stringify(second)}\n`));
    const bare = path.join(folder, 'bare.ndjson');
    await writeFile(bare, [third, ...others].map((event) => JSON.stringify(event?.detail)).join('\n'));
    const result = await verify('--events', archive, '--events', bare, '--json');
    expect(result.status).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({
      stack: 'stage dev',
      tasks: 2,
      rows: (await world.history()).length,
      events: world.bus.accepted.length,
      foreignEvents: 1,
      findings: [],
      unchecked: [],
      seconds: expect.any(Number),
      rowsPerSecond: expect.any(Number),
    });
  });

  it.each([
    [[], 'Not a command: (none)\n\nUsage:'],
    [['check'], 'Not a command: check\n\nUsage:'],
    [['verify', '--stage', 'dev', 't1'], 'verify takes options only, not t1\n\nUsage:'],
    [['verify', '--stage', 'dev', '--since', 'yesterday'], '--since takes a day, a time or a duration'],
    [
      ['verify', '--stage', 'dev', '--events', '/no/such/file'],
      '/no/such/file cannot be read: no such file or directory',
    ],
  ])('says what is wrong with %j', async (args, message) => {
    const { status, stdout, stderr } = await audit(...args);
    expect({ status, stdout, begins: stderr.startsWith(message) }).toEqual({
      status: 2,
      stdout: '',
      begins: true,
    });
  });

  it('does not take a folder with a broken archive', async () => {
    const archive = path.join(folder, 'packed');
    await mkdir(archive);
    await writeFile(path.join(archive, 'a.json.gz'), '{}');
    const { status, stderr } = await verify('--events', archive);
    expect({ status, stderr: stderr.split('\n')[0] }).toEqual({
      status: 2,
      stderr: `${archive}/a.json.gz cannot be read: it is not packed by gzip`,
    });
  });

  it('ends with status 3 where not all could be checked', async () => {
    expect(await audit('verify', '--stage', 'other')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(
        'Not checked: A part of the history could not be read: Table ota-watch-other-history does not exist\n',
      ),
    });
    expect(await verify('--task', 'nope')).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(
        /^Not checked: Nothing is known of task nope\n0 tasks, 0 rows: nothing found, /,
      ),
    });
    const file = path.join(folder, 'broken.ndjson');
    await writeFile(file, 'no event\n');
    expect(await verify('--events', file)).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(
        `Not checked: Of the published events, 1 could not be understood (${file})\n`,
      ),
    });
  });

  it.each([
    ['an empty file', ''],
    ['events of others', '{"source":"aws.s3","detail-type":"Object Created","detail":{}}\n'],
  ])('does not call a history intact by %s', async (_, content) => {
    const file = path.join(folder, 'others.ndjson');
    await writeFile(file, content);
    expect(await verify('--events', file)).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(
        /^Not checked: There is no event of ota-watch among the published events\n.*: nothing found, /,
      ),
    });
  });

  it('ends with status 1 where something is broken, and says what', async () => {
    await change(HISTORY, { taskId: { S: 't1' }, sequence: { N: '1' } }, 'description');
    const { status, stdout } = await verify('--since', '2026-11-22');
    expect({ status, stdout: withoutPace(stdout) }).toEqual({
      status: 1,
      stdout:
        't1  1  hash  Row 1 is not what it was when it was written.\n' +
        `2 tasks, ${(await world.history()).length} rows: 1 finding, (stage dev)\n`,
    });
  });

  it('says when a task’s item does not tell where its history ends', async () => {
    await change(TASKS, { taskId: { S: 't2' } }, 'state');
    const { status, stdout } = await verify('--task', 't2');
    expect(status).toBe(3);
    expect(stdout).toContain(
      'Not checked: Task t2: whether this is the end of its history is not known, since Attributes',
    );
  });
});

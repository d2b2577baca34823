import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { DeleteTableCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTables } from '../../../local/database/create-tables.ts';
import { expectValidEvent } from '../../support/event-schemas.ts';
import { TABLES } from '../../support/tables.ts';
import { REGION } from '../../support/world.ts';
import { HISTORY } from '../api/history-database.ts';
import { eventsOf, type ReplayWorld, startReplays } from './replay-world.ts';

const SINCE = ['--since', '2026-11-22', '--until', '2026-11-22'] as const;

let replays: ReplayWorld;
beforeEach(async () => {
  replays = await startReplays();
});
afterEach(() => replays.close());

/** What the bus took, as `task:sequence`. */
const taken = () => replays.world.bus.accepted.map(({ detail }) => String(Reflect.get(detail, 'eventId')));

/** Two rollouts of a few polls, published as polls do. */
async function rollOut(): Promise<void> {
  const { world } = replays;
  for (const succeeded of [0, 30, 60, 100]) {
    const status = succeeded === 100 ? 'COMPLETED' : 'IN_PROGRESS';
    for (const taskId of ['t1', 't2'])
      world.task(taskId, { queued: 100 - succeeded, succeeded }, { status, updatedAt: world.now });
    await world.poll();
  }
}

describe('npm run replay', () => {
  it('publishes all of it again, in order, the same to the byte save for its mark', async () => {
    await rollOut();
    const first = replays.sent.splice(0);
    expect(first.length).toBeGreaterThan(10);
    const before = taken();
    expect(await replays.replay(...SINCE, '--rate', '1000')).toEqual({
      status: 0,
      stdout: `${first.length} events published again (stage dev, bus ota-watch-dev)\n`,
      stderr: '',
    });
    const byId = (a: { Detail?: string | undefined }, b: { Detail?: string | undefined }) =>
      String(a.Detail).localeCompare(String(b.Detail));
    const unmarked = replays.sent.map(({ Detail = '', ...entry }) => {
      expect(Detail).toContain(',"replay":true');
      return { ...entry, Detail: Detail.replace(',"replay":true', '') };
    });
    expect(unmarked.sort(byId)).toEqual(first.sort(byId));
    const again = replays.world.bus.accepted.slice(before.length);
    for (const event of again) expectValidEvent(event);
    for (const taskId of ['t1', 't2']) {
      const ofTask = (ids: readonly string[]) => ids.filter((id) => id.startsWith(`${taskId}:`));
      expect(ofTask(taken().slice(before.length))).toEqual(ofTask(before));
    }
    expect(existsSync(replays.stateFile)).toBe(false);
  });

  it('publishes what is selected', async () => {
    await rollOut();
    const before = taken().length;
    const of = (id: string) =>
      replays.world.bus.accepted.slice(before).filter(({ detail }) => Reflect.get(detail, 'taskId') === id);
    await replays.replay(
      ...SINCE,
      '--task',
      't1',
      '--type',
      'Status Changed',
      '--type',
      'OTA Task Tracking Stopped',
    );
    expect(of('t1').map(({ detailType }) => detailType)).toEqual([
      'OTA Task Status Changed',
      'OTA Task Tracking Stopped',
    ]);
    expect(of('t2')).toEqual([]);
    const second = new Date(replays.world.now).toISOString();
    await replays.replay('--since', second, '--until', second, '--task', 't2');
    expect(of('t2').length).toBeGreaterThan(0);
    for (const { detail } of of('t2')) expect(Reflect.get(detail, 'observedAt')).toBe(second);
  });

  it('shows what it would do, and does nothing', async () => {
    await replays.record([...eventsOf('t1', 3), ...eventsOf('t2', 2)]);
    const { status, stdout, stderr } = await replays.replay(
      ...SINCE,
      '--until',
      '2026-11-22T13:00Z',
      '--dry-run',
    );
    const [summary, first, second, , ...sample] = stdout.trimEnd().split('\n');
    expect({ status, stderr, summary, first, second }).toEqual({
      status: 0,
      stderr: '',
      summary:
        '5 events of 2 tasks would be published again, observed 2026-11-22T00:00:00.000Z to 2026-11-22T13:00:00.000Z (stage dev, bus ota-watch-dev)',
      first: 't1  OTA Task Status Changed  3',
      second: 't2  OTA Task Status Changed  2',
    });
    expect(JSON.parse(sample.join('\n'))).toMatchObject({
      eventId: expect.stringMatching(/^t[12]:1$/),
      replay: true,
    });
    expect(replays.sent).toEqual([]);
    expect(existsSync(replays.stateFile)).toBe(false);
  });

  it('goes on after partial failures, and never offers an event before the one before it was taken', async () => {
    await replays.record(['t1', 't2', 't3'].flatMap((taskId) => eventsOf(taskId, 6)));
    let entries = 0;
    replays.world.bus.faults.entry = (entry) => {
      replays.sent.push(entry);
      entries += 1;
      return entries % 3 === 0 ? { errorCode: 'InternalFailure' } : undefined;
    };
    expect(await replays.replay(...SINCE, '--rate', '1000')).toMatchObject({ status: 0, stderr: '' });
    for (const taskId of ['t1', 't2', 't3'])
      expect(taken().filter((id) => id.startsWith(taskId))).toEqual(
        eventsOf(taskId, 6).map(({ eventId }) => eventId),
      );
    expect(replays.sent.length).toBeGreaterThan(18);
  });

  it('leaves out what waits in an outbox, and what was changed', async () => {
    await rollOut();
    replays.world.bus.faults.request = () => ({ kind: 'throttle' });
    replays.world.task('late', { queued: 10 });
    await replays.world.poll();
    replays.world.bus.faults.request = undefined;
    await replays.world.dynamodb.send(
      new UpdateItemCommand({
        TableName: HISTORY,
        Key: { taskId: { S: 't1' }, sequence: { N: '1' } },
        UpdateExpression: 'SET description = :changed',
        ExpressionAttributeValues: { ':changed': { S: 'changed' } },
      }),
    );
    const before = taken().length;
    const { status, stderr } = await replays.replay(...SINCE, '--rate', '1000');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'Not published: t1:1: its row is not what was recorded: see "audit verify"\n' +
        '1 event left out: not known to be published for the first time, see "outbox list"\n',
    });
    expect(taken().slice(before)).not.toContain('late:1');
    expect(taken().slice(before)).not.toContain('t1:1');
    expect(taken().slice(before)).toContain('t1:2');
  });

  it('ends with status 1 where the bus denies it, and goes on when it does not', async () => {
    await replays.record(eventsOf('t1', 3));
    replays.world.bus.faults.request = ({ index }) => (index === 1 ? { kind: 'access-denied' } : undefined);
    expect(await replays.replay(...SINCE)).toEqual({
      status: 1,
      stdout: '1 event published again (stage dev, bus ota-watch-dev)\n',
      stderr: 'The bus refuses everything: AccessDeniedException: the same command goes on from here\n',
    });
    expect(await replays.replay(...SINCE)).toEqual({
      status: 0,
      stdout: '2 events published again, 3 in all of this run (stage dev, bus ota-watch-dev)\n',
      stderr: '',
    });
    expect(taken()).toEqual(['t1:1', 't1:2', 't1:3']);
  });

  it('says from when to when it goes on with where its words have another meaning by now', async () => {
    await replays.record(eventsOf('t1', 1));
    replays.world.bus.faults.request = ({ index }) => (index === 0 ? { kind: 'access-denied' } : undefined);
    const command = ['--task', 't1', '--since', '36500d', '--until', '2099-01-01'];
    expect(await replays.replay(...command)).toMatchObject({ status: 1 });
    const { since } = JSON.parse(await readFile(replays.stateFile, 'utf8'));
    const from = new Date(since).toISOString();
    expect(await replays.replay(...command)).toEqual({
      status: 0,
      stdout:
        `Goes on with a run that was broken off, observed ${from} to 2099-01-01T23:59:59.999Z (${replays.stateFile})\n` +
        '1 event published again (stage dev, bus ota-watch-dev)\n',
      stderr: '',
    });
  });

  it('is no run yet where it cannot find out what to publish', async () => {
    expect(await replays.replay('--since', '1h', '--stage', 'other')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Table ota-watch-other-history does not exist\n',
    });
    expect(existsSync(replays.stateFile)).toBe(false);
  });

  it.each([
    ['drop-after', ['t1:1', 't1:2', 't1:3', 't1:2']],
    ['drop-before', ['t1:1', 't1:3', 't1:2']],
  ] as const)('does not send again what may have been taken, unless told to: %s', async (kind, all) => {
    await replays.record(eventsOf('t1', 3));
    replays.world.bus.faults.request = ({ index }) => (index === 1 ? { kind } : undefined);
    const doubts =
      'In doubt, since it is not known whether the bus took them:\n  t1:2\n' +
      'Publish them with --in-doubt resend, or take it that they were with --in-doubt forget\n';
    expect(await replays.replay(...SINCE)).toMatchObject({ status: 3, stderr: doubts });
    expect(await replays.replay(...SINCE)).toEqual({
      status: 3,
      stdout: '',
      stderr: `Nothing was published: the run is over, save for what is in doubt (stage dev, bus ota-watch-dev)\n${doubts}`,
    });
    expect(await replays.replay(...SINCE, '--in-doubt', 'resend')).toMatchObject({ status: 0, stderr: '' });
    expect(taken()).toEqual(all);
    expect(existsSync(replays.stateFile)).toBe(false);
  });

  it('forgets what is in doubt when told to', async () => {
    await replays.record(eventsOf('t1', 1));
    replays.world.bus.faults.request = () => ({ kind: 'drop-before' });
    expect((await replays.replay(...SINCE)).status).toBe(3);
    expect((await replays.replay(...SINCE, '--in-doubt', 'forget')).status).toBe(0);
    expect(taken()).toEqual([]);
    expect(existsSync(replays.stateFile)).toBe(false);
  });

  it.each([
    [[], 'replay needs --since\n\nUsage:'],
    [['--since', '1h', '--in-doubt', 'resend'], 'Nothing is in doubt'],
  ])('says what is wrong with %j', async (args, message) => {
    const { status, stdout, stderr } = await replays.replay(...args);
    expect({ status, stdout, stderr: stderr.slice(0, message.length) }).toEqual({
      status: 2,
      stdout: '',
      stderr: message,
    });
  });

  it('goes on neither with another run nor beside another process', async () => {
    await replays.record(eventsOf('t1', 2));
    replays.world.bus.faults.request = ({ index }) => (index === 1 ? { kind: 'access-denied' } : undefined);
    await replays.replay(...SINCE);
    const other = await replays.replay(...SINCE, '--task', 't1');
    expect(other).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is of a replay that was asked for something else'),
    });
    await writeFile(`${replays.stateFile}.lock`, String(process.pid));
    const beside = await replays.replay(...SINCE);
    expect(beside).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`Process ${process.pid} is at work on the same replay`),
    });
    expect(taken()).toEqual(['t1:1']);
    expect(JSON.parse(await readFile(replays.stateFile, 'utf8'))).toMatchObject({ settled: { t1: 1 } });
  });

  it('does not go on in another table of the same name', async () => {
    await replays.record(eventsOf('t1', 2));
    replays.world.bus.faults.request = ({ index }) => (index === 1 ? { kind: 'access-denied' } : undefined);
    await replays.replay(...SINCE);
    await replays.world.dynamodb.send(new DeleteTableCommand({ TableName: HISTORY }));
    const { url: endpoint, credentials } = replays.world.database;
    const database = new DynamoDBClient({ endpoint, credentials, region: REGION });
    await createTables(database, TABLES);
    expect(await replays.replay(...SINCE)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is of a replay that was asked for something else'),
    });
    database.destroy();
  });
});

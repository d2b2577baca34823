import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../cli/connect.ts';
import { list } from '../../../cli/outbox/list.ts';
import { resend } from '../../../cli/outbox/resend.ts';
import { setAside } from '../../../cli/outbox/set-aside.ts';
import { listOutboxes } from '../../../lib/outbox/list.ts';
import { MINUTE } from '../../support/builders.ts';
import { World } from '../../support/world.ts';
import { outbox } from './command.ts';
import {
  advance,
  edit,
  entryBytes,
  HISTORY,
  historyOf,
  PUBLISH_ALL,
  refuseForGood,
  tasksOf,
} from './scenes.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

/** What is listed, in short. */
async function listed(taskId?: string) {
  const deps = { tasks: tasksOf(world), history: historyOf(world), entryBytes };
  const report = await listOutboxes({ taskId, since: 0 }, deps);
  return {
    ...report,
    waiting: report.waiting.map(({ row, recorded, heldUpBy }) => [row.eventId, recorded, heldUpBy]),
  };
}

const NOTHING = { waiting: [], full: [], unreadable: [], setAside: [] };

/** Has writes to a table fail in the polls to come. */
async function pollWithout(operationTable: string): Promise<void> {
  const poller = world.poller(PUBLISH_ALL);
  poller.gate.on = ({ operation, body }) =>
    operation === 'PutItem' && body.includes(operationTable) ? Promise.reject(new Error('no')) : undefined;
  world.now += MINUTE;
  await poller.poll();
  poller.close();
}

describe('what is listed', () => {
  it('is nothing while all goes well', async () => {
    await advance(world, 't1', 0, 2);
    expect(await listed()).toEqual(NOTHING);
  });

  it('tells what the bus has not taken from what waits behind it', async () => {
    await advance(world, 'good', 0, 0);
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await advance(world, 't1', 0, 1);
    expect(await listed('good')).toEqual(NOTHING);
    expect(await listed('Good')).toEqual({ ...NOTHING, unknownTask: 'Good' });
    expect(await listed()).toEqual({
      ...NOTHING,
      waiting: [
        ['t1:1', true, 'bus'],
        ['t1:2', true, 'earlier'],
      ],
    });
    expect(await listed('good')).toEqual(NOTHING);
  });

  it('tells what is not recorded, and what finds its place taken', async () => {
    await advance(world, 't1', 0, 0);
    world.task('t1', { queued: 5, succeeded: 5 });
    await pollWithout(HISTORY);
    world.task('t1', { queued: 4, succeeded: 6 });
    await pollWithout(HISTORY);
    const waiting = [
      ['t1:2', false, 'unrecorded'],
      ['t1:3', false, 'earlier'],
    ];
    expect(await listed()).toEqual({ ...NOTHING, waiting });
    const stray = { taskId: 't1', sequence: 2, hash: 'another' };
    await world.dynamodb.send(new PutCommand({ TableName: HISTORY, Item: stray }));
    expect((await listed()).waiting[0]).toEqual(['t1:2', false, 'conflict']);
  });

  it('tells rows that are recorded and not noted as such from those that are not', async () => {
    world.task('t1', { queued: 10 });
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await world.poll();
    await edit(world, 't1', { recordedThrough: 0 });
    expect((await listed()).waiting).toEqual([['t1:1', true, 'bus']]);
  });

  it('tells entries that are too large, outboxes that are full, and items that cannot be understood', async () => {
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    for (const taskId of ['large', 'full', 'odd']) await advance(world, taskId, 0, 0);
    const [row] = await world.history();
    const rows = Array.from({ length: 100 }, (_, index) => ({ ...row, sequence: index + 1 }));
    await edit(world, 'large', { outbox: [{ ...row, description: 'x'.repeat(262_144) }] });
    await edit(world, 'full', { outbox: rows });
    await edit(world, 'odd', { outbox: 'none' });
    expect(await listed('large')).toEqual({
      ...NOTHING,
      waiting: [['full:1', true, 'size']],
      full: ['large'],
    });
    expect(await listed('full')).toMatchObject({ full: ['full'], unreadable: [] });
    const problem = 'Attributes cannot be understood: outbox (invalid_type)';
    expect(await listed('odd')).toEqual({ ...NOTHING, unreadable: [{ taskId: 'odd', problem }] });
  });

  it('has the notes on what was set aside, once each, also those that are on their way', async () => {
    await advance(world, 't1', 0, 0);
    refuseForGood(world, 't1:2');
    world.task('t1', { queued: 5, succeeded: 5 });
    await world.poll(PUBLISH_ALL);
    const note = {
      eventId: 't1:2',
      taskId: 't1',
      sequence: 2,
      at: new Date(world.now).toISOString(),
      code: 'MalformedDetail',
      message: 'Not JSON.',
    };
    expect(await listed()).toEqual({
      ...NOTHING,
      waiting: [['t1:3', false, 'unrecorded']],
      setAside: [note],
    });
    await world.poll(PUBLISH_ALL);
    expect(await listed()).toEqual({ ...NOTHING, setAside: [note] });
    expect(await listed('t2')).toEqual({ ...NOTHING, unknownTask: 't2' });
  });
});

describe('npm run outbox -- list', () => {
  it('shows it to people and to scripts, and its status tells whether something waits', async () => {
    world.now = Date.now() - 10 * MINUTE;
    expect(await outbox(world, ['list'])).toEqual({
      status: 0,
      stdout: 'Nothing waits (stage dev)\n',
      stderr: '',
    });
    await advance(world, 't1', 0, 0);
    refuseForGood(world, 't1:2');
    await advance(world, 't1', 1, 1);
    await world.poll();
    const at = new Date(world.now - MINUTE).toISOString();
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await advance(world, 't1', 2, 3);
    const { status, stdout } = await outbox(world, ['list']);
    expect({ status, lines: stdout.split('\n') }).toEqual({
      status: 3,
      lines: [
        't1:4  OTA Task Progressed  6 minutes  recorded, and not taken by the bus yet',
        't1:5  OTA Task Progressed  5 minutes  waits for the one before it',
        '',
        'Set aside:',
        `t1:2  ${at}  MalformedDetail  Not JSON.`,
        '',
      ],
    });
    const json = await outbox(world, ['list', '--json', '--task', 't1', '--since', '2026-01-01']);
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        kind: 'waiting',
        taskId: 't1',
        eventId: 't1:4',
        detailType: 'OTA Task Progressed',
        observedAt: expect.any(String),
        waitingSeconds: expect.any(Number),
        recorded: true,
        heldUpBy: 'bus',
      },
      expect.objectContaining({ kind: 'waiting', eventId: 't1:5', heldUpBy: 'earlier' }),
      {
        kind: 'set-aside',
        eventId: 't1:2',
        taskId: 't1',
        sequence: 2,
        at,
        code: 'MalformedDetail',
        message: 'Not JSON.',
      },
    ]);
  });
});

describe('command lines that make no sense', () => {
  const NEEDS = 'resend needs either event ids or --all-set-aside';
  it.each<[(args: readonly string[]) => Promise<void>, readonly string[], string]>([
    [list, ['t1:1'], 'list takes no event id'],
    [
      list,
      ['--since', 'once'],
      '--since takes a day, a time or a duration, such as 2026-11-22, 2026-11-22T12:00Z or 12h',
    ],
    [resend, [], NEEDS],
    [resend, ['t1:1', '--all-set-aside'], NEEDS],
    [resend, ['t1:1', '--since', '2026-01-01'], '--since goes with --all-set-aside only'],
    [resend, ['t1'], 'Not an event id (TASK:SEQUENCE): t1'],
    [setAside, [], 'set-aside needs one event id, or --item TASK --keep FILE'],
    [setAside, ['t1:1', 't1:2'], 'set-aside needs one event id, or --item TASK --keep FILE'],
    [setAside, ['t1:0'], 'Not an event id (TASK:SEQUENCE): t1:0'],
    [setAside, ['--item', 't1'], 'set-aside --item TASK takes --keep FILE, and nothing else'],
    [
      setAside,
      ['t1:1', '--item', 't1', '--keep', 'file'],
      'set-aside --item TASK takes --keep FILE, and nothing else',
    ],
  ])('%o %j: %s', async (command, args, message) => {
    await expect(command(args)).rejects.toThrow(new UsageError(message));
  });

  it('end with status 2 and an explanation', async () => {
    const { status, stderr } = await outbox(world, ['show']);
    const expected = 'Not a command: show\n\nUsage: npm run outbox -- list ';
    expect({ status, begins: stderr.slice(0, expected.length) }).toEqual({ status: 2, begins: expected });
  });
});

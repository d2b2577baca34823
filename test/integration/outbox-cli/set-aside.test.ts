import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { aboutRemoved } from '../../../cli/outbox/removed.ts';
import { itemTable } from '../../../lib/aws/outbox-items.ts';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import type { StoredItem } from '../../../lib/outbox/ports.ts';
import { setAsideByHand } from '../../../lib/outbox/set-aside.ts';
import { setAsideItem } from '../../../lib/outbox/set-aside-item.ts';
import { audit } from '../../support/audit.ts';
import { MINUTE } from '../../support/builders.ts';
import { REGION, World } from '../../support/world.ts';
import { outbox } from './command.ts';
import { advance, edit, HISTORY, historyOf, PUBLISH_ALL, TASKS, tasksOf } from './scenes.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

const setAside = (eventId: string) =>
  setAsideByHand(eventId, 'in the way', {
    tasks: tasksOf(world),
    history: historyOf(world),
    hash: canonicalHash,
    now: () => world.now,
    writeId: 'operator',
  });

const busIs = (up: boolean) => {
  world.bus.faults.request = up ? undefined : () => ({ kind: 'internal-error' });
};

describe('an event that is set aside by hand', () => {
  it('lets the others go, and leaves a note for as long as its row is kept', async () => {
    world.now = Date.now() - 10 * MINUTE;
    busIs(false);
    const config = { ...PUBLISH_ALL.config, historyRetentionDays: 30 };
    world.task('t1');
    await world.poll({ config });
    await advance(world, 't1', 1, 1);
    expect(await outbox(world, ['set-aside', 't1:1', '--reason', 'in the way'])).toEqual({
      status: 0,
      stdout: 'Event t1:1 is set aside; "outbox resend" sends it (stage dev)\n',
      stderr: '',
    });
    busIs(true);
    await world.poll(PUBLISH_ALL);
    expect(world.events('t1')).toEqual(['2 Progressed']);
    const [row, , note] = await world.history();
    expect(note).toMatchObject({
      detailType: 'OTA Task Event Set Aside',
      sequence: 3,
      setAsideSequence: 1,
      errorCode: 'SetAsideByOperator',
      errorMessage: 'in the way',
      published: false,
    });
    const lifetime = (one?: Record<string, unknown>) =>
      Number(one?.expiresAt) - Math.floor(Date.parse(String(one?.observedAt)) / 1_000);
    expect([lifetime(row), lifetime(note)]).toEqual([30 * 86_400, 30 * 86_400]);
    expect(await audit(world)).toEqual(['t1:1: lost']);
  });

  it('is the oldest that waits, and recorded', async () => {
    busIs(false);
    await advance(world, 't1', 0, 1);
    await expect(setAside('t1:2')).rejects.toThrow(
      'Event t1:2 is not the oldest that waits: t1:1 goes before it',
    );
    await expect(setAside('t1:3')).rejects.toThrow('Event t1:3 does not wait for the bus');
    await expect(setAside('t2:1')).rejects.toThrow('Event t2:1 does not wait: task t2 has no outbox');
    const poller = world.poller();
    poller.gate.on = ({ operation, body }) =>
      operation === 'PutItem' && body.includes(HISTORY) ? Promise.reject(new Error('no')) : undefined;
    world.task('t3');
    await poller.poll();
    poller.close();
    await expect(setAside('t3:1')).rejects.toThrow('Event t3:1 is not in the history yet');
  });

  it('may be recorded without being noted as such', async () => {
    busIs(false);
    await advance(world, 't1', 0, 1);
    await edit(world, 't1', { recordedThrough: 0 });
    await setAside('t1:1');
    busIs(true);
    await world.poll(PUBLISH_ALL);
    expect(world.events('t1')).toEqual(['2 Progressed']);
    expect(await audit(world)).toEqual(['t1:1: lost']);
  });
});

describe('an item that cannot be understood', () => {
  async function folder(): Promise<string> {
    const created = await mkdtemp(path.join(os.tmpdir(), 'ota-watch-outbox-'));
    onTestFinished(() => rm(created, { recursive: true }));
    return created;
  }

  it('is kept in a file and deleted; its task goes on where its history ended', async () => {
    const file = path.join(await folder(), 'item.json');
    const command = ['set-aside', '--item', 't1', '--keep', file];
    await advance(world, 't1', 0, 0);
    busIs(false);
    await advance(world, 't1', 1, 1);
    const none = { status: 1, stdout: '', stderr: 'There is no item of task t1 that cannot be understood\n' };
    expect(await outbox(world, command)).toEqual(none);
    const item = (await world.scan(TASKS)).find(({ taskId }) => taskId === 't1');
    const [row] = Array.isArray(item?.outbox) ? item.outbox : [];
    const lost = { ...row, sequence: 3, eventId: 't1:3' };
    await edit(world, 't1', { snapshot: 'of another version', outbox: [row, lost, 'odd'] });
    await writeFile(file, 'precious');
    expect(await outbox(world, command)).toMatchObject({
      status: 1,
      stderr: `${file} exists already: nothing was done\n`,
    });
    expect(await readFile(file, 'utf8')).toBe('precious');
    await rm(file);

    const { status, stdout } = await outbox(world, command);
    expect({ status, lines: stdout.trimEnd().split('\n') }).toEqual({
      status: 0,
      lines: [
        `The item of task t1 is in ${file}, and deleted (stage dev)`,
        'Event t1:2 (OTA Task Progressed) is recorded, and may not have reached the bus: npm run outbox -- resend t1:2',
        'Event t1:3 (OTA Task Progressed) was not recorded: only the file has it, and the next poll tells how the task is then',
        'Its outbox has 1 row more, of which only the file tells',
        'The next poll finds the task anew, where discovery does; else: npm run track -- add t1',
      ],
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    busIs(true);
    await outbox(world, ['resend', 't1:2', '--bus', 'ota-watch-dev']);
    await world.poll(PUBLISH_ALL);
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed', '3 Tracking Started']);
    expect(await audit(world)).toEqual([]);
  });

  /** What is said of an item with these changes, once it is deleted. */
  async function said(taskId: string, changes: Record<string, unknown>): Promise<string[]> {
    await advance(world, 't1', 0, 0);
    await edit(world, taskId, changes);
    const { url: endpoint, credentials } = world.database;
    const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
    onTestFinished(() => client.destroy());
    const kept: StoredItem[] = [];
    const removed = await setAsideItem(taskId, {
      items: itemTable(client, TASKS),
      tasks: tasksOf(world),
      history: historyOf(world),
      keep: async (item) => {
        kept.push(item);
      },
    });
    expect(kept.map((item) => item.taskId)).toEqual([taskId]);
    return aboutRemoved(taskId, removed);
  }

  it.each<[string, string, Record<string, unknown>, string[]]>([
    [
      'a task that is not to be tracked',
      't1',
      { state: 'excluded', head: 1 },
      ['It was kept from being tracked. Keep it so: npm run track -- remove t1'],
    ],
    [
      'an outbox of another form',
      't1',
      { outbox: 'somewhere else' },
      [
        'Its outbox has 1 row more, of which only the file tells',
        'The next poll finds the task anew, where discovery does; else: npm run track -- add t1',
      ],
    ],
    [
      'the state of the polls',
      '#poll',
      { watchingSince: 'ever' },
      ['It was the state of the polls. The next one begins anew: what ended before it is no news'],
    ],
  ])('may be that of %s', async (_, taskId, changes, lines) => {
    expect(await said(taskId, changes)).toEqual(lines);
  });

  it('is none that is understood', async () => {
    await expect(said('#poll', {})).rejects.toThrow(
      'There is no item of task #poll that cannot be understood',
    );
  });

  it('can be put back from the file as it was', async () => {
    const file = path.join(await folder(), 'item.json');
    await advance(world, 't1', 0, 1);
    await edit(world, 't1', { snapshot: 'of another version' });
    const before = await world.scan(TASKS);
    expect(await outbox(world, ['set-aside', '--item', 't1', '--keep', file])).toMatchObject({ status: 0 });
    expect(await world.scan(TASKS)).toHaveLength(before.length - 1);
    const { url: endpoint, credentials } = world.database;
    const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
    await client.send(
      new PutItemCommand({ TableName: TASKS, Item: JSON.parse(await readFile(file, 'utf8')) }),
    );
    client.destroy();
    expect(await world.scan(TASKS)).toEqual(before);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventBus } from '../../../lib/aws/event-bus.ts';
import { resend } from '../../../lib/outbox/resend.ts';
import { announceStack } from '../../../local/stack/running-stack.ts';
import { audit } from '../../support/audit.ts';
import { MINUTE } from '../../support/builders.ts';
import { REGION, World } from '../../support/world.ts';
import { CommandFolder } from '../alert-cli/command.ts';
import { startCloudFormation } from '../publish-dashboard/cloudformation.ts';
import { outbox } from './command.ts';
import { advance, edit, HISTORY, historyOf, PUBLISH_ALL, refuseForGood, TASKS, tasksOf } from './scenes.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

/** What becomes of events that are sent again. */
async function resent(...eventIds: string[]) {
  const { eventBridge, ...others } = world.clients();
  const bus = eventBus(eventBridge, 'ota-watch-dev');
  const results = await resend(eventIds, { tasks: tasksOf(world), history: historyOf(world), bus });
  for (const client of [eventBridge, ...Object.values(others)]) client.destroy();
  return Object.fromEntries(results.map(({ eventId, outcome }) => [eventId, outcome]));
}

/** Has events of a task set aside, and others behind them delivered. */
async function lose(taskId: string, ...sequences: number[]): Promise<void> {
  const lost = sequences.map((sequence) => `${taskId}:${sequence}`);
  world.bus.faults.entry = ({ Detail = '{}' }) =>
    lost.includes(JSON.parse(Detail).eventId) ? { errorCode: 'MalformedDetail' } : undefined;
  await advance(world, taskId, 0, 3);
  await world.poll();
  world.bus.faults.entry = undefined;
}

const ACCEPTED = { kind: 'accepted' };

describe('an event that was set aside', () => {
  it('is what its row is, byte by byte, whenever it is sent, and each of a task in order', async () => {
    await lose('t1', 2, 4);
    expect(await resent('t1:4', 't1:2', 't1:4')).toEqual({ 't1:4': ACCEPTED, 't1:2': ACCEPTED });
    expect(world.events('t1').slice(-2)).toEqual(['2 Progressed', '4 Progressed']);
    await resent('t1:2');
    const same = world.bus.accepted.filter(({ detail }) => Reflect.get(detail, 'sequence') === 2);
    expect(same).toHaveLength(2);
    expect(JSON.stringify(same[1]?.detail)).toBe(JSON.stringify(same[0]?.detail));
    // It came behind later ones: the only thing that is not as it would have been.
    expect(await audit(world)).toEqual(['t1: accepted out of order']);
  });

  it('holds up later ones of its task while the bus refuses it for now, and none once it does so for good', async () => {
    // Each is followed by the note on it.
    await lose('t1', 1, 3, 5);
    await lose('t2', 1);
    world.bus.faults.entry = ({ Detail = '{}' }) =>
      JSON.parse(Detail).eventId === 't1:3' ? { errorCode: 'InternalFailure' } : undefined;
    expect(await resent('t1:1', 't1:3', 't1:5', 't2:1')).toEqual({
      't1:1': ACCEPTED,
      't1:3': { kind: 'refused', code: 'InternalFailure' },
      't1:5': { kind: 'behind', earlier: 't1:3' },
      't2:1': ACCEPTED,
    });
    refuseForGood(world, 't1:3');
    expect(await resent('t1:3', 't1:5')).toEqual({
      't1:3': { kind: 'refused-for-good', code: 'MalformedDetail', message: 'Not JSON.' },
      't1:5': ACCEPTED,
    });
  });
});

describe('what is not offered', () => {
  const unfit = (reason: string) => ({ kind: 'unfit', reason });

  it('waits in an outbox, maybe, or is not what was recorded', async () => {
    await lose('t1', 2);
    world.bus.faults.request = () => ({ kind: 'internal-error' });
    await advance(world, 't1', 4, 4);
    await advance(world, 'odd', 0, 0);
    world.bus.faults.request = undefined;
    await edit(world, 'odd', { outbox: 'none' });
    const [row] = await world.history();
    await world.dynamodb.send(
      new PutCommand({ TableName: HISTORY, Item: { ...row, taskId: 't2', status: 'NEW' } }),
    );
    await world.dynamodb.send(new PutCommand({ TableName: HISTORY, Item: { taskId: 't3', sequence: 1 } }));
    const accepted = world.bus.accepted.length;
    const results = await resent('t1:6', 'odd:1', 't1:3', 't1:99', 't2:1', 't3:1');
    expect(results).toEqual({
      't1:6': unfit('it waits in the outbox of its task: the next poll offers it'),
      'odd:1': unfit('the item of its task cannot be understood, so it may wait there: see "outbox list"'),
      't1:3': unfit('it was recorded only, and is not for the bus'),
      't1:99': unfit('it is not in the history'),
      't2:1': unfit('its row is not what was recorded: see "audit verify"'),
      't3:1': unfit(expect.stringMatching(/^its row: Attributes cannot be understood: schemaVersion /)),
    });
    expect(world.bus.accepted).toHaveLength(accepted);
  });
});

describe('npm run outbox -- resend', () => {
  const BUS = ['--bus', 'ota-watch-dev'];

  it('sends all that was set aside, and says what the bus made of each', async () => {
    world.now = Date.now() - 10 * MINUTE;
    await lose('t1', 2);
    refuseForGood(world, 't1:2');
    // With another accepted in the same round, it is the entry that the bus means.
    expect(await outbox(world, ['resend', 't1:2', 't1:1', ...BUS])).toEqual({
      status: 1,
      stdout:
        'Event t1:2 was refused by the bus: MalformedDetail. Not JSON.\nEvent t1:1 was taken by the bus\n',
      stderr: '',
    });
    world.bus.faults.entry = undefined;
    expect(await outbox(world, ['resend', '--all-set-aside', '--since', '2026-01-01', ...BUS])).toEqual({
      status: 0,
      stdout: 'Event t1:2 was taken by the bus\n',
      stderr: '',
    });
  });

  it('asks the stack for its bus, and does not guess', async () => {
    const stacks = await startCloudFormation({ 'ota-watch-dev': { EventBusName: 'ota-watch-dev' } });
    const none = await startCloudFormation({});
    onTestFinished(async () => {
      await Promise.all([stacks.close(), none.close()]);
    });
    await lose('t1', 2);
    const command = ['resend', 't1:2'];
    expect(await outbox(world, command, { AWS_ENDPOINT_URL_CLOUDFORMATION: none.url })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'The bus of ota-watch-dev cannot be told (ValidationError): name it with --bus\n',
    });
    expect(await outbox(world, command, { AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url })).toMatchObject({
      status: 0,
      stdout: 'Event t1:2 was taken by the bus\n',
    });
    expect(world.bus.unrouted).toEqual([]);
  });
});

// DynamoDB Local has other tables for each access key, and a stack that runs here has a key of its own.
it.skipIf(process.env.TEST_DYNAMODB_URL !== undefined)(
  'asks the bus of the stack that runs here, also where it is named',
  async () => {
    await advance(world, 't1', 0, 0);
    const project = await CommandFolder.create();
    onTestFinished(() => project.remove());
    const none = 'http://127.0.0.1:1';
    await announceStack(project.folder, {
      pid: process.pid,
      region: REGION,
      accountId: '123456789012',
      endpoints: {
        managedIntegrations: none,
        dynamodb: world.environment().AWS_ENDPOINT_URL_DYNAMODB ?? none,
        eventBridge: world.bus.url,
        sqs: none,
        ssm: none,
        cloudWatch: none,
        lambda: none,
      },
      tables: { tasks: TASKS, history: HISTORY },
      api: none,
      queues: {},
      alerts: {},
    });
    const command = ['cli/outbox.ts', 'resend', 't1:1', '--bus', 'ota-watch-dev'];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: project.folder });
    expect(stdout).toBe('Event t1:1 was taken by the bus\n');
    expect(world.events('t1')).toEqual(['1 Tracking Started', '1 Tracking Started']);
  },
);

it('leaves nothing for polls to tell again', async () => {
  await lose('t1', 2);
  await resent('t1:2');
  const before = world.bus.accepted.length;
  await world.poll(PUBLISH_ALL);
  expect(world.bus.accepted).toHaveLength(before);
});

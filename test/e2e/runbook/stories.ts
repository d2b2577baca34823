import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, onTestFinished } from 'vitest';
import { startParameters } from '../../../local/parameters/parameters.ts';
import { startSlack } from '../../../local/slack/slack.ts';
import { MINUTE } from '../../support/builders.ts';
import { metricsOf, type Scene, TASK } from './scene.ts';

const PUBLISH_ALL = { config: { progressEvents: 'all' as const } };
const SECOND = `${TASK}:2`;

/** A task whose first event is delivered, and whose second is observed while the bus answers so. */
async function secondEvent(
  { world }: Scene,
  fault: typeof world.bus.faults,
): Promise<Readonly<Record<string, unknown>>> {
  world.task(TASK, { queued: 10 });
  await world.poll(PUBLISH_ALL);
  Object.assign(world.bus.faults, fault);
  world.task(TASK, { queued: 5, succeeded: 5 });
  return metricsOf(await world.poll(PUBLISH_ALL));
}

const repaired = ({ world }: Scene) =>
  Object.assign(world.bus.faults, { request: undefined, entry: undefined });
const nothingWaits = { status: 0, stdout: 'Nothing waits (stage dev)\n', stderr: '' };
const taken = { status: 0, stdout: `Event ${SECOND} was taken by the bus\n`, stderr: '' };
const events = ({ world }: Scene) => world.events(TASK);

async function listsTracked(scene: Scene): Promise<void> {
  scene.world.task(TASK);
  await scene.world.poll();
  const { status, stdout } = await scene.next('track -- list');
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${TASK}  IN_PROGRESS  0 %\n` });
}

/**
 * How an alarm is raised, and what the commands of its entry do about it, by its name. What polls report is held against the
 * thresholds in the test.
 */
export const STORIES: Readonly<
  Record<string, (scene: Scene) => Promise<Readonly<Record<string, unknown>> | undefined>>
> = {
  async 'poll-silent'(scene) {
    await secondEvent(scene, { request: () => ({ kind: 'internal-error' }), entry: undefined });
    const { status, stdout } = await scene.next('outbox -- list');
    expect({ status, stdout }).toEqual({
      status: 3,
      stdout: expect.stringMatching(`^${SECOND}  OTA Task Progressed  8 minutes  `),
    });
    return undefined;
  },

  async 'poll-errors'(scene) {
    expect(await scene.next('rules -- check')).toMatchObject({ status: 0 });
    return undefined;
  },

  async 'task-failures'(scene) {
    const { world } = scene;
    world.task(TASK, { queued: 10 });
    await world.poll();
    const [item] = (await world.scan('ota-watch-dev-tasks')).filter(({ taskId }) => taskId === TASK);
    const Item = { ...item, snapshot: 'of another version' };
    await world.dynamodb.send(new PutCommand({ TableName: 'ota-watch-dev-tasks', Item }));
    const metrics = metricsOf(await world.poll());
    expect(await scene.next('outbox -- list')).toMatchObject({
      status: 3,
      stdout: `The item of task ${TASK} cannot be understood. Attributes cannot be understood: snapshot (invalid_type)\n`,
    });
    expect(await scene.next('rules -- explain')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('snapshot'),
    });
    expect(await scene.next('outbox -- set-aside --item')).toMatchObject({ status: 0 });
    expect(metricsOf(await world.poll())).toMatchObject({ TaskFailures: 0 });
    expect(events(scene)).toEqual(['1 Tracking Started', '2 Tracking Started']);
    return metrics;
  },

  async 'list-failures'(scene) {
    const { world } = scene;
    world.simulator.faults.on = ({ operation }) =>
      operation === 'ListOtaTasks' ? { kind: 'denied' } : undefined;
    world.task(TASK);
    const metrics = metricsOf(await world.poll());
    expect(await scene.next('track -- list')).toMatchObject({ stdout: 'Nothing is tracked (stage dev)\n' });
    expect(await scene.next('track -- add')).toMatchObject({ status: 0 });
    await world.poll();
    expect(events(scene)).toEqual(['1 Tracking Started']);
    return metrics;
  },

  async 'list-distrusted'(scene) {
    const { world } = scene;
    const trusting = { config: { trustLastUpdated: true } };
    const options = { createdAt: world.now - MINUTE };
    world.task(TASK, { queued: 10 }, options);
    await world.poll(trusting);
    await world.poll(trusting);
    world.task(TASK, { queued: 9, succeeded: 1 }, options);
    const metrics = metricsOf(await world.poll(trusting));
    expect(await scene.next('track -- list')).toMatchObject({ status: 0 });
    expect(metricsOf(await world.poll())).toMatchObject({ ListDistrusted: 0 });
    expect(metricsOf(await world.poll(trusting))).toMatchObject({ ListDistrusted: 0 });
    return metrics;
  },

  async backlog(scene) {
    const { world } = scene;
    await secondEvent(scene, { request: () => ({ kind: 'internal-error' }), entry: undefined });
    world.now += 5 * MINUTE;
    const metrics = metricsOf(await world.poll());
    expect(await scene.next('outbox -- list')).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/ {2}recorded, and not taken by the bus yet\n$/),
    });
    expect(await scene.next('outbox -- set-aside')).toMatchObject({ status: 0 });
    repaired(scene);
    await world.poll();
    expect(await scene.next('outbox -- resend')).toEqual(taken);
    expect(events(scene)).toEqual(['1 Tracking Started', '2 Progressed']);
    return metrics;
  },

  async 'publish-refused'(scene) {
    const metrics = await secondEvent(scene, {
      request: () => ({ kind: 'access-denied' }),
      entry: undefined,
    });
    expect(await scene.next('outbox -- list')).toMatchObject({ status: 3 });
    repaired(scene);
    await scene.world.poll();
    expect(await scene.next('outbox -- list')).toEqual(nothingWaits);
    expect(events(scene)).toEqual(['1 Tracking Started', '2 Progressed']);
    return metrics;
  },

  async 'events-set-aside'(scene) {
    const { world } = scene;
    const metrics = await secondEvent(scene, {
      request: undefined,
      entry: ({ Detail = '{}' }) =>
        JSON.parse(Detail).eventId === SECOND
          ? { errorCode: 'MalformedDetail', errorMessage: 'Not JSON.' }
          : undefined,
    });
    const at = new Date(world.now).toISOString();
    expect(metricsOf(await world.poll())).toMatchObject({ EventsSetAside: 0 });
    const { status, stdout } = await scene.next('outbox -- list');
    expect({ status, lines: stdout.split('\n') }).toEqual({
      status: 0,
      lines: [
        'Nothing waits (stage dev)',
        '',
        'Set aside:',
        `${SECOND}  ${at}  MalformedDetail  Not JSON.`,
        '',
      ],
    });
    repaired(scene);
    expect(await scene.next('outbox -- resend')).toEqual(taken);
    const [row] = (await world.history()).filter(({ sequence }) => sequence === 2);
    const [sent] = world.bus.accepted.filter(({ detail }) => Reflect.get(detail, 'eventId') === SECOND);
    expect(sent?.detail).toMatchObject({ eventId: SECOND, hash: row?.hash });
    expect(await scene.next('outbox -- resend --all-set-aside')).toEqual(taken);
    return metrics;
  },

  async 'slack-misconfigured'(scene) {
    const slack = await startSlack({ now: Date.now, botToken: 'xoxb-right' });
    const parameters = await startParameters({
      parameters: { '/ota-watch/dev/slack/bot-token': 'xoxb-wrong' },
    });
    onTestFinished(async () => {
      await Promise.all([slack.close(), parameters.close()]);
    });
    Object.assign(scene.env, { AWS_ENDPOINT_URL_SSM: parameters.url, SLACK_API_URL: slack.apiUrl });
    const { status, stdout } = await scene.next('alert -- test');
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining('invalid_auth') });
    return undefined;
  },

  async 'slack-delay'(scene) {
    await listsTracked(scene);
    return undefined;
  },

  async 'slack-set-aside'(scene) {
    const sample = path.resolve(import.meta.dirname, '../../../events/samples/status-changed.json');
    await copyFile(sample, path.join(scene.folder, 'event.json'));
    expect(await scene.next('alert -- preview')).toMatchObject({ status: 0, stderr: '' });
    return undefined;
  },

  async 'api-errors'(scene) {
    await listsTracked(scene);
    return undefined;
  },
};

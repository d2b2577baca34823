import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { AlertSettings } from '../../../lib/domain/alerts/routing.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { aRule, aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { logged, shown } from './shown.ts';

let world: NotifierWorld;

beforeEach(async () => {
  world = await NotifierWorld.start('slack');
  onTestFinished(() => world.close());
});

const TAG = 'ota-watch:slack-channel';
const CANARY = 'canary-of-a-tag';
const QUEUED = 'In progress, 0 % of 100 things finished';
const [STARTED, BREACHED, RECOVERED, STOPPED] = [
  events.started(),
  events.breached({ sequence: 2 }),
  events.recovered({ sequence: 3 }),
  events.stopped({ sequence: 4 }),
];
const minutes = (count: number) => count * 60_000;

describe('routes', () => {
  const routes: AlertSettings['routes'] = [
    { severity: ['error', 'critical'], events: ['breach'], slack: ['#oncall', 'owner'] },
    { match: { tags: { team: 'locks' } }, events: ['tracking', 'progress'], slack: ['#locks'] },
  ];

  it('tell each channel what it asked for, and keep its message up to date with the rest', async () => {
    world.task('task1', { team: 'locks', [TAG]: 'owners' });
    const stream = aStream(
      events.started(),
      events.breached({ rule: aRule({ id: 'harmless', severity: 'info' }) }),
      events.breached(),
      events.recovered(),
      events.progressed(),
      events.stopped(),
    );
    const notifier = world.notifier({ settings: { routes } });
    for (const event of stream) {
      world.publish(event);
      await world.drain(notifier);
    }
    expect(shown(world, 'oncall')).toEqual([
      'task1: Completed, 0 % of 100 things finished (3 edits)',
      '→ task1: Critical breach: failed-percent',
      '  task1: Recovered: failed-percent',
    ]);
    expect(shown(world, 'locks')).toEqual([
      'task1: Completed, 0 % of 100 things finished (5 edits)',
      '  task1: 0 % of 100 things finished',
      '  task1: No longer watched: it has completed',
    ]);
    // A breach of no severity that any route asks for goes to the owner, as all that has no route does.
    expect(shown(world, 'owners').slice(1)).toEqual([
      '→ task1: Info breach: harmless',
      '→ task1: Critical breach: failed-percent',
      '  task1: Recovered: failed-percent',
    ]);
    expect(shown(world)).toEqual([]);
    expect(world.slack.violations).toEqual([]);
  });
});

describe('tags', () => {
  it('that only new routes name are read at once', async () => {
    world.task('task1', { team: 'locks', [TAG]: '#owners' });
    world.publish(STARTED);
    await world.drain(world.notifier());
    const routes = [{ match: { tags: { team: 'locks' } }, slack: ['#locks'] }];
    const reconfigured = world.notifier({ settings: { routes } });
    for (const event of [BREACHED, RECOVERED]) {
      world.publish(event);
      await world.drain(reconfigured);
    }
    expect(shown(world, 'locks').slice(1)).toEqual([
      '→ task1: Critical breach: failed-percent',
      '  task1: Recovered: failed-percent',
    ]);
    expect(world.simulator.requests.count()).toBe(2);
  });

  it('may change: the channel that was told before is kept up to date', async () => {
    const notifiers = [world.notifier(), world.notifier()];
    const next = async (index: number, event: PublishedEvent) => {
      const notifier = notifiers[index % 2];
      if (notifier === undefined) throw new Error('two notifiers');
      world.publish(event);
      await world.drain(notifier);
    };
    world.task('task1', { [TAG]: '#first' });
    await next(0, STARTED);
    world.task('task1', { [TAG]: '#second' });
    await next(1, BREACHED);
    expect(shown(world, 'second')).toEqual([]);
    world.now += minutes(11);
    await next(0, RECOVERED);
    await next(1, STOPPED);
    expect(shown(world, 'first')).toEqual([
      'task1: Completed, 0 % of 100 things finished (3 edits)',
      '→ task1: Critical breach: failed-percent',
    ]);
    expect(shown(world, 'second')).toEqual([
      'task1: Completed, 0 % of 100 things finished (1 edits)',
      '  task1: Recovered: failed-percent',
      '  task1: No longer watched: it has completed',
    ]);
  });

  it('that name no channel are told once without their value, and the default channel stands in', async () => {
    world.task('task1', { [TAG]: `${CANARY} with spaces` });
    const notifier = world.notifier();
    for (const event of [STARTED, BREACHED, RECOVERED]) {
      world.publish(event);
      await world.drain(notifier);
    }
    expect(shown(world)).toHaveLength(3);
    expect(notifier.log).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('names no address'),
        fields: { taskId: 'task1', tag: TAG },
      },
    ]);
    expect(logged(notifier)).not.toContain(CANARY);
  });

  it('that cannot be read for a while hold up events for that while', async () => {
    world.task('task1', { [TAG]: '#owners' });
    world.simulator.faults.on = () => (world.now < until ? { kind: 'internal' } : undefined);
    const until = world.now + 8_000;
    world.publish(STARTED, BREACHED);
    await world.drain(world.notifier());
    expect(world.now).toBeLessThan(until + 6_000);
    expect(shown(world, 'owners')).toEqual([`task1: ${QUEUED}`, '→ task1: Critical breach: failed-percent']);
  });

  it('that cannot be read do so for twenty seconds at most; later, both channels are kept up to date', async () => {
    world.task('task1', { [TAG]: '#owners' });
    world.simulator.faults.on = () => ({ kind: 'denied' });
    const startedAt = world.now;
    const notifier = world.notifier();
    world.publish(STARTED, BREACHED);
    await world.drain(notifier);
    expect(world.now - startedAt).toBeGreaterThanOrEqual(20_000);
    expect(world.now - startedAt).toBeLessThan(27_000);
    expect(shown(world)).toEqual([`task1: ${QUEUED}`, '→ task1: Critical breach: failed-percent']);

    world.simulator.faults.on = undefined;
    world.publish(RECOVERED, STOPPED);
    await world.drain(world.notifier());
    expect(shown(world)).toEqual([
      'task1: Completed, 0 % of 100 things finished (1 edits)',
      '→ task1: Critical breach: failed-percent',
    ]);
    expect(shown(world, 'owners').slice(1)).toEqual([
      '  task1: Recovered: failed-percent',
      '  task1: No longer watched: it has completed',
    ]);
  });

  it('of a task that is gone are as they were', async () => {
    const notifier = world.notifier();
    world.publish(STARTED);
    await world.drain(notifier);
    expect(shown(world)).toEqual([`task1: ${QUEUED}`]);
    expect(notifier.log).toEqual([]);
  });
});

describe('one channel that is broken', () => {
  it.each([
    ['refuses', { kind: 'refuse', error: 'is_archived' }],
    ['fails', { kind: 'server-error' }],
    ['asks for time', { kind: 'rate-limited', retryAfterSeconds: 60 }],
  ] as const)('neither delays nor repeats another: it %s', async (_, fault) => {
    const routes = [{ slack: ['#broken', '#sound'] }];
    const notifier = world.notifier({ settings: { routes } });
    world.slack.faults.request = ({ channel }) =>
      channel === '#broken' && world.now < repairedAt ? fault : undefined;
    const repairedAt = world.now + 180_000;
    const startedAt = world.now;
    // The one in the middle comes last: the others wait for it, each channel for itself.
    world.publish(STARTED);
    world.publishAfter(2_000, RECOVERED);
    world.publishAfter(5_000, BREACHED);
    await world.drain(notifier);

    const [sound] = world.slack.channels().filter(({ name }) => name === 'sound');
    const at = (sound?.messages ?? []).flatMap(({ at, replies }) => [
      at,
      ...replies.map((reply) => reply.at),
    ]);
    expect(at.map((instant) => Math.floor((instant - startedAt) / 1_000))).toEqual([0, 5, 6]);
    const inOrder = [
      expect.stringContaining(`task1: ${QUEUED}`),
      '→ task1: Critical breach: failed-percent',
      '  task1: Recovered: failed-percent',
    ];
    expect(shown(world, 'sound')).toEqual(inOrder);
    expect(shown(world, 'broken')).toEqual(inOrder);
    const posts = world.slack.requests.filter(
      ({ method, channel }) => method === 'chat.postMessage' && channel === 'sound',
    );
    expect(posts).toHaveLength(3);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_ALERTS } from '../../../lib/rule-file/defaults.ts';
import { aRule, aStream, events, watchedStream } from '../../support/alert-events.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { incidents, sent } from './told.ts';

const KEY = 'ota-watch:task1:failed-percent';
const milestone = aRule({ id: 'half', kind: 'milestone', severity: 'info' });

let world: NotifierWorld;

beforeEach(async () => {
  world = await NotifierWorld.start('pagerduty');
  world.task('task1');
});

afterEach(async () => {
  expect(world.pagerDuty.violations).toEqual([]);
  expect(world.queue.size).toBe(0);
  await world.close();
});

const finished = (succeeded: number) => counts({ succeeded, queued: 100 - succeeded });

describe('a rollout', () => {
  it('opens an incident for a breach, and resolves it when that recovers', async () => {
    const [breach, recovery] = aStream(events.breached(), events.recovered());
    for (const event of [breach, recovery]) {
      world.publish(...[event].filter((one) => one !== undefined));
      await world.drain(world.notifier());
      world.now += MINUTE;
    }

    const summary = 'task1: 12 of 100 things that received the task have failed (12 %, limit 10 %).';
    expect(world.pagerDuty.incidents()).toEqual([
      {
        service: 'default',
        dedupKey: KEY,
        status: 'resolved',
        summary,
        severity: 'critical',
        source: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
        customDetails: {
          rule: {
            id: 'failed-percent',
            kind: 'ratio',
            description: '10 % of the things that received the task have failed.',
          },
          observed: { value: 12, limit: 10, unit: 'percent', numerator: 12, denominator: 100 },
          status: 'IN_PROGRESS',
          counts: counts({ queued: 100 }),
          taskId: 'task1',
          region: 'eu-west-1',
          accountId: '123456789012',
          configurationId: 'config1',
          otaType: 'ONE_TIME',
          eventId: 'task1:1',
        },
        links: [{ href: 'https://console.aws.amazon.com/iot/home?region=eu-west-1', text: 'AWS console' }],
        triggers: 1,
        openedAt: NOON,
        resolvedAt: NOON + MINUTE,
        log: [
          { action: 'trigger', at: NOON, summary },
          { action: 'resolve', at: NOON + MINUTE },
        ],
      },
    ]);
    expect(sent(world)).toEqual([`default trigger ${KEY}`, `default resolve ${KEY}`]);
  });

  it('tells statuses, milestones and quarters of the way as changes, and the rest not at all', async () => {
    const [none, some, more] = [finished(0), finished(20), finished(30)];
    world.publish(
      ...aStream(
        events.started(),
        events.statusChanged({ status: 'IN_PROGRESS' }),
        events.progressed({ counts: some, previousCounts: none }),
        events.progressed({ counts: more, previousCounts: some }),
        events.breached({ rule: milestone, summary: 'Half done.' }),
        events.configurationChanged(),
        events.recovered({ rule: milestone }),
        events.stopped(),
      ),
    );
    await world.drain(world.notifier());
    expect(sent(world)).toEqual([
      'default change task1: SCHEDULED → IN_PROGRESS. 0 of 100 things have succeeded.',
      'default change task1: 30 of 100 things have finished.',
      'default change task1: Half done.',
    ]);
    expect(world.pagerDuty.changes()).toHaveLength(3);
    expect(incidents(world)).toEqual([]);
  });

  it('resolves what is left open when it ends, where the recovery was lost', async () => {
    const [a, b, , end] = aStream(
      events.breached(),
      events.breached({ rule: aRule({ id: 'stalled' }) }),
      events.recovered(),
      events.stopped(),
    );
    world.publish(...[a, b, end].filter((event) => event !== undefined));
    await world.drain(world.notifier());
    expect(sent(world)).toEqual([
      `default trigger ${KEY}`,
      'default trigger ota-watch:task1:stalled',
      `default resolve ${KEY}`,
      'default resolve ota-watch:task1:stalled',
    ]);
    expect(world.now - NOON).toBeGreaterThanOrEqual(10_000);
  });

  it('reminds under the same key, and opens another incident when it flaps', async () => {
    const stream = aStream(
      events.breached(),
      events.breached({ reminder: 1 }),
      events.recovered(),
      events.breached({ flapping: true }),
      events.recovered(),
    );
    for (const event of stream) {
      world.publish(event);
      await world.drain(world.notifier());
    }
    expect(incidents(world)).toEqual([`default ${KEY} resolved (2 triggers)`, `default ${KEY} resolved`]);
  });

  it('of the simulator has a resolve for each trigger', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) world.publish(...watchedStream(seed));
    await world.drain(world.notifier());
    const opened = incidents(world);
    expect(opened).not.toEqual([]);
    expect(opened.filter((incident) => !incident.endsWith(' resolved'))).toEqual([]);
  });
});

describe('order', () => {
  const stream = aStream(
    events.started(),
    events.breached(),
    events.breached({ reminder: 1 }),
    events.recovered(),
    events.breached(),
    events.recovered(),
    events.stopped(),
  );
  const inOrder = ['trigger', 'trigger', 'resolve', 'trigger', 'resolve'].map(
    (action) => `default ${action} ${KEY}`,
  );

  it.each([1, 2, 200])('is kept when events come in reverse, %i in a batch', async (max) => {
    world.publish(...stream.toReversed());
    await world.drain(world.notifier(), { max });
    expect(sent(world)).toEqual(inOrder);
  });

  it('is kept by two notifiers at once, with every event twice', async () => {
    world.publish(...stream.toReversed(), ...stream);
    await world.run([world.notifier(), world.notifier()], { max: 3 });
    expect(sent(world)).toEqual(inOrder);
  });

  it('is kept by a process for each event', async () => {
    for (const event of stream) {
      world.publish(event, event);
      await world.invoke(world.notifier(), { max: 1 });
      await world.invoke(world.notifier(), { max: 1 });
    }
    expect(sent(world)).toEqual(inOrder);
  });

  it('a late breach opens nothing when its recovery is known', async () => {
    const [breach, recovery] = aStream(events.breached(), events.recovered());
    if (breach === undefined || recovery === undefined) throw new TypeError();
    world.publish(recovery);
    const notifier = world.notifier();
    await world.drain(notifier);
    expect(sent(world)).toEqual([`default resolve ${KEY}`]);
    world.publish(breach);
    await world.drain(notifier);
    expect(sent(world)).toEqual([`default resolve ${KEY}`]);
  });

  it('a late recovery does not end what was breached again since', async () => {
    const [first, recovery, second, end] = aStream(
      events.breached(),
      events.recovered(),
      events.breached(),
      events.recovered(),
    );
    for (const event of [first, second, recovery, end]) {
      world.publish(...[event].filter((one) => one !== undefined));
      await world.drain(world.notifier());
    }
    expect(incidents(world)).toEqual([`default ${KEY} resolved (2 triggers)`]);
    expect(sent(world).at(-1)).toBe(`default resolve ${KEY}`);
  });
});

describe('routes', () => {
  const onlyCritical = {
    routes: [
      {
        match: {},
        events: ['breach' as const],
        severity: ['critical' as const],
        pagerduty: ['locks', 'owner'],
      },
      { match: {}, events: ['status' as const], pagerduty: [] },
    ],
  };

  it('choose services by severity and kind; what none fits goes to the owner', async () => {
    const warning = aRule({ id: 'slow', severity: 'warning' });
    world.publish(
      ...aStream(
        events.breached(),
        events.breached({ rule: warning }),
        events.statusChanged(),
        events.recovered(),
        events.recovered({ rule: warning }),
      ),
    );
    await world.drain(world.notifier({ settings: onlyCritical }));
    expect(sent(world).toSorted()).toEqual([
      `default resolve ${KEY}`,
      'default resolve ota-watch:task1:slow',
      `default trigger ${KEY}`,
      'default trigger ota-watch:task1:slow',
      `locks resolve ${KEY}`,
      `locks trigger ${KEY}`,
    ]);
  });

  it("take the service from the task's tag", async () => {
    world.task('task2', { [DEFAULT_ALERTS.serviceTag]: 'locks' });
    world.publish(...aStream(events.breached({ taskId: 'task2' }), events.recovered({ taskId: 'task2' })));
    await world.drain(world.notifier());
    expect(incidents(world)).toEqual(['locks ota-watch:task2:failed-percent resolved']);
  });

  it('that changed leave nothing open at the former service', async () => {
    const [breach, reminder, recovery] = aStream(
      events.breached(),
      events.breached({ reminder: 1 }),
      events.recovered(),
    );
    if (!breach || !reminder || !recovery) throw new TypeError();
    const notifier = world.notifier();
    world.publish(breach);
    await world.drain(notifier);
    world.task('task1', { [DEFAULT_ALERTS.serviceTag]: 'locks' });
    world.now += 11 * MINUTE;
    world.publish(reminder);
    await world.drain(notifier);
    const everywhere = { routes: [{ match: {}, pagerduty: [] }] };
    world.publish(recovery);
    await world.drain(world.notifier({ settings: everywhere }));
    expect(incidents(world)).toEqual([`default ${KEY} resolved`, `locks ${KEY} resolved`]);
  });

  it('that one notifier has not seen change leave nothing open', async () => {
    const [breach, reminder, recovery] = aStream(
      events.breached(),
      events.breached({ reminder: 1 }),
      events.recovered(),
    );
    if (!breach || !reminder || !recovery) throw new TypeError();
    const [old, fresh] = [world.notifier(), world.notifier()];
    world.publish(breach);
    await world.drain(old);
    world.task('task1', { [DEFAULT_ALERTS.serviceTag]: 'locks' });
    world.now += 11 * MINUTE;
    world.publish(reminder);
    await world.drain(fresh);
    world.task('task1');
    world.now += 11 * MINUTE;
    world.publish(recovery);
    await world.drain(old);
    expect(incidents(world)).toEqual([`default ${KEY} resolved`, `locks ${KEY} resolved`]);
  });
});

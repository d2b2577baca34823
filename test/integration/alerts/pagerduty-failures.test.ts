import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PagerDutyFault } from '../../../local/pagerduty/faults.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { MINUTE, NOON } from '../../support/builders.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';
import { incidents, sent } from './told.ts';

const SECOND = 1_000;
const KEY = 'ota-watch:task1:failed-percent';
const LOCKS = '/ota-watch/dev/pagerduty/locks';
const both = { settings: { routes: [{ match: {}, pagerduty: ['locks', 'owner'] }] } };

let world: NotifierWorld;
let notifier: TestNotifier;

beforeEach(async () => {
  world = await NotifierWorld.start('pagerduty');
  world.task('task1');
  notifier = world.notifier();
});

afterEach(async () => {
  await world.close();
});

/** Seconds after noon at which the requests came. */
const seconds = () => world.pagerDuty.requests.map(({ at }) => Math.round((at - NOON) / SECOND));

function failing(times: number, fault: PagerDutyFault): void {
  let left = times;
  world.pagerDuty.faults.request = () => (left-- > 0 ? fault : undefined);
}

describe('a service that is busy', () => {
  it.each([
    { fault: { kind: 'busy' } as const, pause: 30 },
    { fault: { kind: 'busy', retryAfter: '90' } as const, pause: 90 },
  ])('is left alone by all for $pause s', async ({ fault, pause }) => {
    failing(1, fault);
    world.publish(...aStream(events.breached()));
    await world.invoke(notifier);
    world.now += 5 * SECOND;
    world.task('task2');
    world.publish(...aStream(events.breached({ taskId: 'task2' })));
    await world.run([notifier, world.notifier()]);
    expect(incidents(world).toSorted()).toEqual([
      `default ${KEY} triggered`,
      'default ota-watch:task2:failed-percent triggered',
    ]);
    const [first, second] = seconds();
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(pause);
    expect(second).toBeLessThan(pause + 10);
  });
});

describe('a service that fails', () => {
  it.each<PagerDutyFault>([
    { kind: 'internal-error' },
    { kind: 'drop-before' },
    { kind: 'drop-after' },
    { kind: 'answer', status: 502, body: '<html>Bad gateway</html>' },
  ])('is told again under the same key, ever later: $kind', async (fault) => {
    failing(4, fault);
    world.publish(...aStream(events.breached(), events.recovered()));
    await world.drain(notifier);
    expect(world.pagerDuty.requests.map(({ event }) => [event?.event_action, event?.dedup_key])).toEqual([
      ...Array.from({ length: 5 }, () => ['trigger', KEY]),
      ['resolve', KEY],
    ]);
    expect(world.pagerDuty.incidents()).toMatchObject([{ status: 'resolved' }]);
    const pauses = seconds().map((at, index, all) => at - (all[index - 1] ?? 0));
    expect(pauses.slice(1, 5)).toEqual([2, 4, 8, 16]);
  });

  it('gets each resolve until it takes it', async () => {
    const [breach, recovery] = aStream(events.breached(), events.recovered());
    world.publish(...(breach ? [breach] : []));
    await world.drain(notifier);
    failing(12, { kind: 'internal-error' });
    world.publish(...(recovery ? [recovery] : []));
    await world.drain(world.notifier());
    expect(sent(world)).toEqual([
      `default trigger ${KEY}`,
      ...Array.from({ length: 12 }, () => `default resolve ${KEY} → 500`),
      `default resolve ${KEY}`,
    ]);
    expect(incidents(world)).toEqual([`default ${KEY} resolved`]);
  });

  it('keeps its events out of the dead-letter queue through hours of outage', async () => {
    const stream = aStream(events.breached(), events.breached({ reminder: 1 }), events.recovered());
    const until = NOON + 180 * MINUTE;
    world.pagerDuty.faults.request = () => (world.now < until ? { kind: 'internal-error' } : undefined);
    for (const event of stream) {
      world.publish(event);
      await world.invoke(notifier);
      world.now += 20 * MINUTE;
    }
    await world.run([notifier], { withinMs: 240 * MINUTE });
    expect(incidents(world)).toEqual([`default ${KEY} resolved (2 triggers)`]);
    expect(world.queue.mostReceives).toBeLessThan(100);
  });
});

describe('an event that is refused', () => {
  it('is set aside with the answer, and the task goes on', async () => {
    world.pagerDuty.faults.request = ({ index }) =>
      index === 1 ? { kind: 'invalid', errors: ["'summary' is odd"] } : undefined;
    const stream = aStream(
      events.statusChanged(),
      events.breached(),
      events.statusChanged(),
      events.recovered(),
    );
    world.publish(...stream);
    await world.drain(notifier);
    expect(sent(world)).toEqual([
      'default change task1: SCHEDULED → IN_PROGRESS. 0 of 100 things have succeeded.',
      `default trigger ${KEY} → 400`,
      'default change task1: SCHEDULED → IN_PROGRESS. 0 of 100 things have succeeded.',
      `default resolve ${KEY}`,
    ]);
    expect(world.queue.deadLetters).toEqual([
      {
        target: 'pagerduty:default',
        answer: "PagerDuty answered 400: invalid event; Event object is invalid; 'summary' is odd",
        body: expect.stringContaining('"eventId":"task1:2"'),
      },
    ]);
    expect(notifier.log.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'An event was set aside', fields: { target: 'pagerduty:default', eventId: 'task1:2' } },
    ]);
  });

  it('can be sent again by hand', async () => {
    failing(1, { kind: 'invalid' });
    world.publish(...aStream(events.breached()));
    await world.drain(notifier);
    for (const { body } of world.queue.deadLetters) world.queue.send(body);
    await world.drain(notifier);
    expect(incidents(world)).toEqual([`default ${KEY} triggered`]);
  });
});

describe('a routing key that is wrong', () => {
  it('is tried once a minute at most, by all together, until it is replaced', async () => {
    world.parameters.set(LOCKS, '2'.repeat(32));
    notifier = world.notifier(both);
    world.publish(...aStream(events.breached()));
    const tally = await world.invoke(notifier);
    expect(tally).toMatchObject({ told: 1, failures: 1, misconfigured: 1 });
    for (const taskId of ['task2', 'task3', 'task4']) {
      world.now += 10 * SECOND;
      world.task(taskId);
      world.publish(...aStream(events.breached({ taskId })));
      await world.invoke(notifier);
    }
    world.now = NOON + 5 * MINUTE;
    await world.invoke(notifier);
    world.parameters.set(LOCKS, '1'.repeat(32));
    await world.drain(notifier);

    const tries = world.pagerDuty.requests.filter(({ service }) => service === undefined).map(({ at }) => at);
    expect(tries).toHaveLength(2);
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(MINUTE);
    const opened = incidents(world);
    expect(opened.filter((incident) => incident.startsWith('default'))).toHaveLength(4);
    expect(opened.filter((incident) => incident.startsWith('locks'))).toHaveLength(4);
    expect(world.pagerDuty.requests.filter(({ service }) => service === 'default')).toHaveLength(4);
    expect(JSON.stringify([notifier.log, world.queue.deadLetters])).not.toMatch(/2{32}|1{32}|d{32}/);
  });

  it.each([undefined, 'not-a-key'])(
    'or no key at all (%s) is repaired without anything lost',
    async (secret) => {
      world.parameters.set(LOCKS, secret);
      notifier = world.notifier(both);
      world.publish(...aStream(events.breached(), events.recovered()));
      expect(await world.invoke(notifier)).toMatchObject({ misconfigured: 1 });
      world.parameters.set(LOCKS, '1'.repeat(32));
      await world.drain(notifier);
      expect(incidents(world)).toEqual([`default ${KEY} resolved`, `locks ${KEY} resolved`]);
      expect(world.now - NOON).toBeGreaterThanOrEqual(MINUTE);
    },
  );
});

it('a broken service neither delays nor repeats another', async () => {
  world.pagerDuty.faults.request = ({ body }) =>
    JSON.stringify(body).includes('1'.repeat(32)) ? { kind: 'internal-error' } : undefined;
  notifier = world.notifier(both);
  for (const event of aStream(events.breached(), events.statusChanged(), events.recovered())) {
    world.publish(event);
    await world.invoke(notifier);
    world.now += MINUTE;
  }
  world.pagerDuty.faults.request = undefined;
  await world.drain(notifier);
  const told = world.pagerDuty.requests.filter(({ service }) => service === 'default');
  expect(told.map(({ at, status }) => [at - NOON, status])).toEqual([
    [0, 202],
    [MINUTE, 202],
    [2 * MINUTE, 202],
  ]);
  expect(incidents(world)).toEqual([`default ${KEY} resolved`, `locks ${KEY} resolved`]);
});

it('an outage of the table of ledgers loses nothing', async () => {
  let isOut = true;
  notifier.gate.on = ({ service }) => (isOut && service === 'dynamodb' ? 'lost' : undefined);
  world.publish(...aStream(events.breached(), events.recovered()));
  for (let minute = 0; minute < 3; minute++) {
    await world.invoke(notifier);
    world.now += MINUTE;
  }
  isOut = false;
  await world.drain(notifier);
  expect(incidents(world)).toEqual([`default ${KEY} resolved`]);
});

it('answers to writes of a ledger that are lost repeat nothing', async () => {
  const lost: string[] = [];
  notifier.gate.on = ({ operation, attempt }) => {
    if (operation !== 'PutItem' || attempt > 1) return undefined;
    lost.push(operation);
    return 'lost';
  };
  world.publish(...aStream(events.breached(), events.recovered()));
  await world.drain(notifier);
  expect(sent(world)).toEqual([`default trigger ${KEY}`, `default resolve ${KEY}`]);
  expect(lost).toHaveLength(2);
});

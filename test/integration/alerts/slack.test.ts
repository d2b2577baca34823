import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { aRule, aStream, events } from '../../support/alert-events.ts';
import { counts } from '../../support/builders.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { shown } from './shown.ts';

let world: NotifierWorld;

beforeEach(async () => {
  world = await NotifierWorld.start('slack');
  onTestFinished(() => world.close());
});

/** Publishes events one after the other, each when the one before has been dealt with. */
async function tell(notifier: ReturnType<NotifierWorld['notifier']>, ...stream: readonly PublishedEvent[]) {
  for (const event of stream) {
    world.publish(event);
    await world.drain(notifier);
  }
}

const QUEUED = 'In progress, 0 % of 100 things finished';

describe('by bot', () => {
  it('has one message a rollout, which is edited, and its events in the thread', async () => {
    const progress = { counts: counts({ queued: 60, succeeded: 40 }) };
    const stream = aStream(
      events.started({ status: 'SCHEDULED' }),
      events.statusChanged(),
      events.progressed(progress),
      events.breached(progress),
      events.breached({ ...progress, rule: aRule({ id: 'half', kind: 'milestone', severity: 'info' }) }),
      events.recovered(progress),
      events.configurationChanged(progress),
      events.stopped({ counts: counts({ succeeded: 100 }) }),
    );
    await tell(world.notifier(), ...stream);
    expect(shown(world)).toEqual([
      'task1: Completed, 100 % of 100 things finished (7 edits)',
      '  task1: Status changed from Scheduled to In progress',
      '→ task1: Critical breach: failed-percent',
      '  task1: Milestone: half',
      '  task1: Recovered: failed-percent',
      '  task1: Configuration changed from config0 to config1.',
      '  task1: No longer watched: it has completed',
    ]);
    expect(world.slack.violations).toEqual([]);
  });

  it('begins a message with whatever it is told first', async () => {
    await tell(world.notifier(), events.breached());
    expect(shown(world)).toEqual([`task1: ${QUEUED}`, '→ task1: Critical breach: failed-percent']);
  });

  it('keeps its pace when it has to wait for the token', async () => {
    const notifier = world.notifier();
    notifier.gate.on = ({ operation }) => {
      if (operation === 'GetParameter') world.now += 900;
      return undefined;
    };
    await tell(notifier, events.breached());
    expect(shown(world)).toEqual([`task1: ${QUEUED}`, '→ task1: Critical breach: failed-percent']);
    expect(world.slack.violations).toEqual([]);
  });

  it('begins no message for progress, and remembers it', async () => {
    const notifier = world.notifier();
    const [first, second, third] = aStream(
      events.progressed(),
      events.progressed({ counts: counts({ queued: 1, succeeded: 99 }) }),
      events.stopped({ counts: counts({ queued: 1, succeeded: 99 }) }),
    );
    if (!first || !second || !third) throw new Error('three events');
    await tell(notifier, first, second);
    expect(shown(world)).toEqual([]);
    await tell(notifier, third);
    expect(shown(world)).toEqual([
      'task1: Completed, 99 % of 100 things finished',
      '  task1: No longer watched: it has completed',
    ]);
  });

  it('tells what comes at once in one message, and edits it no more than it has to', async () => {
    const notifier = world.notifier();
    world.publish(...aStream(events.started(), events.breached(), events.recovered(), events.stopped()));
    expect(await world.invoke(notifier)).toMatchObject({
      received: 4,
      told: 4,
      edited: 0,
      waiting: 0,
      failures: 0,
    });
    expect(world.queue.size).toBe(0);
    expect(shown(world)).toEqual([
      'task1: Completed, 0 % of 100 things finished',
      '→ task1: Critical breach: failed-percent',
      '  task1: Recovered: failed-percent',
      '  task1: No longer watched: it has completed',
    ]);
  });

  it('goes on with the thread after a restart', async () => {
    const [first, second] = aStream(events.started(), events.breached());
    if (!first || !second) throw new Error('two events');
    await tell(world.notifier(), first);
    await tell(world.notifier(), second);
    expect(shown(world)).toEqual([`task1: ${QUEUED} (1 edits)`, '→ task1: Critical breach: failed-percent']);
  });

  it('begins a new message when somebody has deleted the old one', async () => {
    const notifier = world.notifier();
    const [first, second, third, fourth] = aStream(
      events.started(),
      events.progressed(),
      events.breached(),
      events.recovered(),
    );
    if (!first || !second || !third || !fourth) throw new Error('four events');
    await tell(notifier, first);
    deleteAll();
    await tell(notifier, second);
    expect(shown(world)).toEqual([]);
    await tell(notifier, third);
    expect(shown(world)).toEqual([`task1: ${QUEUED}`, '→ task1: Critical breach: failed-percent']);
    deleteAll();
    await tell(notifier, fourth);
    expect(shown(world)).toEqual([`task1: ${QUEUED}`, '  task1: Recovered: failed-percent']);
  });

  function deleteAll(): void {
    for (const { id, messages } of world.slack.channels())
      for (const { ts } of messages) world.slack.deleteMessage(id, ts);
  }

  it('tells of many rollouts in one message', async () => {
    const notifier = world.notifier();
    const tasks = Array.from({ length: 6 }, (_, index) => `task${index}`);
    await tell(notifier, events.started({ taskId: 'task0' }));
    world.publish(
      ...tasks.map((taskId) =>
        events.breached({
          taskId,
          ...(taskId === 'task0' && { sequence: 2 }),
          counts: counts({ succeeded: 1 }),
        }),
      ),
    );
    expect(await world.invoke(notifier)).toMatchObject({ received: 6, told: 6, grouped: 6, edited: 1 });
    expect(shown(world)).toEqual([
      'task0: In progress, 100 % of 1 thing finished (1 edits)',
      '6 rollouts have news',
    ]);
    // Later news of one of them are told by themselves.
    await tell(notifier, events.recovered({ taskId: 'task3', sequence: 2 }));
    expect(shown(world).slice(2)).toEqual([`task3: ${QUEUED}`, '  task3: Recovered: failed-percent']);
  });

  it('tells of as many rollouts as are not too many one by one, breaches first', async () => {
    const notifier = world.notifier();
    const tasks = ['task0', 'task1', 'task2', 'task3'];
    world.publish(...tasks.map((taskId) => events.started({ taskId })), events.breached({ taskId: 'task4' }));
    await world.drain(notifier);
    const [first, breach, ...others] = shown(world);
    expect([first, breach, ...others.sort()]).toEqual([
      `task4: ${QUEUED}`,
      '→ task4: Critical breach: failed-percent',
      ...tasks.map((taskId) => `${taskId}: ${QUEUED}`),
    ]);
  });
});

describe('by webhook', () => {
  it('has a message an event', async () => {
    const stream = aStream(
      events.started(),
      events.progressed(),
      events.breached(),
      events.recovered(),
      events.stopped(),
    );
    await tell(world.notifier({ env: { SLACK_MODE: 'webhook' } }), ...stream);
    expect(shown(world)).toEqual([
      'task1: Now watched: it was discovered',
      'task1: Critical breach: failed-percent',
      'task1: Recovered: failed-percent',
      'task1: No longer watched: it has completed',
    ]);
    expect(world.slack.requests.map(({ method }) => method)).toEqual(Array(4).fill('webhook'));
    expect(world.slack.violations).toEqual([]);
  });

  it('tells of many rollouts in one message', async () => {
    const notifier = world.notifier({ env: { SLACK_MODE: 'webhook' }, settings: { groupAbove: 2 } });
    world.publish(...['a', 'b', 'c'].map((taskId) => events.breached({ taskId })));
    await world.drain(notifier);
    expect(shown(world)).toEqual(['3 rollouts have news']);
  });
});

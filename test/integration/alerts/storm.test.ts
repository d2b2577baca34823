import { expect, it, onTestFinished } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { uniform } from '../../../local/simulator/rollout/random.ts';
import { auditSlack } from '../../support/alert-audit.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { MINUTE } from '../../support/builders.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';

/** Tasks that had a message before: it is edited. */
const KNOWN = 30;
const NOTIFIERS = 5;
/** From the first breach to the last edit, in the time of the test. */
const BOUND_MS = 3 * MINUTE;
const TIMEOUT_MS = 180_000;

/** Spread over a minute. */
function publish(world: NotifierWorld, storm: readonly PublishedEvent[]): void {
  for (const [index, event] of storm.entries()) world.publishAfter(uniform(1, index) * MINUTE, event);
}

// Digests are the same by webhook.
it.each([
  ['bot', 1_000],
  ['webhook', 300],
] as const)('by %s, tells of %i breaches in a minute', { timeout: TIMEOUT_MS }, async (mode, tasks) => {
  const world = await NotifierWorld.start('slack');
  onTestFinished(() => world.close());
  let drawn = 0;
  const max = () => 1 + Math.floor(uniform(2, drawn++) * 200);
  const env = { SLACK_MODE: mode };
  const notifiers = Array.from({ length: NOTIFIERS }, () => world.notifier({ env }));

  const streams = Array.from({ length: tasks }, (_, index) => {
    const taskId = `task${index}`;
    const [started, breached, recovered] = [
      events.started({ taskId }),
      events.breached({ taskId }),
      events.recovered({ taskId }),
    ];
    return index < KNOWN ? aStream(started, breached, recovered) : aStream(breached);
  });
  const ofType = (detailType: string) => streams.flat().filter((event) => event.detailType === detailType);

  for (const event of ofType('OTA Task Tracking Started')) {
    world.publish(event);
    await world.drain(world.notifier({ env }));
  }
  for (const type of ['OTA Task Threshold Breached', 'OTA Task Threshold Recovered']) {
    const startedAt = world.now;
    publish(world, ofType(type));
    await world.run(notifiers, { max });
    expect(world.now - startedAt).toBeLessThan(BOUND_MS);
  }

  expect(world.slack.violations).toEqual([]);
  const told = tasks + 2 * KNOWN;
  expect(auditSlack(world.slack, streams, { mode })).toEqual({ told, lost: [], doubled: [], problems: [] });
  const messages = world.slack.channels().flatMap((channel) => channel.messages);
  expect(messages.length).toBeLessThan(KNOWN + 180);
  expect(world.queue.mostReceives).toBeLessThan(30);
});

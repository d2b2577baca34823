import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { counts } from '../../support/builders.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';
import { shown } from './shown.ts';

let world: NotifierWorld;
let notifier: TestNotifier;

beforeEach(async () => {
  world = await NotifierWorld.start('slack');
  onTestFinished(() => world.close());
  notifier = world.notifier();
});

const STREAM = aStream(
  events.started(),
  events.statusChanged(),
  events.breached(),
  events.recovered(),
  events.stopped({ counts: counts({ succeeded: 100 }) }),
);
const TOLD = [
  '  task1: Status changed from Scheduled to In progress',
  '→ task1: Critical breach: failed-percent',
  '  task1: Recovered: failed-percent',
  '  task1: No longer watched: it has completed',
];
const END = 'task1: Completed, 100 % of 100 things finished';

/** Those of STREAM, by sequence. */
function some(...sequences: readonly number[]): PublishedEvent[] {
  return sequences.flatMap((sequence) => STREAM.filter(({ detail }) => detail.sequence === sequence));
}

const isLate = (text: string) => text.includes('Told late');

it('tells in order what comes in reverse', async () => {
  world.publish(...STREAM.toReversed());
  await world.drain(notifier);
  expect(shown(world)).toEqual([END, ...TOLD]);
});

it('tells in order what comes in reverse one by one', async () => {
  for (const [index, event] of STREAM.toReversed().entries()) world.publishAfter(index * 1_500, event);
  await world.drain(notifier, { max: 1 });
  expect(shown(world)).toEqual([expect.stringContaining(END), ...TOLD]);
});

it('waits for half a minute for an event that is missing, and tells it late when it comes', async () => {
  world.publish(...some(1, 2));
  await world.drain(notifier);
  const startedAt = world.now;
  world.publish(...some(4, 5));
  await world.drain(notifier);
  const tookMs = world.now - startedAt;
  expect(tookMs).toBeGreaterThanOrEqual(30_000);
  expect(tookMs).toBeLessThan(36_000);
  const [root] = world.slack.channels()[0]?.messages ?? [];
  expect(root?.text).toContain('Completed');

  world.publish(...some(3));
  await world.drain(notifier);
  expect(shown(world)).toEqual([expect.stringContaining(END), TOLD[0], TOLD[2], TOLD[3], TOLD[1]]);
  const [after] = world.slack.channels()[0]?.messages ?? [];
  expect(after?.replies.map(({ text }) => isLate(text))).toEqual([false, false, false, true]);
  // The breach is over: nothing that is shown goes back behind what is known.
  expect(after?.text).toEqual(root?.text);
});

it('shows in the message what a late event changes', async () => {
  world.publish(events.breached({ sequence: 1 }), events.progressed({ sequence: 3 }));
  await world.drain(notifier);
  expect(world.slack.channels()[0]?.messages[0]?.text).toContain('1 open breach');
  world.publish(events.recovered({ sequence: 2 }));
  await world.drain(notifier);
  expect(world.slack.channels()[0]?.messages[0]?.text).not.toContain('open breach');
});

it('does not wait for ever after an outage of its own, nor tell in the order of arrival', async () => {
  world.publish(...STREAM.toReversed());
  world.now += 3_600_000;
  await world.drain(notifier, { max: 1 });
  expect(shown(world)).toEqual([expect.stringContaining(END), ...TOLD]);
});

it.each([
  ['at once', [1, 1, 2, 2, 3, 3]],
  ['later', [1, 2, 3, 1, 3, 2]],
])('tells duplicates that come %s once', async (_, sequences) => {
  world.publish(...some(...sequences));
  await world.drain(notifier, { max: 4 });
  const before = shown(world);
  expect(before.slice(1)).toEqual(TOLD.slice(0, 2));
  world.publish(...some(3, 1, 2, 2));
  expect(await world.invoke(world.notifier())).toMatchObject({ told: 0, duplicates: 4, edited: 0 });
  expect(world.queue.size).toBe(0);
  expect(shown(world)).toEqual(before);
});

describe('two notifiers at once', () => {
  it.each([
    ['duplicates', (event: PublishedEvent) => [event, event]],
    ['halves', (event: PublishedEvent) => [event]],
  ])('tell once what comes in %s', async (_, copies) => {
    const streams = ['task1', 'task2', 'task3'].map((taskId) =>
      aStream(events.started({ taskId }), events.breached({ taskId }), events.recovered({ taskId })),
    );
    world.publish(...streams.flat().flatMap(copies));
    await world.run([notifier, world.notifier()], { max: 5 });
    const messages = world.slack.channels()[0]?.messages ?? [];
    expect(messages.map(({ metadata }) => metadata?.event_payload.id).sort()).toEqual(
      ['task1', 'task2', 'task3'].map((taskId) => `rollout:${taskId}:1`),
    );
    for (const { replies } of messages)
      expect(replies.map(({ text }) => text.replace(/^task\d: (\w+).*/, '$1'))).toEqual([
        'Critical',
        'Recovered',
      ]);
    expect(world.slack.violations).toEqual([]);
  });

  it('leave the task of one that was killed alone until its time is over, then find what it sent', async () => {
    world.publish(...some(1, 2, 3));
    notifier.gate.on = () => (notifier.gate.count('chat.postMessage') === 3 ? 'after' : undefined);
    expect(await world.invoke(notifier)).toBeUndefined();
    expect(shown(world).slice(1)).toEqual(TOLD.slice(0, 2));
    world.publish(...some(4));
    const other = world.notifier();
    const startedAt = world.now;
    await world.invoke(other);
    expect(shown(world)).toHaveLength(3);
    await world.drain(other);
    expect(world.now - startedAt).toBeLessThanOrEqual(200_000);
    expect(shown(world).slice(1)).toEqual(TOLD.slice(0, 3));
  });
});

import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { auditSlack } from '../../support/alert-audit.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';

const MODE = { mode: 'bot' } as const;

let world: NotifierWorld;
let notifier: TestNotifier;
beforeEach(async () => {
  world = await NotifierWorld.start('slack');
  notifier = world.notifier();
  onTestFinished(async () => {
    notifier.close();
    await world.close();
  });
});

/** A rollout that starts, progresses, and breaches. */
function rollout(taskId: string): readonly PublishedEvent[] {
  return aStream(events.started({ taskId }), events.progressed({ taskId }), events.breached({ taskId }));
}

/** Rollouts that have their messages, more of which have progressed than can be edited at once. */
async function withOwedEdits(count: number): Promise<readonly (readonly PublishedEvent[])[]> {
  const streams = Array.from({ length: count }, (_, index) => rollout(`rollout${index}`));
  for (const [started] of streams) {
    world.publish(...(started === undefined ? [] : [started]));
    await world.drain(notifier);
  }
  world.publish(...streams.flatMap((stream) => stream.slice(1, 2)));
  const tally = await world.invoke(notifier);
  expect(tally?.edited).toBeLessThan(count);
  return streams;
}

it('a breach that is put off while its rollout owes an edit is told later', async () => {
  const streams = await withOwedEdits(40);
  const breaches = streams.slice(30, 36).map((stream) => stream.slice(2));
  world.publish(...breaches.slice(0, 2).flat());
  world.slack.faults.request = ({ method }) =>
    method === 'chat.postMessage' ? { kind: 'rate-limited', retryAfterSeconds: 60 } : undefined;
  await world.invoke(notifier, { max: 1 });
  await world.invoke(notifier);
  world.slack.faults.request = undefined;
  world.publish(...breaches.slice(2).flat());
  await world.drain(notifier);

  const seen = streams.map((stream, index) => (index >= 30 && index < 36 ? stream : stream.slice(0, 2)));
  expect(auditSlack(world.slack, seen, MODE)).toMatchObject({ lost: [], doubled: [] });
});

it('a breach whose claim cannot be written while its rollout owes an edit is told later', async () => {
  const streams = await withOwedEdits(20);
  const [breached] = streams.slice(-1).map((stream) => stream.slice(2));
  world.publish(...(breached ?? []));
  let failures = 0;
  notifier.gate.on = ({ service, operation }) => {
    if (service !== 'dynamodb' || operation !== 'PutItem' || failures === 3) return undefined;
    failures += 1;
    throw Object.assign(new Error('out'), { name: 'InternalServerError', $retryable: {} });
  };
  await world.invoke(notifier);
  notifier.gate.on = undefined;
  await world.drain(notifier);

  expect(failures).toBe(3);
  const seen = streams.map((stream, index) => (index === 19 ? stream : stream.slice(0, 2)));
  expect(auditSlack(world.slack, seen, MODE)).toMatchObject({ lost: [], doubled: [] });
});

it('half an hour without the table wears no message out', async () => {
  world.publish(...rollout('rollout'));
  notifier.gate.on = ({ service }) => {
    if (service !== 'dynamodb') return undefined;
    throw Object.assign(new Error('out'), { name: 'InternalServerError', $retryable: {} });
  };
  const endsAt = world.now + 1_800_000;
  let invocations = 0;
  while (world.now < endsAt) {
    world.now = Math.max(world.now, world.queue.nextAt);
    await world.invoke(notifier);
    invocations += 1;
  }
  expect(invocations).toBeLessThan(50);
  notifier.gate.on = undefined;
  await world.drain(notifier);
  expect(auditSlack(world.slack, [rollout('rollout')], MODE)).toMatchObject({ lost: [], doubled: [] });
});

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SlackFault, SlackRequest } from '../../../local/slack/faults.ts';
import { aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld, type TestNotifier } from '../../support/notifier-world.ts';
import { logged, requests, shown } from './shown.ts';

let world: NotifierWorld;
let notifier: TestNotifier;
let startedAt: number;

beforeEach(() => begin());

async function begin(options: Parameters<typeof NotifierWorld.start>[1] = {}): Promise<void> {
  const begun = await NotifierWorld.start('slack', options);
  onTestFinished(() => begun.close());
  world = begun;
  notifier = world.notifier();
  startedAt = world.now;
}

/** What the next requests meet, in order; undefined for nothing. */
function failing(...faults: readonly (SlackFault | undefined)[]): void {
  const left = faults.values();
  world.slack.faults.request = () => left.next().value;
}

const isPost = ({ method }: SlackRequest) => method === 'chat.postMessage';
const QUEUED = 'In progress, 0 % of 100 things finished';
const STREAM = aStream(events.started(), events.breached(), events.recovered());
const TOLD = [
  expect.stringContaining(`task1: ${QUEUED}`),
  '→ task1: Critical breach: failed-percent',
  '  task1: Recovered: failed-percent',
];

describe('a message that is refused', () => {
  it('goes as text alone, if it is for its blocks', async () => {
    world.slack.faults.request = (request) =>
      isPost(request) && 'blocks' in request.arguments
        ? { kind: 'refuse', error: 'invalid_blocks' }
        : undefined;
    world.publish(...STREAM);
    await world.drain(notifier);
    expect(shown(world)).toEqual(TOLD);
    expect(world.slack.channels()[0]?.messages[0]?.blocks).toEqual([]);
    expect(notifier.log.map(({ level, fields }) => [level, fields.code])).toEqual(
      Array(3).fill(['error', 'invalid_blocks']),
    );
    expect(world.queue.deadLetters).toEqual([]);
  });

  it('is set aside, while later events go on; sent again by hand, it is told as late', async () => {
    world.slack.faults.request = (request) =>
      JSON.stringify(request.arguments).includes('Critical breach')
        ? { kind: 'refuse', error: 'msg_too_long', problems: ['too long by far'] }
        : undefined;
    world.publish(...STREAM);
    const [tally] = [await world.invoke(notifier)];
    expect(tally).toMatchObject({ told: 2, setAside: 1, failures: 0 });
    expect(world.queue.size).toBe(0);
    expect(shown(world)).toEqual([TOLD[0], TOLD[2]]);
    expect(world.queue.deadLetters).toEqual([
      {
        body: expect.stringContaining('OTA Task Threshold Breached'),
        target: 'slack:#ota-rollouts',
        answer: 'Slack refused chat.postMessage: msg_too_long (too long by far)',
      },
    ]);
    world.slack.faults.request = undefined;
    world.queue.send(world.queue.deadLetters[0]?.body ?? '');
    await world.drain(notifier);
    expect(shown(world)).toEqual([TOLD[0], TOLD[2], TOLD[1]]);
    expect(world.slack.channels()[0]?.messages[0]?.replies[1]?.text).toContain('Told late');
  });

  it('is set aside with all that was to go into its thread, if it is the message of a rollout', async () => {
    failing(...Array<SlackFault>(2).fill({ kind: 'refuse', error: 'invalid_arguments' }));
    world.publish(...STREAM);
    await world.drain(notifier);
    expect(world.queue.deadLetters).toHaveLength(3);
    world.publish(events.stopped({ sequence: 4 }));
    await world.drain(notifier);
    expect(shown(world)).toHaveLength(2);
  });
});

describe('a destination that needs repair', () => {
  it.each<[what: string, fault: SlackFault]>([
    ['the token', { kind: 'refuse', error: 'invalid_auth' }],
    ['the channel', { kind: 'refuse', error: 'channel_not_found' }],
    ['a scope', { kind: 'refuse', error: 'missing_scope' }],
  ])('is asked once a minute at most until %s is good, and then told in order', async (_, fault) => {
    const repairedAt = startedAt + 600_000;
    world.slack.faults.request = () => (world.now < repairedAt ? fault : undefined);
    world.publish(...STREAM.slice(0, 2));
    world.publishAfter(90_000, events.recovered({ sequence: 3 }));
    await world.drain(notifier);
    expect(shown(world)).toEqual(TOLD);
    const tries = world.slack.requests.filter(({ ok }) => !ok).map(({ at }) => at);
    expect(tries.length).toBeGreaterThan(2);
    for (const [index, at] of tries.slice(1).entries())
      expect(at - (tries[index] ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(world.now).toBeLessThan(repairedAt + 400_000);
    expect(world.queue.mostReceives).toBeLessThan(20);
  });

  it('reads the token again when it was refused', async () => {
    world.publish(...STREAM.slice(0, 1));
    await world.drain(notifier);
    const name = '/ota-watch/dev/slack/bot-token';
    world.parameters.set(name, 'xoxb-revoked');
    world.now += 600_000;
    world.publish(...STREAM.slice(1));
    expect(await world.invoke(notifier)).toMatchObject({ misconfigured: 1 });
    world.parameters.set(name, world.slack.botToken);
    await world.drain(notifier);
    expect(shown(world)).toEqual(TOLD);
  });

  it('waits for a secret that is missing', async () => {
    const name = '/ota-watch/dev/slack/bot-token';
    world.parameters.set(name, undefined);
    world.publish(...STREAM);
    expect(await world.invoke(notifier)).toMatchObject({ misconfigured: 1, failures: 1, told: 0 });
    expect(world.queue.nextAt).toBeGreaterThanOrEqual(world.now + 60_000);
    world.parameters.set(name, world.slack.botToken);
    await world.drain(notifier);
    expect(shown(world)).toEqual(TOLD);
  });
});

describe('429', () => {
  it('is heeded to the millisecond by all notifiers', async () => {
    const until = startedAt + 5_000 + 30_000;
    let asked = 0;
    world.slack.faults.request = (request) => {
      if (!isPost(request) || world.now < startedAt + 5_000) return undefined;
      asked += 1;
      return asked === 1 ? { kind: 'rate-limited', retryAfterSeconds: 30 } : undefined;
    };
    const tasks = Array.from({ length: 8 }, (_, index) => `task${index}`);
    for (const [index, taskId] of tasks.entries())
      for (const event of aStream(events.started({ taskId }), events.breached({ taskId })))
        world.publishAfter(index * 700, event);
    await world.run([notifier, world.notifier(), world.notifier()], { max: 3 });
    const posts = world.slack.requests.filter(({ method }) => method === 'chat.postMessage');
    const refused = posts.filter(({ ok }) => !ok);
    expect(refused).toHaveLength(1);
    const allowedAt = (refused[0]?.at ?? 0) + 30_000;
    expect(allowedAt).toBeGreaterThanOrEqual(until);
    const later = posts.slice(posts.findIndex(({ ok }) => !ok) + 1).map(({ at }) => at);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(allowedAt);
    expect(Math.min(...later)).toBeLessThan(allowedAt + 3_500);
    expect(world.slack.violations).toEqual([]);
  });

  it('for an edit holds up no message', async () => {
    world.slack.faults.request = ({ method }) =>
      method === 'chat.update' && world.now < startedAt + 20_000
        ? { kind: 'rate-limited', retryAfterSeconds: 20 }
        : undefined;
    world.publish(...STREAM.slice(0, 1));
    await world.drain(notifier);
    world.publish(...STREAM.slice(1));
    await world.invoke(notifier);
    expect(shown(world).slice(1)).toEqual(TOLD.slice(1));
    await world.drain(notifier);
    const edits = world.slack.requests.filter(({ method }) => method === 'chat.update');
    expect(edits.map(({ ok }) => ok)).toEqual([false, true]);
    const [first = { at: 0 }, second = { at: 0 }] = edits;
    expect(second.at - first.at).toBeGreaterThanOrEqual(20_000);
  });
});

describe('an answer that is lost', () => {
  it.each<[what: string, fault: SlackFault, tries: number]>([
    ['after the message was posted', { kind: 'drop-after' }, 1],
    ['before it was', { kind: 'drop-before' }, 2],
    ['with a 503', { kind: 'server-error', status: 503 }, 2],
    ['with a fatal error', { kind: 'refuse', error: 'fatal_error' }, 2],
  ])('%s: nothing is told twice', async (_, fault, tries) => {
    world.publish(events.started({ taskId: 'other' }));
    await world.drain(notifier);
    for (const place of [0, 1, 2]) {
      const from = world.slack.requests.length;
      let isFirst = true;
      world.slack.faults.request = (request) => {
        const fails = isPost(request) && isFirst;
        if (fails) isFirst = false;
        return fails ? fault : undefined;
      };
      world.publish(...STREAM.slice(place, place + 1));
      await world.drain(world.notifier());
      expect(
        world.slack.requests.slice(from).filter(({ method }) => method === 'chat.postMessage'),
      ).toHaveLength(tries);
    }
    expect(shown(world).slice(1)).toEqual(TOLD);
  });

  it('is found of a digest, too', async () => {
    world.publish(events.started({ taskId: 'other' }));
    await world.drain(notifier);
    failing({ kind: 'drop-after' });
    world.publish(...Array.from({ length: 20 }, (_, index) => events.breached({ taskId: `task${index}` })));
    await world.drain(notifier);
    expect(shown(world)).toEqual([`other: ${QUEUED}`, '20 rollouts have news']);
    expect(requests(world, startedAt).filter((line) => line.includes('history'))).toHaveLength(1);
  });

  it.each<SlackFault>([
    { kind: 'rate-limited', retryAfterSeconds: 5 },
    { kind: 'server-error' },
    { kind: 'drop-before' },
  ])('is looked for until the channel can be searched: $kind', async (fault) => {
    world.publish(events.started({ taskId: 'other' }));
    await world.drain(notifier);
    failing({ kind: 'drop-after' }, fault);
    world.publish(...STREAM);
    await world.drain(notifier);
    expect(shown(world).slice(1)).toEqual(TOLD);
  });

  it('means a second message at most where the channel may not be read', async () => {
    await begin({ mayRead: false });
    failing(undefined, { kind: 'drop-after' });
    world.publish(...STREAM.slice(0, 2));
    await world.drain(notifier);
    expect(shown(world)).toEqual([TOLD[0], TOLD[1], TOLD[1]]);
    expect(logged(notifier)).toContain('cannot be searched');
  });

  it('does not come at all: the next try comes later', async () => {
    failing(undefined, { kind: 'hang' });
    world.publish(...STREAM.slice(0, 2));
    await world.drain(notifier);
    expect(shown(world)).toEqual(TOLD.slice(0, 2));
  });
});

it('tries again ever more rarely while Slack is down, and tells all of it in order after that', async () => {
  const upAt = startedAt + 3_600_000;
  world.slack.faults.request = () => (world.now < upAt ? { kind: 'server-error' } : undefined);
  for (const [index, event] of STREAM.entries()) world.publishAfter(index * 60_000, event);
  await world.run([notifier], { withinMs: 7_200_000 });
  expect(shown(world)).toEqual(TOLD);
  expect(world.slack.requests.filter(({ ok }) => !ok).length).toBeLessThan(40);
  expect(world.queue.mostReceives).toBeLessThan(60);
  expect(world.now).toBeLessThan(upAt + 400_000);
});

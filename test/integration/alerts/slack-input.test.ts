import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { aStream, events } from '../../support/alert-events.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { logged, shown } from './shown.ts';

let world: NotifierWorld;

beforeEach(async () => {
  world = await NotifierWorld.start('slack');
  onTestFinished(() => world.close());
});

const CANARY = 'canary-of-a-body';
const STREAM = aStream(events.started(), events.breached(), events.recovered());
const SHOWN = [
  expect.stringContaining('task1: In progress, 0 % of 100 things finished'),
  '→ task1: Critical breach: failed-percent',
  '  task1: Recovered: failed-percent',
];
const envelope = (over: object) =>
  JSON.stringify({ source: 'ota-watch', 'detail-type': 'OTA Task Progressed', detail: {}, ...over });

it.each([
  ['no JSON', `{"${CANARY}`, 'The body is no event: all of it (invalid_type)'],
  ['no event', JSON.stringify({ [CANARY]: 1 }), 'The body is no event: source (invalid_type)'],
  ['an event of others', envelope({ source: CANARY }), 'The event is of another source'],
  ['an unknown type', envelope({ 'detail-type': 'OTA Task Invented' }), 'There is no detail-type'],
  ['a detail that breaks the contract', envelope({ detail: { status: CANARY } }), 'OTA Task Progressed: '],
])('a message with %s is set aside at once, and the rest of the batch goes on', async (_, body, answer) => {
  const notifier = world.notifier();
  world.queue.send(body);
  world.publish(...STREAM);
  expect(await world.invoke(notifier)).toMatchObject({ received: 3, unreadable: 1, setAside: 1, told: 3 });
  expect(world.queue.size).toBe(0);
  expect(world.queue.deadLetters).toEqual([
    { body, target: 'none', answer: expect.stringContaining(answer) },
  ]);
  expect(shown(world)).toEqual(SHOWN);
  expect(logged(notifier)).not.toContain(CANARY);
  expect(world.queue.deadLetters[0]?.answer).not.toContain(CANARY);
});

describe('while the table', () => {
  it.each(['before', 'lost'] as const)(
    'cannot be reached (%s), nothing is lost or told twice',
    async (how) => {
      world.publish(events.started({ taskId: 'other' }));
      await world.drain(world.notifier());
      const upAt = world.now + 120_000;
      const notifier = world.notifier();
      notifier.gate.on = ({ service, body, operation }) => {
        if (service !== 'dynamodb' || world.now >= upAt) return undefined;
        // Reading goes well: what is in doubt is what was written.
        return how === 'lost' && (operation === 'GetItem' || !body.includes('ledger')) ? undefined : 'lost';
      };
      world.publish(...STREAM);
      await world.drain(notifier);
      expect(shown(world).slice(1)).toEqual(SHOWN);
    },
  );
});

it('logs neither secrets nor tags nor what events say', async () => {
  const secrets = [world.slack.botToken, CANARY];
  world.task('task1', { team: CANARY });
  const notifier = world.notifier();
  const faults = [
    { kind: 'refuse', error: 'invalid_blocks', problems: [`xoxb-${CANARY}`] },
    { kind: 'refuse', error: 'msg_too_long', problems: [`see https://example.com/${CANARY}`] },
    { kind: 'refuse', error: 'invalid_auth' },
    { kind: 'server-error' },
    { kind: 'drop-before' },
    { kind: 'rate-limited', retryAfterSeconds: 1 },
  ] as const;
  const left = faults.values();
  world.slack.faults.request = () => left.next().value;
  world.publish(...aStream(events.started({ description: CANARY }), events.breached({ summary: CANARY })));
  await world.drain(notifier);
  world.parameters.set('/ota-watch/dev/slack/bot-token', `${CANARY} no token`);
  world.now += 600_000;
  world.publish(events.recovered({ sequence: 3, summary: CANARY }));
  await world.invoke(notifier);
  expect(notifier.log.length).toBeGreaterThanOrEqual(4);
  for (const secret of secrets) expect(logged(notifier)).not.toContain(secret);
  for (const { answer } of world.queue.deadLetters) expect(answer).not.toContain(CANARY);
});

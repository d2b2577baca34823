import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { readPublishedEvent } from '../../../lib/alerts/read-event.ts';
import type { Destination } from '../../../lib/domain/alerts/routing.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { LAST_MINUTE, ROLLOUTS } from '../../../local/demo/rollouts.ts';
import { Story } from '../../../local/demo/story.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { World } from '../../support/world.ts';
import { PAGER_DUTY_CALLS, SLACK_CALLS } from './demo-expected.ts';

/** The world knows it as that of another service. */
const SAFETY_KEY = '1'.repeat(32);

let minutes: readonly (readonly PublishedEvent[])[];
let world: NotifierWorld;

/** What the bus accepts of the rollouts of the demo, minute by minute. */
async function eventsByMinute(): Promise<PublishedEvent[][]> {
  const watched = await World.start();
  const clock = {
    now: () => watched.now,
    moveTo: (instant: number) => {
      watched.now = instant;
    },
  };
  const story = new Story(ROLLOUTS, watched.simulator.account, clock);
  const poller = watched.poller();
  const byMinute: PublishedEvent[][] = [];
  while (story.minute < LAST_MINUTE) {
    story.nextMinute();
    const before = watched.bus.accepted.length;
    await poller.poll();
    byMinute.push(watched.bus.accepted.slice(before).flatMap((event) => readPublishedEvent(event) ?? []));
  }
  poller.close();
  await watched.close();
  return byMinute;
}

beforeEach(async () => {
  minutes = await eventsByMinute();
});
afterEach(() => world.close());

/** Lets a notifier deal with the events of the demo, as they come. */
async function play(destination: Destination, onMinute: (minute: number) => void): Promise<void> {
  world = await NotifierWorld.start(destination, { autoCreate: true });
  for (const { taskId, task } of ROLLOUTS) world.task(taskId, task.Tags ?? {});
  world.parameters.set('/ota-watch/dev/pagerduty/safety', SAFETY_KEY);
  const notifier = world.notifier();
  const startedAt = world.now;
  for (const [index, events] of minutes.entries()) {
    world.now = Math.max(world.now, startedAt + (index + 1) * 60_000);
    onMinute(index + 1);
    world.publish(...events);
    await world.drain(notifier);
  }
  notifier.close();
}

/** Calls by where they went and what they are about: rollouts that change at once are told of in any order. */
class Calls {
  readonly byPlace: Record<string, string[]> = {};
  minute = 0;

  add(place: string, rollout: string, call: string): undefined {
    const key = `${place}: ${rollout}`;
    this.byPlace[key] = [...(this.byPlace[key] ?? []), `${this.minute}' ${call}`];
  }
}

/** The name of a rollout, and the first sentence about it: the rest has tests of its own. */
function begin(text: unknown): { rollout: string; sentence: string } {
  const [, rollout = '', sentence = ''] = /^(.*?): (.*?)(?=\. |\.?$)/.exec(String(text)) ?? [];
  return { rollout, sentence };
}

it('tells Slack of the demo', async () => {
  const calls = new Calls();
  await play('slack', (minute) => {
    calls.minute = minute;
    world.slack.faults.request = ({ method, channel = '', arguments: given }) => {
      const name = world.slack.channels().find(({ id }) => id === channel)?.name ?? channel.replace('#', '');
      const reply = given.reply_broadcast === 'true' ? 'reply, broadcast' : 'reply';
      const post = given.thread_ts === undefined ? 'message' : reply;
      const { rollout, sentence } = begin(given.text);
      return calls.add(name, rollout, `${method === 'chat.update' ? 'edit' : post}: ${sentence}`);
    };
  });
  expect(calls.byPlace).toEqual(SLACK_CALLS);
  expect(world.slack.violations).toEqual([]);
});

const Body = z.object({
  routing_key: z.string(),
  event_action: z.string().optional(),
  dedup_key: z.string().optional(),
  payload: z.object({ summary: z.string(), severity: z.string().optional() }).optional(),
});

it('tells PagerDuty of the demo, and ends what it began', async () => {
  const calls = new Calls();
  await play('pagerduty', (minute) => {
    calls.minute = minute;
    world.pagerDuty.faults.request = ({ body }) => {
      const { routing_key: key, event_action: action = 'change', dedup_key: id, payload } = Body.parse(body);
      const [, taskId, rule] = /^ota-watch:(.*?):(.*)$/.exec(id ?? '') ?? [];
      const { rollout, sentence } = begin(payload?.summary);
      const parts = [action, payload?.severity, rule, sentence].filter((part) => part);
      const name = ROLLOUTS.find((candidate) => candidate.taskId === taskId)?.name ?? rollout;
      return calls.add(key === SAFETY_KEY ? 'safety' : 'default', name, parts.join(' | '));
    };
  });
  expect(calls.byPlace).toEqual(PAGER_DUTY_CALLS);
  expect(world.pagerDuty.violations).toEqual([]);
  expect(world.pagerDuty.incidents().filter(({ status }) => status !== 'resolved')).toEqual([]);
});

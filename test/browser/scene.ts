import { WebClient } from '@slack/web-api';
import type { ChangeEvent, PagerDutyEvent } from '../../lib/pagerduty/payload.ts';
import type { SlackMessage } from '../../lib/slack/message.ts';
import { startInbox } from '../../local/inbox/inbox.ts';
import { startPagerDuty } from '../../local/pagerduty/pagerduty.ts';
import { startSlack } from '../../local/slack/slack.ts';

const ROUTING_KEYS = {
  firmware: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  locks: 'b1b2c3d4e5f60718293a4b5c6d7e8f90',
} as const;
export type Service = keyof typeof ROUTING_KEYS;

/** Where a message stands, as Slack has it. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** Slack, PagerDuty and the inbox, on a clock that goes ten seconds at each step. What they are sent goes over the wire. */
export interface Scene {
  /** Of the page. */
  readonly url: string;
  post(channel: string, message: SlackMessage): Promise<Posted>;
  reply(root: Posted, message: SlackMessage, broadcast?: boolean): Promise<Posted>;
  edit(posted: Posted, message: SlackMessage): Promise<void>;
  send(service: Service, event: PagerDutyEvent): Promise<void>;
  change(service: Service, event: ChangeEvent): Promise<void>;
  close(): Promise<void>;
}

const STEP_MS = 10_000;

export async function startScene(start: number): Promise<Scene> {
  let clock = start;
  const now = () => clock;
  const routingKeys = Object.fromEntries(
    Object.entries(ROUTING_KEYS).map(([service, key]) => [key, service]),
  );
  const slack = await startSlack({ now });
  const pagerduty = await startPagerDuty({ now, routingKeys });
  const inbox = await startInbox({ slack, pagerduty, now, timeZone: 'UTC' });
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });

  const post = async (channel: string, { text, blocks }: SlackMessage, root: object = {}) => {
    clock += STEP_MS;
    const posted = await client.chat.postMessage({ channel, text, blocks: [...blocks], ...root });
    return { channel: posted.channel ?? '', ts: posted.ts ?? '' };
  };
  const enqueue = async (path: string, service: Service, event: object) => {
    clock += STEP_MS;
    const body = JSON.stringify({ ...event, routing_key: ROUTING_KEYS[service] });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${pagerduty.url}${path}`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`PagerDuty answered ${answer.status}: ${await answer.text()}`);
  };

  return {
    url: inbox.url,
    post,
    reply: ({ channel, ts }, message, broadcast = false) =>
      post(channel, message, { thread_ts: ts, reply_broadcast: broadcast }),
    edit: async (posted, { text, blocks }) => {
      clock += STEP_MS;
      await client.chat.update({ ...posted, text, blocks: [...blocks] });
    },
    send: (service, event) => enqueue('/v2/enqueue', service, event),
    change: (service, event) => enqueue('/v2/change/enqueue', service, event),
    close: async () => {
      await Promise.all([inbox.close(), slack.close(), pagerduty.close()]);
    },
  };
}

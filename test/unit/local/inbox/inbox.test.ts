import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startInbox } from '../../../../local/inbox/inbox.ts';
import { type PagerDutyStandIn, startPagerDuty } from '../../../../local/pagerduty/pagerduty.ts';
import { startSlack } from '../../../../local/slack/slack.ts';
import type { SlackStandIn } from '../../../../local/slack/types.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');

let slack: SlackStandIn;
let pagerduty: PagerDutyStandIn;
let inbox: Awaited<ReturnType<typeof startInbox>>;
beforeEach(async () => {
  const now = () => NOON;
  slack = await startSlack({ now });
  pagerduty = await startPagerDuty({ now, routingKeys: {} });
  inbox = await startInbox({ slack, pagerduty, now, timeZone: 'UTC' });
});
afterEach(async () => {
  await Promise.all([inbox.close(), slack.close(), pagerduty.close()]);
});

/** As fetch, which lets nobody choose the host. */
async function requestAs(host: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request(inbox.url, { headers: { host } }, resolve).once('error', reject).end();
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}

it('answers with a page that can load and run nothing but itself', async () => {
  const response = await fetch(inbox.url);
  const { 'content-security-policy': policy, ...headers } = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(policy?.replace(/'sha256-[\w+/]{43}='/g, 'HASH')).toBe(
    "default-src 'none'; style-src HASH; script-src HASH; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(await response.text()).toContain('No channel yet');
});

it.each([
  ['GET', '/inbox', 200],
  ['HEAD', '/inbox', 200],
  ['HEAD', '/inbox/changes', 200],
  ['GET', '/inbox?channel=none', 200],
  ['GET', '/', 404],
  ['GET', '/inbox/', 404],
  ['GET', '/inbox/client.js', 404],
  ['POST', '/inbox', 405],
  ['DELETE', '/elsewhere', 405],
])('answers %s %s with %i', async (method, path, status) => {
  const response = await fetch(new URL(path, inbox.url), { method });
  expect(response.status).toBe(status);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});

it.each([
  ['127.0.0.1', 200],
  ['localhost:8080', 200],
  ['LOCALHOST', 200],
  ['rebound.example', 421],
  ['127.0.0.1.rebound.example', 421],
  ['localhost@rebound.example', 421],
  ['[::1]', 421],
  ['not a host', 421],
])('answers whoever asks for %s with %i', async (host, expected) => {
  const { status, body } = await requestAs(host);
  expect({ status, hasPage: body.includes('<main>') }).toEqual({
    status: expected,
    hasPage: expected === 200,
  });
});

it('gives the parts of the page, of the channel that is asked for', async () => {
  for (const channel of ['first', 'second'])
    await fetch(slack.webhookUrl(channel), {
      method: 'POST',
      body: JSON.stringify({ text: `*To ${channel}*` }),
      headers: { 'content-type': 'application/json' },
    });
  const second = slack.channels()[1]?.id;
  const response = await fetch(`${inbox.url}/state?channel=${second}`);
  expect(await response.json()).toEqual({
    slack: expect.stringContaining('<strong>To second</strong>'),
    pagerduty: expect.stringContaining('Nobody is paged.'),
    summary: '2 messages · 0 replies · 0 open incidents',
  });
});

it('tells of changes, and of one at first, until the connection is closed', async () => {
  const response = await fetch(`${inbox.url}/changes`);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toEqual({ done: false, value: 'data: changed\n\n' });
  await fetch(slack.webhookUrl('first'), {
    method: 'POST',
    body: JSON.stringify({ text: 'Hello' }),
    headers: { 'content-type': 'application/json' },
  });
  expect(await reader?.read()).toMatchObject({ done: false });
  await inbox
    .close()
    .then(() => startInbox({ slack, pagerduty }))
    .then((again) => {
      inbox = again;
    });
  await expect(reader?.read()).rejects.toThrow();
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackRequest } from '../../../local/slack/faults.ts';
import { startSlack } from '../../../local/slack/slack.ts';
import type { SlackOptions, SlackStandIn } from '../../../local/slack/types.ts';
import { NOON } from '../../support/builders.ts';

const TOKEN = 'xoxb-stand-in-token';

const running: SlackStandIn[] = [];
let now: number;
let slack: SlackStandIn;

async function start(options: Partial<SlackOptions> = {}): Promise<void> {
  slack = await startSlack({ now: () => now, ...options });
  running.push(slack);
}

beforeEach(async () => {
  now = NOON;
  await start();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

/** Calls a method with JSON. */
async function call(method: string, args: object, token: string | undefined = TOKEN): Promise<Answer> {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return answerOf(
    await fetch(`${slack.apiUrl}${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...authorization },
      body: JSON.stringify(args),
    }),
  );
}

async function errorOf(method: string, args: object): Promise<unknown> {
  const { body } = await call(method, args);
  return typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : body;
}

const post = (args: object) => call('chat.postMessage', { channel: '#ota', text: 'x', ...args });
const ok = (body: object) => expect.objectContaining({ status: 200, body: expect.objectContaining(body) });

describe('the Web API', () => {
  it('takes forms, in which structures are JSON, and the token as an argument', async () => {
    const form = new URLSearchParams({
      token: TOKEN,
      channel: 'ota',
      text: 'ä & b',
      blocks: JSON.stringify([{ type: 'divider' }]),
      metadata: JSON.stringify({ event_type: 'ota_watch', event_payload: { id: 'a' } }),
      reply_broadcast: 'true',
    });
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body: form });
    expect(await answerOf(response)).toEqual(
      ok({ ok: true, channel: 'C0000000001', ts: '1795348800.000000' }),
    );
    expect(slack.channels()[0]?.messages).toEqual([
      {
        by: 'bot',
        ts: '1795348800.000000',
        at: NOON,
        text: 'ä & b',
        blocks: [{ type: 'divider' }],
        metadata: { event_type: 'ota_watch', event_payload: { id: 'a' } },
        edits: 0,
        replies: [],
      },
    ]);
  });

  it('knows its token', async () => {
    const withoutToken = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      body: new URLSearchParams(),
    });
    expect(await answerOf(withoutToken)).toEqual(ok({ ok: false, error: 'not_authed' }));
    expect(await call('auth.test', {}, 'xoxb-other')).toEqual(ok({ ok: false, error: 'invalid_auth' }));
    expect(await call('auth.test', {})).toEqual(ok({ ok: true, user: 'ota-watch' }));
  });

  it('refuses what it cannot read, and methods that it does not have', async () => {
    const send = (contentType: string, body: string) =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { 'content-type': contentType, authorization: `Bearer ${TOKEN}` },
        body,
      }).then(answerOf);
    expect(await send('application/json', '{')).toEqual(ok({ ok: false, error: 'invalid_json' }));
    expect(await send('text/plain', '{}')).toEqual(ok({ ok: false, error: 'invalid_json' }));
    expect(await call('chat.delete', {})).toEqual(ok({ ok: false, error: 'unknown_method' }));
    expect(await answerOf(await fetch(slack.url))).toMatchObject({ status: 404 });
  });

  it('knows its channels', async () => {
    expect(await errorOf('chat.postMessage', { channel: 'C0000000007', text: 'x' })).toBe(
      'channel_not_found',
    );
    await start({
      channels: [{ name: '#ota' }, { name: 'old', archived: true }, { name: 'other', member: false }],
    });
    const errors = ['#nowhere', 'old', '#other'].map((channel) =>
      errorOf('chat.postMessage', { channel, text: 'x' }),
    );
    expect(await Promise.all(errors)).toEqual(['channel_not_found', 'is_archived', 'not_in_channel']);
    expect(await post({ channel: 'C0000000001' })).toEqual(ok({ ok: true, channel: 'C0000000001' }));
    expect(await errorOf('conversations.history', { channel: '#ota' })).toBe('channel_not_found');
    expect(slack.violations).toEqual([]);
  });

  it('replies only to messages of the channel, and edits only those of bots, by id', async () => {
    await start({ rates: { messageEveryMs: 0 } });
    await post({});
    const [ts] = slack.channels()[0]?.messages.map((message) => message.ts) ?? [];
    await post({ thread_ts: ts });
    const reply = slack.channels()[0]?.messages[0]?.replies[0]?.ts;
    await fetch(slack.webhookUrl('ota'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'by webhook' }),
    });
    const webhooked = slack.channels()[0]?.messages[1]?.ts;

    const channel = 'C0000000001';
    expect(await errorOf('chat.postMessage', { channel, text: 'x', thread_ts: '1.000000' })).toBe(
      'thread_not_found',
    );
    expect(await errorOf('chat.postMessage', { channel, text: 'x', thread_ts: reply })).toBe(
      'cannot_reply_to_message',
    );
    expect(await errorOf('chat.update', { channel, text: 'x', ts: '1.000000' })).toBe('message_not_found');
    expect(await errorOf('chat.update', { channel, text: 'x', ts: webhooked })).toBe('cant_update_message');
    expect(await errorOf('chat.update', { channel: '#ota', text: 'x', ts })).toBe('channel_not_found');
    expect(await call('chat.update', { channel, text: 'new', ts: reply })).toEqual(
      ok({ ok: true, ts: reply }),
    );
    expect(slack.channels()[0]?.messages[0]?.replies).toMatchObject([{ text: 'new', edits: 1 }]);
  });

  it('does not take rich text away', async () => {
    const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [] }] }];
    await post({ blocks });
    const ts = slack.channels()[0]?.messages[0]?.ts;
    expect(await errorOf('chat.update', { channel: 'C0000000001', ts, text: 'x' })).toBe('block_mismatch');
  });
});

describe('limits', () => {
  const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
  const markup = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => make(i));
  const divider = { type: 'divider' };
  const header = (length: number) => [{ type: 'header', text: plain(length) }];
  const section = (length: number) => [{ type: 'section', text: markup(length) }];
  const fields = (count: number, length = 1) => [
    { type: 'section', fields: times(count, () => markup(length)) },
  ];
  const context = (count: number, length = 1) => [
    { type: 'context', elements: times(count, () => plain(length)) },
  ];
  const button = (parts: object) => ({ type: 'button', text: plain(1), ...parts });
  const actions = (count: number) => [
    { type: 'actions', elements: times(count, (index) => button({ action_id: `${index}` })) },
  ];
  const oneButton = (parts: object) => [{ type: 'actions', elements: [button(parts)] }];
  const url = (length: number) => 'https://x.example/'.padEnd(length, 'x');
  const richText = (...elements: object[]) => [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] },
  ];

  it.each([
    ['blocks', times(50, () => divider), times(51, () => divider)],
    ['header', header(150), header(151)],
    ['text of a section', section(3000), section(3001)],
    ['fields', fields(10), fields(11)],
    ['length of a field', fields(1, 2000), fields(1, 2001)],
    ['elements of a context', context(10), context(11)],
    ['text of a context', context(1, 3000), context(1, 3001)],
    ['buttons', actions(25), actions(26)],
    ['label of a button', oneButton({ text: plain(75) }), oneButton({ text: plain(76) })],
    ['address of a button', oneButton({ url: url(3000) }), oneButton({ url: url(3001) })],
    ['form of an address', oneButton({ url: url(20) }), oneButton({ url: 'x' })],
    ['value of a button', oneButton({ value: 'x'.repeat(2000) }), oneButton({ value: 'x'.repeat(2001) })],
    ['action_id', oneButton({ action_id: 'x'.repeat(255) }), oneButton({ action_id: 'x'.repeat(256) })],
    ['block_id', [{ ...divider, block_id: 'x'.repeat(255) }], [{ ...divider, block_id: 'x'.repeat(256) }]],
    [
      'block_ids are unique',
      [
        { ...divider, block_id: 'a' },
        { ...divider, block_id: 'b' },
      ],
      [
        { ...divider, block_id: 'a' },
        { ...divider, block_id: 'a' },
      ],
    ],
    ['empty text', header(1), header(0)],
    ['mrkdwn in a header', header(1), [{ type: 'header', text: markup(1) }]],
    ['types', [divider], [{ type: 'dividers' }]],
    ['properties', [divider], [{ ...divider, color: 'red' }]],
    ['text or fields', section(1), [{ type: 'section' }]],
    ['rich text', richText({ type: 'text', text: 'x' }), richText({ type: 'text', text: '' })],
    [
      'instants',
      richText({ type: 'date', timestamp: 1, format: '{date}' }),
      richText({ type: 'date', timestamp: 1.5, format: '{date}' }),
    ],
  ])('%s', async (_, taken, refused) => {
    expect(await post({ blocks: taken })).toEqual(ok({ ok: true }));
    now += 1_000;
    expect(await post({ blocks: refused })).toEqual(ok({ ok: false, error: 'invalid_blocks' }));
    expect(slack.violations.map(({ error, channel }) => [error, channel])).toEqual([
      ['invalid_blocks', 'ota'],
    ]);
  });

  it('all blocks together', async () => {
    const long = (length: number) => [
      ...section(3000),
      ...section(3000),
      ...section(3000),
      ...section(length),
    ];
    expect(await post({ blocks: long(3000) })).toEqual(ok({ ok: true }));
    now += 1_000;
    expect(await post({ blocks: [...long(3000), ...section(1_000)] })).toEqual(
      ok({ ok: false, error: 'msg_blocks_too_long' }),
    );
  });

  it('text, which is shorter in edits', async () => {
    expect(await post({ text: 'x'.repeat(40_001) })).toEqual(ok({ ok: false, error: 'msg_too_long' }));
    expect(await post({ text: 'x'.repeat(40_000) })).toEqual(ok({ ok: true }));
    const edit = { channel: 'C0000000001', ts: slack.channels()[0]?.messages[0]?.ts };
    expect(await errorOf('chat.update', { ...edit, text: 'x'.repeat(4_001) })).toBe('msg_too_long');
    expect(await errorOf('chat.update', { ...edit, text: 'x'.repeat(4_000) })).toBeUndefined();
    expect(await errorOf('chat.postMessage', { channel: '#ota' })).toBe('no_text');
  });

  it.each([
    { event_type: 'a b', event_payload: {} },
    { event_type: 'ota_watch' },
    { event_type: 'ota_watch', event_payload: 'x' },
  ])('metadata: %j', async (metadata) => {
    expect(await post({ metadata })).toEqual(ok({ ok: false, error: 'invalid_metadata_format' }));
  });

  it('a message a second in a channel', async () => {
    expect(await post({})).toEqual(ok({ ok: true }));
    now += 999;
    expect(await post({})).toMatchObject({
      status: 429,
      retryAfter: '1',
      body: { ok: false, error: 'ratelimited' },
    });
    expect(await post({ channel: '#other' })).toEqual(ok({ ok: true }));
    now += 1;
    expect(await post({})).toEqual(ok({ ok: true }));
    expect(slack.violations).toEqual([
      {
        at: NOON + 999,
        method: 'chat.postMessage',
        channel: 'ota',
        error: 'ratelimited',
        problems: ['over one message in 1000 ms'],
      },
    ]);
  });

  it('bursts, where they are let through', async () => {
    await start({ rates: { burst: 2 } });
    const statuses = [];
    for (const wait of [0, 0, 0, 1_000, 0]) {
      now += wait;
      statuses.push((await post({})).status);
    }
    expect(statuses).toEqual([200, 200, 429, 200, 429]);
  });

  it('edits in a minute', async () => {
    await start({ rates: { updatesPerMinute: 2 } });
    await post({});
    const edit = () =>
      call('chat.update', { channel: 'C0000000001', text: 'y', ts: slack.channels()[0]?.messages[0]?.ts });
    expect([await edit(), await edit()].map(({ status }) => status)).toEqual([200, 200]);
    now += 30_000;
    expect(await edit()).toMatchObject({ status: 429, retryAfter: '30' });
    now += 30_000;
    expect(await edit()).toMatchObject({ status: 200 });
  });
});

describe('an incoming webhook', () => {
  const send = async (url: string, body: string) =>
    answerOf(await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));

  it('answers in words', async () => {
    const url = slack.webhookUrl('#ota');
    expect(await send(url, '{"text":"x"}')).toEqual({ status: 200, retryAfter: null, body: 'ok' });
    expect(await send(url, '{"text":"x"}')).toEqual({ status: 429, retryAfter: '1', body: 'ratelimited' });
    expect(await send(url, '{')).toMatchObject({ status: 400, body: 'invalid_payload' });
    expect(await send(url, '{"blocks":[{"type":"x"}]}')).toMatchObject({
      status: 400,
      body: 'invalid_blocks',
    });
    expect(await send(`${slack.url}/services/T/B/x`, '{"text":"x"}')).toMatchObject({
      status: 404,
      body: 'no_service',
    });
  });
});

describe('what is seen', () => {
  it('has times that are never the same', async () => {
    await start({ rates: { messageEveryMs: 0 } });
    for (let count = 0; count < 3; count++) await post({});
    expect(slack.channels()[0]?.messages.map(({ ts }) => ts)).toEqual([
      '1795348800.000000',
      '1795348800.000100',
      '1795348800.000200',
    ]);
  });

  it('is told to those who listen, until they do not', async () => {
    const heard: number[] = [];
    const stop = slack.subscribe(() => heard.push(slack.channels()[0]?.messages.length ?? 0));
    await post({});
    stop();
    now += 1_000;
    await post({});
    expect(heard).toEqual([1]);
  });

  it('waits where a fault says so, and is noted', async () => {
    const gate = Promise.withResolvers<void>();
    const received = new Promise<SlackRequest>((resolve) => {
      slack.faults.request = (request) => {
        resolve(request);
        return { kind: 'delay', until: gate.promise };
      };
    });
    const first = post({});
    expect(await received).toEqual({
      index: 0,
      method: 'chat.postMessage',
      channel: '#ota',
      arguments: { channel: '#ota', text: 'x' },
    });
    expect(slack.channels()).toEqual([]);
    gate.resolve();
    expect(await first).toEqual(ok({ ok: true }));
    expect(slack.requests).toEqual([{ method: 'chat.postMessage', channel: 'ota', at: NOON, ok: true }]);
  });
});

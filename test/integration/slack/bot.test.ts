import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationError } from '../../../lib/alerts/destination-error.ts';
import type { SlackBot } from '../../../lib/alerts/ports.ts';
import { summarizeError } from '../../../lib/errors.ts';
import { slackBot } from '../../../lib/slack/bot.ts';
import type { SlackMessage } from '../../../lib/slack/message.ts';
import { startSlack } from '../../../local/slack/slack.ts';
import type { SlackOptions, SlackStandIn } from '../../../local/slack/types.ts';
import { NOON } from '../../support/builders.ts';
import { type TestSecrets, testSecrets } from './secrets.ts';

const TOKEN = 'xoxb-canary-4711';
const BODY_CANARY = 'canary in the body';
const TOKEN_SECRET = 'slack/bot-token';

const message = (text: string): SlackMessage => ({
  text,
  blocks: [
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] },
  ],
});

const running: SlackStandIn[] = [];
let now: number;
let slack: SlackStandIn;
let secrets: TestSecrets;
let bot: SlackBot;

async function start(options: Partial<SlackOptions> = {}): Promise<void> {
  slack = await startSlack({ now: () => now, botToken: TOKEN, ...options });
  running.push(slack);
  bot = slackBot({ secrets, apiUrl: slack.apiUrl, timeoutMs: 250 });
}

/** A second later, so that the channel takes the next message. */
function later(milliseconds = 1_000): void {
  now += milliseconds;
}

beforeEach(async () => {
  now = NOON;
  secrets = testSecrets({ [TOKEN_SECRET]: TOKEN });
  await start();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function refusal(promise: Promise<unknown>): Promise<DestinationError> {
  const error = await promise.then(
    () => undefined,
    (thrown: DestinationError) => thrown,
  );
  if (error === undefined) throw new Error('Nothing was refused');
  return error;
}

describe('a bot', () => {
  it('posts, replies, broadcasts and edits', async () => {
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    later();
    const reply = await bot.post(root.channel, message('reply'), { id: 'b', thread: root, broadcast: true });
    later();
    await bot.edit(root, message('edited'));

    const ts = ['1795348800.000000', '1795348801.000000'];
    expect([root, reply]).toEqual(ts.map((one) => ({ channel: 'C0000000001', ts: one })));
    const posted = { by: 'bot', ...message('reply') };
    expect(slack.channels()).toEqual([
      {
        id: 'C0000000001',
        name: 'ota',
        messages: [
          {
            by: 'bot',
            ts: ts[0],
            at: NOON,
            ...message('edited'),
            edits: 1,
            editedAt: NOON + 2_000,
            metadata: { event_type: 'ota_watch', event_payload: { id: 'a' } },
            replies: [
              {
                ...posted,
                ts: ts[1],
                at: NOON + 1_000,
                edits: 0,
                broadcast: true,
                metadata: { event_type: 'ota_watch', event_payload: { id: 'b' } },
                replies: [],
              },
            ],
          },
        ],
      },
    ]);
    expect(slack.violations).toEqual([]);
  });

  it('carries whatever a text holds, and shows the text where there are no blocks', async () => {
    const text = '& < > " % + = 字 😀 \n';
    await bot.post('#ota', { text, blocks: [] }, { id: 'a' });
    expect(slack.channels()[0]?.messages[0]).toMatchObject({ text, blocks: [] });
  });

  it('uses the token of the moment', async () => {
    secrets.set(TOKEN_SECRET, 'xoxb-old');
    const error = await refusal(bot.post('#ota', message('x'), { id: 'a' }));
    expect([error.trouble, error.code, secrets.forgotten]).toEqual([
      { kind: 'misconfigured' },
      'invalid_auth',
      [TOKEN_SECRET],
    ]);
    secrets.set(TOKEN_SECRET, TOKEN);
    expect(await bot.post('#ota', message('x'), { id: 'a' })).toMatchObject({ channel: 'C0000000001' });
  });

  it('does not send what is no token', async () => {
    secrets.set(TOKEN_SECRET, `${TOKEN}\n`);
    const error = await refusal(bot.post('#ota', message('x'), { id: 'a' }));
    expect([error.message, error.trouble, slack.requests]).toEqual([
      'Secret slack/bot-token is no token of Slack',
      { kind: 'misconfigured' },
      [],
    ]);
  });
});

describe('finding posts', () => {
  it('tells those in the channel from those in the thread', async () => {
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    later();
    const reply = await bot.post('#ota', message('reply'), { id: 'b', thread: root });
    const ids = ['a', 'b', 'c'];
    expect(await bot.find({ channel: '#ota' }, ids, NOON)).toEqual(new Map([['a', root]]));
    expect(await bot.find({ channel: root.channel, thread: root }, ids, NOON)).toEqual(
      new Map([
        ['a', root],
        ['b', reply],
      ]),
    );
  });

  it('turns pages over, and looks no farther back than asked', async () => {
    await start({ rates: { messageEveryMs: 0 } });
    const old = await bot.post('#ota', message('old'), { id: 'old' });
    later(120_000);
    const first = await bot.post('#ota', message('first'), { id: 'first' });
    for (let count = 0; count < 250; count++) await bot.post('#ota', message('x'), { id: `x${count}` });

    const before = slack.requests.length;
    expect(await bot.find({ channel: '#ota' }, ['old', 'first'], now)).toEqual(new Map([['first', first]]));
    expect(slack.requests.length - before).toBe(2);
    expect(await bot.find({ channel: '#ota' }, ['old'], NOON)).toEqual(new Map([['old', old]]));
  });

  it('cannot tell of a channel that it has not posted to, nor without the scope', async () => {
    expect(await bot.find({ channel: '#ota' }, ['a'], NOON)).toBeUndefined();
    expect(slack.requests).toEqual([]);
    await start({ mayRead: false });
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    expect(await bot.find({ channel: '#ota' }, ['a'], NOON)).toBeUndefined();
    expect(await bot.find({ channel: root.channel, thread: root }, ['a'], NOON)).toBeUndefined();
  });

  it('finds nothing in a thread that is gone', async () => {
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    slack.deleteMessage(root.channel, root.ts);
    expect(await bot.find({ channel: root.channel, thread: root }, ['a'], NOON)).toEqual(new Map());
  });

  it('says when it is to wait', async () => {
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    slack.faults.request = () => ({ kind: 'rate-limited', retryAfterSeconds: 7 });
    const error = await refusal(bot.find({ channel: root.channel }, ['a'], NOON));
    expect(error.trouble).toEqual({ kind: 'busy', retryAfterMs: 7_000 });
  });
});

describe('what goes wrong', () => {
  it.each([
    [
      { kind: 'rate-limited', retryAfterSeconds: 12 } as const,
      { kind: 'busy', retryAfterMs: 12_000 },
      'ratelimited',
    ],
    [{ kind: 'rate-limited' } as const, { kind: 'busy', retryAfterMs: 30_000 }, 'ratelimited'],
    [
      { kind: 'refuse', error: 'rate_limited' } as const,
      { kind: 'busy', retryAfterMs: 30_000 },
      'rate_limited',
    ],
    [{ kind: 'server-error' } as const, { kind: 'unavailable', unsure: true }, undefined],
    [{ kind: 'server-error', status: 503 } as const, { kind: 'unavailable', unsure: true }, undefined],
    [{ kind: 'server-error', status: 200 } as const, { kind: 'unavailable', unsure: true }, undefined],
    [{ kind: 'server-error', status: 404 } as const, { kind: 'misconfigured' }, undefined],
    [{ kind: 'server-error', status: 413 } as const, { kind: 'rejected' }, undefined],
    [{ kind: 'drop-before' } as const, { kind: 'unavailable', unsure: true }, 'UND_ERR_SOCKET'],
    [{ kind: 'drop-after' } as const, { kind: 'unavailable', unsure: true }, 'UND_ERR_SOCKET'],
    [{ kind: 'hang' } as const, { kind: 'unavailable', unsure: true }, 'TIMEOUT'],
    [
      { kind: 'refuse', error: 'internal_error' } as const,
      { kind: 'unavailable', unsure: true },
      'internal_error',
    ],
    [{ kind: 'refuse', error: 'fatal_error' } as const, { kind: 'unavailable', unsure: true }, 'fatal_error'],
    [
      { kind: 'refuse', error: 'team_added_to_org' } as const,
      { kind: 'unavailable', unsure: false },
      'team_added_to_org',
    ],
    [{ kind: 'refuse', error: 'missing_scope' } as const, { kind: 'misconfigured' }, 'missing_scope'],
    [{ kind: 'refuse', error: 'token_revoked' } as const, { kind: 'misconfigured' }, 'token_revoked'],
    [{ kind: 'refuse', error: 'channel_not_found' } as const, { kind: 'misconfigured' }, 'channel_not_found'],
    [{ kind: 'refuse', error: 'restricted_action' } as const, { kind: 'misconfigured' }, 'restricted_action'],
    [{ kind: 'refuse', error: 'invalid_blocks' } as const, { kind: 'rejected' }, 'invalid_blocks'],
    [{ kind: 'refuse', error: 'not_seen_before' } as const, { kind: 'rejected' }, 'not_seen_before'],
  ])('%j', async (fault, trouble, code) => {
    slack.faults.request = () => fault;
    const error = await refusal(bot.post('#ota', message('x'), { id: 'a' }));
    expect([error.name, error.trouble, error.code]).toEqual(['DestinationError', trouble, code]);
    expect(slack.requests).toHaveLength(1);
  });

  it('is certain where there was no connection', async () => {
    await running.splice(0)[0]?.close();
    const error = await refusal(bot.post('#ota', message('x'), { id: 'a' }));
    expect([error.message, error.trouble, error.code]).toEqual([
      'Slack did not answer chat.postMessage: ECONNREFUSED',
      { kind: 'unavailable', unsure: false },
      'ECONNREFUSED',
    ]);
  });

  it('is told with what Slack said of it', async () => {
    const blocks: SlackMessage['blocks'] = [
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } },
    ];
    const error = await refusal(bot.post('#ota', { text: 'x', blocks }, { id: 'a' }));
    expect(error.message).toBe(
      'Slack refused chat.postMessage: invalid_blocks (Too big: expected string to have <=150 characters [json-pointer:/blocks/0/text/text])',
    );
  });

  it('says of a message, or a thread, that it is gone', async () => {
    const root = await bot.post('#ota', message('root'), { id: 'a' });
    slack.deleteMessage(root.channel, root.ts);
    const edit = await refusal(bot.edit(root, message('edited')));
    const reply = await refusal(bot.post('#ota', message('reply'), { id: 'b', thread: root }));
    expect([edit, reply].map(({ code, trouble }) => [code, trouble])).toEqual([
      ['message_not_found', { kind: 'rejected' }],
      ['thread_not_found', { kind: 'rejected' }],
    ]);
  });

  it('takes the message where only the answer is lost', async () => {
    slack.faults.request = ({ index }) => (index === 0 ? { kind: 'drop-after' } : undefined);
    await refusal(bot.post('#ota', message('x'), { id: 'a' }));
    expect(await bot.find({ channel: 'C0000000001' }, ['a'], NOON)).toEqual(
      new Map([['a', { channel: 'C0000000001', ts: '1795348800.000000' }]]),
    );
  });
});

describe('secrets', () => {
  it.each([
    { kind: 'rate-limited' } as const,
    { kind: 'server-error' } as const,
    { kind: 'server-error', status: 302 } as const,
    { kind: 'drop-before' } as const,
    { kind: 'hang' } as const,
    { kind: 'refuse', error: 'invalid_auth' } as const,
    { kind: 'refuse', error: `echo ${TOKEN} ${BODY_CANARY}` } as const,
    {
      kind: 'refuse',
      error: 'invalid_blocks',
      problems: [`echo ${TOKEN} https://hooks.slack.com/${TOKEN}`],
    } as const,
  ])('are in no error: %j', async (fault) => {
    slack.faults.request = () => fault;
    const error = await refusal(bot.post('#ota', message(BODY_CANARY), { id: 'a' }));
    const shown = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(summarizeError(error))}`;
    expect(shown).not.toMatch(/canary/);
  });
});

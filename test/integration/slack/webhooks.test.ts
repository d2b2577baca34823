import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationError } from '../../../lib/alerts/destination-error.ts';
import type { SlackWebhooks } from '../../../lib/alerts/ports.ts';
import { summarizeError } from '../../../lib/errors.ts';
import type { SlackMessage } from '../../../lib/slack/message.ts';
import { slackWebhooks } from '../../../lib/slack/webhooks.ts';
import { startSlack } from '../../../local/slack/slack.ts';
import type { SlackStandIn } from '../../../local/slack/types.ts';
import { NOON } from '../../support/builders.ts';
import { type TestSecrets, testSecrets } from './secrets.ts';

const SECRET = 'slack/webhook/canary';
const MESSAGE: SlackMessage = { text: 'canary in the body', blocks: [{ type: 'divider' }] };

let slack: SlackStandIn;
let secrets: TestSecrets;
let webhooks: SlackWebhooks;

beforeEach(async () => {
  slack = await startSlack({
    now: () => NOON,
    channels: [{ name: 'canary' }, { name: 'archived', archived: true }],
  });
  secrets = testSecrets({
    [SECRET]: slack.webhookUrl('canary'),
    'slack/webhook/archived': slack.webhookUrl('archived'),
  });
  webhooks = slackWebhooks({ secrets, timeoutMs: 250 });
});

afterEach(() => slack.close());

async function refusal(promise: Promise<unknown>): Promise<DestinationError> {
  const error = await promise.then(
    () => undefined,
    (thrown: DestinationError) => thrown,
  );
  if (error === undefined) throw new Error('Nothing was refused');
  return error;
}

describe('an incoming webhook', () => {
  it('takes a message', async () => {
    await webhooks.post('#canary', MESSAGE);
    expect(slack.channels()[0]?.messages).toEqual([
      { by: 'webhook', ts: '1795348800.000000', at: NOON, ...MESSAGE, edits: 0, replies: [] },
    ]);
  });

  it('is missing where there is no secret for the channel', async () => {
    const error = await refusal(webhooks.post('#other', MESSAGE));
    expect([error.message, error.trouble]).toEqual([
      'Secret slack/webhook/other does not exist',
      { kind: 'misconfigured' },
    ]);
  });

  it.each(['not an address', 'file:///etc/passwd', 'https://user@hooks.slack.com/', ''])(
    'is no %j',
    async (value) => {
      secrets.set(SECRET, value);
      const error = await refusal(webhooks.post('#canary', MESSAGE));
      expect([error.message, error.trouble, secrets.forgotten]).toEqual([
        `Secret ${SECRET} is no address of a webhook`,
        { kind: 'misconfigured' },
        [SECRET],
      ]);
    },
  );

  it('of an archived channel is of no use', async () => {
    const error = await refusal(webhooks.post('#archived', MESSAGE));
    expect([error.message, error.trouble, error.code]).toEqual([
      'Slack answered the webhook slack/webhook/archived with 410: channel_is_archived',
      { kind: 'misconfigured' },
      'channel_is_archived',
    ]);
  });

  it.each([
    [
      { kind: 'rate-limited', retryAfterSeconds: 12 } as const,
      { kind: 'busy', retryAfterMs: 12_000 },
      'ratelimited',
    ],
    [{ kind: 'rate-limited' } as const, { kind: 'busy', retryAfterMs: 30_000 }, 'ratelimited'],
    [{ kind: 'server-error' } as const, { kind: 'unavailable', unsure: true }, undefined],
    [{ kind: 'server-error', status: 200 } as const, { kind: 'unavailable', unsure: true }, undefined],
    [{ kind: 'drop-before' } as const, { kind: 'unavailable', unsure: true }, 'UND_ERR_SOCKET'],
    [{ kind: 'drop-after' } as const, { kind: 'unavailable', unsure: true }, 'UND_ERR_SOCKET'],
    [{ kind: 'hang' } as const, { kind: 'unavailable', unsure: true }, 'TIMEOUT'],
    [
      { kind: 'refuse', error: 'rollup_error' } as const,
      { kind: 'unavailable', unsure: true },
      'rollup_error',
    ],
    [{ kind: 'refuse', error: 'invalid_payload' } as const, { kind: 'rejected' }, 'invalid_payload'],
    [{ kind: 'refuse', error: 'action_prohibited' } as const, { kind: 'misconfigured' }, 'action_prohibited'],
    [{ kind: 'refuse', error: 'no_service' } as const, { kind: 'misconfigured' }, 'no_service'],
  ])('fails: %j', async (fault, trouble, code) => {
    slack.faults.request = () => fault;
    const error = await refusal(webhooks.post('#canary', MESSAGE));
    expect([error.name, error.trouble, error.code]).toEqual(['DestinationError', trouble, code]);
    expect(slack.requests).toHaveLength(1);
  });

  it.each([
    { kind: 'server-error' } as const,
    { kind: 'server-error', status: 200 } as const,
    { kind: 'drop-before' } as const,
    { kind: 'hang' } as const,
    { kind: 'refuse', error: 'echo of canary in the body' } as const,
  ])('tells no secret when it fails: %j', async (fault) => {
    secrets.set('slack/webhook/default', slack.webhookUrl('canary'));
    slack.faults.request = () => fault;
    const error = await refusal(webhooks.post('#default', MESSAGE));
    const shown = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(summarizeError(error))}`;
    expect(shown).not.toMatch(/canary|services|Y2FuYXJ5/);
  });

  it('is certain where there was no connection', async () => {
    const gone = await startSlack({ now: () => NOON });
    secrets.set(SECRET, gone.webhookUrl('canary'));
    await gone.close();
    const error = await refusal(webhooks.post('#canary', MESSAGE));
    expect([error.trouble, error.code]).toEqual([{ kind: 'unavailable', unsure: false }, 'ECONNREFUSED']);
  });
});

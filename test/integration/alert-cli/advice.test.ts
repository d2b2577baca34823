import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adviceOn } from '../../../cli/alert/advice.ts';
import { createSsmClient, ssmSecrets } from '../../../lib/aws/secrets.ts';
import { pagerDuty } from '../../../lib/pagerduty/client.ts';
import { slackBot } from '../../../lib/slack/bot.ts';
import { slackWebhooks } from '../../../lib/slack/webhooks.ts';
import { ServiceError } from '../../../local/bus/put-events.ts';
import type { PagerDutyFault } from '../../../local/pagerduty/faults.ts';
import { startPagerDuty } from '../../../local/pagerduty/pagerduty.ts';
import { startParameters } from '../../../local/parameters/parameters.ts';
import type { SlackFault } from '../../../local/slack/faults.ts';
import { startSlack } from '../../../local/slack/slack.ts';

const KEY = 'k'.repeat(32);
const MESSAGE = { text: 'a', blocks: [] };

const secretsOf = (value: string) => ({ get: async () => value, forget: () => undefined });

/** What a client throws. */
async function errorOf(calling: Promise<unknown>): Promise<Error> {
  const error = await calling.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error('Nothing failed');
}

async function withBot(fault: SlackFault, token?: string): Promise<string> {
  const slack = await startSlack({ now: Date.now });
  try {
    slack.faults.request = () => (token === undefined ? fault : undefined);
    const bot = slackBot({
      secrets: secretsOf(token ?? slack.botToken),
      apiUrl: slack.apiUrl,
      timeoutMs: 200,
    });
    const error = await errorOf(bot.post('#a', MESSAGE, { id: 'a' }));
    return adviceOn(error, { to: 'slack', secret: 'slack/bot-token', repair: 'REPAIR' });
  } finally {
    await slack.close();
  }
}

async function withWebhook(fault: SlackFault, url?: string): Promise<string> {
  const slack = await startSlack({ now: Date.now });
  try {
    slack.faults.request = () => fault;
    const webhooks = slackWebhooks({ secrets: secretsOf(url ?? slack.webhookUrl('#a')), timeoutMs: 200 });
    const error = await errorOf(webhooks.post('#default', MESSAGE));
    return adviceOn(error, { to: 'slack', secret: 'slack/webhook/default', repair: 'REPAIR' });
  } finally {
    await slack.close();
  }
}

async function withPagerDuty(fault: PagerDutyFault | undefined, key = KEY): Promise<string> {
  const standIn = await startPagerDuty({ now: Date.now, routingKeys: { [KEY]: 'default' } });
  try {
    standIn.faults.request = () => fault;
    const client = pagerDuty({ secrets: secretsOf(key), eventsUrl: standIn.url, timeoutMs: 200 });
    const error = await errorOf(client.send('default', { event_action: 'resolve', dedup_key: 'a' }));
    return adviceOn(error, { to: 'pagerduty', secret: 'pagerduty/default', repair: 'REPAIR' });
  } finally {
    await standIn.close();
  }
}

const LATER = 'Too much was sent in the last minute: try again in a minute';
const PROXY = 'Something else than its API may have answered: check its address, and a proxy on the way';
const REPORT = 'ota-watch sent something that is not taken: please report it, with this output';
const unreachable = (page: string) =>
  `It could not be reached, or failed. Check the network, a proxy, and ${page}, then try again`;

describe('advice on Slack', () => {
  const TOKEN =
    'Slack does not know the token, or not any more. The token of the bot is on the page "OAuth & Permissions" of the app ("Bot User OAuth Token", xoxb-…): REPAIR';
  const SCOPE =
    'Add the scope (chat:write in any case) under "OAuth & Permissions" of the app, then install it to the workspace again, which may give it another token: REPAIR';
  const RESTRICTED =
    'The workspace lets only some people write in this channel: choose another one, or ask an administrator';
  const CHANNEL =
    'There is no such channel, or it is private and the bot is not in it: check the name (--channel), or write "/invite @name-of-the-app" in the channel';
  const WEBHOOK =
    'The webhook does not exist, or not any more. The page "Incoming Webhooks" of the app has its address, or makes another: REPAIR';

  it.each([
    ['invalid_auth', TOKEN],
    ['not_authed', TOKEN],
    ['account_inactive', TOKEN],
    ['token_expired', TOKEN],
    ['token_revoked', TOKEN],
    [
      'not_allowed_token_type',
      'This is not the token of a bot: it has to begin with xoxb- ("OAuth & Permissions" of the app): REPAIR',
    ],
    ['missing_scope', SCOPE],
    ['no_permission', SCOPE],
    ['channel_not_found', CHANNEL],
    [
      'not_in_channel',
      'Write "/invite @name-of-the-app" in the channel, or give the app the scope chat:write.public, for public channels',
    ],
    ['is_archived', 'The channel is archived: unarchive it, or choose another one'],
    ['restricted_action', RESTRICTED],
    ['posting_to_channel_denied', RESTRICTED],
    ['ekm_access_denied', PROXY],
    ['internal_error', unreachable('https://slack-status.com')],
    ['invalid_blocks', REPORT],
  ])('of a bot: %s', async (error, advice) => {
    expect(await withBot({ kind: 'refuse', error })).toBe(advice);
  });

  it.each([
    ['no_service', WEBHOOK],
    ['invalid_token', WEBHOOK],
    ['channel_not_found', CHANNEL],
    ['is_archived', 'The channel is archived: unarchive it, or choose another one'],
    ['action_prohibited', RESTRICTED],
    ['posting_to_general_channel_denied', RESTRICTED],
    ['invalid_payload', REPORT],
  ])('of a webhook: %s', async (error, advice) => {
    expect(await withWebhook({ kind: 'refuse', error })).toBe(advice);
  });

  const FAULTS: readonly (readonly [SlackFault, string])[] = [
    [{ kind: 'rate-limited', retryAfterSeconds: 9 }, LATER],
    [{ kind: 'server-error' }, unreachable('https://slack-status.com')],
    [{ kind: 'server-error', status: 404 }, PROXY],
    [{ kind: 'drop-before' }, unreachable('https://slack-status.com')],
    [{ kind: 'hang' }, unreachable('https://slack-status.com')],
  ];
  it.each(FAULTS)('%j', async (fault, advice) => {
    expect([await withBot(fault), await withWebhook(fault)]).toEqual([advice, advice]);
  });

  it('that is kept wrongly', async () => {
    expect(await withBot({ kind: 'hang' }, 'no token')).toBe(
      'What is kept as slack/bot-token is something else: REPAIR',
    );
    expect(await withWebhook({ kind: 'hang' }, 'no address')).toBe(
      'What is kept as slack/webhook/default is something else: REPAIR',
    );
  });
});

describe('advice on PagerDuty', () => {
  const CASES: readonly (readonly [PagerDutyFault, string])[] = [
    [{ kind: 'busy' }, LATER],
    [{ kind: 'internal-error' }, unreachable('https://status.pagerduty.com')],
    [{ kind: 'drop-before' }, unreachable('https://status.pagerduty.com')],
    [{ kind: 'hang' }, unreachable('https://status.pagerduty.com')],
    [{ kind: 'invalid' }, REPORT],
    [{ kind: 'answer', status: 302, body: '' }, PROXY],
  ];
  it.each(CASES)('%j', async (fault, advice) => {
    expect(await withPagerDuty(fault)).toBe(advice);
  });

  it('that has another routing key, or none', async () => {
    expect(await withPagerDuty(undefined, 'x'.repeat(32))).toBe(
      'PagerDuty does not know the routing key. It is the "Integration Key" of the integration "Events API v2" of the service, under Integrations: REPAIR',
    );
    expect(await withPagerDuty(undefined, 'short')).toBe(
      'What is kept as pagerduty/default is something else: REPAIR',
    );
  });
});

describe('advice on parameters', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ['ParameterNotFound', 'There is no such parameter in this account and region: REPAIR'],
    [
      'AccessDeniedException',
      'Your AWS credentials have to allow ssm:GetParameter of the parameter, and kms:Decrypt of its key',
    ],
    [
      'UnrecognizedClientException',
      'Your AWS credentials are not good, or not any more: "aws sts get-caller-identity" says whose they are',
    ],
    [
      'InternalServerError',
      'The Parameter Store could not be asked: check the network, the region (--region) and your AWS credentials',
    ],
  ])('%s', async (name, advice) => {
    const store = await startParameters({ parameters: {} });
    try {
      vi.stubEnv('AWS_ENDPOINT_URL_SSM', store.url);
      store.faults.request = () => new ServiceError(name, 'no');
      const secrets = ssmSecrets({ client: createSsmClient(), prefix: '/a', now: Date.now });
      const error = await errorOf(secrets.get('slack/bot-token'));
      expect(adviceOn(error, { to: 'slack', secret: 'slack/bot-token', repair: 'REPAIR' })).toBe(advice);
    } finally {
      await store.close();
    }
  });

  it('a mistake of our own', () => {
    expect(adviceOn(new TypeError('x'), { to: 'slack', secret: 'a', repair: 'b' })).toBe(
      'This is a mistake in ota-watch: please report it',
    );
  });
});

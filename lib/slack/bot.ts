import type { WebClient } from '@slack/web-api';
import { DestinationError } from '../alerts/destination-error.ts';
import type { PostedMessage, PostOptions, Secrets, SlackBot } from '../alerts/ports.ts';
import { contentOf, type SlackMessage } from './message.ts';
import { EVENT_TYPE, searchPosts } from './posts.ts';
import { webApiError, webClient } from './web-client.ts';

const TOKEN = 'slack/bot-token';
/** Slack answers in well under a second: what takes longer than this is better tried again. */
const TIMEOUT_MS = 4_000;

const PAGE_SIZE = 200;
/** How far the clock that posts were remembered by may be ahead of Slack's. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The token is not good any more. */
const STALE_TOKEN = new Set([
  'account_inactive',
  'invalid_auth',
  'not_authed',
  'token_expired',
  'token_revoked',
]);
/** The token may not read the channel. */
const UNREADABLE = new Set([
  'access_denied',
  'channel_not_found',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_in_channel',
]);

export interface SlackBotOptions {
  readonly secrets: Secrets;
  /** `https://slack.com/api/`. */
  readonly apiUrl: string;
  /** From a request to the end of its answer. */
  readonly timeoutMs?: number;
}

/**
 * The Web API of Slack, with the token that is the secret `slack/bot-token`. The `code` of errors is Slack's word for them:
 * of an edit, `message_not_found`, `cant_update_message` and `edit_window_closed` say that the message cannot be edited any
 * more; of a reply, `thread_not_found` that its thread is gone.
 *
 * Channels are read by id, which takes another scope to look up. It is known of those that were posted to; where it is not,
 * `find` cannot tell.
 */
export function slackBot({ secrets, apiUrl, timeoutMs = TIMEOUT_MS }: SlackBotOptions): SlackBot {
  let client: WebClient | undefined;
  const channelIds = new Map<string, string>();

  async function connected(): Promise<WebClient> {
    const token = await secrets.get(TOKEN);
    if (!/^[\w.-]+$/.test(token)) {
      secrets.forget(TOKEN);
      throw new DestinationError(`Secret ${TOKEN} is no token of Slack`, { kind: 'misconfigured' });
    }
    if (client?.token !== token) client = webClient(token, apiUrl, timeoutMs);
    return client;
  }

  async function call<Answer>(method: string, run: (web: WebClient) => Promise<Answer>): Promise<Answer> {
    const web = await connected();
    try {
      return await run(web);
    } catch (thrown) {
      const error = webApiError(method, thrown);
      if (error.code !== undefined && STALE_TOKEN.has(error.code)) secrets.forget(TOKEN);
      throw error;
    }
  }

  async function post(channel: string, message: SlackMessage, options: PostOptions): Promise<PostedMessage> {
    const method = 'chat.postMessage';
    const { id, thread, broadcast = false } = options;
    const content = {
      channel,
      ...contentOf(message),
      metadata: { event_type: EVENT_TYPE, event_payload: { id } },
      unfurl_links: false,
      unfurl_media: false,
    };
    const answer = await call(method, (web) =>
      web.chat.postMessage(
        thread === undefined ? content : { ...content, thread_ts: thread.ts, reply_broadcast: broadcast },
      ),
    );
    const { channel: channelId, ts } = answer;
    if (channelId === undefined || ts === undefined) {
      throw new DestinationError(`Slack answered ${method} without saying what it posted`, {
        kind: 'unavailable',
        unsure: true,
      });
    }
    channelIds.set(channel, channelId);
    return { channel: channelId, ts };
  }

  async function edit({ channel, ts }: PostedMessage, message: SlackMessage): Promise<void> {
    await call('chat.update', (web) => web.chat.update({ channel, ts, ...contentOf(message) }));
  }

  const find: SlackBot['find'] = async ({ channel, thread }, ids, since) => {
    const channelId = thread?.channel ?? channelIds.get(channel) ?? channel;
    if (!isChannelId(channelId)) return undefined;
    const place = {
      channel: channelId,
      oldest: ((since - CLOCK_TOLERANCE_MS) / 1_000).toFixed(6),
      limit: PAGE_SIZE,
      include_all_metadata: true,
    };
    const read = (cursor: string | undefined) => {
      const page = { ...place, ...(cursor !== undefined && { cursor }) };
      return thread === undefined
        ? call('conversations.history', (web) => web.conversations.history(page))
        : call('conversations.replies', (web) => web.conversations.replies({ ...page, ts: thread.ts }));
    };
    return searchPosts(channelId, ids, read).catch(nothingToRead);
  };

  const ready = async () => {
    await connected();
  };

  return { ready, post, edit, find };
}

/** Whether nobody can tell (undefined), or there is nothing to be found; throws any other error on. */
function nothingToRead(error: unknown): ReadonlyMap<string, PostedMessage> | undefined {
  const code = error instanceof DestinationError ? error.code : undefined;
  if (code === 'thread_not_found') return new Map();
  if (code !== undefined && UNREADABLE.has(code)) return undefined;
  throw error;
}

const isChannelId = (channel: string) => /^[CDG][A-Z0-9]{6,}$/.test(channel);

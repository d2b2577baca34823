import { IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook';
import { DestinationError } from '../alerts/destination-error.ts';
import type { Secrets, SlackWebhooks } from '../alerts/ports.ts';
import { contentOf, type SlackMessage } from './message.ts';
import { DEFAULT_RETRY_AFTER_S, isWord, troubleOfStatus, unanswered } from './refusals.ts';

/** Slack answers in well under a second: what takes longer than this is better tried again. */
const TIMEOUT_MS = 4_000;

export interface SlackWebhooksOptions {
  readonly secrets: Secrets;
  /** From a request to the end of its answer. */
  readonly timeoutMs?: number;
}

/** Incoming webhooks. The address of that of a channel is the secret `slack/webhook/<channel without #>`. */
export function slackWebhooks({ secrets, timeoutMs = TIMEOUT_MS }: SlackWebhooksOptions): SlackWebhooks {
  const secretOf = (channel: string) => `slack/webhook/${channel.replace(/^#/, '')}`;
  return {
    ready: async (channel) => {
      await secrets.get(secretOf(channel));
    },
    post: async (channel, message) => {
      const secret = secretOf(channel);
      try {
        await post(secret, await secrets.get(secret), message, timeoutMs);
      } catch (error) {
        if (error instanceof DestinationError && error.trouble.kind === 'misconfigured')
          secrets.forget(secret);
        throw error;
      }
    },
  };
}

async function post(secret: string, url: string, message: SlackMessage, timeout: number): Promise<void> {
  if (!isAddress(url)) {
    throw new DestinationError(`Secret ${secret} is no address of a webhook`, { kind: 'misconfigured' });
  }
  const what = `the webhook ${secret}`;
  let retryAfter: string | null = null;
  const webhook = new IncomingWebhook(url, {
    timeout,
    // The client's errors do not tell the headers.
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      retryAfter = response.headers.get('retry-after');
      return response;
    },
  });
  const answer = await webhook
    .send({ ...contentOf(message), unfurl_links: false, unfurl_media: false })
    .catch((thrown: unknown) => {
      throw thrown instanceof IncomingWebhookHTTPError
        ? refused(what, thrown, retryAfter)
        : unanswered(what, thrown);
    });
  if (answer.text !== 'ok') {
    const trouble = { kind: 'unavailable', unsure: true } as const;
    throw new DestinationError(`Slack answered ${what} with something else than ok`, trouble);
  }
}

/** Whether it can be fetched: what cannot would be quoted by the error of that. */
function isAddress(url: string): boolean {
  const { protocol = '', username = '', password = '' } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** What was thrown is not kept as the cause, and of the answer only what is a word of Slack's. */
function refused(
  what: string,
  { statusCode, body }: IncomingWebhookHTTPError,
  retryAfter: string | null,
): DestinationError {
  if (statusCode === 429) {
    const seconds = Number.parseInt(retryAfter ?? '', 10);
    const wait = Number.isNaN(seconds) ? DEFAULT_RETRY_AFTER_S : seconds;
    const trouble = { kind: 'busy', retryAfterMs: wait * 1_000 } as const;
    return new DestinationError(`Slack asks to wait before ${what}`, trouble, { code: 'ratelimited' });
  }
  const word = body.trim();
  const code = isWord(word) ? word : undefined;
  const said = code === undefined ? '' : `: ${code}`;
  return new DestinationError(
    `Slack answered ${what} with ${statusCode}${said}`,
    troubleOfStatus(statusCode),
    {
      code,
    },
  );
}

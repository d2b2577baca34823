import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { DestinationError } from '../alerts/destination-error.ts';
import {
  DEFAULT_RETRY_AFTER_S,
  isWord,
  quoted,
  troubleOfError,
  troubleOfStatus,
  unanswered,
} from './refusals.ts';

/** A client that tries once, and writes nothing down. */
export function webClient(token: string, slackApiUrl: string, timeout: number): WebClient {
  return new WebClient(token, {
    slackApiUrl,
    timeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: SILENT,
    fetch: fetchWithRetryAfter,
  });
}

const nothing = () => undefined;
/** What the client logs can hold messages. */
const SILENT: NonNullable<WebClientOptions['logger']> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};

/** The client takes a 429 without Retry-After for a failure of its own. */
const fetchWithRetryAfter: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status !== 429 || Number.parseInt(response.headers.get('retry-after') ?? '', 10) >= 0) {
    return response;
  }
  return new Response(null, { status: 429, headers: { 'retry-after': String(DEFAULT_RETRY_AFTER_S) } });
};

/** The error of a call. What was thrown is not kept as the cause: it can hold the token and the message. */
export function webApiError(method: string, thrown: unknown): DestinationError {
  if (thrown instanceof WebAPIRateLimitedError) {
    const trouble = { kind: 'busy', retryAfterMs: thrown.retryAfter * 1_000 } as const;
    return new DestinationError(`Slack asks to wait before ${method}`, trouble, { code: 'ratelimited' });
  }
  if (thrown instanceof WebAPIHTTPError) {
    const { statusCode } = thrown;
    return new DestinationError(`Slack answered ${method} with ${statusCode}`, troubleOfStatus(statusCode));
  }
  if (!(thrown instanceof WebAPIPlatformError)) return unanswered(method, thrown);
  return refused(method, thrown.data);
}

function refused(method: string, data: WebAPIPlatformError['data']): DestinationError {
  const { error, response_metadata } = data;
  if (!isWord(error)) {
    // A page of a proxy, say.
    const trouble = { kind: 'unavailable', unsure: true } as const;
    return new DestinationError(`Slack answered ${method} with something else than its JSON`, trouble);
  }
  const said = quoted([...neededScope(data), ...(response_metadata?.messages ?? [])]);
  return new DestinationError(
    `Slack refused ${method}: ${error}${said === '' ? '' : ` (${said})`}`,
    troubleOfError(error),
    { code: error },
  );
}

/** Of missing_scope: which one. */
function neededScope(data: object): string[] {
  const needed: unknown = Reflect.get(data, 'needed');
  return typeof needed === 'string' ? [`needs ${needed}`] : [];
}

import { DestinationError, type DestinationTrouble } from '../alerts/destination-error.ts';
import { cut } from './text.ts';

/** Where Slack asks for time and does not say how much: what its documentation has for an example. */
export const DEFAULT_RETRY_AFTER_S = 30;

/**
 * What errors of the Web API mean (docs.slack.dev: chat.postMessage, chat.update, conversations.history). What is not listed
 * here is about what was sent.
 */
const TROUBLES: readonly (readonly [trouble: DestinationTrouble, errors: readonly string[]])[] = [
  [
    { kind: 'busy', retryAfterMs: DEFAULT_RETRY_AFTER_S * 1_000 },
    ['ratelimited', 'rate_limited', 'message_limit_exceeded'],
  ],
  [
    // "It's possible some aspect of the operation succeeded before the error was raised."
    { kind: 'unavailable', unsure: true },
    ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable', 'update_failed'],
  ],
  [{ kind: 'unavailable', unsure: false }, ['external_channel_migrating', 'team_added_to_org']],
  [
    { kind: 'misconfigured' },
    [
      'access_denied',
      'accesslimited',
      'account_inactive',
      'app_access_restricted',
      'channel_not_found',
      'deprecated_endpoint',
      'ekm_access_denied',
      'enterprise_is_restricted',
      'invalid_auth',
      'is_archived',
      'is_inactive',
      'messages_tab_disabled',
      'metadata_must_be_sent_from_app',
      'method_deprecated',
      'missing_scope',
      'no_permission',
      'not_allowed_token_type',
      'not_authed',
      'not_in_channel',
      'org_login_required',
      'posting_to_channel_denied',
      'restricted_action',
      'restricted_action_read_only_channel',
      'restricted_action_thread_only_channel',
      'team_access_not_granted',
      'team_not_found',
      'token_expired',
      'token_revoked',
      'two_factor_setup_required',
      'unknown_method',
    ],
  ],
];

const TROUBLE_OF = new Map(
  TROUBLES.flatMap(([trouble, errors]) => errors.map((error) => [error, trouble] as const)),
);

/** What an `ok: false` of the Web API means. */
export function troubleOfError(error: string): DestinationTrouble {
  return TROUBLE_OF.get(error) ?? { kind: 'rejected' };
}

/** What an HTTP status other than 200 and 429 means. */
export function troubleOfStatus(status: number): DestinationTrouble {
  if (status >= 500 || status === 408) return { kind: 'unavailable', unsure: true };
  return status === 400 || status === 413 ? { kind: 'rejected' } : { kind: 'misconfigured' };
}

/** There was no connection, so nothing was sent. Codes of the operating system and of undici. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * The error of a request that has no answer. What was thrown is not kept as its cause: it can hold the address of a webhook,
 * or a header, which are secrets.
 */
export function unanswered(what: string, thrown: unknown): DestinationError {
  const code = codeOf(thrown);
  const trouble = { kind: 'unavailable', unsure: !NOT_CONNECTED.has(code) } as const;
  return new DestinationError(`Slack did not answer ${what}: ${code}`, trouble, { code });
}

const MAX_CAUSES = 5;

/** The code of the first cause that has one. */
function codeOf(thrown: unknown): string {
  let error = thrown;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth++) {
    if (error.name === 'TimeoutError') return 'TIMEOUT';
    if ('code' in error && isNetworkCode(error.code)) return error.code;
    error = error.cause;
  }
  return 'UNKNOWN';
}

function isNetworkCode(code: unknown): code is string {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code);
}

/** Whether a text is one of Slack's words for what is wrong, rather than a page or a sentence. */
export function isWord(text: unknown): text is string {
  return typeof text === 'string' && /^\w{1,80}$/.test(text);
}

const MAX_QUOTE = 300;

/** What Slack said, without what looks like a secret. */
export function quoted(words: readonly string[]): string {
  const said = words.join('; ').replace(/\[(ERROR|WARN)\] */g, '');
  return cut(said.replace(/xox[a-z]*-[\w-]+|https?:\/\/\S+/gi, '(left out)'), MAX_QUOTE);
}

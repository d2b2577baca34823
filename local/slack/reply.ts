import type { ServerResponse } from 'node:http';
import type { SlackRefusal } from './refusal.ts';

export interface Reply {
  readonly status: number;
  readonly type: 'application/json' | 'text/html' | 'text/plain';
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/** A reply, a connection closed without one, or none at all. */
export type Outcome = Reply | 'drop' | 'hang';

/** What a webhook answers with an error, where it is not 400 (docs.slack.dev, "Sending messages using incoming webhooks"). */
const WEBHOOK_STATUS: Readonly<Record<string, number>> = {
  invalid_token: 403,
  action_prohibited: 403,
  posting_to_general_channel_denied: 403,
  channel_not_found: 404,
  no_service: 404,
  no_team: 404,
  is_archived: 410,
  ratelimited: 429,
  rollup_error: 500,
};

/** A page as a proxy answers, or a server that does not know what else to say. */
export function pageReply(status: number): Reply {
  return { status, type: 'text/html', body: '<html>Something went wrong</html>' };
}

export function apiReply(body: Readonly<Record<string, unknown>>): Reply {
  return { status: 200, type: 'application/json', body: JSON.stringify(body) };
}

export function refuseApiCall({ error, problems, retryAfterSeconds }: SlackRefusal): Reply {
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  const reply = apiReply({
    ok: false,
    error,
    ...(messages.length > 0 && { response_metadata: { messages } }),
  });
  if (error !== 'ratelimited') return reply;
  return { ...reply, status: 429, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

export function refuseWebhook({ error, retryAfterSeconds }: SlackRefusal): Reply {
  const status = WEBHOOK_STATUS[error] ?? 400;
  const body = error === 'is_archived' ? 'channel_is_archived' : error;
  return { status, type: 'text/plain', body, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

export function answer(outcome: Outcome, response: ServerResponse): void {
  if (outcome === 'hang') return;
  if (outcome === 'drop') {
    response.destroy();
    return;
  }
  const { status, type, body, retryAfterSeconds } = outcome;
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(status, { 'content-type': type, ...wait });
  response.end(body);
}

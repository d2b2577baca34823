import { DestinationError } from '../alerts/destination-error.ts';
import type { PagerDuty, Secrets } from '../alerts/ports.ts';
import { type Answer, quote, troubleOf } from './answer.ts';

/** PagerDuty answers in well under a second: what takes longer than this is better tried again. */
const TIMEOUT_MS = 4_000;

/** https://developer.pagerduty.com/docs/send-alert-event: the 32 character integration key. */
const ROUTING_KEY = /^[a-z0-9]{32}$/i;

/** There was no connection, so nothing was sent. Codes of the operating system and of undici. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface PagerDutyOptions {
  readonly secrets: Secrets;
  /** `https://events.pagerduty.com`, or that of another service region. */
  readonly eventsUrl: string;
  /** From the request to the end of its answer. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** The Events API v2. The routing key of a service is the secret `pagerduty/<service>`. */
export function pagerDuty(options: PagerDutyOptions): PagerDuty {
  return {
    send: (service, event) => send(service, '/v2/enqueue', event, options),
    change: (service, event) => send(service, '/v2/change/enqueue', event, options),
  };
}

async function send(service: string, path: string, event: object, options: PagerDutyOptions): Promise<void> {
  const { secrets, eventsUrl } = options;
  const secret = `pagerduty/${service}`;
  const routingKey = await secrets.get(secret);
  const refusal = ROUTING_KEY.test(routingKey)
    ? refusalOf(await post(`${eventsUrl}${path}`, { ...event, routing_key: routingKey }, options), routingKey)
    : new DestinationError(`Secret ${secret} is no routing key: it has to be 32 letters and digits`, {
        kind: 'misconfigured',
      });
  if (refusal === undefined) return;
  // By now it may have been replaced.
  if (refusal.trouble.kind === 'misconfigured') secrets.forget(secret);
  throw refusal;
}

async function post(url: string, event: object, options: PagerDutyOptions): Promise<Answer> {
  const { timeoutMs = TIMEOUT_MS, fetch: request = fetch } = options;
  try {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      // Nobody else is to get the key.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
  } catch (error) {
    const code = codeOf(error);
    const trouble = { kind: 'unavailable', unsure: !NOT_CONNECTED.has(code) } as const;
    throw new DestinationError(`PagerDuty did not answer: ${code}`, trouble, { code, cause: error });
  }
}

function refusalOf(answer: Answer, routingKey: string): DestinationError | undefined {
  const trouble = troubleOf(answer);
  if (trouble === undefined) return undefined;
  const said = quote(answer.body, routingKey);
  return new DestinationError(
    `PagerDuty answered ${answer.status}${said === '' ? '' : `: ${said}`}`,
    trouble,
  );
}

/** Of the network where it has one: fetch wraps it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { cause } = error;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? code : error.name;
}

import { z } from 'zod';
import type { DestinationTrouble } from '../alerts/destination-error.ts';
import { plain } from './text.ts';

/** PagerDuty documents no `Retry-After`; it suggests 30 seconds. https://developer.pagerduty.com/docs/events-api-rate-limits */
const DEFAULT_PAUSE_MS = 30_000;

/** Of what is quoted of an answer. */
const MAX_QUOTE = 500;

/** What came back for an event. */
export interface Answer {
  readonly status: number;
  /** The header of that name. */
  readonly retryAfter: string | null;
  readonly body: string;
}

const answered = z.object({
  status: z.string().optional(),
  message: z.string().optional(),
  errors: z.array(z.string()).optional(),
});

/**
 * What an answer means; undefined where it says that the event was taken. The statuses are those of
 * https://developer.pagerduty.com/docs/events-api-overview and those that proxies add.
 */
export function troubleOf({ status, retryAfter, body }: Answer): DestinationTrouble | undefined {
  switch (status) {
    case 202:
      return parsed(body) === undefined ? { kind: 'unavailable', unsure: true } : undefined;
    case 400:
      return { kind: isAboutKey(body) ? 'misconfigured' : 'rejected' };
    case 413:
    case 415:
    case 422:
      return { kind: 'rejected' };
    case 429:
      return { kind: 'busy', retryAfterMs: pauseOf(retryAfter) };
    case 408:
      return { kind: 'unavailable', unsure: true };
    default:
      // Redirects, and refusals that are about who asks and where, mean a wrong address or key.
      return status >= 300 && status < 500
        ? { kind: 'misconfigured' }
        : { kind: 'unavailable', unsure: true };
  }
}

/** What an answer says, cut short and without the routing key. */
export function quote(body: string, routingKey: string): string {
  // Before it is cut, which could leave a part of the key.
  return plain(textOf(body).replaceAll(new RegExp(routingKey, 'gi'), '(routing key)'), MAX_QUOTE);
}

function textOf(body: string): string {
  const { status, message, errors = [] } = parsed(body) ?? {};
  const texts = [status, message, ...errors].filter((text) => text !== undefined);
  return texts.length === 0 ? body : texts.join('; ');
}

function parsed(body: string): z.infer<typeof answered> | undefined {
  try {
    return answered.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** Seen are `'routing_key' is missing or blank`, `Length of 'routing_key' is incorrect` and `Invalid routing key`. */
function isAboutKey(body: string): boolean {
  return /routing[_ ]key/i.test(textOf(body));
}

/** Of a date nothing is known but that it is not seconds: clocks differ. */
function pauseOf(retryAfter: string | null): number {
  return retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : DEFAULT_PAUSE_MS;
}

import type { IncomingHttpHeaders } from 'node:http';
import { type Checked, checkAlertEvent, checkChangeEvent } from './checks.ts';
import type { PagerDutyFault, PagerDutyFaults } from './faults.ts';
import { Incidents, type Origin } from './incidents.ts';
import { DOCUMENTED, type RateLimit, SlidingWindow } from './rate.ts';

/** Bytes. The documentation says 512 KB: this is the smaller reading. */
const MAX_BODY = 512_000;

export interface EventsApiOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Name of the service of each routing key. */
  readonly routingKeys: Readonly<Record<string, string>>;
  /** Of each routing key; what is documented if left out. */
  readonly rateLimit?: RateLimit;
}

/** A request that came, whatever became of it. */
export interface ReceivedRequest {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly path: string;
  /** Of its routing key; left out where that is unknown. */
  readonly service?: string;
  /** Without its routing key; undefined where it is no JSON object. */
  readonly event: Readonly<Record<string, unknown>> | undefined;
  /** Of the answer; left out where there is none. */
  readonly status?: number;
}

/** A request that broke a rule of the API: not one that failed by a fault. */
export interface Violation {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly errors: readonly string[];
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** JSON, but for faults. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Outcome = Answer | 'drop' | 'hang';

/** The Events API v2 without its HTTP server. */
export class EventsApi {
  readonly shown = new Incidents();
  readonly requests: ReceivedRequest[] = [];
  readonly violations: Violation[] = [];
  readonly faults: PagerDutyFaults = { request: undefined };
  readonly listeners = new Set<() => void>();
  readonly #options: EventsApiOptions;
  readonly #rate: SlidingWindow;
  #received = 0;

  constructor(options: EventsApiOptions) {
    this.#options = options;
    this.#rate = new SlidingWindow(options.rateLimit ?? DOCUMENTED);
  }

  async handle(request: RawRequest): Promise<Outcome> {
    const { path } = request;
    const parsed = parse(request.body);
    const index = this.#received;
    this.#received += 1;
    const fault = this.faults.request?.({ index, path, body: parsed });
    if (fault?.kind === 'delay') await fault.until;
    const at = this.#options.now();
    const outcome = outcomeOf(fault) ?? this.#process(request, parsed, at);
    const given = fault?.kind === 'drop-after' ? 'drop' : outcome;
    const { routing_key, ...event } = parsed ?? {};
    const service = this.#serviceOf(routing_key);
    this.requests.push({
      at,
      path,
      ...(service !== undefined && { service }),
      event: parsed && event,
      ...(typeof given === 'object' && { status: given.status }),
    });
    return given;
  }

  #process(request: RawRequest, parsed: Json | undefined, at: number): Answer {
    const answer = this.#answer(request, parsed, at);
    const { status, errors } = answer;
    if (status !== 202) this.violations.push({ at, path: request.path, status, errors: errors ?? [] });
    const { dedup_key } = parsed ?? {};
    return {
      status,
      body: JSON.stringify({
        status: answer.title,
        message: answer.message,
        ...(errors && { errors }),
        ...(status === 202 && { dedup_key }),
      }),
    };
  }

  #answer({ method, path, headers, body }: RawRequest, parsed: Json | undefined, at: number): Verdict {
    if (Buffer.byteLength(body) > MAX_BODY) return tooLarge;
    if (!headers['content-type']?.startsWith('application/json')) return unrecognized('not application/json');
    if (parsed === undefined) return unrecognized('JSON parse error');
    switch (`${method} ${path}`) {
      case 'POST /v2/enqueue':
        return this.#take(checkAlertEvent(parsed), at, (event, origin) => {
          this.shown.take(event, origin);
          return 'Event processed';
        });
      case 'POST /v2/change/enqueue':
        return this.#take(checkChangeEvent(parsed), at, (event, origin) => {
          this.shown.change(event, origin);
          return 'Change event processed';
        });
      default:
        return { status: 404, title: 'Not Found', message: `There is no ${method} ${path}` };
    }
  }

  #take<Event extends { readonly routing_key: string }>(
    checked: Checked<Event>,
    at: number,
    take: (event: Event, origin: Origin) => string,
  ): Verdict {
    if ('errors' in checked) return invalid(checked.errors);
    const { routing_key: routingKey } = checked.event;
    const service = this.#serviceOf(routingKey);
    if (service === undefined) return invalid(['Invalid routing key']);
    if (!this.#rate.admit(routingKey, at)) return limitExceeded;
    const message = take(checked.event, { routingKey, service, at });
    for (const listener of this.listeners) listener();
    return { status: 202, title: 'success', message };
  }

  #serviceOf(routingKey: unknown): string | undefined {
    const { routingKeys } = this.#options;
    return typeof routingKey === 'string' && Object.hasOwn(routingKeys, routingKey)
      ? routingKeys[routingKey]
      : undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;

interface Verdict {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly errors?: readonly string[];
}

const tooLarge: Verdict = {
  status: 413,
  title: 'invalid event',
  message: 'Event object is too large',
  errors: [`The event is larger than ${MAX_BODY} bytes`],
};

const limitExceeded: Verdict = { status: 429, title: 'throttle exceeded', message: 'Request Limit Exceeded' };

const invalid = (errors: readonly string[]): Verdict => ({
  status: 400,
  title: 'invalid event',
  message: 'Event object is invalid',
  errors,
});

const unrecognized = (error: string): Verdict => ({
  status: 400,
  title: 'Unrecognized object',
  message: 'Event object format is unrecognized',
  errors: [error],
});

/** What comes of a fault by which the request is not processed. */
function outcomeOf(fault: PagerDutyFault | undefined): Outcome | undefined {
  switch (fault?.kind) {
    case 'busy': {
      const { retryAfter } = fault;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return { status: 429, body: JSON.stringify({ message: limitExceeded.message }), headers };
    }
    case 'internal-error':
      return { status: 500, body: JSON.stringify({ status: 'error', message: 'Internal Server Error' }) };
    case 'invalid': {
      const { title, message, errors } = invalid(fault.errors ?? ['The event is invalid']);
      return { status: 400, body: JSON.stringify({ status: title, message, errors }) };
    }
    case 'answer':
      return fault;
    case 'drop-before':
      return 'drop';
    case 'hang':
      return 'hang';
    default:
      return undefined;
  }
}

function parse(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { createDelivery, type DeliveryOptions, type EventEnvelope } from './delivery.ts';
import type { Faults, PutEventsRequest, RequestFault } from './faults.ts';
import { type Outcome, serveAwsJson } from './http.ts';
import { checkHeaders } from './protocol.ts';
import {
  type EntryFailure,
  type EventContent,
  type PutEventsEntry,
  parseRequest,
  readEntry,
  ServiceError,
} from './put-events.ts';

/** An event that the bus took. */
export interface AcceptedEvent extends EventContent {
  readonly id: string;
}

export interface BusOptions extends DeliveryOptions {
  /** Port on 127.0.0.1; a free one where not given. */
  readonly port?: number;
  readonly accountId: string;
  readonly region: string;
  /** Names of the buses that exist besides `default`. */
  readonly buses: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Makes event ids. */
  readonly newId?: () => string;
}

export interface Bus {
  readonly url: string;
  readonly server: Server;
  /** Events in the order of acceptance. */
  readonly accepted: readonly AcceptedEvent[];
  /** Events for buses that do not exist: the service takes and drops them, without telling the caller. */
  readonly unrouted: readonly AcceptedEvent[];
  /** Fault injection; both functions start undefined. */
  readonly faults: Faults;
  /** Calls the listener for each event accepted from now on; gives the way to stop that. */
  subscribe(listener: (event: AcceptedEvent) => void): () => void;
  /** Forgets what was accepted, and its faults. */
  reset(): void;
  /** Resolves when all deliveries to targets are done. */
  idle(): Promise<void>;
  /** Stops listening, closes connections and gives up deliveries underway. */
  close(): Promise<void>;
}

/** Starts a stand-in for EventBridge: PutEvents over HTTP, rules, and Lambda targets. */
export async function startBus(options: BusOptions): Promise<Bus> {
  const { now, newId = randomUUID } = options;
  const buses = new Set(['default', ...options.buses]);
  const delivery = createDelivery(options);
  const accepted: AcceptedEvent[] = [];
  const unrouted: AcceptedEvent[] = [];
  const listeners = new Set<(event: AcceptedEvent) => void>();
  const faults: Faults = { request: undefined, entry: undefined };
  let requests = 0;

  function accept(event: AcceptedEvent): void {
    if (!buses.has(event.busName)) {
      unrouted.push(event);
      return;
    }
    accepted.push(event);
    for (const listener of listeners) listener(event);
    delivery.deliver(event.busName, envelopeOf(event, options));
  }

  function putEntry(entry: PutEventsEntry, request: PutEventsRequest): { EventId: string } | EntryFailure {
    const content = readEntry(entry, now());
    if ('ErrorCode' in content) return content;
    const fault = faults.entry?.(entry, request);
    if (fault) return { ErrorCode: fault.errorCode, ErrorMessage: fault.errorMessage ?? fault.errorCode };
    const id = newId();
    accept({ id, ...content });
    return { EventId: id };
  }

  function putEvents(request: PutEventsRequest): Outcome {
    const Entries = request.entries.map((entry) => putEntry(entry, request));
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length;
    return { status: 200, body: { FailedEntryCount, Entries } };
  }

  const service = await serveAwsJson(options.port ?? 0, async (headers, body) => {
    checkHeaders(headers, options.region);
    const request = { entries: parseRequest(body), index: requests++ };
    return withFault(faults.request?.(request), () => putEvents(request));
  });

  return {
    url: service.url,
    server: service.server,
    accepted,
    unrouted,
    faults,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reset: () => {
      accepted.length = 0;
      unrouted.length = 0;
      faults.request = undefined;
      faults.entry = undefined;
      requests = 0;
    },
    idle: delivery.idle,
    close: () => {
      delivery.stop();
      return service.close();
    },
  };
}

async function withFault(fault: RequestFault | undefined, proceed: () => Outcome): Promise<Outcome> {
  switch (fault?.kind) {
    case undefined:
      return proceed();
    case 'delay':
      await fault.until;
      return proceed();
    case 'drop-after':
      proceed();
      return 'drop';
    case 'drop-before':
      return 'drop';
    case 'hang':
      return 'hang';
    case 'throttle':
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    case 'internal-error':
      throw new ServiceError('InternalException', 'Internal error', 500);
    case 'access-denied':
      throw new ServiceError(
        'AccessDeniedException',
        'Not authorized to perform: events:PutEvents',
        fault.status,
      );
  }
}

function envelopeOf(
  event: AcceptedEvent,
  { accountId, region }: Pick<BusOptions, 'accountId' | 'region'>,
): EventEnvelope {
  const { id, detailType, source, time, resources, detail } = event;
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account: accountId,
    time,
    region,
    resources,
    detail,
  };
}

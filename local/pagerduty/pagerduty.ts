import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listen } from '../bus/listen.ts';
import {
  EventsApi,
  type EventsApiOptions,
  type Outcome,
  type ReceivedRequest,
  type Violation,
} from './events-api.ts';
import type { PagerDutyFaults } from './faults.ts';
import type { Change, Incident } from './incidents.ts';

export interface PagerDutyOptions extends EventsApiOptions {
  /** A free one if left out. */
  readonly port?: number;
}

/** PagerDuty's Events API v2 on this machine. */
export interface PagerDutyStandIn extends Listening {
  /** All that were opened, in that order. A trigger after a resolve opens another one of the same key. */
  incidents(): readonly Incident[];
  changes(): readonly Change[];
  readonly requests: readonly ReceivedRequest[];
  readonly violations: readonly Violation[];
  readonly faults: PagerDutyFaults;
  /** Tells of each event that is taken; the function that it returns ends that. */
  subscribe(listener: () => void): () => void;
}

/** Takes on 127.0.0.1 what the real one takes, and refuses what it refuses. */
export async function startPagerDuty({ port = 0, ...options }: PagerDutyOptions): Promise<PagerDutyStandIn> {
  const api = new EventsApi(options);
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    text(request)
      .then((body) => api.handle({ method, path, headers, body }))
      .then((outcome) => answer(outcome, response))
      // Whoever cut a request short waits for no answer.
      .catch(() => response.destroy());
  });
  const listening = await listen(server, port);
  return {
    ...listening,
    incidents: () => api.shown.incidents,
    changes: () => api.shown.changes,
    requests: api.requests,
    violations: api.violations,
    faults: api.faults,
    subscribe: (listener) => {
      api.listeners.add(listener);
      return () => api.listeners.delete(listener);
    },
  };
}

function answer(outcome: Outcome, response: ServerResponse): void {
  if (outcome === 'hang') return;
  if (outcome === 'drop') {
    response.destroy();
    return;
  }
  response.writeHead(outcome.status, { 'content-type': 'application/json', ...outcome.headers });
  response.end(outcome.body);
}

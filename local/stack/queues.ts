import type { Call } from '../bus/lambda-endpoint.ts';
import { type EventSource, type EventSourceOptions, startEventSource } from '../queue/event-source.ts';
import type { Queues } from '../queue/queues.ts';
import type { Deployment } from './deployment.ts';
import { REGION } from './environment.ts';

/** The queues of a stack, and the functions that take from them. */
export interface StackQueues extends Pick<Queues, 'urls' | 'client' | 'count'> {
  /** By the logical id of the queue. */
  readonly sources: Readonly<Record<string, EventSource>>;
  /**
   * Resolves when every queue that a function takes from is empty, and nothing of it is underway; at the latest when the signal
   * is aborted.
   */
  idle(until?: AbortSignal): Promise<void>;
}

/** Fewer than on AWS: here, each invocation that runs beside another loads the whole function once more. */
const MAX_CONCURRENCY = 2;

/** Lets the functions take from the queues, until `close`. */
export function startEventSources(
  { eventSources }: Deployment,
  queues: Queues,
  call: Call,
  ways: Pick<EventSourceOptions, 'keepsWindow' | 'onFailure' | 'onHandled'>,
): StackQueues & { readonly close: () => Promise<void> } {
  const options = { queues, call, region: REGION, now: Date.now, ...ways };
  const sources = eventSources.map((definition) => {
    const { maximumConcurrency = MAX_CONCURRENCY } = definition;
    const source = { ...definition, maximumConcurrency: Math.min(maximumConcurrency, MAX_CONCURRENCY) };
    return [source.queue, startEventSource({ ...options, source })] as const;
  });
  const { urls, client, count } = queues;
  return {
    urls,
    client,
    count,
    sources: Object.fromEntries(sources),
    idle: async (until) => {
      await Promise.all(sources.map(([, source]) => source.idle(until)));
    },
    close: async () => {
      await Promise.all(sources.map(([, source]) => source.close()));
    },
  };
}

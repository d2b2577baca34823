import type { Call } from '../bus/lambda-endpoint.ts';
import { type BatchFailure, type EventSource, startEventSource } from '../queue/event-source.ts';
import type { Queues } from '../queue/queues.ts';
import type { Deployment } from './deployment.ts';
import { REGION } from './environment.ts';

/** The queues of a stack, and the functions that take from them. */
export interface StackQueues extends Pick<Queues, 'urls' | 'client' | 'count'> {
  /** By the logical id of the queue. */
  readonly sources: Readonly<Record<string, EventSource>>;
  /** Resolves when every queue that a function takes from is empty, and nothing of it is underway. */
  idle(): Promise<void>;
}

/** Lets the functions take from the queues, until `close`. */
export function startEventSources(
  { eventSources }: Deployment,
  queues: Queues,
  call: Call,
  onFailure: ((failure: BatchFailure) => void) | undefined,
): StackQueues & { readonly close: () => Promise<void> } {
  const options = {
    queues,
    call,
    region: REGION,
    now: Date.now,
    ...(onFailure !== undefined && { onFailure }),
  };
  const sources = eventSources.map(
    (source) => [source.queue, startEventSource({ ...options, source })] as const,
  );
  const { urls, client, count } = queues;
  return {
    urls,
    client,
    count,
    sources: Object.fromEntries(sources),
    idle: async () => {
      await Promise.all(sources.map(([, source]) => source.idle()));
    },
    close: async () => {
      await Promise.all(sources.map(([, source]) => source.close()));
    },
  };
}

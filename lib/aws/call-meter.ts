import type { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';

/** Requests that went out, retries included, and how many of them the service throttled. */
export interface CallCount {
  readonly calls: number;
  readonly throttles: number;
}

/**
 * Counts the requests of a client.
 *
 * @returns takes the count since it was last taken
 */
export function meterCalls(client: Pick<IoTManagedIntegrationsClient, 'middlewareStack'>): () => CallCount {
  let count = { calls: 0, throttles: 0 };
  client.middlewareStack.add(
    (next) => async (args) => {
      count.calls += 1;
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === 'ThrottlingException') count.throttles += 1;
        throw error;
      }
    },
    // Inside the retries: each attempt is counted.
    { step: 'finalizeRequest', priority: 'low', name: 'otaWatchCallMeter' },
  );
  return () => {
    const taken = count;
    count = { calls: 0, throttles: 0 };
    return taken;
  };
}

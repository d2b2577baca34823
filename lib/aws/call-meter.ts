import {
  type IoTManagedIntegrationsClient,
  IoTManagedIntegrationsServiceException,
} from '@aws-sdk/client-iot-managed-integrations';
import type { CallCount } from '../ports.ts';

/** A throttling answer may come from in front of the service, and not say its name. */
export function isThrottle(error: unknown): boolean {
  if (!(error instanceof IoTManagedIntegrationsServiceException)) return false;
  return error.name === 'ThrottlingException' || error.$metadata.httpStatusCode === 429;
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
        if (isThrottle(error)) count.throttles += 1;
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

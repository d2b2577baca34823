import { once } from 'node:events';
import {
  type IoTManagedIntegrationsClient,
  IoTManagedIntegrationsServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-iot-managed-integrations';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { answered, giveBack, newBudget, take } from '../domain/request-budget.ts';
import { isThrottle } from './call-meter.ts';

export interface PacingDeps {
  /** The whole budget; learned from throttling where it is not given. */
  readonly requestsPerSecond: number | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Has the requests of a client wait until its budget allows them. */
export interface Pacing {
  /** Takes a part of the given budget for this process: one that is learned is of this process alone as it is. */
  share(processes: number): void;
}

/** Paces the requests of a client, each attempt of them, in the order in which they come. */
export function paceCalls(
  client: Pick<IoTManagedIntegrationsClient, 'middlewareStack'>,
  { requestsPerSecond, now, sleep }: PacingDeps,
): Pacing {
  let budget = newBudget(now(), requestsPerSecond);
  const pace: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => async (args) => {
      await itsTurn(context.__smithy_context?.abortSignal);
      const learn = (isThrottled: boolean) => {
        budget = answered(budget, { isThrottled, isRetry: isRetry(args.request) }, now());
      };
      try {
        const answer = await next(args);
        learn(false);
        return answer;
      } catch (error) {
        if (isAnswer(error)) learn(isThrottle(error));
        throw error;
      }
    };
  const itsTurn = async (signal: unknown) => {
    const { budget: after, at } = take(budget, now());
    budget = after;
    if (at <= now()) return;
    try {
      await unlessAborted(sleep(at - now()), signal);
    } catch (error) {
      budget = giveBack(budget, now());
      throw error;
    }
  };
  // Inside the retries: each attempt is paced. Outside the signing: no signature grows old while it waits.
  const place = { relation: 'before', toMiddleware: 'httpSigningMiddleware' } as const;
  client.middlewareStack.addRelativeTo(pace, { ...place, name: 'otaWatchPacing' });
  return {
    share(processes) {
      if (requestsPerSecond !== undefined) budget = { ...budget, rate: requestsPerSecond / processes };
    },
  };
}

/** The service answered, whatever it said: anything else tells nothing of its limits. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof IoTManagedIntegrationsServiceException &&
    (isThrottle(error) || error.$fault === 'client')
  );
}

/** The SDK says in a header which attempt a request is: `attempt=2; max=3`. */
function isRetry(request: unknown): boolean {
  const attempt: unknown = Reflect.get(Object(Reflect.get(Object(request), 'headers')), 'amz-sdk-request');
  return typeof attempt === 'string' && !attempt.startsWith('attempt=1;');
}

/** @throws what the SDK does when a request is aborted */
async function unlessAborted(sleeping: Promise<void>, signal: unknown): Promise<void> {
  if (!(signal instanceof AbortSignal)) return sleeping;
  const over = new AbortController();
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort', { signal: over.signal });
  await Promise.race([sleeping, aborted]).finally(() => over.abort());
  if (signal.aborted) throw new DOMException('The request was aborted before it was sent', 'AbortError');
}

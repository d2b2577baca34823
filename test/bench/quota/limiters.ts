import { DefaultRateLimiter } from '@smithy/core/retry';
import { answered, newBudget, take } from '../../../lib/domain/request-budget.ts';
import type { VirtualTime } from '../../support/virtual-time.ts';

/** Decides when a request may go, and learns from its answer. */
export interface Limiter {
  wait(): Promise<void>;
  answered(isThrottled: boolean, isRetry: boolean): void;
}

/** None: the standard retry mode alone. */
export const unlimited = (): Limiter => ({
  wait: async () => undefined,
  answered: () => undefined,
});

/** Ours, as the client of a poll has it. */
export function budgeted(time: VirtualTime, requestsPerSecond?: number): Limiter {
  let budget = newBudget(time.now, requestsPerSecond);
  return {
    async wait() {
      const { budget: after, at } = take(budget, time.now);
      budget = after;
      if (at > time.now) await time.sleep(at - time.now);
    },
    answered(isThrottled, isRetry) {
      budget = answered(budget, { isThrottled, isRetry }, time.now);
    },
  };
}

/** That of the SDK's adaptive retry mode, which asks the computer for the time. */
export function adaptive(time: VirtualTime): Limiter {
  Date.now = () => time.now;
  Reflect.set(DefaultRateLimiter, 'setTimeoutFn', (wake: () => void, ms: number) =>
    time.sleep(Math.max(1, ms)).then(wake),
  );
  const limiter = new DefaultRateLimiter();
  return {
    wait: () => limiter.getSendToken(),
    answered(isThrottled) {
      limiter.updateClientSendingRate(
        isThrottled ? { errorType: 'THROTTLING' } : { $metadata: { httpStatusCode: 200 } },
      );
    },
  };
}

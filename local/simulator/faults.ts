import { ServiceError } from './errors.ts';
import type { LoggedRequest } from './request-log.ts';
import { seedOf, uniform } from './rollout/random.ts';

/** What goes wrong with one request. */
export type Fault =
  /** An exception of the service, before the request has an effect. */
  | { readonly kind: 'throttle' | 'internal' | 'denied' | 'validation' | 'not-found' }
  /** A status code without an exception's name. */
  | { readonly kind: 'status'; readonly code: number; readonly body?: string }
  /** 200 with a body that is not JSON. */
  | { readonly kind: 'garbage' }
  /** The connection breaks: before the request has an effect, or after it has, with the answer lost. */
  | { readonly kind: 'drop' | 'drop-after' }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** The request waits (real milliseconds), then meets the next fault or goes on. */
  | { readonly kind: 'delay'; readonly ms: number; readonly next?: Fault };

/** A request that may meet a fault; `attempt` counts those of its operation and identifier from 1. */
export interface FaultContext extends LoggedRequest {
  readonly attempt: number;
}
export type FaultHook = (request: FaultContext) => Fault | undefined | Promise<Fault | undefined>;

/** Fractions of requests that meet a fault, and between how many real milliseconds each one waits. */
export interface FaultRates {
  readonly throttle?: number;
  readonly internal?: number;
  readonly drop?: number;
  readonly latencyMs?: readonly [from: number, to: number];
}

/** The faults of a simulator: `on` is asked about each request, and may be set at any time. */
export class Faults {
  on: FaultHook | undefined;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Sets `on` to faults at random; which request meets which depends on the seed and the request alone. */
  random({ throttle = 0, internal = 0, drop = 0, latencyMs: [from, to] = [0, 0] }: FaultRates): void {
    this.on = ({ operation, identifier = '', attempt }) => {
      const seed = seedOf(this.#seed, operation, identifier, attempt);
      const fault = oneOf(uniform(seed, 0), [
        ['throttle', throttle],
        ['internal', internal],
        ['drop', drop],
      ]);
      const ms = from + (to - from) * uniform(seed, 1);
      return ms > 0 ? { kind: 'delay', ms, ...(fault && { next: fault }) } : fault;
    };
  }
}

function oneOf(
  draw: number,
  chances: readonly (readonly ['throttle' | 'internal' | 'drop', number])[],
): Fault | undefined {
  let sum = 0;
  const hit = chances.find(([, fraction]) => {
    sum += fraction;
    return draw < sum;
  });
  return hit && { kind: hit[0] };
}

/** The exception that a fault stands for, if it is one. */
export function faultError(fault: Fault, identifier: string | undefined): ServiceError | undefined {
  switch (fault.kind) {
    case 'throttle':
      return new ServiceError('ThrottlingException', 'Rate exceeded');
    case 'internal':
      return new ServiceError('InternalServerException', 'Internal server error');
    case 'denied':
      return new ServiceError('AccessDeniedException', 'User is not authorized to perform this operation');
    case 'validation':
      return new ServiceError('ValidationException', 'The request is not valid');
    case 'not-found':
      return new ServiceError('ResourceNotFoundException', 'The resource does not exist', {
        ResourceId: identifier ?? '',
      });
    default:
      return undefined;
  }
}

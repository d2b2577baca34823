/** What can go wrong with one request. Unless said otherwise, nothing of it is taken. */
export type PagerDutyFault =
  /** 429, with `Retry-After` where that is given: PagerDuty documents none. */
  | { readonly kind: 'busy'; readonly retryAfter?: string }
  /** 500. */
  | { readonly kind: 'internal-error' }
  /** 400 for something that the checks do not know. */
  | { readonly kind: 'invalid'; readonly errors?: readonly string[] }
  /** Any other answer, such as that of a proxy. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection closes without an answer. */
  | { readonly kind: 'drop-before' }
  /** The event is taken, then the connection closes without an answer. */
  | { readonly kind: 'drop-after' }
  /** No answer, ever; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The request is processed as usual once the promise resolves. */
  | { readonly kind: 'delay'; readonly until: Promise<unknown> };

export interface PagerDutyRequest {
  /** Number of the request since the start, from 0. */
  readonly index: number;
  readonly path: string;
  /** As it came; undefined where it is no JSON. */
  readonly body: unknown;
}

/** Fault injection: set the function to decide each request. */
export interface PagerDutyFaults {
  request: ((request: PagerDutyRequest) => PagerDutyFault | undefined) | undefined;
}

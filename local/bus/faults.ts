import type { PutEventsEntry } from './put-events.ts';

/** What can go wrong with one PutEvents request. Unless said otherwise, nothing of it is accepted. */
export type RequestFault =
  /** 400 ThrottlingException. */
  | { readonly kind: 'throttle' }
  /** 500 InternalException. */
  | { readonly kind: 'internal-error' }
  /** AccessDeniedException; AWS services answer it with 400 or 403. */
  | { readonly kind: 'access-denied'; readonly status?: 400 | 403 }
  /** The connection closes without an answer. */
  | { readonly kind: 'drop-before' }
  /** The entries are accepted, then the connection closes without an answer. */
  | { readonly kind: 'drop-after' }
  /** No answer, ever; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The request is processed as usual once the promise resolves. */
  | { readonly kind: 'delay'; readonly until: Promise<unknown> };

/** Why one entry fails while the request succeeds: an ErrorCode such as `InternalFailure`. */
export interface EntryFault {
  readonly errorCode: string;
  readonly errorMessage?: string;
}

export interface PutEventsRequest {
  /** Number of the request since the bus started, from 0. Requests that AWS would refuse are not counted. */
  readonly index: number;
  readonly entries: readonly PutEventsEntry[];
}

/** Fault injection: set either function to decide each request, or each entry that is otherwise valid. */
export interface Faults {
  request: ((request: PutEventsRequest) => RequestFault | undefined) | undefined;
  entry: ((entry: PutEventsEntry, request: PutEventsRequest) => EntryFault | undefined) | undefined;
}

/** A request to the stand-in, as fault injection sees it. */
export interface SlackRequest {
  /** Number of the request since the stand-in started, from 0. */
  readonly index: number;
  /** Such as `chat.postMessage`; `webhook` for an incoming webhook. */
  readonly method: string;
  /** As the caller named it: a name or an id. Of a webhook, the name of its channel with `#`. */
  readonly channel: string | undefined;
  /** What was sent, parsed; without the token. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What can go wrong with a request. Unless said otherwise, nothing of it takes effect. */
export type SlackFault =
  /** 429, with a Retry-After header if given. */
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  /** An HTTP error with an HTML page, as from a proxy; 500 unless given. */
  | { readonly kind: 'server-error'; readonly status?: number }
  /** `ok: false` with this error; a webhook answers with it as text, and the status that goes with it. */
  | { readonly kind: 'refuse'; readonly error: string; readonly problems?: readonly string[] }
  /** The connection closes without an answer. */
  | { readonly kind: 'drop-before' }
  /** The request takes effect, then the connection closes without an answer. */
  | { readonly kind: 'drop-after' }
  /** No answer, ever; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The request is processed as usual once the promise resolves. */
  | { readonly kind: 'delay'; readonly until: Promise<unknown> };

/** Fault injection: set the function to decide each request. */
export interface SlackFaults {
  request: ((request: SlackRequest) => SlackFault | undefined) | undefined;
}

import type { Problem } from '../../lib/api/generated/api.ts';
import { nextCursor, type Query, queryString } from './query.ts';
import { refresh, requireSignIn, token } from './session.ts';

export type { Query } from './query.ts';

/** The API answered that it cannot, or that one may not. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem?: Problem;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? problem?.title ?? `The API answered ${status}`);
    this.status = status;
    if (problem !== undefined) this.problem = problem;
  }
}

/** The API could not be reached. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

export interface Answer<T> {
  readonly data: T;
  readonly etag?: string;
}

export interface GetOptions {
  /** Of the answer that is at hand: where it still holds, `unchanged` comes back. */
  readonly etag?: string | undefined;
  readonly signal?: AbortSignal;
}

/** The API answers within 30 seconds, or the gateway does; the rest is for what is great. A connection that has died says nothing. */
const TIMEOUT_MS = 60_000;

let base = '/api';

/** Says where the API is; from `Config.api`. */
export function setApiAddress(address: string): void {
  base = address;
}

/**
 * Reads JSON. `T` is the type that api/openapi.yml gives the answer; it is not checked here.
 * @throws ApiError, OfflineError, or the DOMException of the signal
 */
export async function get<T>(
  path: string,
  query: Query = {},
  options: GetOptions = {},
): Promise<Answer<T> | 'unchanged'> {
  const response = await request(path, query, options);
  if (response.status === 304) return 'unchanged';
  const data: T = await bodyOf(response.json());
  const etag = response.headers.get('etag');
  return etag === null ? { data } : { data, etag };
}

/**
 * Reads a part of a file; `next` is the `cursor` of the following part, from the header `Link`.
 * @throws ApiError, OfflineError, or the DOMException of the signal
 */
export async function getText(
  path: string,
  query: Query = {},
  options: Pick<GetOptions, 'signal'> = {},
): Promise<{ readonly text: string; readonly next?: string }> {
  const response = await request(path, query, options);
  const text = await bodyOf(response.text());
  const next = nextCursor(response.headers.get('link'));
  return next === undefined ? { text } : { text, next };
}

async function request(path: string, query: Query, options: GetOptions): Promise<Response> {
  const address = `${base}${path}${queryString(query)}`;
  let used = token.value;
  let response = await send(address, options);
  if (response.status === 401 && (await refresh(used))) {
    used = token.value;
    response = await send(address, options);
  }
  if (response.ok || response.status === 304) return response;
  if (response.status === 401) requireSignIn(used);
  throw new ApiError(response.status, await problemOf(response));
}

async function send(address: string, { etag, signal }: GetOptions): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token.value !== undefined) headers.authorization = `Bearer ${token.value}`;
  if (etag !== undefined) headers['if-none-match'] = etag;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return bodyOf(
    fetch(address, { headers, signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) }),
  );
}

/** What fetch throws is a TypeError where the network fails, and the reason of the signal where it was aborted. */
async function bodyOf<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new OfflineError('The API cannot be reached', { cause });
  }
}

/** The gateway's own refusals are no problem details. */
async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  return response.json().catch(() => undefined);
}

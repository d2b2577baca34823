import { OtaWatchError } from '../errors.ts';
import type { Api } from './generated/api.ts';
import { BadParametersError } from './parameters.ts';

/** What is answered besides what was asked for; the last part of the `type` of a problem. */
export type ProblemKind = 'bad-parameters' | 'forbidden' | 'not-found' | 'unavailable' | 'internal';

const PROBLEMS: Readonly<Record<ProblemKind, { readonly status: number; readonly title: string }>> = {
  'bad-parameters': { status: 400, title: 'A parameter is wrong' },
  forbidden: { status: 403, title: 'The role is missing' },
  'not-found': { status: 404, title: 'Nothing is known of it' },
  unavailable: { status: 503, title: 'The tables cannot be read for now' },
  internal: { status: 500, title: 'Something went wrong' },
};

/** Seconds after which it is worth to ask again. */
const RETRY_AFTER = '5';

/** A request that ends in a problem. The message is for the caller. */
export class ProblemError extends OtaWatchError {
  override readonly name = 'ProblemError';
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** An answer, but for headers that all have. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The answer to a request that failed, as RFC 9457 has it. Of an error that is not meant for the caller, it tells nothing.
 *
 * @param requestId with which the log tells more
 */
export function problemAnswer(error: unknown, requestId: string): Answer {
  const kind = kindOf(error);
  const { status, title } = PROBLEMS[kind];
  const problem: Api['Problem'] = {
    type: `urn:ota-watch:problem:${kind}`,
    title,
    status,
    ...(error instanceof ProblemError && { detail: error.message }),
    ...(error instanceof BadParametersError && { parameters: [...error.parameters] }),
    requestId,
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(kind === 'unavailable' && { 'retry-after': RETRY_AFTER }),
    },
    body: JSON.stringify(problem),
  };
}

/** Whether it is ota-watch, or what it stands on, that failed. */
export function isFault(error: unknown): boolean {
  return PROBLEMS[kindOf(error)].status >= 500;
}

function kindOf(error: unknown): ProblemKind {
  if (error instanceof ProblemError) return error.kind;
  if (error instanceof BadParametersError) return 'bad-parameters';
  return isOfAws(error) ? 'unavailable' : 'internal';
}

/** The SDK gives `$metadata` to whatever ends a call, also where no answer came. */
function isOfAws(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return '$metadata' in error || isOfAws(error.cause);
}

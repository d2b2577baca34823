import { OtaWatchError } from '../errors.ts';

/** Why a destination did not take something. */
export type DestinationTrouble =
  /** It asked for time: 429 and the like. Nothing was taken. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  /** It could not be reached, failed, or did not answer. */
  | {
      readonly kind: 'unavailable' /** Whether it may have taken it all the same. */;
      readonly unsure: boolean;
    }
  /** The credentials, the channel or a permission are wrong: nothing gets through until somebody repairs it. */
  | { readonly kind: 'misconfigured' }
  /** What was sent is wrong, and always will be. */
  | { readonly kind: 'rejected' };

export interface DestinationErrorOptions extends ErrorOptions {
  readonly code?: string | undefined;
}

/** A destination did not take something. The message holds what it answered, cut short and without secrets. */
export class DestinationError extends OtaWatchError {
  override readonly name = 'DestinationError';
  readonly trouble: DestinationTrouble;
  /** The destination's own word for it (`message_not_found`), or that of the network (`ECONNREFUSED`). */
  readonly code?: string;

  constructor(message: string, trouble: DestinationTrouble, options: DestinationErrorOptions = {}) {
    const { code, ...rest } = options;
    super(message, rest);
    this.trouble = trouble;
    if (code !== undefined) this.code = code;
  }
}

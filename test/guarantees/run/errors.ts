/** An argument is wrong; the message is for whoever gave it. */
export class GuaranteeOptionError extends Error {
  override readonly name = 'GuaranteeOptionError';
}

/** A part of the local stack that could not start, or that ended by itself. */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** Base of the errors that ota-watch throws itself. Their messages are safe to log. */
export class OtaWatchError extends Error {
  override readonly name: string = 'OtaWatchError';
}

/** A setting is missing or wrong. */
export class ConfigurationError extends OtaWatchError {
  override readonly name = 'ConfigurationError';
}

/** A task that is tracked could not be read. What the service or the network answered is the cause. */
export class TaskReadError extends OtaWatchError {
  override readonly name = 'TaskReadError';
}

/** An answer of the service that cannot be understood. The message says where, never what stood there. */
export class UnreadableAnswerError extends OtaWatchError {
  override readonly name = 'UnreadableAnswerError';
}

/** An item of one of the tables that cannot be understood. */
export class UnreadableItemError extends OtaWatchError {
  override readonly name = 'UnreadableItemError';
}

/** The database is too busy to read everything that it is asked for. */
export class DatabaseBusyError extends OtaWatchError {
  override readonly name = 'DatabaseBusyError';
}

/** A place in a task's history is taken by another row. */
export class HistoryConflictError extends OtaWatchError {
  override readonly name = 'HistoryConflictError';
  readonly taskId: string;
  readonly sequence: number;

  constructor(taskId: string, sequence: number, options?: ErrorOptions) {
    super(`The history of task ${taskId} already has another row ${sequence}`, options);
    this.taskId = taskId;
    this.sequence = sequence;
  }
}

/** What may be logged of an error. */
export interface ErrorSummary {
  readonly name: string;
  readonly message?: string;
  /** Of the operating system, for example ECONNREFUSED. */
  readonly code?: string;
  readonly statusCode?: number;
  readonly requestId?: string;
  readonly cause?: ErrorSummary;
}

/** AWS errors whose text names principals, actions and resources, and quotes nothing that it was given. */
const PLAIN_SPOKEN = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'ProvisionedThroughputExceededException',
  'ResourceNotFoundException',
  'ThrottlingException',
  'TimeoutError',
  'UnrecognizedClientException',
]);

/** Texts of errors that have no name of their own, and quote nothing either. */
const PLAIN_TEXTS = new Set(['Region is missing']);

/** An error may be its own cause. */
const MAX_CAUSES = 5;
/** Characters of a text. */
const MAX_TEXT = 1_000;
const MAX_PLACES = 10;

/** What is wrong in something that may be wrong in thousands of places: each kind once, and as many as people read. */
export function placesText(places: readonly string[]): string {
  const different = [...new Set(places)];
  const more = different.length > MAX_PLACES ? `, and ${different.length - MAX_PLACES} more` : '';
  return `${different.slice(0, MAX_PLACES).join(', ')}${more}`;
}

/**
 * What may be logged of an error. The text is left out where it may quote what the thrower was given (the messages of a JSON
 * parser or of a validation can hold tags, names, URLs).
 */
export function summarizeError(error: unknown, depth = 0): ErrorSummary {
  if (!(error instanceof Error)) return { name: typeof error };
  const hasPlainText =
    error instanceof OtaWatchError || PLAIN_SPOKEN.has(error.name) || PLAIN_TEXTS.has(error.message);
  const code = property(error, 'code');
  const metadata = property(error, '$metadata');
  const statusCode = property(metadata, 'httpStatusCode');
  const requestId = property(metadata, 'requestId');
  return {
    name: isIdentifier(error.name) ? error.name : 'Error',
    ...(hasPlainText && { message: error.message.slice(0, MAX_TEXT).toWellFormed() }),
    ...(isIdentifier(code) && { code }),
    ...(typeof statusCode === 'number' && { statusCode }),
    ...(isIdentifier(requestId) && { requestId }),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: summarizeError(error.cause, depth + 1) }),
  };
}

/** An error in a few words, for people: its text where that may be shown, else its name and its code. */
export function describeError(error: unknown): string {
  const { name, message, code } = summarizeError(error);
  return message ?? (code === undefined || code === name ? name : `${name} (${code})`);
}

/** Names, codes and ids of requests come from the service as well: what is no identifier is none of these. */
function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

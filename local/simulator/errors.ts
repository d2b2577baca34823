import type { z } from 'zod';

/** HTTP status of each exception of the service. */
const STATUS = {
  AccessDeniedException: 403,
  ConflictException: 409,
  InternalServerException: 500,
  ResourceNotFoundException: 404,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  ValidationException: 400,
} as const;

/** An answer of the service other than success: the exception's name, its HTTP status, and the members of its body. */
export class ServiceError extends Error {
  readonly type: keyof typeof STATUS;
  readonly details: Readonly<Record<string, string>>;

  constructor(type: keyof typeof STATUS, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ServiceError';
    this.type = type;
    this.details = details;
  }

  get status(): number {
    return STATUS[this.type];
  }
}

export function notFound(resourceType: 'OtaTask' | 'OtaTaskConfiguration', id: string): ServiceError {
  const details = { ResourceId: id, ResourceType: resourceType };
  return new ServiceError('ResourceNotFoundException', `${resourceType} ${id} does not exist`, details);
}

/** A member of a request (a path such as `PushConfig.TimeoutConfig`) and the sentence that says what it violates. */
type Violation = readonly [member: string, constraint: string];

/** A ValidationException in the words of the service. It does not repeat values: some are sensitive. */
export function invalid(...violations: readonly Violation[]): ServiceError {
  const sentences = violations.map(
    ([member, rule]) => `Value at '${member}' failed to satisfy constraint: ${rule}`,
  );
  const errors = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
  return new ServiceError('ValidationException', `${errors}: ${sentences.join('; ')}`);
}

/** Tags are sensitive, their keys as well: no message goes into them. */
function memberOf([first, ...rest]: readonly PropertyKey[]): string {
  const deeper = first === 'Tags' ? [] : rest;
  return [
    String(first),
    ...deeper.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)),
  ].join('');
}

function violation(issue: z.core.$ZodIssue, root: string): Violation {
  const cause = issue.code === 'invalid_key' ? issue.issues[0] : issue;
  return [issue.path.length > 0 ? memberOf(issue.path) : root, cause?.message ?? issue.message];
}

/** What is wrong with the type of a value, for members whose schema does not say it itself. */
const typeConstraint: z.core.$ZodErrorMap = ({ code, input, expected }) => {
  if (code !== 'invalid_type') return undefined;
  return input === undefined ? 'Member must not be null' : `Member must be of type ${expected}`;
};

/**
 * Parses a part of a request, `root` for short.
 * @throws ServiceError a ValidationException that names every member at fault
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  const parsed = schema.safeParse(value, { error: typeConstraint });
  if (parsed.success) return parsed.data;
  throw invalid(...parsed.error.issues.map((issue) => violation(issue, root)));
}

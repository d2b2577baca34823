import { z } from 'zod';
import { busNameOf } from '../template/events.ts';
import { isJsonObject, type JsonObject } from '../template/json.ts';

/** The last second of the year 9999. */
const MAX_TIME = 253_402_300_799;

/** Entries of a PutEvents request, as the wire has them. `Time` is in seconds since 1970. */
const entrySchema = z.object({
  Time: z.number().min(0).max(MAX_TIME).optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
});
const requestSchema = z.object({ Entries: z.array(entrySchema).nullish() });

export type PutEventsEntry = z.infer<typeof entrySchema>;

/** One entry's refusal, as PutEvents answers it. */
export interface EntryFailure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** What the bus accepted of an entry. */
export interface EventContent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** ISO 8601 with second precision, as events carry it. */
  readonly time: string;
  readonly detail: JsonObject;
  readonly busName: string;
}

/** A refusal of the whole request, as AWS JSON 1.1 answers it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const MAX_ENTRIES = 10;
/**
 * Limit on the summed entry sizes of one request, in bytes. Some regions and accounts may take more (1 MB was
 * announced in January 2026); what stays under this bound goes through everywhere.
 */
export const MAX_REQUEST_BYTES = 262_144;
const TIME_BYTES = 14;

/** Reads a PutEvents body; throws the ServiceError that AWS would answer the whole request with. */
export function parseRequest(body: string): readonly PutEventsEntry[] {
  const parsed = requestSchema.safeParse(parseJson(body));
  if (!parsed.success) throw new ServiceError('SerializationException', z.prettifyError(parsed.error));

  const entries = parsed.data.Entries;
  if (!entries) throw invalidEntries('null', 'Member must not be null');
  if (entries.length === 0) {
    throw invalidEntries("'[]'", 'Member must have length greater than or equal to 1');
  }
  if (entries.length > MAX_ENTRIES) {
    const value = `'[${entries.map(() => 'PutEventsRequestEntry').join(', ')}]'`;
    throw invalidEntries(value, `Member must have length less than or equal to ${MAX_ENTRIES}`);
  }
  if (entries.reduce((bytes, entry) => bytes + entryBytes(entry), 0) > MAX_REQUEST_BYTES) {
    throw new ServiceError(
      'ValidationException',
      'Total size of the entries in the request is over the limit.',
    );
  }
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalidEntries(value: string, constraint: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value ${value} at 'entries' failed to satisfy constraint: ${constraint}`,
  );
}

/** Size of an entry in bytes (EventBridge user guide, "Calculating PutEvents event entry size"). */
export function entryBytes(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  const time = entry.Time === undefined ? 0 : TIME_BYTES;
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ''), time);
}

/** What an entry becomes as an event received at `now` (epoch ms), or why it is refused. */
export function readEntry(entry: PutEventsEntry, now: number): EventContent | EntryFailure {
  const { Source, DetailType, Detail } = entry;
  if (!Source) return missing('Source');
  if (!DetailType) return missing('DetailType');
  if (!Detail) return missing('Detail');

  const detail = parseJson(Detail);
  if (!isJsonObject(detail)) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (Source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  }
  const milliseconds = entry.Time === undefined ? now : entry.Time * 1000;
  return {
    source: Source,
    detailType: DetailType,
    resources: entry.Resources ?? [],
    time: new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z'),
    detail,
    busName: busNameOf(entry.EventBusName ?? 'default'),
  };
}

function missing(parameter: string): EntryFailure {
  return {
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`,
  };
}

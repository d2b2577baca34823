import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { getSystemErrorMessage } from 'node:util';
import { z } from 'zod';
import { readPublishedEvent } from '../../lib/alerts/read-event.ts';
import { type PublishedEvent, SOURCE } from '../../lib/domain/events.ts';
import { OtaWatchError } from '../../lib/errors.ts';
import { printable } from '../lines.ts';

/** A file holds no event. The message says what is wrong, and where. */
export class EventFileError extends OtaWatchError {
  override readonly name = 'EventFileError';
}

const EXPECTED = 'expected an event as EventBridge hands it over, with source, detail-type and detail';

const Envelope = z.object(
  {
    source: z.literal(SOURCE, { error: `expected ${SOURCE}` }),
    'detail-type': z.string({ error: 'expected the type of the event, such as OTA Task Progressed' }),
    detail: z.looseObject({}, { error: 'expected an object' }),
  },
  { error: EXPECTED },
);

/** A row of the history: a detail, and what the table adds. */
const Row = z
  .looseObject({ detailType: z.string() })
  .transform(({ detailType, published, previousHash, day, expiresAt, ...detail }) => ({
    detailType,
    detail,
  }));

/**
 * Reads an event of ota-watch: as the bus hands it over, or as a row of the history.
 *
 * @param file `-` for the standard input
 * @throws EventFileError
 */
export async function readEventFile(file: string): Promise<PublishedEvent> {
  const name = file === '-' ? 'The standard input' : file;
  const value = parseJson(await readText(file), name);
  const row = Row.safeParse(value);
  if (row.success) return readEvent(row.data, name);
  const envelope = Envelope.safeParse(value);
  if (envelope.success) {
    const { 'detail-type': detailType, detail } = envelope.data;
    return readEvent({ detailType, detail }, name);
  }
  const problems = envelope.error.issues.map(({ path, message }) =>
    [`${name}:`, ...(path.length === 0 ? [] : [`${path.join('.')}:`]), message].join(' '),
  );
  throw new EventFileError(problems.join('\n'));
}

async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (error) {
    const { errno } = Object(error);
    const reason = typeof errno === 'number' ? getSystemErrorMessage(errno) : String(error);
    throw new EventFileError(`${file} cannot be read: ${reason}`, { cause: error });
  }
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventFileError(`${name} is no JSON: ${printable(reason)}`, { cause: error });
  }
}

function readEvent(head: { readonly detailType: string; readonly detail?: unknown }, name: string) {
  try {
    const event = readPublishedEvent({ source: SOURCE, detailType: head.detailType, detail: head.detail });
    if (event !== undefined) return event;
  } catch (error) {
    if (!(error instanceof OtaWatchError)) throw error;
    throw new EventFileError(`${name}: ${printable(error.message)}`, { cause: error });
  }
  throw new EventFileError(`${name}: ${EXPECTED}`);
}

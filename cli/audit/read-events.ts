import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getSystemErrorMessage } from 'node:util';
import { createGunzip } from 'node:zlib';
import { Witness } from '../../lib/audit/witness.ts';
import { OtaWatchError } from '../../lib/errors.ts';

/** Events that were kept cannot be read. */
export class UnreadableEventsError extends OtaWatchError {
  override readonly name = 'UnreadableEventsError';
}

export interface KeptEvents {
  readonly witness: Witness;
  /** Files with entries that are no events. */
  readonly unreadable: readonly string[];
}

/**
 * Reads events that somebody kept: JSON Lines or a JSON array, packed by gzip or not, a file or all files of a folder.
 *
 * @throws UnreadableEventsError
 */
export async function readEvents(places: readonly string[]): Promise<KeptEvents> {
  const witness = new Witness();
  const unreadable: string[] = [];
  for (const place of places)
    for (const file of await guarded(place, () => filesOf(place))) {
      const before = witness.unreadable;
      await guarded(file, () => readFile(file, witness));
      if (witness.unreadable > before) unreadable.push(file);
    }
  return { witness, unreadable };
}

async function filesOf(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort();
}

async function readFile(file: string, witness: Witness): Promise<void> {
  const content = new PassThrough();
  const packed = createReadStream(file);
  const unpacked = file.endsWith('.gz')
    ? pipeline(packed, createGunzip(), content)
    : pipeline(packed, content);
  // Lines do not end by themselves when their stream breaks: the pipeline tells of that.
  await Promise.all([unpacked, readLines(createInterface({ input: content }), witness)]);
}

async function readLines(lines: AsyncIterable<string>, witness: Witness): Promise<void> {
  const array: string[] = [];
  let isArray: boolean | undefined;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    isArray ??= line.trimStart().startsWith('[');
    if (isArray) array.push(line);
    else witness.hear(parseJson(line));
  }
  if (array.length === 0) return;
  const entries = parseJson(array.join('\n'));
  if (Array.isArray(entries)) for (const entry of entries) witness.hear(entry);
  else witness.hear(undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function guarded<Value>(place: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    const { code, errno } = Object(error);
    const isPacking = typeof code === 'string' && code.startsWith('Z_');
    if (!isPacking && typeof errno !== 'number') throw error;
    const why = isPacking ? 'it is not packed by gzip' : getSystemErrorMessage(errno);
    throw new UnreadableEventsError(`${place} cannot be read: ${why}`, { cause: error });
  }
}

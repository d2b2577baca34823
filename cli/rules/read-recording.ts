import { open } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import { OtaWatchError } from '../../lib/errors.ts';
import { parseRecording, type Recording } from '../../lib/recording.ts';

/** The operating system does not give the content of a recording. */
export class UnreadableRecordingError extends OtaWatchError {
  override readonly name = 'UnreadableRecordingError';
}

/**
 * Reads a recording: JSON Lines.
 *
 * @throws UnreadableRecordingError, or RecordingError that lists what is wrong in it
 */
export async function readRecording(file: string): Promise<Recording> {
  try {
    await using handle = await open(file);
    return await parseRecording(handle.readLines({ encoding: 'utf8' }), file);
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
    if (typeof errno !== 'number') throw error;
    throw new UnreadableRecordingError(`${file} cannot be read: ${getSystemErrorMessage(errno)}`, {
      cause: error,
    });
  }
}

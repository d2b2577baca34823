import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { z } from 'zod';

/** What a function found worth a warning or an error. */
export interface LogEntry {
  readonly level: 'WARN' | 'ERROR' | 'CRITICAL';
  readonly functionName: string | undefined;
  readonly message: string;
  /** What the entry is about, without what every entry has. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** An entry of Powertools Logger. */
const entrySchema = z.looseObject({
  level: z.enum(['WARN', 'ERROR', 'CRITICAL']),
  message: z.string(),
  function_name: z.string().optional(),
});

/** What Powertools Logger puts into every entry. */
const STANDARD = /^(timestamp|service|cold_start|function_.*|sampling_rate|xray_trace_id|correlation_id)$/;

/** Reads a line that a function logged; undefined for whatever is no warning or error. */
export function readLogEntry(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  const parsed = entrySchema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { level, message, function_name: functionName, ...rest } = parsed.data;
  const about = Object.fromEntries(Object.entries(rest).filter(([name]) => !STANDARD.test(name)));
  return { level, functionName, message, about };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file that takes lines. */
export interface LogFile {
  readonly write: (line: string) => void;
  close(): Promise<void>;
}

export function openLogFile(file: string): LogFile {
  const stream = createWriteStream(file);
  return {
    write: (line) => stream.write(`${line}\n`),
    close: () => {
      stream.end();
      return finished(stream);
    },
  };
}

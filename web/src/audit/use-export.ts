import { useEffect, useRef, useState } from 'preact/hooks';
import { getText } from '../api.ts';
import type { Query } from '../query.ts';
import {
  exportParts,
  type Format,
  fileName,
  NOTHING_YET,
  type Progress,
  type Sink,
  SinkError,
} from './export.ts';
import { openSink } from './file-sink.ts';
import { wait } from './retry.ts';

const MEDIA_TYPES: Readonly<Record<Format, string>> = { csv: 'text/csv', jsonl: 'application/jsonl' };

const DEPS = {
  read: (query: Query, signal: AbortSignal) => getText('/export', query, { signal }),
  wait,
};

export interface ExportState {
  /** `failed`: see `error`; it can go on if `canGoOn`. */
  readonly phase: 'idle' | 'running' | 'done' | 'stopped' | 'failed';
  readonly fileName: string;
  readonly progress: Progress;
  readonly error?: Error;
  readonly canGoOn?: boolean;
}

export interface ExportHandle {
  readonly state: ExportState;
  /** Lets people choose a file, and writes what the query finds to it. */
  readonly start: (format: Format, query: Query) => Promise<void>;
  readonly goOn: () => void;
  /** There will be no file. */
  readonly stop: () => void;
}

interface Job {
  readonly format: Format;
  readonly query: Query;
  readonly sink: Sink;
  readonly fileName: string;
  readonly controller: AbortController;
}

/** One export at a time; it ends with the view. */
export function useExport(): ExportHandle {
  const [state, setState] = useState<ExportState>({ phase: 'idle', fileName: '', progress: NOTHING_YET });
  const job = useRef<Job | undefined>(undefined);
  const drop = () => {
    job.current?.controller.abort();
    // A sink that has failed cannot be aborted either, which changes nothing.
    job.current?.sink.abort().catch(() => undefined);
    job.current = undefined;
  };
  useEffect(() => drop, []);

  const run = async (current: Job, from: Progress) => {
    let progress = from;
    const tell = (next: Progress) => {
      progress = next;
      if (job.current === current) setState({ phase: 'running', fileName: current.fileName, progress });
    };
    tell(from);
    try {
      const { format, query, sink, controller } = current;
      await exportParts({ format, query, from }, sink, controller.signal, tell, DEPS);
      if (job.current !== current) return;
      job.current = undefined;
      setState({ phase: 'done', fileName: current.fileName, progress });
    } catch (thrown) {
      if (job.current !== current) return;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const canGoOn = !(error instanceof SinkError);
      setState({ phase: 'failed', fileName: current.fileName, progress, error, canGoOn });
    }
  };

  return {
    state,
    start: async (format, query) => {
      const name = fileName(format, Date.now());
      try {
        const sink = await openSink(name, MEDIA_TYPES[format]);
        if (sink === undefined) return;
        // Whoever chose no file after all can still go on with one that failed.
        drop();
        job.current = { format, query, sink, fileName: name, controller: new AbortController() };
        await run(job.current, NOTHING_YET);
      } catch (cause) {
        drop();
        const error = new SinkError('The file cannot be opened', { cause });
        setState({ phase: 'failed', fileName: name, progress: NOTHING_YET, error });
      }
    },
    goOn: () => {
      if (job.current !== undefined) void run(job.current, state.progress);
    },
    stop: () => {
      drop();
      setState({ ...state, phase: 'stopped' });
    },
  };
}

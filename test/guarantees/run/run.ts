import type { Failure } from '../guarantee.ts';
import type { Job } from './messages.ts';
import type { Chunk, Engine, Row } from './plan.ts';
import { type Done, Worker } from './pool.ts';

/** What came of a row. */
export interface Result {
  readonly row: Row;
  readonly runs: number;
  readonly tally: Readonly<Record<string, number>>;
  /** That all workers together took. */
  readonly seconds: number;
  readonly failures: readonly RowFailure[];
}

/** A script that fails, or what kept a worker from its work. */
export type RowFailure = Failure | { readonly seed: number; readonly broken: string };

/** Told of what goes on. */
export interface RunListener {
  onPlayed(row: Row): void;
  onFailure(row: Row, failure: RowFailure): void;
  onEnd(result: Result): void;
}

export interface RunSurroundings {
  /** File with the guarantees. */
  readonly module: string;
  readonly workers: number;
  readonly path?: string | undefined;
  readonly dynamodbUrl: (engine: Engine) => string | undefined;
  /** Called with what ends all workers at once. */
  readonly onStart?: (stop: () => void) => void;
}

class Progress {
  readonly row: Row;
  runs = 0;
  readonly tally: Record<string, number> = {};
  readonly failures: RowFailure[] = [];
  #seconds = 0;
  pending: number;

  constructor(row: Row) {
    this.row = row;
    this.pending = row.chunks.length;
  }

  add({ report: { runs, tally }, seconds }: Done): void {
    this.#seconds += seconds;
    this.runs += runs;
    for (const [name, count] of Object.entries(tally)) this.tally[name] = (this.tally[name] ?? 0) + count;
  }

  /** @param workers among whom the time was divided */
  result(workers: number): Result {
    const { row, runs, tally, failures } = this;
    return { row, runs, tally, failures, seconds: this.#seconds / workers };
  }
}

/** Proves every row, chunk by chunk, by as many workers. A row that has failed is left. */
export async function run(
  rows: readonly Row[],
  listener: RunListener,
  surroundings: RunSurroundings,
): Promise<Result[]> {
  const { module, workers: count, onStart } = surroundings;
  const progress = rows.map((row) => new Progress(row));
  const queue = progress.flatMap((ofRow) => ofRow.row.chunks.map((chunk) => ({ ofRow, chunk })));
  const results = new Map<Row, Result>();
  const workers = Array.from({ length: Math.min(count, queue.length) }, () => new Worker(module));
  const stop = () => {
    queue.length = 0;
    for (const worker of workers) worker.stop();
  };
  onStart?.(stop);

  const work = async (worker: Worker) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { ofRow, chunk } = next;
      if (ofRow.failures.length === 0) await proveChunk(worker, ofRow, chunk, listener, surroundings);
      ofRow.pending -= 1;
      if (ofRow.pending > 0) continue;
      const result = ofRow.result(count);
      results.set(ofRow.row, result);
      listener.onEnd(result);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    stop();
  }
  return rows.flatMap((row) => results.get(row) ?? []);
}

async function proveChunk(
  worker: Worker,
  progress: Progress,
  { seed, scripts }: Chunk,
  listener: RunListener,
  { path, dynamodbUrl }: RunSurroundings,
): Promise<void> {
  const { row } = progress;
  const url = dynamodbUrl(row.engine);
  const job: Job = {
    number: row.guarantee.number,
    seed,
    scripts,
    ...(path !== undefined && { path }),
    ...(url !== undefined && { dynamodbUrl: url }),
  };
  let failure: RowFailure | undefined;
  try {
    const done = await worker.run(job, () => listener.onPlayed(row));
    progress.add(done);
    failure = done.report.failure;
  } catch (error) {
    failure = { seed, broken: error instanceof Error ? error.message : String(error) };
  }
  if (failure === undefined) return;
  progress.failures.push(failure);
  listener.onFailure(row, failure);
}

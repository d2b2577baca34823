import pMap from 'p-map';
import { summarizeError } from './errors.ts';
import type { HistoryReader, OtaService, StoredRow } from './ports.ts';
import { parseRow, type RecordedRow } from './recorded-row.ts';
import { observationsOf, type Recording } from './recording.ts';

export interface RecordedHistoryDeps {
  readonly history: HistoryReader;
  readonly service: Pick<OtaService, 'getTask' | 'getConfiguration'>;
}

export interface RecordedHistory {
  readonly recording: Recording;
  /** What could not be asked for, a sentence each. */
  readonly warnings: readonly string[];
}

/** Which part of the history is read. Instants are epoch milliseconds. */
export interface HistoryRange {
  /** All tasks that something was observed of between `since` and `until`, where it is empty. */
  readonly taskIds: readonly string[];
  readonly since: number;
  readonly until: number;
}

/**
 * Reads what the history tells of tasks, each from its beginning, up to `until`. Rows have neither configurations nor tags nor
 * schedules: those are asked for now, and left out of tasks and configurations that the service does not have any more.
 *
 * @throws RecordingError for a row that cannot be understood, and what the database or the service answers
 */
export async function readHistory(range: HistoryRange, deps: RecordedHistoryDeps): Promise<RecordedHistory> {
  const { history, service } = deps;
  const rows = range.taskIds.length > 0 ? await rowsOfTasks(range, history) : await rowsOfAll(range, history);
  const taskIds = new Set(rows.map(({ taskId }) => taskId));
  const configurationIds = new Set(rows.flatMap(({ configurationId = [] }) => configurationId));
  const tasks = await stillThere(taskIds, service.getTask);
  const configurations = await stillThere(configurationIds, service.getConfiguration);
  const found = Array.from(configurations.values, ([id, { configuration }]) => [id, configuration] as const);
  return {
    recording: observationsOf(rows, { tasks: tasks.values, configurations: new Map(found) }),
    warnings: [
      ...warnings(tasks.missing, 'task', 'tags and schedule'),
      ...warnings(configurations.missing, 'configuration', 'the limits'),
    ],
  };
}

async function rowsOfTasks({ taskIds, until }: HistoryRange, history: HistoryReader): Promise<RecordedRow[]> {
  const rows: RecordedRow[] = [];
  for (const taskId of new Set(taskIds)) await collect(history.rowsOf(taskId), rows);
  return rows.filter(({ observedAt }) => observedAt <= until);
}

/** What happened since then, and what came before it in the tasks that it happened to. */
async function rowsOfAll({ since, until }: HistoryRange, history: HistoryReader): Promise<RecordedRow[]> {
  const rows: RecordedRow[] = [];
  const first = await collect(history.rowsBetween(since, until + 1), rows);
  for (const [taskId, sequence] of first)
    if (sequence > 1) await collect(history.rowsOf(taskId, sequence), rows);
  return rows;
}

/** @returns the lowest sequence of each task */
async function collect(
  pages: AsyncIterable<readonly StoredRow[]>,
  into: RecordedRow[],
): Promise<Map<string, number>> {
  const lowest = new Map<string, number>();
  for await (const page of pages) {
    for (const stored of page) {
      const sequence = Number(stored.sequence);
      const row = parseRow(stored, `history row ${stored.taskId}:${stored.sequence}`);
      into.push(row);
      lowest.set(row.taskId, Math.min(sequence, lowest.get(row.taskId) ?? sequence));
    }
  }
  return lowest;
}

const REQUEST_TIMEOUT_MS = 10_000;
const CONCURRENCY = 10;
const MAX_NAMED = 5;

/** Asks the service for what it still has. */
async function stillThere<Value>(
  ids: Iterable<string>,
  read: (id: string, signal: AbortSignal) => Promise<Value | undefined>,
): Promise<{ values: Map<string, Value>; missing: Map<string, string[]> }> {
  const values = new Map<string, Value>();
  const missing = new Map<string, string[]>();
  const miss = (id: string, why: string) => missing.set(why, [...(missing.get(why) ?? []), id]);
  const readOne = async (id: string) => {
    try {
      const value = await read(id, AbortSignal.timeout(REQUEST_TIMEOUT_MS));
      if (value === undefined) miss(id, 'gone');
      else values.set(id, value);
    } catch (error) {
      miss(id, summarizeError(error).name);
    }
  };
  await pMap(ids, readOne, { concurrency: CONCURRENCY });
  return { values, missing };
}

function warnings(missing: ReadonlyMap<string, readonly string[]>, what: string, without: string): string[] {
  return Array.from(missing, ([why, ids]) => {
    const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '';
    return `Replayed without ${without} of ${what} ${ids.slice(0, MAX_NAMED).join(', ')}${more}: ${why}`;
  });
}

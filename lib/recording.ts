import { countsOf } from './domain/counts.ts';
import type { TaskConfiguration, TaskFacts } from './domain/task.ts';
import type { ObservedTask } from './ports.ts';
import { parseRow, type RecordedRow, RecordingError } from './recorded-row.ts';

/** A look at a task that told something. */
export interface RecordedLook {
  readonly taskId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly task: Pick<ObservedTask, 'facts' | 'tags' | 'maintenanceWindows'>;
  /** The configuration that the task had, where it is known. */
  readonly configuration?: TaskConfiguration;
  /** Whether tracking began with this look, or ended by request: only rows of the history tell. */
  readonly tracking?: 'began' | 'ended';
}

/** A look at a task that could not be read. */
export interface RecordedFailure {
  readonly taskId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The name of the error. */
  readonly unreadable: string;
}

export type Observation = RecordedLook | RecordedFailure;

/** Observations of each task, in the order of their instants, one an instant. */
export type Recording = ReadonlyMap<string, readonly Observation[]>;

/** What is known of tasks and configurations besides what rows tell. */
export interface RecordedSurroundings {
  readonly tasks?: ReadonlyMap<string, ObservedTask>;
  readonly configurations?: ReadonlyMap<string, TaskConfiguration>;
}

const MAX_PROBLEMS = 20;

/**
 * Reads a recording: JSON Lines, one observation a line. Empty lines do not matter.
 *
 * @param source names the file in errors
 * @throws RecordingError
 */
export async function parseRecording(lines: AsyncIterable<string>, source: string): Promise<Recording> {
  const rows: RecordedRow[] = [];
  const problems: string[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const read = readLine(line.replace(/^\u{feff}/u, '').trim(), `${source}:${number}`);
    rows.push(...read.rows);
    problems.push(...read.problems);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) throw new RecordingError(problems.join('\n'));
  if (rows.length === 0) throw new RecordingError(`${source}: there is no observation in it`);
  return observationsOf(rows);
}

function readLine(line: string, where: string): { rows: RecordedRow[]; problems: string[] } {
  if (line === '') return { rows: [], problems: [] };
  try {
    return { rows: [parseRow(JSON.parse(line), where)], problems: [] };
  } catch (error) {
    if (error instanceof SyntaxError) return { rows: [], problems: [`${where}: this line is not JSON`] };
    if (error instanceof RecordingError) return { rows: [], problems: [error.message] };
    throw error;
  }
}

/** Rows that are about the delivery of an event, and not about the task. */
const NO_OBSERVATION = 'OTA Task Event Set Aside';

/** What holds from row to row, until one says otherwise. */
type Carried = Pick<
  RecordedRow,
  | 'configurationId'
  | 'otaType'
  | 'lastUpdatedAt'
  | 'startTime'
  | 'endTime'
  | 'endBehavior'
  | 'tags'
  | 'maintenanceWindows'
>;

/**
 * Puts rows together: in the order of their instants, those of one task and instant as one observation. What a row leaves out
 * is as in the task's row before, save its status and counts; a configuration that was given holds for its id from then on.
 */
export function observationsOf(
  rows: readonly RecordedRow[],
  { tasks = new Map(), configurations = new Map() }: RecordedSurroundings = {},
): Map<string, Observation[]> {
  const recording = new Map<string, Observation[]>();
  const carried = new Map<string, Carried>();
  const known = new Map(configurations);
  const sorted = rows
    .filter(({ detailType }) => detailType !== NO_OBSERVATION)
    .sort((a, b) => a.observedAt - b.observedAt);
  for (const row of sorted) {
    const { taskId, configuration, configurationId } = row;
    if (configuration !== undefined && configurationId !== undefined)
      known.set(configurationId, { configurationId, ...configuration });
    const holding = { ...(carried.get(taskId) ?? scheduleOf(tasks.get(taskId))), ...carriedBy(row) };
    carried.set(taskId, holding);
    const observations = recording.get(taskId) ?? [];
    recording.set(taskId, observations);
    const before = observations.at(-1)?.at === row.observedAt ? observations.pop() : undefined;
    observations.push(together(before, observationOf(row, holding, known)));
  }
  return recording;
}

function scheduleOf(task: ObservedTask | undefined): Carried {
  if (task === undefined) return {};
  const { startTime, endTime, endBehavior } = task.facts;
  return {
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    ...(endBehavior !== undefined && { endBehavior }),
    tags: task.tags,
    maintenanceWindows: [...task.maintenanceWindows],
  };
}

function carriedBy({
  taskId,
  observedAt,
  status,
  counts,
  configuration,
  unreadable,
  detailType,
  reason,
  ...carried
}: RecordedRow): Carried {
  return carried;
}

function observationOf(
  { taskId, observedAt: at, status = '', counts, unreadable, detailType, reason }: RecordedRow,
  { tags = {}, maintenanceWindows = [], ...carried }: Carried,
  configurations: ReadonlyMap<string, TaskConfiguration>,
): Observation {
  if (unreadable !== undefined) return { taskId, at, unreadable };
  // Rules do not ask where a task is.
  const place = { taskArn: '', accountId: '', region: '' };
  const facts: TaskFacts = { taskId, ...place, status, counts: countsOf(counts ?? {}), ...carried };
  const configuration = configurations.get(carried.configurationId ?? '');
  const tracking = trackingOf(detailType, reason);
  return {
    taskId,
    at,
    task: { facts, tags, maintenanceWindows },
    ...(configuration !== undefined && { configuration }),
    ...(tracking !== undefined && { tracking }),
  };
}

function trackingOf(detailType: unknown, reason: unknown): RecordedLook['tracking'] {
  if (detailType === 'OTA Task Tracking Started') return 'began';
  return detailType === 'OTA Task Tracking Stopped' && reason === 'requested' ? 'ended' : undefined;
}

/** What rows of one instant tell together. */
function together(before: Observation | undefined, after: Observation): Observation {
  if (before === undefined || 'unreadable' in before) return after;
  if ('unreadable' in after) return before;
  return before.tracking === undefined ? after : { tracking: before.tracking, ...after };
}

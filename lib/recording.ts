import { z } from 'zod';
import { FAILURE_TYPES } from './domain/abort-criteria.ts';
import { countsOf } from './domain/counts.ts';
import { parseScheduleTime } from './domain/schedule.ts';
import type { TaskConfiguration, TaskFacts } from './domain/task.ts';
import { OtaWatchError } from './errors.ts';
import { isWindowStart } from './maintenance-windows.ts';
import type { ObservedTask } from './ports.ts';
import { numberFrom, oneOf, positiveNumber, wholeNumberFrom } from './rule-file/values.ts';

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

/** A recording that cannot be understood. The message has a line for each problem, as `file:line member: what was expected`. */
export class RecordingError extends OtaWatchError {
  override readonly name = 'RecordingError';
}

const MAX_PROBLEMS = 20;

const text = z
  .string({ error: 'expected a text' })
  .min(1, 'expected a text')
  .max(1_024, 'expected less text');
const count = wholeNumberFrom(0).default(0);
const TIME_EXPECTED = 'expected a time such as 2026-12-01T00:00Z';
const time = z
  .string({ error: TIME_EXPECTED })
  .transform((value) => parseScheduleTime(value) ?? '')
  .refine((value) => value !== '', TIME_EXPECTED)
  .exactOptional();
const record = (what: string) => ({ error: `expected an object with ${what}` });

const Counts = z.object(
  {
    queued: count,
    inProgress: count,
    succeeded: count,
    failed: count,
    rejected: count,
    timedOut: count,
    removed: count,
    canceled: count,
  },
  record('counts'),
);

const Configuration = z.object(
  {
    criteria: z
      .array(
        z.object(
          {
            failureType: oneOf(FAILURE_TYPES),
            thresholdPercentage: numberFrom(0, 100),
            minExecutedThings: wholeNumberFrom(1).default(1),
          },
          record('failureType, thresholdPercentage, minExecutedThings'),
        ),
        'expected a list',
      )
      .default([]),
    pace: z
      .object(
        {
          maximumPerMinute: positiveNumber.exactOptional(),
          basePerMinute: positiveNumber.exactOptional(),
        },
        record('maximumPerMinute, basePerMinute'),
      )
      .exactOptional(),
    inProgressTimeoutMinutes: positiveNumber.exactOptional(),
  },
  record('criteria, pace, inProgressTimeoutMinutes'),
);

const Window = z.object(
  {
    startTime: z
      .string({ error: TIME_EXPECTED })
      .refine(isWindowStart, 'expected cron(…) of six fields, or a time such as 2026-12-01 00:00'),
    durationMinutes: wholeNumberFrom(1),
  },
  record('startTime, durationMinutes'),
);

/** A line of a recording, and a row of the history: what neither knows of is left out. */
const Row = z
  .object(
    {
      taskId: text,
      observedAt: z.iso
        .datetime({ offset: true, error: 'expected an instant such as 2026-11-22T12:00:00.000Z' })
        .transform((instant) => Date.parse(instant)),
      status: text.exactOptional(),
      counts: Counts.exactOptional(),
      configurationId: text.exactOptional(),
      otaType: text.exactOptional(),
      startTime: time,
      endTime: time,
      endBehavior: text.exactOptional(),
      tags: z.record(z.string(), z.string('expected a text'), 'expected an object of texts').exactOptional(),
      maintenanceWindows: z.array(Window, 'expected a list').exactOptional(),
      configuration: Configuration.exactOptional(),
      unreadable: text.exactOptional(),
      // Of history rows.
      detailType: z.unknown().exactOptional(),
      reason: z.unknown().exactOptional(),
    },
    record('taskId, observedAt, status, counts'),
  )
  .superRefine(({ unreadable, status, counts, configuration, configurationId }, context) => {
    const problem = (member: string, message: string) =>
      context.addIssue({ code: 'custom', path: [member], message });
    if (unreadable === undefined && status === undefined) problem('status', 'expected a text');
    if (unreadable === undefined && counts === undefined) problem('counts', 'expected an object with counts');
    if (configuration !== undefined && configurationId === undefined)
      problem('configurationId', 'expected the id of the configuration that is given');
  });

export type RecordedRow = z.output<typeof Row>;

/** What is known of tasks and configurations besides what rows tell. */
export interface RecordedSurroundings {
  readonly tasks?: ReadonlyMap<string, ObservedTask>;
  readonly configurations?: ReadonlyMap<string, TaskConfiguration>;
}

/**
 * Reads a row as it is stored in the history.
 *
 * @throws RecordingError that names `where` and the members that are wrong
 */
export function parseRow(value: unknown, where: string): RecordedRow {
  const parsed = Row.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RecordingError(problemsOf(parsed.error, where).join('\n'), { cause: parsed.error });
}

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

function problemsOf({ issues }: z.ZodError, where: string): string[] {
  return issues.map(
    ({ path, message }) => `${where}${path.length > 0 ? ` ${path.join('.')}` : ''}: ${message}`,
  );
}

/** Rows that are about the delivery of an event, and not about the task. */
const NO_OBSERVATION = 'OTA Task Event Set Aside';

/** What holds from row to row, until one says otherwise. */
type Carried = Pick<
  RecordedRow,
  'configurationId' | 'otaType' | 'startTime' | 'endTime' | 'endBehavior' | 'tags' | 'maintenanceWindows'
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

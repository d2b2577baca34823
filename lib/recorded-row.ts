import { z } from 'zod';
import { FAILURE_TYPES } from './domain/abort-criteria.ts';
import { parseScheduleTime } from './domain/schedule.ts';
import { OtaWatchError } from './errors.ts';
import { isWindowStart } from './maintenance-windows.ts';
import { numberFrom, oneOf, positiveNumber, wholeNumberFrom } from './rule-file/values.ts';

/** A recording that cannot be understood. The message has a line for each problem, as `file:line member: what was expected`. */
export class RecordingError extends OtaWatchError {
  override readonly name = 'RecordingError';
}

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
      lastUpdatedAt: time,
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

function problemsOf({ issues }: z.ZodError, where: string): string[] {
  return issues.map(
    ({ path, message }) => `${where}${path.length > 0 ? ` ${path.join('.')}` : ''}: ${message}`,
  );
}

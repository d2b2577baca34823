import type {
  GetOtaTaskCommandOutput,
  OtaTaskExecutionSummaries,
  OtaTaskSummary,
} from '@aws-sdk/client-iot-managed-integrations';
import * as z from 'zod/mini';
import { countsOf } from '../domain/counts.ts';
import { parseScheduleTime } from '../domain/schedule.ts';
import type { TaskFacts, TaskSummary } from '../domain/task.ts';
import { UnreadableAnswerError } from '../errors.ts';
import { isWindowStart } from '../maintenance-windows.ts';
import type { ObservedTask, ScheduledWindow, ThingExecution } from '../ports.ts';
import { parseAnswer, part, partReader, text } from './answer-parts.ts';

/** Where a function runs, and so whose tasks it sees. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** The API's own maximum for a description; what is longer is cut. */
const MAX_DESCRIPTION = 256;
/** The API's own maximum, and those of a tag (128 and 256 characters) in UTF-16, where a character can take two. */
const MAX_TAGS = 50;
const MAX_TAG_KEY = 256;
const MAX_TAG_VALUE = 512;
/** Each may be one time: as many as a year has days. */
const MAX_WINDOWS = 366;
/** The sum of the eight is a whole number then, to the last digit. */
const MAX_COUNT = Math.floor(Number.MAX_SAFE_INTEGER / 8);

/** Bytes that the key of an item may have (DynamoDB). */
const MAX_KEY_BYTES = 2_048;
const taskId = text(1_024).check(z.refine((id) => Buffer.byteLength(id) <= MAX_KEY_BYTES));
const configurationId = text(256);
const status = text(128);
/** A year of four digits, as ISO 8601 and the event schemas have it. */
const instant = z.pipe(
  z.date().check(z.gte(new Date(0)), z.lte(new Date('9999-12-31T23:59:59.999Z'))),
  z.transform((date: Date) => date.toISOString()),
);
const counter = z._default(z.int().check(z.nonnegative(), z.lte(MAX_COUNT)), 0);
/** What cannot be read counts as missing. */
const orNone = <Schema extends z.ZodMiniType>(schema: Schema) => z.catch(z.optional(schema), undefined);

const Summary = z.object({
  TaskId: taskId,
  // What cannot be read differs from every known status, and so the task itself is read.
  Status: z.catch(status, ''),
  TaskConfigurationId: orNone(configurationId),
  CreatedAt: orNone(instant),
  LastUpdatedAt: orNone(instant),
});

const Counters = z.object({
  numberOfQueuedThings: counter,
  NumberOfInProgressThings: counter,
  numberOfSucceededThings: counter,
  NumberOfFailedThings: counter,
  numberOfRejectedThings: counter,
  numberOfTimedOutThings: counter,
  numberOfRemovedThings: counter,
  NumberOfCanceledThings: counter,
});

const Task = z.object({
  TaskId: taskId,
  TaskArn: z.optional(text(2_048)),
  Status: status,
  TaskConfigurationId: z.optional(configurationId),
  OtaType: z.optional(text(128)),
  Description: z.optional(z.string()),
  // Told, and nothing more: a task is not lost sight of because of it.
  LastUpdatedAt: orNone(instant),
  TaskProcessingDetails: z.prefault(Counters, {}),
  OtaSchedulingConfig: part,
  Tags: z.prefault(z.record(z.string(), z.string()), {}),
});

const Scheduling = z.optional(
  z.object({
    StartTime: part,
    EndTime: part,
    EndBehavior: part,
    MaintenanceWindows: part,
  }),
);
const ScheduleTime = z.pipe(
  z.optional(z.string()),
  z.transform((value: string | undefined, context) => {
    if (value === undefined || value === '') return undefined;
    const time = parseScheduleTime(value);
    if (time === undefined) context.issues.push({ code: 'custom', message: 'no time', input: value });
    return time;
  }),
);
const EndBehavior = z.optional(text(128));
const Windows = z.optional(z.array(z.unknown()));
/** A year: far more than the API takes, and little enough to calculate with. */
const MAX_WINDOW_MINUTES = 366 * 24 * 60;
const MaintenanceWindow = z.object({
  StartTime: text(256).check(z.refine(isWindowStart)),
  DurationInMinutes: z.int().check(z.positive(), z.lte(MAX_WINDOW_MINUTES)),
});

const Execution = z.object({
  ManagedThingId: text(64),
  TaskExecutionSummary: z.object({
    Status: status,
    RetryAttempt: orNone(z.int().check(z.nonnegative())),
    LastUpdatedAt: orNone(instant),
  }),
});

/** The form of `OtaTaskId`. */
const TASK_ID = /^[A-Za-z0-9]{1,200}$/;
/** The values of `OtaStatus`. */
const STATUSES: ReadonlySet<string> = new Set([
  'SCHEDULED',
  'IN_PROGRESS',
  'COMPLETED',
  'CANCELED',
  'DELETION_IN_PROGRESS',
]);

/** @returns undefined for an entry of the list that names no task */
export function parseTaskSummary(summary: OtaTaskSummary): TaskSummary | undefined {
  const parsed = Summary.safeParse(summary);
  if (!parsed.success) return undefined;
  const { TaskId, Status, TaskConfigurationId, CreatedAt, LastUpdatedAt } = parsed.data;
  return {
    taskId: TaskId,
    status: Status,
    ...(TaskConfigurationId !== undefined && { configurationId: TaskConfigurationId }),
    ...(CreatedAt !== undefined && { createdAt: CreatedAt }),
    ...(LastUpdatedAt !== undefined && { lastUpdatedAt: LastUpdatedAt }),
  };
}

/** @throws UnreadableAnswerError that names the members that are wrong, and not what they hold */
export function parseTask(askedFor: string, answer: GetOtaTaskCommandOutput, account: Account): ObservedTask {
  const task = parseAnswer(Task, answer, `Task ${askedFor}`);
  if (task.TaskId !== askedFor)
    throw new UnreadableAnswerError(`Task ${askedFor}: the answer is of another task`);
  const { maintenanceWindows, oddities, ...schedule } = scheduleOf(task.OtaSchedulingConfig);
  const tags = tagsOf(task.Tags);
  return {
    facts: { ...factsOf(task, account), ...schedule },
    tags: tags.known,
    maintenanceWindows,
    oddities: [
      ...identityOddities(task),
      ...missingCounters(answer),
      ...oddities,
      ...(tags.isOdd ? ['Tags'] : []),
    ],
  };
}

/**
 * Tags such as the API allows, the first ones by their keys; the others count as missing. Those that AWS itself sets, which do
 * not count against its maximum, come last.
 */
function tagsOf(tags: Readonly<Record<string, string>>) {
  const all = Object.entries(tags);
  const known = all
    .filter(([key, value]) => key.length <= MAX_TAG_KEY && value.length <= MAX_TAG_VALUE)
    .sort(([one], [other]) => Number(isOfAws(one)) - Number(isOfAws(other)) || (one < other ? -1 : 1))
    .slice(0, MAX_TAGS);
  return { known: Object.fromEntries(known), isOdd: known.length < all.length };
}

const isOfAws = (key: string) => key.startsWith('aws:');

function identityOddities({ TaskId, Status }: z.infer<typeof Task>): string[] {
  // What is no identifier may be anything, and is not told.
  const status = /^\w{1,100}$/.test(Status) ? `Status ${Status}` : 'Status';
  return [...(TASK_ID.test(TaskId) ? [] : ['TaskId']), ...(STATUSES.has(Status) ? [] : [status])];
}

/** Counters that a rollout in progress should have. */
function missingCounters({ Status, TaskProcessingDetails: details }: GetOtaTaskCommandOutput): string[] {
  if (Status !== 'IN_PROGRESS') return [];
  if (details === undefined) return ['TaskProcessingDetails'];
  return Object.keys(Counters.shape)
    .filter((name) => Reflect.get(details, name) === undefined)
    .map((name) => `TaskProcessingDetails.${name}`);
}

/** Whatever is wrong with a schedule, the counts are not lost because of it. */
function scheduleOf(
  config: unknown,
): Pick<TaskFacts, 'startTime' | 'endTime' | 'endBehavior'> &
  Pick<ObservedTask, 'maintenanceWindows' | 'oddities'> {
  const { read, wrong } = partReader();
  const name = 'OtaSchedulingConfig';
  const schedule = read(Scheduling, config, name) ?? {};
  const startTime = read(ScheduleTime, schedule.StartTime, `${name}.StartTime`);
  const endTime = read(ScheduleTime, schedule.EndTime, `${name}.EndTime`);
  const endBehavior = read(EndBehavior, schedule.EndBehavior, `${name}.EndBehavior`);
  const windowsName = `${name}.MaintenanceWindows`;
  const windows = read(Windows, schedule.MaintenanceWindows, windowsName) ?? [];
  if (windows.length > MAX_WINDOWS) wrong.push(windowsName);
  const maintenanceWindows = windows.slice(0, MAX_WINDOWS).flatMap((entry): ScheduledWindow[] => {
    const window = read(MaintenanceWindow, entry, windowsName);
    return window ? [{ startTime: window.StartTime, durationMinutes: window.DurationInMinutes }] : [];
  });
  return {
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    ...(endBehavior !== undefined && { endBehavior }),
    maintenanceWindows,
    oddities: [...new Set(wrong)],
  };
}

function factsOf(task: z.infer<typeof Task>, account: Account): TaskFacts {
  const taskArn = task.TaskArn ?? taskArnOf(task.TaskId, account);
  const [, , , region, accountId] = taskArn.split(':');
  const details = task.TaskProcessingDetails;
  return {
    taskId: task.TaskId,
    taskArn,
    accountId: accountId || account.accountId,
    region: region || account.region,
    status: task.Status,
    counts: countsOf({
      queued: details.numberOfQueuedThings,
      inProgress: details.NumberOfInProgressThings,
      succeeded: details.numberOfSucceededThings,
      failed: details.NumberOfFailedThings,
      rejected: details.numberOfRejectedThings,
      timedOut: details.numberOfTimedOutThings,
      removed: details.numberOfRemovedThings,
      canceled: details.NumberOfCanceledThings,
    }),
    ...(task.TaskConfigurationId !== undefined && { configurationId: task.TaskConfigurationId }),
    ...(task.OtaType !== undefined && { otaType: task.OtaType }),
    ...(task.Description !== undefined && { description: bounded(task.Description) }),
    ...(task.LastUpdatedAt !== undefined && { lastUpdatedAt: task.LastUpdatedAt }),
  };
}

/** @returns undefined for an entry that names no thing or no status */
export function parseExecution(entry: OtaTaskExecutionSummaries): ThingExecution | undefined {
  const parsed = Execution.safeParse(entry);
  if (!parsed.success) return undefined;
  const { ManagedThingId, TaskExecutionSummary: summary } = parsed.data;
  return {
    managedThingId: ManagedThingId,
    status: summary.Status,
    ...(summary.RetryAttempt !== undefined && { retryAttempt: summary.RetryAttempt }),
    ...(summary.LastUpdatedAt !== undefined && { lastUpdatedAt: summary.LastUpdatedAt }),
  };
}

function bounded(description: string): string {
  const whole = description.toWellFormed();
  return whole.length <= MAX_DESCRIPTION ? whole : `${whole.slice(0, MAX_DESCRIPTION - 1).toWellFormed()}…`;
}

function taskArnOf(id: string, { partition, region, accountId }: Account): string {
  return `arn:${partition}:iotmanagedintegrations:${region}:${accountId}:ota-task/${id}`;
}

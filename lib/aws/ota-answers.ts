import type {
  GetOtaTaskCommandOutput,
  GetOtaTaskConfigurationCommandOutput,
  OtaTaskSummary,
} from '@aws-sdk/client-iot-managed-integrations';
import { z } from 'zod';
import { countsOf } from '../domain/counts.ts';
import { type AbortCriterion, FAILURE_TYPES } from '../domain/rules.ts';
import { parseScheduleTime } from '../domain/schedule.ts';
import type { TaskFacts, TaskSummary } from '../domain/task.ts';
import { UnreadableAnswerError } from '../errors.ts';
import type { ObservedTask, ReadCriteria } from '../ports.ts';

/** Where a function runs, and so whose tasks it sees. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** The API's own maximum for a description; what is longer is cut. */
const MAX_DESCRIPTION = 256;

/** Lone surrogates are no text: UTF-8, and so DynamoDB and the bus, cannot carry them. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .transform((value) => value.toWellFormed());

const taskId = text(1_024);
const configurationId = text(256);
const status = text(128);
/** A year of four digits, as ISO 8601 and the event schemas have it. */
const instant = z
  .date()
  .min(new Date(0))
  .max(new Date('9999-12-31T23:59:59.999Z'))
  .transform((date) => date.toISOString());
const counter = z.int().nonnegative().default(0);

const Summary = z.object({
  TaskId: taskId,
  // What cannot be read differs from every known status, and so the task itself is read.
  Status: status.catch(''),
  TaskConfigurationId: configurationId.optional().catch(undefined),
  CreatedAt: instant.optional().catch(undefined),
  LastUpdatedAt: instant.optional().catch(undefined),
});

const Task = z.object({
  TaskId: taskId,
  TaskArn: text(2_048).optional(),
  Status: status,
  TaskConfigurationId: configurationId.optional(),
  OtaType: text(128).optional(),
  Description: z.string().optional(),
  // Told, and nothing more: a task is not lost sight of because of it.
  LastUpdatedAt: instant.optional().catch(undefined),
  TaskProcessingDetails: z
    .object({
      numberOfQueuedThings: counter,
      NumberOfInProgressThings: counter,
      numberOfSucceededThings: counter,
      NumberOfFailedThings: counter,
      numberOfRejectedThings: counter,
      numberOfTimedOutThings: counter,
      numberOfRemovedThings: counter,
      NumberOfCanceledThings: counter,
    })
    .prefault({}),
  OtaSchedulingConfig: z
    .object({ EndTime: z.string().optional(), EndBehavior: text(128).optional() })
    .optional()
    .catch(undefined),
  Tags: z.record(z.string(), z.string()).prefault({}),
});

const Configuration = z.object({
  PushConfig: z
    .object({
      AbortConfig: z
        .object({
          AbortConfigCriteriaList: z.array(z.unknown()).prefault([]),
        })
        .prefault({}),
    })
    .prefault({}),
});

/** A type of failure that does not exist yet is in none of the counts that we know. */
const Criterion = z.object({
  FailureType: z.enum(FAILURE_TYPES),
  ThresholdPercentage: z.number().min(0).max(100),
  MinNumberOfExecutedThings: z.int().positive().default(1),
});
/** More would not fit into a snapshot together with its outbox. */
const MAX_CRITERIA = 20;

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
  const task = parse(Task, answer, `Task ${askedFor}`);
  if (task.TaskId !== askedFor)
    throw new UnreadableAnswerError(`Task ${askedFor}: the answer is of another task`);
  return { facts: factsOf(task, account), tags: task.Tags };
}

function factsOf(task: z.infer<typeof Task>, account: Account): TaskFacts {
  const taskArn = task.TaskArn ?? taskArnOf(task.TaskId, account);
  const [, , , region, accountId] = taskArn.split(':');
  const details = task.TaskProcessingDetails;
  const endTime = parseScheduleTime(task.OtaSchedulingConfig?.EndTime ?? '');
  const endBehavior = task.OtaSchedulingConfig?.EndBehavior;
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
    ...(endTime !== undefined && { endTime }),
    ...(endBehavior !== undefined && { endBehavior }),
  };
}

/**
 * The criteria that can be understood: a bad one does not take the others with it.
 *
 * @throws UnreadableAnswerError when it is no configuration at all: then the last known criteria stay in force
 */
export function parseAbortCriteria(answer: GetOtaTaskConfigurationCommandOutput): ReadCriteria {
  const { PushConfig } = parse(Configuration, answer, 'Configuration');
  const list = PushConfig.AbortConfig.AbortConfigCriteriaList;
  const criteria = list.flatMap((entry): AbortCriterion[] => {
    const { data } = Criterion.safeParse(entry);
    if (data === undefined) return [];
    const { FailureType, ThresholdPercentage, MinNumberOfExecutedThings } = data;
    return [
      {
        failureType: FailureType,
        thresholdPercentage: ThresholdPercentage,
        minExecutedThings: MinNumberOfExecutedThings,
      },
    ];
  });
  const kept = criteria.slice(0, MAX_CRITERIA);
  return { criteria: kept, unreadable: list.length - kept.length };
}

function parse<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  // Keys of tags are as sensitive as their values.
  const where = parsed.error.issues.map(
    ({ path: [first = 'answer', ...rest], code }) =>
      `${[first, ...(first === 'Tags' ? [] : rest)].join('.')} (${code})`,
  );
  throw new UnreadableAnswerError(`${what} cannot be understood: ${where.join(', ')}`);
}

function bounded(description: string): string {
  const whole = description.toWellFormed();
  return whole.length <= MAX_DESCRIPTION ? whole : `${whole.slice(0, MAX_DESCRIPTION - 1).toWellFormed()}…`;
}

function taskArnOf(id: string, { partition, region, accountId }: Account): string {
  return `arn:${partition}:iotmanagedintegrations:${region}:${accountId}:ota-task/${id}`;
}

import { z } from 'zod';
import { parseTime, parseWindowStart } from './rollout/schedule.ts';

/*
 * The requests of the OTA operations with every limit of the service model. A length counts characters, not UTF-16
 * units, and a pattern has to match the whole value, as Smithy defines it.
 */

const atMost = (limit: number | bigint) => `Member must be less than or equal to ${limit}`;
const atLeast = (limit: number | bigint) => `Member must be greater than or equal to ${limit}`;

function text(min: number, max: number, pattern?: RegExp) {
  return z
    .string()
    .refine((value) => [...value].length >= min, `Member must have length greater than or equal to ${min}`)
    .refine((value) => [...value].length <= max, `Member must have length less than or equal to ${max}`)
    .refine(
      (value) => pattern?.test(value) ?? true,
      `Member must satisfy regular expression pattern: ${pattern?.source.slice(1, -1)}`,
    );
}

function integer(min: number, max?: number) {
  const whole = z.int32('Member must be a 32-bit integer').min(min, atLeast(min));
  return max === undefined ? whole : whole.max(max, atMost(max));
}

function oneOf<const T extends readonly string[]>(values: T) {
  const rule = `Member must satisfy enum value set: [${values.join(', ')}]`;
  return z.enum(values, { error: ({ input }) => (input === undefined ? 'Member must not be null' : rule) });
}

const time = z
  .string()
  .refine(
    (value) => parseTime(value) !== undefined,
    'Member must be a time in UTC of the form YYYY-MM-DD HH:MM',
  );

const clientToken = text(1, 64, /^[a-zA-Z0-9=_-]+$/);
const description = text(1, 256, /^[0-9A-Za-z_\- ]+$/);
const nextToken = text(1, 65_535, /^[a-zA-Z0-9=_+/-]+$/);
export const taskId = text(1, 200, /^[A-Za-z0-9]+$/);
export const configurationId = text(1, 64, /^[a-zA-Z0-9]*$/);

const abortConfigCriteria = z.object({
  Action: oneOf(['CANCEL']).optional(),
  FailureType: oneOf(['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL']).optional(),
  MinNumberOfExecutedThings: integer(1, 100).optional(),
  ThresholdPercentage: z.number().max(100, atMost(100)).optional(),
});
export type AbortConfigCriteria = z.infer<typeof abortConfigCriteria>;

const rolloutConfig = z.object({
  ExponentialRolloutRate: z
    .object({
      BaseRatePerMinute: integer(1, 100).optional(),
      IncrementFactor: z.number().min(1.1, atLeast(1.1)).max(5, atMost(5)).optional(),
      RateIncreaseCriteria: z
        .object({
          numberOfNotifiedThings: integer(1, 100).optional(),
          numberOfSucceededThings: integer(1, 100).optional(),
        })
        .optional(),
    })
    .optional(),
  MaximumPerMinute: integer(1).optional(),
});
export type OtaTaskExecutionRolloutConfig = z.infer<typeof rolloutConfig>;

export const pushConfig = z.object({
  AbortConfig: z.object({ AbortConfigCriteriaList: z.array(abortConfigCriteria).optional() }).optional(),
  RolloutConfig: rolloutConfig.optional(),
  TimeoutConfig: z.object({ InProgressTimeoutInMinutes: integer(1, 10_080).optional() }).optional(),
});
export type PushConfig = z.infer<typeof pushConfig>;

const schedulingConfig = z.object({
  EndBehavior: oneOf(['STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL']).optional(),
  EndTime: time.optional(),
  MaintenanceWindows: z
    .array(
      z.object({
        DurationInMinutes: integer(1, 1_430).optional(),
        StartTime: z
          .string()
          .refine(
            (value) => parseWindowStart(value) !== undefined,
            'Member must be a cron expression of the form cron(m h dom mon ? year) or a time in UTC',
          )
          .optional(),
      }),
    )
    .optional(),
  StartTime: time.optional(),
});
export type OtaTaskSchedulingConfig = z.infer<typeof schedulingConfig>;

const retryConfigCriteria = z.object({
  FailureType: oneOf(['FAILED', 'TIMED_OUT', 'ALL']).optional(),
  MinNumberOfRetries: integer(0, 10).optional(),
});
export type RetryConfigCriteria = z.infer<typeof retryConfigCriteria>;

const tags = z
  .record(text(1, 128), text(0, 256))
  .refine((value) => Object.keys(value).length >= 1, 'Member must have length greater than or equal to 1')
  .refine((value) => Object.keys(value).length <= 50, 'Member must have length less than or equal to 50');

export const createOtaTask = z.object({
  Description: description.optional(),
  S3Url: text(1, 1_000),
  Protocol: oneOf(['HTTP']).optional(),
  Target: z.array(z.string()).optional(),
  TaskConfigurationId: configurationId.optional(),
  OtaMechanism: oneOf(['PUSH']).optional(),
  OtaType: oneOf(['ONE_TIME', 'CONTINUOUS']),
  OtaTargetQueryString: z.string().optional(),
  ClientToken: clientToken.optional(),
  OtaSchedulingConfig: schedulingConfig.optional(),
  OtaTaskExecutionRetryConfig: z
    .object({ RetryConfigCriteria: z.array(retryConfigCriteria).optional() })
    .optional(),
  Tags: tags.optional(),
});
export type CreateOtaTaskInput = z.infer<typeof createOtaTask>;

export const updateOtaTask = z.object({
  Description: description.optional(),
  TaskConfigurationId: configurationId.optional(),
});
export type UpdateOtaTaskInput = z.infer<typeof updateOtaTask>;

export const createOtaTaskConfiguration = z.object({
  Description: description.optional(),
  Name: text(1, 128, /^[A-Za-z0-9-_ ]+$/).optional(),
  PushConfig: pushConfig.optional(),
  ClientToken: clientToken.optional(),
});
export type CreateOtaTaskConfigurationInput = z.infer<typeof createOtaTaskConfiguration>;

/** The query of a list operation. */
export const listQuery = z.object({
  NextToken: nextToken.optional(),
  MaxResults: z
    .stringFormat('integer', /^-?\d+$/, 'Member must be a 32-bit integer')
    .transform(Number)
    .pipe(integer(1, 1_000))
    .default(50),
});
export type ListQuery = z.infer<typeof listQuery>;

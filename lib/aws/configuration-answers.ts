import type { GetOtaTaskConfigurationCommandOutput } from '@aws-sdk/client-iot-managed-integrations';
import * as z from 'zod/mini';
import { FAILURE_TYPES } from '../domain/abort-criteria.ts';
import type { ReadConfiguration } from '../ports.ts';
import { parseAnswer, part, partReader } from './answer-parts.ts';

const Configuration = z.object({
  PushConfig: z.prefault(
    z.object({
      AbortConfig: z.prefault(
        z.object({ AbortConfigCriteriaList: z.prefault(z.array(z.unknown()), []) }),
        {},
      ),
      RolloutConfig: part,
      TimeoutConfig: part,
    }),
    {},
  ),
});
const positive = z.int().check(z.positive());
const Positive = z.optional(positive);
const Rollout = z.optional(z.object({ MaximumPerMinute: part, ExponentialRolloutRate: part }));
const ExponentialRate = z.optional(z.object({ BaseRatePerMinute: part }));
const Timeout = z.optional(z.object({ InProgressTimeoutInMinutes: part }));

const StatedCriterion = z.object({
  FailureType: z.enum(FAILURE_TYPES),
  ThresholdPercentage: z.number().check(z.gte(0), z.lte(100)),
  MinNumberOfExecutedThings: z._default(positive, 1),
});
/** A type of failure that does not exist yet is in none of the counts that we know. */
const Criterion = z.pipe(
  StatedCriterion,
  z.transform((stated: z.output<typeof StatedCriterion>) => ({
    failureType: stated.FailureType,
    thresholdPercentage: stated.ThresholdPercentage,
    minExecutedThings: stated.MinNumberOfExecutedThings,
  })),
);
/** More would not fit into a snapshot together with its outbox. */
const MAX_CRITERIA = 20;

/**
 * What can be understood of a configuration: a bad part does not take the others with it.
 *
 * @throws UnreadableAnswerError when it is no configuration at all: then what was known of it stays in force
 */
export function parseConfiguration(
  configurationId: string,
  answer: GetOtaTaskConfigurationCommandOutput,
): ReadConfiguration {
  const { PushConfig } = parseAnswer(Configuration, answer, 'Configuration');
  const { read, wrong } = partReader();
  const list = PushConfig.AbortConfig.AbortConfigCriteriaList;
  const criteria = list.flatMap((entry) => read(Criterion, entry, 'AbortConfigCriteriaList') ?? []);
  const rollout = read(Rollout, PushConfig.RolloutConfig, 'RolloutConfig');
  const maximumPerMinute = read(Positive, rollout?.MaximumPerMinute, 'MaximumPerMinute');
  const exponential = read(ExponentialRate, rollout?.ExponentialRolloutRate, 'ExponentialRolloutRate');
  const basePerMinute = read(Positive, exponential?.BaseRatePerMinute, 'BaseRatePerMinute');
  const timeout = read(Timeout, PushConfig.TimeoutConfig, 'TimeoutConfig');
  const timeoutMinutes = read(Positive, timeout?.InProgressTimeoutInMinutes, 'InProgressTimeoutInMinutes');
  const pace = {
    ...(maximumPerMinute !== undefined && { maximumPerMinute }),
    ...(basePerMinute !== undefined && { basePerMinute }),
  };
  return {
    configuration: {
      configurationId,
      criteria: criteria.slice(0, MAX_CRITERIA),
      ...(Object.keys(pace).length > 0 && { pace }),
      ...(timeoutMinutes !== undefined && { inProgressTimeoutMinutes: timeoutMinutes }),
    },
    unreadable: wrong.length + Math.max(0, criteria.length - MAX_CRITERIA),
  };
}

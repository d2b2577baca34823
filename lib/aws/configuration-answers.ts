import type { GetOtaTaskConfigurationCommandOutput } from '@aws-sdk/client-iot-managed-integrations';
import { z } from 'zod';
import { FAILURE_TYPES } from '../domain/abort-criteria.ts';
import type { ReadConfiguration } from '../ports.ts';
import { parseAnswer, part, partReader } from './answer-parts.ts';

const Configuration = z.object({
  PushConfig: z
    .object({
      AbortConfig: z
        .object({
          AbortConfigCriteriaList: z.array(z.unknown()).prefault([]),
        })
        .prefault({}),
      RolloutConfig: part,
      TimeoutConfig: part,
    })
    .prefault({}),
});
const positive = z.int().positive().optional();
const Rollout = z.object({ MaximumPerMinute: part, ExponentialRolloutRate: part }).optional();
const ExponentialRate = z.object({ BaseRatePerMinute: part }).optional();
const Timeout = z.object({ InProgressTimeoutInMinutes: part }).optional();

/** A type of failure that does not exist yet is in none of the counts that we know. */
const Criterion = z
  .object({
    FailureType: z.enum(FAILURE_TYPES),
    ThresholdPercentage: z.number().min(0).max(100),
    MinNumberOfExecutedThings: z.int().positive().default(1),
  })
  .transform(({ FailureType, ThresholdPercentage, MinNumberOfExecutedThings }) => ({
    failureType: FailureType,
    thresholdPercentage: ThresholdPercentage,
    minExecutedThings: MinNumberOfExecutedThings,
  }));
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
  const maximumPerMinute = read(positive, rollout?.MaximumPerMinute, 'MaximumPerMinute');
  const exponential = read(ExponentialRate, rollout?.ExponentialRolloutRate, 'ExponentialRolloutRate');
  const basePerMinute = read(positive, exponential?.BaseRatePerMinute, 'BaseRatePerMinute');
  const timeout = read(Timeout, PushConfig.TimeoutConfig, 'TimeoutConfig');
  const timeoutMinutes = read(positive, timeout?.InProgressTimeoutInMinutes, 'InProgressTimeoutInMinutes');
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

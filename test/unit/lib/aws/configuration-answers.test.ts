import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../lib/aws/configuration-answers.ts';
import { UnreadableAnswerError } from '../../../../lib/errors.ts';

const parse = (members: object) => parseConfiguration('config1', { $metadata: {}, ...members });

describe('the criteria of a configuration', () => {
  const parseList = (AbortConfigCriteriaList: unknown) =>
    parse({ PushConfig: { AbortConfig: { AbortConfigCriteriaList } } });

  it('are read in their order', () => {
    expect(
      parseList([
        { Action: 'CANCEL', FailureType: 'FAILED', ThresholdPercentage: 12.5, MinNumberOfExecutedThings: 10 },
        { FailureType: 'ALL', ThresholdPercentage: 0 },
        { FailureType: 'TIMED_OUT', ThresholdPercentage: 100, MinNumberOfExecutedThings: 1 },
        { FailureType: 'REJECTED', ThresholdPercentage: 1, MinNumberOfExecutedThings: 100 },
      ]),
    ).toEqual({
      configuration: {
        configurationId: 'config1',
        criteria: [
          { failureType: 'FAILED', thresholdPercentage: 12.5, minExecutedThings: 10 },
          { failureType: 'ALL', thresholdPercentage: 0, minExecutedThings: 1 },
          { failureType: 'TIMED_OUT', thresholdPercentage: 100, minExecutedThings: 1 },
          { failureType: 'REJECTED', thresholdPercentage: 1, minExecutedThings: 100 },
        ],
      },
      unreadable: 0,
    });
  });

  it.each([
    {},
    { PushConfig: {} },
    { PushConfig: { AbortConfig: {} } },
    { Name: 'CANARY', Description: 'CANARY' },
  ])('may be missing: %o', (members) => {
    expect(parse(members)).toEqual({
      configuration: { configurationId: 'config1', criteria: [] },
      unreadable: 0,
    });
  });

  const good = { FailureType: 'ALL', ThresholdPercentage: 10 };
  it.each([
    'CANARY',
    { ThresholdPercentage: 1 },
    { FailureType: 'EXPLODED', ThresholdPercentage: 10 },
    { FailureType: 'ALL' },
    { FailureType: 'ALL', ThresholdPercentage: 'CANARY' },
    { FailureType: 'ALL', ThresholdPercentage: -1 },
    { FailureType: 'ALL', ThresholdPercentage: 100.1 },
    { FailureType: 'ALL', ThresholdPercentage: 1, MinNumberOfExecutedThings: 0 },
  ])('are kept beside %o, which is counted', (bad) => {
    expect(parseList([bad, good, bad])).toEqual({
      configuration: {
        configurationId: 'config1',
        criteria: [{ failureType: 'ALL', thresholdPercentage: 10, minExecutedThings: 1 }],
      },
      unreadable: 2,
    });
  });

  it('are as many as fit', () => {
    const { configuration, unreadable } = parseList(Array(21).fill(good));
    expect([configuration.criteria.length, unreadable]).toEqual([20, 1]);
  });

  it('are refused where they are no list, without what stood there', () => {
    expect(() => parseList('CANARY')).toThrow(
      new UnreadableAnswerError(
        'Configuration cannot be understood: PushConfig.AbortConfig.AbortConfigCriteriaList (invalid_type)',
      ),
    );
  });
});

describe('the pace and the timeout of a configuration', () => {
  const AbortConfig = {
    AbortConfigCriteriaList: [{ FailureType: 'ALL', ThresholdPercentage: 10, MinNumberOfExecutedThings: 2 }],
  };
  const parsePush = (members: object) => parse({ PushConfig: { AbortConfig, ...members } });
  const configuration = {
    configurationId: 'config1',
    criteria: [{ failureType: 'ALL', thresholdPercentage: 10, minExecutedThings: 2 }],
  };

  const exponential = {
    BaseRatePerMinute: 5,
    IncrementFactor: 1.5,
    RateIncreaseCriteria: { numberOfNotifiedThings: 10 },
  };
  it.each([
    [{}, {}],
    [{ RolloutConfig: {}, TimeoutConfig: {} }, {}],
    [{ RolloutConfig: { MaximumPerMinute: 100 } }, { pace: { maximumPerMinute: 100 } }],
    [{ RolloutConfig: { ExponentialRolloutRate: {} } }, {}],
    [{ RolloutConfig: { ExponentialRolloutRate: exponential } }, { pace: { basePerMinute: 5 } }],
    [
      { RolloutConfig: { MaximumPerMinute: 100, ExponentialRolloutRate: exponential } },
      { pace: { maximumPerMinute: 100, basePerMinute: 5 } },
    ],
    [{ TimeoutConfig: { InProgressTimeoutInMinutes: 10_080 } }, { inProgressTimeoutMinutes: 10_080 }],
  ])('are read from %j', (members, expected) => {
    expect(parsePush(members)).toEqual({ configuration: { ...configuration, ...expected }, unreadable: 0 });
  });

  const base = (BaseRatePerMinute: unknown) => ({ ExponentialRolloutRate: { BaseRatePerMinute } });
  const timeout = (InProgressTimeoutInMinutes: unknown) => ({
    TimeoutConfig: { InProgressTimeoutInMinutes },
  });
  it.each<[members: object, expected: object, unreadable: number]>([
    [{ RolloutConfig: 'CANARY', TimeoutConfig: ['CANARY'] }, {}, 2],
    [{ RolloutConfig: { MaximumPerMinute: 0 }, ...timeout(9) }, { inProgressTimeoutMinutes: 9 }, 1],
    [{ RolloutConfig: { MaximumPerMinute: 0.5 } }, {}, 1],
    [{ RolloutConfig: { MaximumPerMinute: 'CANARY', ...base(7) } }, { pace: { basePerMinute: 7 } }, 1],
    [{ RolloutConfig: { MaximumPerMinute: 7, ...base(-1) } }, { pace: { maximumPerMinute: 7 } }, 1],
    [
      { RolloutConfig: { MaximumPerMinute: 7, ExponentialRolloutRate: 'CANARY' } },
      { pace: { maximumPerMinute: 7 } },
      1,
    ],
    [{ RolloutConfig: { MaximumPerMinute: 7 }, ...timeout(1e300) }, { pace: { maximumPerMinute: 7 } }, 1],
    [{ ...timeout('CANARY') }, {}, 1],
    [{ RolloutConfig: { MaximumPerMinute: -1, ...base(-1) }, ...timeout(-1) }, {}, 3],
  ])('leave out what makes no sense, and nothing else: %j', (members, expected, unreadable) => {
    expect(parsePush(members)).toEqual({ configuration: { ...configuration, ...expected }, unreadable });
  });
});

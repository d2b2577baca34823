import type {
  GetOtaTaskCommandOutput,
  GetOtaTaskConfigurationCommandOutput,
} from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it } from 'vitest';
import { parseAbortCriteria, parseTask, parseTaskSummary } from '../../../../lib/aws/ota-answers.ts';
import { UnreadableAnswerError } from '../../../../lib/errors.ts';
import { counts } from '../../../support/builders.ts';

const account = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const ARN = 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1';

/** An answer with further members, right or wrong. */
function answer(members: object = {}): GetOtaTaskCommandOutput {
  return { $metadata: {}, TaskId: 'task1', Status: 'IN_PROGRESS', ...members };
}
const factsOf = (members: object) => parseTask('task1', answer(members), account).facts;

const FACTS = {
  taskId: 'task1',
  taskArn: ARN,
  accountId: '123456789012',
  region: 'eu-west-1',
  status: 'IN_PROGRESS',
  counts: counts({}),
};

describe('parseTask', () => {
  it('reads a whole answer, and keeps what is bounded', () => {
    const full = answer({
      TaskArn: 'arn:aws-cn:iotmanagedintegrations:cn-north-1:210987654321:ota-task/task1',
      Description: 'spring release',
      S3Url: 's3://CANARY',
      Protocol: 'HTTP',
      OtaType: 'CONTINUOUS',
      OtaTargetQueryString: 'CANARY',
      Target: ['CANARY'],
      CreatedAt: new Date('2026-11-22T10:00:00Z'),
      LastUpdatedAt: new Date('2026-11-22T11:00:00.5Z'),
      TaskConfigurationId: 'config1',
      TaskProcessingDetails: {
        processingTargets: ['CANARY'],
        numberOfQueuedThings: 1,
        NumberOfInProgressThings: 2,
        numberOfSucceededThings: 3,
        NumberOfFailedThings: 4,
        numberOfRejectedThings: 5,
        numberOfTimedOutThings: 6,
        numberOfRemovedThings: 7,
        NumberOfCanceledThings: 8,
      },
      OtaSchedulingConfig: {
        StartTime: '2026-11-22 10:00',
        EndTime: '2026-11-23 10:00',
        EndBehavior: 'CANCEL',
      },
      Tags: { team: 'locks', empty: '' },
    });
    expect(parseTask('task1', full, account)).toEqual({
      facts: {
        taskId: 'task1',
        taskArn: 'arn:aws-cn:iotmanagedintegrations:cn-north-1:210987654321:ota-task/task1',
        accountId: '210987654321',
        region: 'cn-north-1',
        status: 'IN_PROGRESS',
        counts: {
          queued: 1,
          inProgress: 2,
          succeeded: 3,
          failed: 4,
          rejected: 5,
          timedOut: 6,
          removed: 7,
          canceled: 8,
          total: 36,
        },
        configurationId: 'config1',
        otaType: 'CONTINUOUS',
        description: 'spring release',
        lastUpdatedAt: '2026-11-22T11:00:00.500Z',
        endTime: '2026-11-23T10:00:00.000Z',
        endBehavior: 'CANCEL',
      },
      tags: { team: 'locks', empty: '' },
    });
  });

  it('makes do with an id and a status', () => {
    expect(parseTask('task1', answer(), account)).toEqual({ facts: FACTS, tags: {} });
  });

  it.each([
    ['a status that does not exist yet', { Status: 'PAUSED' }, { status: 'PAUSED' }],
    ['an OTA type that does not exist yet', { OtaType: 'SOMETIMES' }, { otaType: 'SOMETIMES' }],
    ['no counters', { TaskProcessingDetails: {} }, {}],
    [
      'some counters',
      { TaskProcessingDetails: { NumberOfFailedThings: 2, numberOfQueuedThings: undefined } },
      { counts: counts({ failed: 2 }) },
    ],
    [
      'counters in the other spelling, which are none',
      { TaskProcessingDetails: { NumberOfQueuedThings: 1, numberOfFailedThings: 2, total: 9 } },
      {},
    ],
    ['an ARN that is none', { TaskArn: 'task1' }, { taskArn: 'task1' }],
    ['an ARN without region and account', { TaskArn: 'arn:aws:x:::task1' }, { taskArn: 'arn:aws:x:::task1' }],
    ['a status with a lone surrogate', { Status: 'A\ud800' }, { status: 'A\ufffd' }],
    ['an empty description', { Description: '' }, { description: '' }],
    ['members that nobody knows', { Color: 'red', OtaSchedulingConfig: { Color: 'red' } }, {}],
  ])('takes %s', (_, members, changes) => {
    expect(factsOf(members)).toEqual({ ...FACTS, ...changes });
  });

  it.each(['a/b', 'a b', 'größe', '任务', '🔒', 'a:b', '..', '%2F', '#poll', 'x'.repeat(1_024)])(
    'takes the id %o',
    (id) => {
      const { facts } = parseTask(id, answer({ TaskId: id }), account);
      expect(facts).toEqual({ ...FACTS, taskId: id, taskArn: ARN.replace('task1', id) });
    },
  );

  it('makes the ARN of a task in the partition that the function runs in', () => {
    const china = { partition: 'aws-cn', region: 'cn-north-1', accountId: '1' };
    expect(parseTask('task1', answer(), china).facts).toMatchObject({
      taskArn: 'arn:aws-cn:iotmanagedintegrations:cn-north-1:1:ota-task/task1',
      accountId: '1',
      region: 'cn-north-1',
    });
  });

  it.each([
    ['is as long as may be', 'x'.repeat(256), 'x'.repeat(256)],
    ['is longer', 'x'.repeat(257), `${'x'.repeat(255)}…`],
    ['is much longer', 'x'.repeat(1_000_000), `${'x'.repeat(255)}…`],
    ['would be cut in the middle of a character', `${'x'.repeat(254)}🔒🔒`, `${'x'.repeat(254)}\ufffd…`],
    ['has a lone surrogate', 'a\udc00b', 'a\ufffdb'],
  ])('bounds a description that %s', (_, text, description) => {
    expect(factsOf({ Description: text })).toEqual({ ...FACTS, description });
  });

  it.each([
    ['2026-11-23 10:00', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23T10:00:00+02:00', '2026-11-23T08:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['', undefined],
    ['tomorrow', undefined],
    ['2026-13-45 10:00', undefined],
    [5, undefined],
  ])('reads the end time %o', (EndTime, endTime) => {
    expect(factsOf({ OtaSchedulingConfig: { EndTime } })).toEqual({ ...FACTS, ...(endTime && { endTime }) });
  });

  it.each<[members: string, wrong: object]>([
    ['TaskId (invalid_type)', { TaskId: undefined }],
    ['TaskId (too_small)', { TaskId: '' }],
    ['TaskId (too_big)', { TaskId: 'CANARY'.repeat(200) }],
    ['Status (invalid_type)', { Status: undefined }],
    ['Status (invalid_type)', { Status: { CANARY: 1 } }],
    ['Status (too_small)', { Status: '' }],
    ['Status (too_big)', { Status: 'CANARY'.repeat(30) }],
    ['TaskArn (invalid_type)', { TaskArn: ['CANARY'] }],
    ['TaskConfigurationId (too_big)', { TaskConfigurationId: 'CANARY'.repeat(50) }],
    ['OtaType (invalid_type)', { OtaType: 7 }],
    ['Description (invalid_type)', { Description: { CANARY: 1 } }],
    ['TaskProcessingDetails (invalid_type)', { TaskProcessingDetails: 'CANARY' }],
    [
      'TaskProcessingDetails.numberOfQueuedThings (too_small)',
      { TaskProcessingDetails: { numberOfQueuedThings: -1 } },
    ],
    [
      'TaskProcessingDetails.NumberOfFailedThings (invalid_type)',
      { TaskProcessingDetails: { NumberOfFailedThings: 1.5 } },
    ],
    [
      'TaskProcessingDetails.NumberOfFailedThings (invalid_type)',
      { TaskProcessingDetails: { NumberOfFailedThings: 'CANARY' } },
    ],
    ['Tags (invalid_type)', { Tags: 'CANARY' }],
    ['TaskId (invalid_type), Status (invalid_type)', { TaskId: 1, Status: 2 }],
  ])('refuses %s, and does not say what stood there', (where, wrong) => {
    expect(() => factsOf(wrong)).toThrow(
      new UnreadableAnswerError(`Task task1 cannot be understood: ${where}`),
    );
  });

  it('does not name the tags that are wrong', () => {
    expect(() => factsOf({ Tags: { CANARY: null } })).toThrow(
      new UnreadableAnswerError('Task task1 cannot be understood: Tags (invalid_type)'),
    );
  });

  it.each(['CANARY', new Date(Number.NaN), new Date(1_700_000_000_000_000), new Date(-1)])(
    'leaves out a time that is none, or whose year has not four digits: %o',
    (LastUpdatedAt) => {
      expect(factsOf({ LastUpdatedAt })).not.toHaveProperty('lastUpdatedAt');
    },
  );

  it('refuses the answer of another task', () => {
    expect(() => parseTask('task2', answer(), account)).toThrow(
      new UnreadableAnswerError('Task task2: the answer is of another task'),
    );
  });
});

describe('parseTaskSummary', () => {
  it('reads an entry', () => {
    expect(
      parseTaskSummary({
        TaskId: 'task1',
        TaskArn: ARN,
        Status: 'SCHEDULED',
        TaskConfigurationId: 'config1',
        CreatedAt: new Date('2026-11-22T10:00:00Z'),
        LastUpdatedAt: new Date('2026-11-22T11:00:00Z'),
      }),
    ).toEqual({
      taskId: 'task1',
      status: 'SCHEDULED',
      configurationId: 'config1',
      createdAt: '2026-11-22T10:00:00.000Z',
      lastUpdatedAt: '2026-11-22T11:00:00.000Z',
    });
  });

  const entry = (members: object) => parseTaskSummary({ TaskId: 'task1', Status: 'SCHEDULED', ...members });
  it.each<[what: string, members: object, changes: object]>([
    ['nothing more', {}, {}],
    ['an odd id', { TaskId: 'a/b ü\udc00' }, { taskId: 'a/b ü\ufffd' }],
    ['no status', { Status: undefined }, { status: '' }],
    ['a status that is none', { Status: 5 }, { status: '' }],
    ['a configuration that is none', { TaskConfigurationId: '' }, {}],
    ['times that are none', { CreatedAt: 'then', LastUpdatedAt: new Date(Number.NaN) }, {}],
  ])('makes do with %s', (_, members, changes) => {
    expect(entry(members)).toEqual({ taskId: 'task1', status: 'SCHEDULED', ...changes });
  });

  it.each([undefined, null, '', 7, 'x'.repeat(1_025)])('cannot do without an id: %o', (TaskId) => {
    expect(entry({ TaskId })).toBeUndefined();
  });
});

describe('parseAbortCriteria', () => {
  const configuration = (members: object): GetOtaTaskConfigurationCommandOutput => ({
    $metadata: {},
    ...members,
  });
  const parseList = (AbortConfigCriteriaList: unknown) =>
    parseAbortCriteria(configuration({ PushConfig: { AbortConfig: { AbortConfigCriteriaList } } }));

  it('reads them in their order', () => {
    expect(
      parseList([
        { Action: 'CANCEL', FailureType: 'FAILED', ThresholdPercentage: 12.5, MinNumberOfExecutedThings: 10 },
        { FailureType: 'ALL', ThresholdPercentage: 0 },
        { FailureType: 'TIMED_OUT', ThresholdPercentage: 100, MinNumberOfExecutedThings: 1 },
        { FailureType: 'REJECTED', ThresholdPercentage: 1, MinNumberOfExecutedThings: 100 },
      ]),
    ).toEqual({
      criteria: [
        { failureType: 'FAILED', thresholdPercentage: 12.5, minExecutedThings: 10 },
        { failureType: 'ALL', thresholdPercentage: 0, minExecutedThings: 1 },
        { failureType: 'TIMED_OUT', thresholdPercentage: 100, minExecutedThings: 1 },
        { failureType: 'REJECTED', thresholdPercentage: 1, minExecutedThings: 100 },
      ],
      unreadable: 0,
    });
  });

  it.each([
    {},
    { PushConfig: {} },
    { PushConfig: { AbortConfig: {} } },
    { Name: 'CANARY', Description: 'CANARY' },
  ])('finds none in %o', (members) => {
    expect(parseAbortCriteria(configuration(members))).toEqual({ criteria: [], unreadable: 0 });
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
  ])('counts %o, and keeps the others', (bad) => {
    expect(parseList([bad, good, bad])).toEqual({
      criteria: [{ failureType: 'ALL', thresholdPercentage: 10, minExecutedThings: 1 }],
      unreadable: 2,
    });
  });

  it('keeps as many as fit', () => {
    const { criteria, unreadable } = parseList(Array(21).fill(good));
    expect([criteria.length, unreadable]).toEqual([20, 1]);
  });

  it('refuses what is no list, and does not say what stood there', () => {
    expect(() => parseList('CANARY')).toThrow(
      new UnreadableAnswerError(
        'Configuration cannot be understood: PushConfig.AbortConfig.AbortConfigCriteriaList (invalid_type)',
      ),
    );
  });
});

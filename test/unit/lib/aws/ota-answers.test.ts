import type { GetOtaTaskCommandOutput } from '@aws-sdk/client-iot-managed-integrations';
import { describe, expect, it } from 'vitest';
import { parseExecution, parseTask, parseTaskSummary } from '../../../../lib/aws/ota-answers.ts';
import { UnreadableAnswerError } from '../../../../lib/errors.ts';
import { counts } from '../../../support/builders.ts';

const account = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const ARN = 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1';

/** An answer with further members, right or wrong. */
function answer(members: object = {}): GetOtaTaskCommandOutput {
  return { $metadata: {}, TaskId: 'task1', Status: 'IN_PROGRESS', ...members };
}
const factsOf = (members: object) => parseTask('task1', answer(members), account).facts;
const scheduled = (OtaSchedulingConfig: unknown) =>
  parseTask('task1', answer({ TaskProcessingDetails: ALL_ZERO, OtaSchedulingConfig }), account);

const ALL_ZERO = {
  numberOfQueuedThings: 0,
  NumberOfInProgressThings: 0,
  numberOfSucceededThings: 0,
  NumberOfFailedThings: 0,
  numberOfRejectedThings: 0,
  numberOfTimedOutThings: 0,
  numberOfRemovedThings: 0,
  NumberOfCanceledThings: 0,
};

const FACTS = {
  taskId: 'task1',
  taskArn: ARN,
  accountId: '123456789012',
  region: 'eu-west-1',
  status: 'IN_PROGRESS',
  counts: counts({}),
};

const tagsTo = (end: number) =>
  Object.fromEntries(Array.from({ length: end }, (_, index) => [`t${100 + index}`, 'v']));

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
        MaintenanceWindows: [
          { StartTime: 'cron(0 2 ? * 2-6 *)', DurationInMinutes: 90 },
          { StartTime: '2026-11-24 10:00', DurationInMinutes: 1_430 },
        ],
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
        startTime: '2026-11-22T10:00:00.000Z',
        endTime: '2026-11-23T10:00:00.000Z',
        endBehavior: 'CANCEL',
      },
      tags: { team: 'locks', empty: '' },
      maintenanceWindows: [
        { startTime: 'cron(0 2 ? * 2-6 *)', durationMinutes: 90 },
        { startTime: '2026-11-24 10:00', durationMinutes: 1_430 },
      ],
      oddities: [],
    });
  });

  it('makes do with an id and a status', () => {
    expect(parseTask('task1', answer(), account)).toEqual({
      facts: FACTS,
      tags: {},
      maintenanceWindows: [],
      oddities: ['TaskProcessingDetails'],
    });
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

  it.each<[what: string, tags: Record<string, string>, known: Record<string, string>]>([
    ['a key that is too long', { ['k'.repeat(257)]: 'v', a: 'b' }, { a: 'b' }],
    ['a value that is too long', { a: 'v'.repeat(513), b: '' }, { b: '' }],
    ['more than there can be', tagsTo(60), tagsTo(50)],
    ['more than there can be, those of AWS first', { 'aws:a': 'v', ...tagsTo(50) }, tagsTo(50)],
    ['a million characters', { a: 'v'.repeat(1_000_000) }, {}],
  ])('takes no tags with %s', (_, Tags, known) => {
    const { tags, oddities } = parseTask('task1', answer({ TaskProcessingDetails: ALL_ZERO, Tags }), account);
    expect({ tags, oddities }).toEqual({ tags: known, oddities: ['Tags'] });
  });

  it('takes as many tags as there can be, of any length that there can be', () => {
    const Tags = { ...tagsTo(49), ['🔒'.repeat(128)]: '🔒'.repeat(256) };
    const { tags, oddities } = parseTask('task1', answer({ TaskProcessingDetails: ALL_ZERO, Tags }), account);
    expect({ tags, oddities }).toEqual({ tags: Tags, oddities: [] });
  });

  it('says no more of thousands of wrong members than people read', () => {
    const wrong = Object.fromEntries(Object.keys(ALL_ZERO).map((name) => [name, -1]));
    const Tags = Object.fromEntries(Array.from({ length: 10_000 }, (__, index) => [`CANARY${index}`, 1]));
    const members: object = { TaskProcessingDetails: wrong, OtaType: 1, Description: 1, TaskArn: 1, Tags };
    const read = () => parseTask('task1', answer(members), account);
    expect(read).toThrow(/^.{200,700}, and 2 more$/);
    expect(read).not.toThrow(/CANARY/);
  });

  it('adds up counters exactly', () => {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 8);
    const counters = (count: number) =>
      Object.fromEntries(Object.keys(ALL_ZERO).map((name) => [name, count]));
    expect(factsOf({ TaskProcessingDetails: counters(most) }).counts.total).toBe(most * 8);
    expect(() => factsOf({ TaskProcessingDetails: counters(most + 1) })).toThrow(
      'Task task1 cannot be understood: TaskProcessingDetails.numberOfQueuedThings (too_big)',
    );
  });

  it('takes no id that could not be the key of an item', () => {
    const id = '任'.repeat(683);
    expect(() => parseTask(id, answer({ TaskId: id }), account)).toThrow('TaskId (custom)');
    expect(parseTaskSummary({ TaskId: id, Status: 'IN_PROGRESS' })).toBeUndefined();
  });

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
    ['2026-11-23 10:00', '2026-11-23T10:00:00.000Z', []],
    ['2026-11-23T10:00:00+02:00', '2026-11-23T08:00:00.000Z', []],
    ['2026-11-23', '2026-11-23T00:00:00.000Z', []],
    ['', undefined, []],
    [undefined, undefined, []],
    ['tomorrow', undefined, ['OtaSchedulingConfig.StartTime', 'OtaSchedulingConfig.EndTime']],
    ['2026-13-45 10:00', undefined, ['OtaSchedulingConfig.StartTime', 'OtaSchedulingConfig.EndTime']],
    [5, undefined, ['OtaSchedulingConfig.StartTime', 'OtaSchedulingConfig.EndTime']],
  ])('reads the times of a schedule: %o', (time, instant, oddities) => {
    expect(scheduled({ StartTime: time, EndTime: time, EndBehavior: 'CANCEL' })).toEqual({
      facts: { ...FACTS, endBehavior: 'CANCEL', ...(instant && { startTime: instant, endTime: instant }) },
      tags: {},
      maintenanceWindows: [],
      oddities,
    });
  });

  const good = { StartTime: 'cron(0 2 * * ? *)', DurationInMinutes: 60 };
  const windows = 'OtaSchedulingConfig.MaintenanceWindows';
  it.each<[what: string, schedule: unknown, oddities: string[]]>([
    ['one without a start', { MaintenanceWindows: [{ DurationInMinutes: 60 }, good] }, [windows]],
    ['one without a duration', { MaintenanceWindows: [good, { StartTime: good.StartTime }] }, [windows]],
    ['one of no length', { MaintenanceWindows: [good, { ...good, DurationInMinutes: 0 }] }, [windows]],
    ['one of many years', { MaintenanceWindows: [{ ...good, DurationInMinutes: 1e9 }, good] }, [windows]],
    ['no cron expression', { MaintenanceWindows: [{ ...good, StartTime: 'CANARY' }, good] }, [windows]],
    ['far too many', { MaintenanceWindows: [good, ...Array(366).fill(null)] }, [windows]],
    ['several bad ones, told once', { MaintenanceWindows: [null, good, 'CANARY'] }, [windows]],
    [
      'a behavior at the end that is none',
      { MaintenanceWindows: [good], EndBehavior: {} },
      ['OtaSchedulingConfig.EndBehavior'],
    ],
  ])('reads the maintenance windows beside %s', (_, schedule, oddities) => {
    expect(scheduled(schedule)).toEqual({
      facts: FACTS,
      tags: {},
      maintenanceWindows: [{ startTime: 'cron(0 2 * * ? *)', durationMinutes: 60 }],
      oddities,
    });
  });

  it('takes a time of its own for each day of a year', () => {
    const starts = Array.from({ length: 366 }, (_, day) =>
      new Date(Date.UTC(2028, 0, 1 + day, 2)).toISOString(),
    );
    const MaintenanceWindows = starts.map((start) => ({
      StartTime: start.slice(0, 16),
      DurationInMinutes: 60,
    }));
    const { maintenanceWindows, oddities } = scheduled({ MaintenanceWindows });
    expect({ windows: maintenanceWindows.length, oddities }).toEqual({ windows: 366, oddities: [] });
  });

  it.each([
    ['CANARY', ['OtaSchedulingConfig']],
    [{ MaintenanceWindows: 'CANARY' }, [windows]],
    [{ MaintenanceWindows: [] }, []],
    [{}, []],
  ])('finds no schedule in %o', (schedule, oddities) => {
    expect(scheduled(schedule)).toEqual({ facts: FACTS, tags: {}, maintenanceWindows: [], oddities });
  });

  it.each<[what: string, members: object, oddities: string[]]>([
    ['counters of a task in progress', { TaskProcessingDetails: ALL_ZERO }, []],
    ['no counters of one that is not', { Status: 'SCHEDULED' }, []],
    ['a status that nobody knows', { Status: 'PAUSED' }, ['Status PAUSED']],
    ['a status that is no identifier', { Status: 'CANARY, with more' }, ['Status']],
    ['a status of great length', { Status: 'A'.repeat(101) }, ['Status']],
    ['DELETED, which is no status of the API', { Status: 'DELETED' }, ['Status DELETED']],
    [
      'counters in the other spelling',
      { TaskProcessingDetails: { ...ALL_ZERO, numberOfQueuedThings: undefined, NumberOfQueuedThings: 1 } },
      ['TaskProcessingDetails.numberOfQueuedThings'],
    ],
    [
      'an empty object',
      { TaskProcessingDetails: {} },
      Object.keys(ALL_ZERO).map((name) => `TaskProcessingDetails.${name}`),
    ],
  ])('tells what is odd: %s', (_, members, oddities) => {
    expect(parseTask('task1', answer(members), account).oddities).toEqual(oddities);
  });

  it.each([
    ['a'.repeat(200), []],
    ['a'.repeat(201), ['TaskId']],
    ['a-b', ['TaskId']],
  ])('tells an id that is not of the form of the API: %s', (id, oddities) => {
    const details = { TaskId: id, TaskProcessingDetails: ALL_ZERO };
    expect(parseTask(id, answer(details), account).oddities).toEqual(oddities);
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

describe('parseExecution', () => {
  const summary = (members: object) => ({ ManagedThingId: 'thing1', TaskExecutionSummary: members });

  it('reads an entry', () => {
    const whole = summary({
      ExecutionNumber: 1,
      Status: 'TIMED_OUT',
      RetryAttempt: 2,
      QueuedAt: new Date('2026-11-22T10:00:00Z'),
      StartedAt: new Date('2026-11-22T10:30:00Z'),
      LastUpdatedAt: new Date('2026-11-22T11:00:00Z'),
    });
    expect(parseExecution(whole)).toEqual({
      managedThingId: 'thing1',
      status: 'TIMED_OUT',
      retryAttempt: 2,
      lastUpdatedAt: '2026-11-22T11:00:00.000Z',
    });
  });

  it.each([
    ['nothing more', {}],
    ['a number of attempts that is none', { RetryAttempt: -1 }],
    ['a time that is none', { LastUpdatedAt: new Date(Number.NaN) }],
  ])('makes do with %s', (_, members) => {
    expect(parseExecution(summary({ Status: 'FAILED', ...members }))).toEqual({
      managedThingId: 'thing1',
      status: 'FAILED',
    });
  });

  const ofThing = (ManagedThingId: string) => ({
    ManagedThingId,
    TaskExecutionSummary: { Status: 'FAILED' as const },
  });
  it.each([
    ['no summary', { ManagedThingId: 'thing1' }],
    ['no status', summary({})],
    ['no thing', { TaskExecutionSummary: { Status: 'FAILED' as const } }],
    ['an empty id', ofThing('')],
    ['an id longer than the API has', ofThing('x'.repeat(65))],
  ])('cannot do without: %s', (_, entry) => {
    expect(parseExecution(entry)).toBeUndefined();
  });
});

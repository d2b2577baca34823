import { describe, expect, it } from 'vitest';
import { startWorld } from './world.ts';

const TASK = { S3Url: 's3://firmware/image.bin', OtaType: 'ONE_TIME' };
const task = (members: object) => ({ ...TASK, ...members });
const scheduling = (members: object) => task({ OtaSchedulingConfig: members });
const window = (members: object) => scheduling({ MaintenanceWindows: [members] });
const retry = (members: object) => task({ OtaTaskExecutionRetryConfig: { RetryConfigCriteria: [members] } });
const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, '']));

const rollout = (members: object) => ({ PushConfig: { RolloutConfig: members } });
const exponential = (members: object) => rollout({ ExponentialRolloutRate: members });
const abort = (members: object) => ({ PushConfig: { AbortConfig: { AbortConfigCriteriaList: [members] } } });
const timeout = (minutes: unknown) => ({
  PushConfig: { TimeoutConfig: { InProgressTimeoutInMinutes: minutes } },
});

const length = {
  least: (limit: number) => `Member must have length greater than or equal to ${limit}`,
  most: (limit: number) => `Member must have length less than or equal to ${limit}`,
};
const value = {
  least: (limit: number) => `Member must be greater than or equal to ${limit}`,
  most: (limit: number) => `Member must be less than or equal to ${limit}`,
};
const pattern = (regex: string) => `Member must satisfy regular expression pattern: ${regex}`;
const oneOf = (...values: string[]) => `Member must satisfy enum value set: [${values.join(', ')}]`;
const type = (name: string) => `Member must be of type ${name}`;
const INTEGER = 'Member must be a 32-bit integer';
const REQUIRED = 'Member must not be null';
const TIME = 'Member must be a time in UTC of the form YYYY-MM-DD HH:MM';
const WINDOW = 'Member must be a cron expression of the form cron(m h dom mon ? year) or a time in UTC';
const DESCRIPTION = '[0-9A-Za-z_\\- ]+';
const TOKEN = '[a-zA-Z0-9=_-]+';

const TASK_ID = '[A-Za-z0-9]+';
const CONFIGURATION_ID = '[a-zA-Z0-9]*';
const RATE = 'PushConfig.RolloutConfig.ExponentialRolloutRate';
const CRITERION = 'PushConfig.AbortConfig.AbortConfigCriteriaList[0]';

type Row = readonly [body: unknown, member: string, ...constraints: string[]];

const TASKS_REFUSED: readonly Row[] = [
  [{ OtaType: 'ONE_TIME' }, 'S3Url', REQUIRED],
  [{ S3Url: 'x' }, 'OtaType', REQUIRED],
  [task({ S3Url: '' }), 'S3Url', length.least(1)],
  [task({ S3Url: 'x'.repeat(1_001) }), 'S3Url', length.most(1_000)],
  [task({ S3Url: 5 }), 'S3Url', type('string')],
  [task({ OtaType: 'SOMETIMES' }), 'OtaType', oneOf('ONE_TIME', 'CONTINUOUS')],
  [task({ Protocol: 'MQTT' }), 'Protocol', oneOf('HTTP')],
  [task({ OtaMechanism: 'PULL' }), 'OtaMechanism', oneOf('PUSH')],
  [task({ Description: '' }), 'Description', length.least(1), pattern(DESCRIPTION)],
  [task({ Description: 'x'.repeat(257) }), 'Description', length.most(256)],
  [task({ Description: 'a.b' }), 'Description', pattern(DESCRIPTION)],
  [task({ Target: 'thing' }), 'Target', type('array')],
  [task({ Target: [1] }), 'Target[0]', type('string')],
  [task({ TaskConfigurationId: '' }), 'TaskConfigurationId', length.least(1)],
  [task({ TaskConfigurationId: 'x'.repeat(65) }), 'TaskConfigurationId', length.most(64)],
  [task({ TaskConfigurationId: 'a-b' }), 'TaskConfigurationId', pattern(CONFIGURATION_ID)],
  [task({ OtaTargetQueryString: 1 }), 'OtaTargetQueryString', type('string')],
  [task({ ClientToken: '' }), 'ClientToken', length.least(1), pattern(TOKEN)],
  [task({ ClientToken: 'x'.repeat(65) }), 'ClientToken', length.most(64)],
  [task({ ClientToken: 'a b' }), 'ClientToken', pattern(TOKEN)],
  [task({ Tags: {} }), 'Tags', length.least(1)],
  [task({ Tags: tags(51) }), 'Tags', length.most(50)],
  [task({ Tags: { '': 'x' } }), 'Tags', length.least(1)],
  [task({ Tags: { ['x'.repeat(129)]: 'x' } }), 'Tags', length.most(128)],
  [task({ Tags: { secret: 'x'.repeat(257) } }), 'Tags', length.most(256)],
  [
    scheduling({ EndBehavior: 'STOP' }),
    'OtaSchedulingConfig.EndBehavior',
    oneOf('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'),
  ],
  [scheduling({ StartTime: 'now' }), 'OtaSchedulingConfig.StartTime', TIME],
  [scheduling({ EndTime: '2025-02-30 00:00' }), 'OtaSchedulingConfig.EndTime', TIME],
  [
    window({ DurationInMinutes: 0 }),
    'OtaSchedulingConfig.MaintenanceWindows[0].DurationInMinutes',
    value.least(1),
  ],
  [
    window({ DurationInMinutes: 1_431 }),
    'OtaSchedulingConfig.MaintenanceWindows[0].DurationInMinutes',
    value.most(1_430),
  ],
  [window({ StartTime: 'at night' }), 'OtaSchedulingConfig.MaintenanceWindows[0].StartTime', WINDOW],
  [
    retry({ FailureType: 'REJECTED' }),
    'OtaTaskExecutionRetryConfig.RetryConfigCriteria[0].FailureType',
    oneOf('FAILED', 'TIMED_OUT', 'ALL'),
  ],
  [
    retry({ MinNumberOfRetries: -1 }),
    'OtaTaskExecutionRetryConfig.RetryConfigCriteria[0].MinNumberOfRetries',
    value.least(0),
  ],
  [
    retry({ MinNumberOfRetries: 11 }),
    'OtaTaskExecutionRetryConfig.RetryConfigCriteria[0].MinNumberOfRetries',
    value.most(10),
  ],
  [[], 'body', type('object')],
  [null, 'body', type('object')],
];

const TASKS_ACCEPTED = [
  task({ S3Url: 'x' }),
  task({ S3Url: 'x'.repeat(1_000) }),
  task({ Description: 'A_b-9 ' }),
  task({ Description: 'x'.repeat(256) }),
  task({ ClientToken: 'x'.repeat(64) }),
  task({ ClientToken: 'aZ0=_-' }),
  task({ Tags: tags(50) }),
  task({ Tags: { ['😀'.repeat(128)]: '😀'.repeat(256) } }),
  task({
    Protocol: 'HTTP',
    OtaMechanism: 'PUSH',
    OtaType: 'CONTINUOUS',
    Target: [],
    OtaTargetQueryString: '',
  }),
  scheduling({ StartTime: '2025-06-02T04:00:00Z', EndTime: '2025-06-02 04:30', EndBehavior: 'STOP_ROLLOUT' }),
  window({ DurationInMinutes: 1, StartTime: 'cron(0 3 ? * SUN *)' }),
  window({ DurationInMinutes: 1_430, StartTime: '2025-06-02 04:00' }),
  retry({ FailureType: 'ALL', MinNumberOfRetries: 0 }),
  retry({ FailureType: 'TIMED_OUT', MinNumberOfRetries: 10 }),
];

const CONFIGURATIONS_REFUSED: readonly Row[] = [
  [{ Name: '' }, 'Name', length.least(1), pattern('[A-Za-z0-9-_ ]+')],
  [{ Name: 'x'.repeat(129) }, 'Name', length.most(128)],
  [{ Name: 'a.b' }, 'Name', pattern('[A-Za-z0-9-_ ]+')],
  [{ Description: 'a.b' }, 'Description', pattern(DESCRIPTION)],
  [{ ClientToken: 'a b' }, 'ClientToken', pattern(TOKEN)],
  [rollout({ MaximumPerMinute: 0 }), 'PushConfig.RolloutConfig.MaximumPerMinute', value.least(1)],
  [rollout({ MaximumPerMinute: 1.5 }), 'PushConfig.RolloutConfig.MaximumPerMinute', INTEGER],
  [rollout({ MaximumPerMinute: 2 ** 31 }), 'PushConfig.RolloutConfig.MaximumPerMinute', INTEGER],
  [rollout({ MaximumPerMinute: '5' }), 'PushConfig.RolloutConfig.MaximumPerMinute', INTEGER],
  [exponential({ BaseRatePerMinute: 0 }), `${RATE}.BaseRatePerMinute`, value.least(1)],
  [exponential({ BaseRatePerMinute: 101 }), `${RATE}.BaseRatePerMinute`, value.most(100)],
  [exponential({ IncrementFactor: 1 }), `${RATE}.IncrementFactor`, value.least(1.1)],
  [exponential({ IncrementFactor: 5.1 }), `${RATE}.IncrementFactor`, value.most(5)],
  [exponential({ IncrementFactor: '2' }), `${RATE}.IncrementFactor`, type('number')],
  ...['numberOfNotifiedThings', 'numberOfSucceededThings'].flatMap((name): Row[] => [
    [
      exponential({ RateIncreaseCriteria: { [name]: 0 } }),
      `${RATE}.RateIncreaseCriteria.${name}`,
      value.least(1),
    ],
    [
      exponential({ RateIncreaseCriteria: { [name]: 101 } }),
      `${RATE}.RateIncreaseCriteria.${name}`,
      value.most(100),
    ],
  ]),
  [abort({ Action: 'STOP' }), `${CRITERION}.Action`, oneOf('CANCEL')],
  [
    abort({ FailureType: 'ANY' }),
    `${CRITERION}.FailureType`,
    oneOf('FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'),
  ],
  [abort({ MinNumberOfExecutedThings: 0 }), `${CRITERION}.MinNumberOfExecutedThings`, value.least(1)],
  [abort({ MinNumberOfExecutedThings: 101 }), `${CRITERION}.MinNumberOfExecutedThings`, value.most(100)],
  [abort({ ThresholdPercentage: 100.1 }), `${CRITERION}.ThresholdPercentage`, value.most(100)],
  [timeout(0), 'PushConfig.TimeoutConfig.InProgressTimeoutInMinutes', value.least(1)],
  [timeout(10_081), 'PushConfig.TimeoutConfig.InProgressTimeoutInMinutes', value.most(10_080)],
  [{ PushConfig: [] }, 'PushConfig', type('object')],
];

const CONFIGURATIONS_ACCEPTED = [
  { Name: 'Slow-one_2' },
  { Name: 'x'.repeat(128), Description: 'x' },
  rollout({ MaximumPerMinute: 2 ** 31 - 1 }),
  exponential({
    BaseRatePerMinute: 1,
    IncrementFactor: 1.1,
    RateIncreaseCriteria: { numberOfNotifiedThings: 1 },
  }),
  exponential({
    BaseRatePerMinute: 100,
    IncrementFactor: 5,
    RateIncreaseCriteria: { numberOfSucceededThings: 100 },
  }),
  abort({
    Action: 'CANCEL',
    FailureType: 'REJECTED',
    MinNumberOfExecutedThings: 100,
    ThresholdPercentage: 100,
  }),
  timeout(1),
  timeout(10_080),
];

const refusal = (member: string, ...constraints: readonly string[]) => {
  const errors = `${constraints.length} validation error${constraints.length > 1 ? 's' : ''} detected`;
  const sentences = constraints.map((each) => `Value at '${member}' failed to satisfy constraint: ${each}`);
  return {
    status: 400,
    errorType: 'ValidationException',
    body: { Message: `${errors}: ${sentences.join('; ')}` },
  };
};

const json = (body: unknown): string => JSON.stringify(body).slice(0, 90);
const named = (rows: readonly Row[]) =>
  rows.map(([body, member, ...constraints]) => ({
    name: json(body),
    body,
    answer: refusal(member, ...constraints),
  }));

describe('CreateOtaTask', () => {
  it.each(named(TASKS_REFUSED))('refuses $name', async ({ body, answer }) => {
    const { call } = await startWorld();
    expect(await call('POST', '/ota-tasks', body)).toEqual(answer);
    expect(await call('GET', '/ota-tasks')).toMatchObject({ body: { Tasks: [] } });
  });

  it.each(TASKS_ACCEPTED.map((body) => [json(body), body] as const))('accepts %s', async (_, body) => {
    const { call } = await startWorld();
    expect((await call('POST', '/ota-tasks', body)).status).toBe(201);
  });

  it.each([
    ['in the past', { EndTime: '2025-06-02 03:00' }],
    ['not after the start', { StartTime: '2025-06-02 04:00', EndTime: '2025-06-02 04:00' }],
  ])('refuses an end %s', async (_, config) => {
    const { call } = await startWorld();
    const constraint = 'Member must be in the future and after StartTime';
    expect(await call('POST', '/ota-tasks', scheduling(config))).toEqual(
      refusal('OtaSchedulingConfig.EndTime', constraint),
    );
  });

  it('refuses a body that is not JSON, and does not repeat it', async () => {
    const { call } = await startWorld();
    expect(await call('POST', '/ota-tasks', '{"S3Url":')).toEqual({
      status: 400,
      errorType: 'ValidationException',
      body: { Message: 'The request body is not JSON' },
    });
  });
});

describe('UpdateOtaTask', () => {
  it.each(
    named([
      [{ Description: 'a.b' }, 'Description', pattern(DESCRIPTION)],
      [{ TaskConfigurationId: 'a-b' }, 'TaskConfigurationId', pattern(CONFIGURATION_ID)],
    ]),
  )('refuses $name', async ({ body, answer }) => {
    const { call, account } = await startWorld();
    const id = account.createTask({});
    expect(await call('PUT', `/ota-tasks/${id}`, body)).toEqual(answer);
  });
});

describe('CreateOtaTaskConfiguration', () => {
  it.each(named(CONFIGURATIONS_REFUSED))('refuses $name', async ({ body, answer }) => {
    const { call } = await startWorld();
    expect(await call('POST', '/ota-task-configurations', body)).toEqual(answer);
  });

  it.each(CONFIGURATIONS_ACCEPTED.map((body) => [json(body), body] as const))(
    'accepts %s',
    async (_, body) => {
      const { call } = await startWorld();
      expect((await call('POST', '/ota-task-configurations', body)).status).toBe(201);
    },
  );
});

describe('an identifier', () => {
  const long = 'x'.repeat(201);

  it.each([
    ['GET', '/ota-tasks/a-b', pattern(TASK_ID)],
    ['GET', '/ota-tasks/a%2Fb', pattern(TASK_ID)],
    ['GET', `/ota-tasks/${long}`, length.most(200)],
    ['GET', '/ota-tasks/%E0', 'Member must be percent-encoded UTF-8'],
    ['GET', '/ota-tasks/a-b/devices', pattern(TASK_ID)],
    ['PUT', '/ota-tasks/a-b', pattern(TASK_ID)],
    ['DELETE', '/ota-tasks/a-b', pattern(TASK_ID)],
    ['GET', '/ota-task-configurations/a-b', pattern(CONFIGURATION_ID)],
    ['GET', `/ota-task-configurations/${'x'.repeat(65)}`, length.most(64)],
  ])('is refused: %s %s', async (method, path, constraint) => {
    const { call } = await startWorld();
    expect(await call(method, path)).toEqual(refusal('Identifier', constraint));
  });

  it('is refused when empty', async () => {
    const { call } = await startWorld();
    const constraints = [length.least(1), pattern(TASK_ID)];
    expect(await call('GET', '/ota-tasks/')).toEqual(refusal('Identifier', ...constraints));
  });
});

describe.each(['/ota-tasks', '/ota-tasks/known/devices'])('the query of %s', (path) => {
  const FOREIGN = 'Member must be a token that this operation returned';

  it.each([
    ['MaxResults=0', 'MaxResults', value.least(1)],
    ['MaxResults=1001', 'MaxResults', value.most(1_000)],
    ['MaxResults=ten', 'MaxResults', INTEGER],
    ['MaxResults=', 'MaxResults', INTEGER],
    ['MaxResults=1.5', 'MaxResults', INTEGER],
    ['NextToken=a.b', 'NextToken', pattern('[a-zA-Z0-9=_+/-]+')],
    [`NextToken=${'x'.repeat(15_000)}`, 'NextToken', FOREIGN],
    ['NextToken=bm9uZQ', 'NextToken', FOREIGN],
    [`NextToken=${Buffer.from('["other",1]').toString('base64url')}`, 'NextToken', FOREIGN],
    [`NextToken=${Buffer.from(' ["tasks",1]').toString('base64url')}`, 'NextToken', FOREIGN],
  ])('is refused: %s', async (query, member, constraint) => {
    const { call, account } = await startWorld();
    account.createTask({ taskId: 'known', things: 1 });
    expect(await call('GET', `${path}?${query}`)).toEqual(refusal(member, constraint));
  });

  it.each(['MaxResults=1', 'MaxResults=1000', ''])('is accepted: %j', async (query) => {
    const { call, account } = await startWorld();
    account.createTask({ taskId: 'known', things: 1 });
    expect((await call('GET', `${path}?${query}`)).status).toBe(200);
  });
});

import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../../../lib/config.ts';
import { ConfigurationError } from '../../../lib/errors.ts';

const DEFAULTS: Config = {
  tasksTable: 'ota-watch-dev-tasks',
  historyTable: 'ota-watch-dev-history',
  eventBus: 'ota-watch-dev',
  discovery: 'all',
  progressEvents: 'milestones',
  fetchConcurrency: 10,
  pollPeriodSeconds: 60,
};

type Environment = Readonly<Record<string, string>>;

const EMPTY: Environment = {
  TASKS_TABLE: '',
  HISTORY_TABLE: '',
  EVENT_BUS_NAME: '',
  DISCOVERY: '',
  DISCOVERY_TAG: '',
  PROGRESS_EVENTS: '',
  HISTORY_RETENTION_DAYS: '',
  FETCH_CONCURRENCY: '',
  POLL_PERIOD_SECONDS: '',
};

describe('readConfig', () => {
  it.each([{}, EMPTY, { PATH: '/bin', AWS_REGION: 'eu-west-1' }])('needs nothing: %o', (env) => {
    expect(readConfig(env)).toEqual(DEFAULTS);
  });

  it.each<[Environment, Partial<Config>]>([
    [{ TASKS_TABLE: 'tasks' }, { tasksTable: 'tasks' }],
    [{ HISTORY_TABLE: 'history' }, { historyTable: 'history' }],
    [
      { EVENT_BUS_NAME: 'arn:aws:events:eu-west-1:123456789012:event-bus/x' },
      { eventBus: 'arn:aws:events:eu-west-1:123456789012:event-bus/x' },
    ],
    [{ DISCOVERY: 'none' }, { discovery: 'none' }],
    [
      { DISCOVERY: 'tagged', DISCOVERY_TAG: 'team' },
      { discovery: 'tagged', discoveryTag: { key: 'team' } },
    ],
    [
      { DISCOVERY: 'tagged', DISCOVERY_TAG: 'team=locks=1' },
      { discovery: 'tagged', discoveryTag: { key: 'team', value: 'locks=1' } },
    ],
    [
      { DISCOVERY: 'tagged', DISCOVERY_TAG: 'team=' },
      { discovery: 'tagged', discoveryTag: { key: 'team', value: '' } },
    ],
    // A tag that nothing looks for is left out.
    [{ DISCOVERY_TAG: 'team=locks' }, {}],
    [{ PROGRESS_EVENTS: 'all' }, { progressEvents: 'all' }],
    [{ PROGRESS_EVENTS: 'none' }, { progressEvents: 'none' }],
    [{ HISTORY_RETENTION_DAYS: '1' }, { historyRetentionDays: 1 }],
    [{ HISTORY_RETENTION_DAYS: '36500' }, { historyRetentionDays: 36_500 }],
    [{ FETCH_CONCURRENCY: '1' }, { fetchConcurrency: 1 }],
    [{ FETCH_CONCURRENCY: '500' }, { fetchConcurrency: 500 }],
    [{ POLL_PERIOD_SECONDS: '300' }, { pollPeriodSeconds: 300 }],
  ])('%o', (env, changes) => {
    expect(readConfig(env)).toEqual({ ...DEFAULTS, ...changes });
  });

  const ONE_OF = 'expected one of';
  const DAYS = 'HISTORY_RETENTION_DAYS: expected a whole number from 1 to 36500';
  const FETCHES = 'FETCH_CONCURRENCY: expected a whole number from 1 to 500';
  it.each<[Environment, string]>([
    [{ DISCOVERY: 'ALL' }, `DISCOVERY: ${ONE_OF} all, tagged, none`],
    [{ DISCOVERY: 'tagged' }, 'DISCOVERY_TAG: needed when DISCOVERY is "tagged"'],
    [{ DISCOVERY: 'tagged', DISCOVERY_TAG: '' }, 'DISCOVERY_TAG: needed when DISCOVERY is "tagged"'],
    [{ DISCOVERY: 'tagged', DISCOVERY_TAG: '=locks' }, 'DISCOVERY_TAG: expected a tag key, or key=value'],
    [{ PROGRESS_EVENTS: 'some' }, `PROGRESS_EVENTS: ${ONE_OF} milestones, all, none`],
    [{ HISTORY_RETENTION_DAYS: '0' }, DAYS],
    [{ HISTORY_RETENTION_DAYS: '36501' }, DAYS],
    [{ HISTORY_RETENTION_DAYS: 'for ever' }, DAYS],
    [{ FETCH_CONCURRENCY: '0' }, FETCHES],
    [{ FETCH_CONCURRENCY: '501' }, FETCHES],
    [{ FETCH_CONCURRENCY: '2.5' }, FETCHES],
    [{ FETCH_CONCURRENCY: '-1' }, FETCHES],
    [{ FETCH_CONCURRENCY: ' 5' }, FETCHES],
    [{ FETCH_CONCURRENCY: '1e2' }, FETCHES],
    [{ FETCH_CONCURRENCY: '9'.repeat(400) }, FETCHES],
    [
      { PROGRESS_EVENTS: 'some', FETCH_CONCURRENCY: 'many' },
      `PROGRESS_EVENTS: ${ONE_OF} milestones, all, none; ${FETCHES}`,
    ],
  ])('refuses %o', (env, problems) => {
    expect(() => readConfig(env)).toThrow(
      new ConfigurationError(`Wrong environment variables: ${problems}`, { cause: expect.anything() }),
    );
  });

  it('quotes no value', () => {
    const env = Object.fromEntries(Object.keys(EMPTY).map((name) => [name, '=CANARY']));
    expect(() => readConfig(env)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('CANARY') }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../../../lib/config.ts';
import { ConfigurationError } from '../../../lib/errors.ts';

const DEFAULTS: Config = {
  tasksTable: 'ota-watch-dev-tasks',
  historyTable: 'ota-watch-dev-history',
  eventBus: 'ota-watch-dev',
  discovery: 'all',
  progressEvents: 'milestones',
  fetchConcurrency: 50,
  pollPeriodSeconds: 60,
  pollIntervalSeconds: 60,
  maxLatencySeconds: 60,
  trustLastUpdated: false,
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
  POLL_INTERVAL_SECONDS: '',
  MAX_LATENCY_SECONDS: '',
  TRUST_LAST_UPDATED: '',
  REQUESTS_PER_SECOND: '',
  FAN_OUT_ABOVE: '',
  SHARD_QUEUE_URL: '',
  WORKER_CONCURRENCY: '',
};

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/shards';

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
    [
      { POLL_PERIOD_SECONDS: '300' },
      { pollPeriodSeconds: 300, pollIntervalSeconds: 300, maxLatencySeconds: 300 },
    ],
    [{ POLL_INTERVAL_SECONDS: '5' }, { pollIntervalSeconds: 5 }],
    [{ MAX_LATENCY_SECONDS: '300' }, { maxLatencySeconds: 300 }],
    [
      { POLL_INTERVAL_SECONDS: '10', MAX_LATENCY_SECONDS: '20' },
      { pollIntervalSeconds: 10, maxLatencySeconds: 20 },
    ],
    [{ TRUST_LAST_UPDATED: 'on' }, { trustLastUpdated: true }],
    [{ REQUESTS_PER_SECOND: '10' }, { requestsPerSecond: 10 }],
    // A limit and workers are nothing without a queue.
    [{ FAN_OUT_ABOVE: '100', WORKER_CONCURRENCY: '2' }, {}],
    [{ SHARD_QUEUE_URL: QUEUE }, { fanOut: { above: 5_000, queueUrl: QUEUE, workers: 10 } }],
    [
      { SHARD_QUEUE_URL: QUEUE, FAN_OUT_ABOVE: '100', WORKER_CONCURRENCY: '2' },
      { fanOut: { above: 100, queueUrl: QUEUE, workers: 2 } },
    ],
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
    [{ POLL_INTERVAL_SECONDS: '4' }, 'POLL_INTERVAL_SECONDS: expected a whole number from 5 to 86400'],
    [
      { POLL_INTERVAL_SECONDS: '61' },
      'POLL_INTERVAL_SECONDS: must not be longer than POLL_PERIOD_SECONDS, which is 60; ' +
        'MAX_LATENCY_SECONDS: must not be shorter than the interval between polls, which is 61',
    ],
    [
      { MAX_LATENCY_SECONDS: '59' },
      'MAX_LATENCY_SECONDS: must not be shorter than the interval between polls, which is 60',
    ],
    [{ TRUST_LAST_UPDATED: 'yes' }, `TRUST_LAST_UPDATED: ${ONE_OF} on, off`],
    [{ REQUESTS_PER_SECOND: '0' }, 'REQUESTS_PER_SECOND: expected a whole number from 1 to 10000'],
    [{ FAN_OUT_ABOVE: 'off' }, 'FAN_OUT_ABOVE: expected a whole number from 1 to 1000000'],
    [{ SHARD_QUEUE_URL: 'shards' }, 'SHARD_QUEUE_URL: expected the URL of a queue'],
    [{ WORKER_CONCURRENCY: '1' }, 'WORKER_CONCURRENCY: expected a whole number from 2 to 1000'],
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

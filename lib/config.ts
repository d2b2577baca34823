import * as z from 'zod/mini';
import { PROGRESS_EVENTS, type ProgressEvents } from './domain/diff.ts';
import type { TagCondition } from './domain/discovery.ts';
import { DISCOVERY, type Discovery } from './domain/selection.ts';
import { ConfigurationError } from './errors.ts';

/** What a poll is told by its surroundings. */
export interface Config {
  readonly tasksTable: string;
  readonly historyTable: string;
  /** Name or ARN. */
  readonly eventBus: string;
  readonly discovery: Discovery;
  /** Set if, and only if, `discovery` is `tagged`. */
  readonly discoveryTag?: TagCondition;
  readonly progressEvents: ProgressEvents;
  /** Days that history rows are kept; undefined for ever. */
  readonly historyRetentionDays?: number;
  /** Requests in flight at once. */
  readonly fetchConcurrency: number;
  /** From one invocation to the next. */
  readonly pollPeriodSeconds: number;
  /** From one round of a poll to the next: the period, or a part of it. */
  readonly pollIntervalSeconds: number;
  /** A task in progress is looked at at least so often, if the requests suffice: the period, or longer. */
  readonly maxLatencySeconds: number;
  /** Whether a task in progress is left alone while its `LastUpdatedAt` in the list stands still. */
  readonly trustLastUpdated: boolean;
  /** Budget of requests to the service; learned from its throttling where it is not given. */
  readonly requestsPerSecond?: number;
  /** How polls are shared among workers; undefined where they are not. */
  readonly fanOut?: FanOutConfig;
}

export interface FanOutConfig {
  /** Looks that are not worth sharing. */
  readonly above: number;
  readonly queueUrl: string;
  /** Workers at once. */
  readonly workers: number;
}

const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  const digits = z.string().check(z.regex(/^\d{1,9}$/, expected));
  return z.pipe(
    z.pipe(digits, z.transform(Number)),
    z.number().check(z.gte(min, expected), z.lte(max, expected)),
  );
};

const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, `expected one of ${names.join(', ')}`);

/** A wrong name would have every event refused for good. Pattern of the PutEvents API. */
const eventBus = z
  .string()
  .check(
    z.regex(
      /^(arn:aws[\w-]*:events:[a-z\d-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z\d]{1,256}$/,
      'expected the name or ARN of an event bus',
    ),
  );

const tagCondition = z.pipe(
  z.string().check(z.regex(/^[^=]+(=.*)?$/, 'expected a tag key, or key=value')),
  z.transform((text: string): TagCondition => {
    const [key = '', ...value] = text.split('=');
    return value.length === 0 ? { key } : { key, value: value.join('=') };
  }),
);

const Environment = z
  .object({
    TASKS_TABLE: z._default(z.string(), 'ota-watch-dev-tasks'),
    HISTORY_TABLE: z._default(z.string(), 'ota-watch-dev-history'),
    EVENT_BUS_NAME: z._default(eventBus, 'ota-watch-dev'),
    DISCOVERY: z._default(oneOf(DISCOVERY), 'all'),
    DISCOVERY_TAG: z.optional(tagCondition),
    PROGRESS_EVENTS: z._default(oneOf(PROGRESS_EVENTS), 'milestones'),
    HISTORY_RETENTION_DAYS: z.optional(wholeNumber(1, 36_500)),
    FETCH_CONCURRENCY: z._default(wholeNumber(1, 500), 50),
    POLL_PERIOD_SECONDS: z._default(wholeNumber(1, 86_400), 60),
    POLL_INTERVAL_SECONDS: z.optional(wholeNumber(5, 86_400)),
    MAX_LATENCY_SECONDS: z.optional(wholeNumber(5, 86_400)),
    TRUST_LAST_UPDATED: z._default(oneOf(['on', 'off']), 'off'),
    REQUESTS_PER_SECOND: z.optional(wholeNumber(1, 10_000)),
    FAN_OUT_ABOVE: z._default(wholeNumber(1, 1_000_000), 5_000),
    SHARD_QUEUE_URL: z.optional(z.url('expected the URL of a queue')),
    WORKER_CONCURRENCY: z._default(wholeNumber(2, 1_000), 10),
  })
  .check(
    z.superRefine((data, context) => {
      const { POLL_PERIOD_SECONDS: period } = data;
      const { POLL_INTERVAL_SECONDS: interval = period, MAX_LATENCY_SECONDS: latency = period } = data;
      if (interval > period) {
        const message = `must not be longer than POLL_PERIOD_SECONDS, which is ${period}`;
        context.addIssue({ code: 'custom', path: ['POLL_INTERVAL_SECONDS'], message });
      }
      if (latency < interval) {
        const message = `must not be shorter than the interval between polls, which is ${interval}`;
        context.addIssue({ code: 'custom', path: ['MAX_LATENCY_SECONDS'], message });
      }
    }),
    z.superRefine(({ DISCOVERY: discovery, DISCOVERY_TAG: tag }, context) => {
      if (discovery === 'tagged' && tag === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['DISCOVERY_TAG'],
          message: 'needed when DISCOVERY is "tagged"',
        });
      }
    }),
  );

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @throws ConfigurationError that names each wrong variable
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  );
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigurationError(`Wrong environment variables: ${problems.join('; ')}`, {
      cause: parsed.error,
    });
  }
  const { data } = parsed;
  return {
    tasksTable: data.TASKS_TABLE,
    historyTable: data.HISTORY_TABLE,
    eventBus: data.EVENT_BUS_NAME,
    discovery: data.DISCOVERY,
    ...(data.DISCOVERY === 'tagged' && data.DISCOVERY_TAG && { discoveryTag: data.DISCOVERY_TAG }),
    progressEvents: data.PROGRESS_EVENTS,
    ...(data.HISTORY_RETENTION_DAYS !== undefined && { historyRetentionDays: data.HISTORY_RETENTION_DAYS }),
    fetchConcurrency: data.FETCH_CONCURRENCY,
    pollPeriodSeconds: data.POLL_PERIOD_SECONDS,
    pollIntervalSeconds: data.POLL_INTERVAL_SECONDS ?? data.POLL_PERIOD_SECONDS,
    maxLatencySeconds: data.MAX_LATENCY_SECONDS ?? data.POLL_PERIOD_SECONDS,
    trustLastUpdated: data.TRUST_LAST_UPDATED === 'on',
    ...(data.REQUESTS_PER_SECOND !== undefined && { requestsPerSecond: data.REQUESTS_PER_SECOND }),
    ...(data.SHARD_QUEUE_URL !== undefined && {
      fanOut: {
        above: data.FAN_OUT_ABOVE,
        queueUrl: data.SHARD_QUEUE_URL,
        workers: data.WORKER_CONCURRENCY,
      },
    }),
  };
}

import { z } from 'zod';
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
  /** From poll to poll: what is further apart leaves a gap in which nobody looked. */
  readonly pollPeriodSeconds: number;
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** A wrong name would have every event refused for good. Pattern of the PutEvents API. */
const eventBus = z
  .string()
  .regex(
    /^(arn:aws[\w-]*:events:[a-z\d-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z\d]{1,256}$/,
    'expected the name or ARN of an event bus',
  );

const tagCondition = z
  .string()
  .regex(/^[^=]+(=.*)?$/, 'expected a tag key, or key=value')
  .transform((text): TagCondition => {
    const [key = '', ...value] = text.split('=');
    return value.length === 0 ? { key } : { key, value: value.join('=') };
  });

const Environment = z
  .object({
    TASKS_TABLE: z.string().default('ota-watch-dev-tasks'),
    HISTORY_TABLE: z.string().default('ota-watch-dev-history'),
    EVENT_BUS_NAME: eventBus.default('ota-watch-dev'),
    DISCOVERY: z.enum(DISCOVERY).default('all'),
    DISCOVERY_TAG: tagCondition.optional(),
    PROGRESS_EVENTS: z.enum(PROGRESS_EVENTS).default('milestones'),
    HISTORY_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
    FETCH_CONCURRENCY: wholeNumber(1, 500).default(10),
    POLL_PERIOD_SECONDS: wholeNumber(1, 86_400).default(60),
  })
  .superRefine(({ DISCOVERY: discovery, DISCOVERY_TAG: tag }, context) => {
    if (discovery === 'tagged' && tag === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['DISCOVERY_TAG'],
        message: 'needed when DISCOVERY is "tagged"',
      });
    }
  });

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
  };
}

import { z } from 'zod';
import { CHANNEL } from '../domain/alerts/names.ts';
import { ConfigurationError } from '../errors.ts';
import type { Links } from './links.ts';

/** What every notifier is told by its surroundings. */
interface CommonConfig {
  readonly alertsTable: string;
  /** Where the parameters with the secrets are, without a slash at the end. */
  readonly secretsPrefix: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly links: Links;
}

export interface SlackConfig extends CommonConfig {
  readonly mode: 'bot' | 'webhook';
  /** The default channel. A webhook's is that of the URL kept under `default`. */
  readonly channel: string;
  readonly apiUrl: string;
}

export interface PagerDutyConfig extends CommonConfig {
  readonly eventsUrl: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const url = z.url({ protocol: /^https?$/, error: 'expected a URL' });

const Common = z.object({
  ALERTS_TABLE: z.string().default('ota-watch-dev-alerts'),
  SECRETS_PREFIX: z
    .string()
    .regex(/^(\/[\w.-]+)+$/, 'expected a path such as /ota-watch/prod')
    .default('/ota-watch/dev'),
  ALERTS_QUEUE_URL: url,
  ALERTS_DEAD_LETTER_QUEUE_URL: url,
  DASHBOARD_URL: url.optional(),
  CONSOLE_URL: z
    .string()
    .regex(/^https:\/\/\S+$/, 'expected a URL that begins with https://')
    .optional(),
});

const Slack = Common.extend({
  SLACK_MODE: z.enum(['bot', 'webhook']).default('bot'),
  SLACK_CHANNEL: z
    .string()
    .regex(CHANNEL, 'expected a channel: # and its name, or its id')
    .default('#ota-rollouts'),
  SLACK_API_URL: url.default('https://slack.com/api/'),
});

const PagerDuty = Common.extend({ PAGERDUTY_EVENTS_URL: url.default('https://events.pagerduty.com') });

/** @throws ConfigurationError that names each wrong variable */
export function readSlackConfig(env: Environment): SlackConfig {
  const data = read(Slack, env);
  return {
    ...commonOf(data),
    mode: data.SLACK_MODE,
    channel: data.SLACK_MODE === 'bot' ? data.SLACK_CHANNEL : '#default',
    apiUrl: data.SLACK_API_URL,
  };
}

/** @throws ConfigurationError that names each wrong variable */
export function readPagerDutyConfig(env: Environment): PagerDutyConfig {
  const data = read(PagerDuty, env);
  return { ...commonOf(data), eventsUrl: data.PAGERDUTY_EVENTS_URL };
}

function commonOf(data: z.infer<typeof Common>): CommonConfig {
  return {
    alertsTable: data.ALERTS_TABLE,
    secretsPrefix: data.SECRETS_PREFIX,
    queueUrl: data.ALERTS_QUEUE_URL,
    deadLetterQueueUrl: data.ALERTS_DEAD_LETTER_QUEUE_URL,
    links: {
      ...(data.DASHBOARD_URL !== undefined && { dashboardUrl: data.DASHBOARD_URL.replace(/\/+$/, '') }),
      ...(data.CONSOLE_URL !== undefined && { consoleUrl: data.CONSOLE_URL }),
    },
  };
}

function read<Schema extends z.ZodType>(schema: Schema, env: Environment): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigurationError(`Wrong environment variables: ${problems.join('; ')}`, {
    cause: parsed.error,
  });
}

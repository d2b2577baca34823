import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import type { Access } from './roles.ts';

/** What the API is told by its surroundings. */
export interface ApiConfig {
  readonly tasksTable: string;
  readonly historyTable: string;
  /** Signs cursors. */
  readonly cursorKey: string;
  readonly access: Access;
  /** Keys of tags that are no rules. */
  readonly ignoredTags: readonly string[];
  /** How old the tasks table may be that is shown. */
  readonly rememberSeconds: number;
  /** From poll to poll. */
  readonly pollPeriodSeconds: number;
  /** The dimension `service` of the poll's metrics. */
  readonly pollService: string;
}

/** Of a key for HMAC-SHA256, which is as long as the hash (RFC 2104). */
const MIN_KEY_LENGTH = 32;

const Environment = z.object({
  TASKS_TABLE: z.string().default('ota-watch-dev-tasks'),
  HISTORY_TABLE: z.string().default('ota-watch-dev-history'),
  CURSOR_KEY: z.string().min(MIN_KEY_LENGTH),
  API_AUTH: z.enum(['jwt', 'iam']),
  API_ROLES_CLAIM: z.string().default('cognito:groups'),
  API_READER_ROLE: z.string().regex(/^\S+$/, 'expected a name without spaces').default('ota-watch-reader'),
  API_EXPORTER_ROLE: z
    .string()
    .regex(/^\S+$/, 'expected a name without spaces')
    .default('ota-watch-exporter'),
  API_REMEMBER_SECONDS: z.coerce.number().min(0).max(3_600).default(10),
  DISCOVERY_TAG: z.string().optional(),
  POLL_PERIOD_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  POLL_SERVICE_NAME: z.string().default('ota-watch-dev'),
});

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 *
 * @throws ConfigurationError that names each wrong variable
 */
export function readApiConfig(env: Readonly<Record<string, string | undefined>>): ApiConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigurationError(`Wrong environment variables: ${problems.join('; ')}`, {
      cause: parsed.error,
    });
  }
  const { data } = parsed;
  const roles = {
    claim: data.API_ROLES_CLAIM,
    reader: data.API_READER_ROLE,
    exporter: data.API_EXPORTER_ROLE,
  };
  const [discoveryTag] = data.DISCOVERY_TAG?.split('=') ?? [];
  return {
    tasksTable: data.TASKS_TABLE,
    historyTable: data.HISTORY_TABLE,
    cursorKey: data.CURSOR_KEY,
    access: data.API_AUTH === 'iam' ? { auth: 'iam' } : { auth: 'jwt', roles },
    // A tag that decides on discovery is no rule, whatever it is named.
    ignoredTags: discoveryTag === undefined ? [] : [discoveryTag],
    rememberSeconds: data.API_REMEMBER_SECONDS,
    pollPeriodSeconds: data.POLL_PERIOD_SECONDS,
    pollService: data.POLL_SERVICE_NAME,
  };
}

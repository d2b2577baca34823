import path from 'node:path';
import { DestinationError } from '../../lib/alerts/destination-error.ts';
import type { Secrets } from '../../lib/alerts/ports.ts';
import { createSsmClient, ssmSecrets } from '../../lib/aws/secrets.ts';
import type { Destination } from '../../lib/domain/alerts/routing.ts';
import { alertsOptionsOf } from '../../local/settings/alerts-options.ts';
import { readLocalSettings, SETTINGS_FILE } from '../../local/settings/local-settings.ts';
import { PARAMETERS_PREFIX } from '../../local/stack/alerts.ts';
import { findRunningStack } from '../../local/stack/running-stack.ts';
import { UsageError } from '../connect.ts';
import type { Mode } from './options.ts';

/** Where the secrets of a destination come from, and how it is reached. */
export interface Source {
  /** For people. */
  readonly name: string;
  readonly secrets: Secrets;
  /** Tells people how to put a secret right. */
  readonly repair: (secret: string) => string;
  /** Whether there is a secret for every channel or service, rather than one. */
  readonly hasMany: boolean;
  /** Of Slack. */
  readonly mode: Mode;
  /** Of Slack; ends in a slash. Undefined: Slack's own. */
  readonly apiUrl?: string;
  /** The default channel, where the source names one. */
  readonly channel?: string;
  /** Undefined: PagerDuty's own. */
  readonly eventsUrl?: string;
}

export interface SourceOptions {
  readonly to: Destination;
  readonly stage: string | undefined;
  readonly region: string | undefined;
  readonly mode: Mode | undefined;
}

const PROJECT = path.resolve(import.meta.dirname, '../..');
const CALLED: Readonly<Record<Destination, string>> = { slack: 'Slack', pagerduty: 'PagerDuty' };

/**
 * Chooses where the secrets come from. The AWS SDK's environment variables are pointed at a stack that runs on this machine.
 *
 * @throws UsageError where there is none, LocalSettingsError
 */
export async function chooseSource(options: SourceOptions, env: NodeJS.ProcessEnv): Promise<Source> {
  const { to, stage } = options;
  if (stage !== undefined) return ofStage(stage, options, env);
  const source = (await ofSettings(to)) ?? (await ofRunningStack(to, env));
  if (source !== undefined) return source;
  throw new UsageError(
    `${SETTINGS_FILE} says nothing about ${CALLED[to]}, and no stack with a stand-in of it runs on this machine: fill in that file, start a stack with "npm start", or name a deployed one with --stage`,
  );
}

function ofStage(stage: string, options: SourceOptions, env: NodeJS.ProcessEnv): Source {
  if (!/^[\w-]+$/.test(stage)) throw new UsageError('--stage takes the name of a stage, such as prod');
  if (options.region !== undefined) env.AWS_REGION = options.region;
  const prefix = `/ota-watch/${stage}`;
  const apiUrl = urlOf('SLACK_API_URL', env);
  const eventsUrl = urlOf('PAGERDUTY_EVENTS_URL', env);
  return {
    name: `the Parameter Store, below ${prefix}`,
    secrets: ssmSecrets({ client: createSsmClient(), prefix, now: Date.now }),
    repair: (secret) =>
      `put it into the Parameter Store\n  aws ssm put-parameter --overwrite --type SecureString --name ${prefix}/${secret} --value file://FILE`,
    hasMany: true,
    mode: options.mode ?? 'bot',
    ...(apiUrl !== undefined && { apiUrl }),
    ...(eventsUrl !== undefined && { eventsUrl }),
  };
}

function urlOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[name] || undefined;
  if (value !== undefined && !/^https?:\/\/\S+$/.test(value))
    throw new UsageError(`${name} takes an address that begins with https://`);
  return value;
}

async function ofSettings(to: Destination): Promise<Source | undefined> {
  const settings = await readLocalSettings(PROJECT);
  const { slack, pagerduty, parameters } = alertsOptionsOf(settings);
  if ((to === 'slack' ? slack : pagerduty) === undefined) return undefined;
  if (settings.warning !== undefined) console.error(`${settings.warning}\n`);
  return {
    name: SETTINGS_FILE,
    secrets: secretsFrom(parameters),
    repair: () => `put it into ${SETTINGS_FILE}`,
    hasMany: false,
    mode: slack?.mode ?? 'bot',
    ...slack,
    ...pagerduty,
  };
}

function secretsFrom(parameters: Readonly<Record<string, string>>): Secrets {
  return {
    get: async (name) => {
      const value = parameters[`${PARAMETERS_PREFIX}/${name}`];
      if (value === undefined)
        throw new DestinationError(`${SETTINGS_FILE} has no ${name}`, { kind: 'misconfigured' });
      return value;
    },
    forget: () => undefined,
  };
}

async function ofRunningStack(to: Destination, env: NodeJS.ProcessEnv): Promise<Source | undefined> {
  const stack = await findRunningStack(PROJECT);
  const { slackApi, pagerDutyEvents } = stack?.alerts ?? {};
  if (stack === undefined || (to === 'slack' ? slackApi : pagerDutyEvents) === undefined) return undefined;
  // A profile would go before the keys of the environment.
  delete env.AWS_PROFILE;
  Object.assign(env, {
    AWS_REGION: stack.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SSM: stack.endpoints.ssm,
  });
  return {
    name: `the stack that runs on this machine: a stand-in of ${CALLED[to]}`,
    secrets: ssmSecrets({ client: createSsmClient(), prefix: PARAMETERS_PREFIX, now: Date.now }),
    repair: () => 'the stack has only those of its demo',
    hasMany: true,
    mode: 'bot',
    ...(slackApi !== undefined && { apiUrl: slackApi }),
    ...(pagerDutyEvents !== undefined && { eventsUrl: pagerDutyEvents }),
  };
}

import path from 'node:path';
import { OtaWatchError } from '../lib/errors.ts';
import { findRunningStack } from '../local/stack/running-stack.ts';

/** Where a command finds the tables of a stack. */
export interface ChosenStack {
  readonly name: string;
  readonly tasksTable: string;
  readonly historyTable: string;
  readonly region: string | undefined;
}

/** A command was called in a way that it does not understand. */
export class UsageError extends OtaWatchError {
  override readonly name = 'UsageError';
}

/**
 * Parses a command line.
 *
 * @throws UsageError for whatever `parseArgs` does not take
 */
export function usage<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const PROJECT = path.resolve(import.meta.dirname, '..');

/**
 * Chooses the stack that a command works on: the deployed one of a stage, or the one that runs on this machine. The AWS SDK's
 * environment variables are pointed at it, so this comes before any client is made.
 *
 * @throws UsageError when no stage is given and no local stack runs
 */
export async function chooseStack(
  stage: string | undefined,
  region: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<ChosenStack> {
  if (stage !== undefined) {
    if (region !== undefined) env.AWS_REGION = region;
    const name = `ota-watch-${stage}`;
    return {
      name: `stage ${stage}`,
      tasksTable: `${name}-tasks`,
      historyTable: `${name}-history`,
      region: env.AWS_REGION,
    };
  }
  const local = await findRunningStack(PROJECT);
  if (local === undefined) {
    throw new UsageError(
      'No stack runs on this machine: start one with "npm start", or name a deployed one with --stage',
    );
  }
  // A profile would go before the keys of the environment.
  delete env.AWS_PROFILE;
  Object.assign(env, {
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: local.endpoints.dynamodb,
    AWS_ENDPOINT_URL_EVENTBRIDGE: local.endpoints.eventBridge,
    AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: local.endpoints.managedIntegrations,
  });
  return {
    name: 'the local stack',
    tasksTable: local.tables.tasks,
    historyTable: local.tables.history,
    region: local.region,
  };
}

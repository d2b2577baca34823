import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { accountOf } from '../lib/aws/account.ts';
import { createClients } from '../lib/aws/clients.ts';
import type { Surroundings } from '../lib/compose.ts';
import { type Config, readConfig } from '../lib/config.ts';
import type { RuleSet } from '../lib/domain/rules/rule-set.ts';
import { rules } from '../rules.yml';

/** Connects a function that polls: with the settings, the rules, and AWS. */
export function connect<Connected>(
  create: (config: Config, rules: RuleSet, surroundings: Surroundings) => Connected,
  logger: Logger,
  { invokedFunctionArn }: Context,
): Connected {
  const config = readConfig(process.env);
  return create(config, rules, {
    account: accountOf(invokedFunctionArn, process.env),
    clients: createClients(config.fetchConcurrency),
    log: {
      info: (message, fields = {}) => logger.info(message, fields),
      warn: (message, fields = {}) => logger.warn(message, fields),
      error: (message, fields = {}) => logger.error(message, fields),
    },
    now: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
  });
}

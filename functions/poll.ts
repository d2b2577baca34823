import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context } from 'aws-lambda';
import { accountOf } from '../lib/aws/account.ts';
import { createClients } from '../lib/aws/clients.ts';
import { createPoller, type Poller } from '../lib/compose.ts';
import { readConfig } from '../lib/config.ts';
import { summarizeError } from '../lib/errors.ts';
import { recordMetrics } from '../lib/metrics.ts';
import type { MeteredReport } from '../lib/poll-report.ts';
import { withDefaults } from '../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../lib/rule-file/parse.ts';
import ruleFile from '../rules.yml';

const logger = new Logger();
const metrics = new Metrics();
let poller: Poller | undefined;

/** Invoked by the schedule, with an event that says nothing: looks at every task that needs it. */
export const handler = middy<unknown, MeteredReport>()
  .use(injectLambdaContext(logger))
  .use(
    errorLogger({ logger: ({ error }) => logger.error('The poll failed', { error: summarizeError(error) }) }),
  )
  .handler(async (_event: unknown, context: Context) => {
    poller ??= connect(context);
    const startedAt = performance.now();
    const report = await poller(() => context.getRemainingTimeInMillis());
    recordMetrics(metrics, report, performance.now() - startedAt);
    metrics.publishStoredMetrics();
    logger[report.changes > 0 ? 'info' : 'debug']('Polled', { ...report });
    return report;
  });

function connect({ invokedFunctionArn }: Context): Poller {
  const config = readConfig(process.env);
  const rules = withDefaults(parseRuleFile(ruleFile, 'rules.yml'));
  return createPoller(config, rules, {
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

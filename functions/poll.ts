import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context } from 'aws-lambda';
import { createQueueClient } from '../lib/aws/clients.ts';
import { fanOut } from '../lib/aws/shard-queue.ts';
import { createPoller, type Poller, type Surroundings } from '../lib/compose.ts';
import type { Config } from '../lib/config.ts';
import type { RuleSet } from '../lib/domain/rules/rule-set.ts';
import { summarizeError } from '../lib/errors.ts';
import { recordMetrics } from '../lib/metrics.ts';
import type { MeteredReport } from '../lib/poll-report.ts';
import { connect } from './poll-surroundings.ts';

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
    poller ??= connect(createSharing, logger, context);
    const startedAt = performance.now();
    const report = await poller(() => context.getRemainingTimeInMillis());
    recordMetrics(metrics, report, performance.now() - startedAt);
    metrics.publishStoredMetrics();
    logger[report.changes > 0 ? 'info' : 'debug']('Polled', { ...report });
    return report;
  });

function createSharing(config: Config, rules: RuleSet, surroundings: Surroundings): Poller {
  if (config.fanOut === undefined) return createPoller(config, rules, surroundings);
  const workers = fanOut(createQueueClient(), config.fanOut, surroundings);
  return createPoller(config, rules, { ...surroundings, fanOut: workers });
}

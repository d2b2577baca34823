import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import type { Tally } from '../lib/alerts/outcomes.ts';
import { receive } from '../lib/alerts/receive.ts';
import { accountOf } from '../lib/aws/account.ts';
import { createNotifierClients } from '../lib/aws/clients.ts';
import type { Notifier, NotifierSurroundings } from '../lib/compose-notifier.ts';
import { summarizeError } from '../lib/errors.ts';

/** Requests to one AWS service at once. */
const CONCURRENCY = 20;

/**
 * The handler of a queue's events: answers which of them are to come again, and nothing else fails an invocation but what is
 * wrong with the function itself.
 */
export function notifierHandler(create: (surroundings: NotifierSurroundings) => Notifier) {
  const logger = new Logger();
  const metrics = new Metrics();
  let notifier: Notifier | undefined;

  return middy<unknown, SQSBatchResponse>()
    .use(injectLambdaContext(logger))
    .use(
      errorLogger({
        logger: ({ error }) => logger.error('The notifier failed', { error: summarizeError(error) }),
      }),
    )
    .handler(async (event: unknown, context: Context) => {
      notifier ??= create({
        account: accountOf(context.invokedFunctionArn, process.env),
        clients: createNotifierClients(CONCURRENCY),
        log: {
          info: (message, fields = {}) => logger.info(message, fields),
          warn: (message, fields = {}) => logger.warn(message, fields),
          error: (message, fields = {}) => logger.error(message, fields),
        },
        now: Date.now,
        sleep: (milliseconds) => sleep(milliseconds),
        random: Math.random,
      });
      const { tally, again } = await notifier(receive(event), context.getRemainingTimeInMillis());
      recordTally(metrics, tally);
      metrics.publishStoredMetrics();
      logger[tally.told > 0 ? 'info' : 'debug']('Notified', { ...tally, again: again.length });
      return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

/** Reports what came of a batch as CloudWatch metrics; alarms are made on these names. */
function recordTally(metrics: Metrics, tally: Tally): void {
  const counts = {
    AlertsReceived: tally.received,
    AlertsTold: tally.told,
    AlertsGrouped: tally.grouped,
    AlertsSetAside: tally.setAside,
    AlertFailures: tally.failures,
    DestinationMisconfigured: tally.misconfigured,
  };
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.addMetric('OldestAlertAge', MetricUnit.Seconds, tally.oldestMs / 1_000);
  if (tally.told > 0) metrics.addMetric('AlertDelay', MetricUnit.Milliseconds, tally.slowestMs);
}

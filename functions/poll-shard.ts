import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createShardPoller } from '../lib/compose.ts';
import { OtaWatchError, summarizeError } from '../lib/errors.ts';
import { parseShardMessage, type ShardPoller } from '../lib/fan-out.ts';
import { recordShard } from '../lib/metrics.ts';
import { connect } from './poll-surroundings.ts';

const logger = new Logger();
const metrics = new Metrics();
let poller: ShardPoller | undefined;

/** Invoked by the queue of the poll, with parts of it: polls them. One that fails is given back, and stops no other. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(
    errorLogger({
      logger: ({ error }) => logger.error('The worker failed', { error: summarizeError(error) }),
    }),
  )
  .handler(async (event: SQSEvent, context: Context) => {
    poller ??= connect(createShardPoller, logger, context);
    const answer = await processPartialResponse(
      event,
      recordHandler(poller, context),
      new BatchProcessor(EventType.SQS),
      {
        throwOnFullBatchFailure: false,
      },
    );
    metrics.publishStoredMetrics();
    return answer;
  });

function recordHandler(pollShard: ShardPoller, context: Context) {
  return async (record: SQSRecord): Promise<void> => {
    try {
      await take(record, pollShard, context);
    } catch (error) {
      metrics.addMetric('ShardsFailed', MetricUnit.Count, 1);
      logger.error('A part of the poll failed', {
        messageId: record.messageId,
        error: summarizeError(error),
      });
      throw error;
    }
  };
}

async function take(
  { body, attributes }: SQSRecord,
  pollShard: ShardPoller,
  context: Context,
): Promise<void> {
  const shard = parseShardMessage(body);
  if (Date.now() >= shard.deadline) {
    // Dropped, it would hide from everybody that a worker crashed over it, or that none could begin: given back again, it becomes a dead letter.
    if (Number(attributes.ApproximateReceiveCount) > 1)
      throw new OtaWatchError('It was received before and is not done, and is too late now');
    // The poll that is due has the same work.
    metrics.addMetric('ShardsLate', MetricUnit.Count, 1);
    logger.warn('A part of the poll came too late, and was dropped', { range: shard.range });
    return;
  }
  const startedAt = performance.now();
  const report = await pollShard(shard, () => context.getRemainingTimeInMillis());
  recordShard(metrics, report, performance.now() - startedAt);
  logger[report.changes > 0 ? 'info' : 'debug']('Polled', { range: shard.range, ...report });
}

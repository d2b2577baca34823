import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MeteredReport } from './poll-report.ts';

/** Reports a poll that ended as CloudWatch metrics; its alarms are made on these names. */
export function recordMetrics(metrics: Metrics, report: MeteredReport, durationMs: number): void {
  addCounts(metrics, {
    TasksTracked: report.tracked,
    ...countsOf(report),
    ListFailures: report.listComplete ? 0 : 1,
    ListDistrusted: report.listDistrusted ? 1 : 0,
    PollCompleted: 1,
    ...(report.shards > 0 && { ShardsHandedOut: report.shards }),
  });
  addOldestAge(metrics, report);
  metrics.addMetric('PollDuration', MetricUnit.Milliseconds, durationMs);
}

/**
 * Reports a part of a poll that ended: what all parts count together is counted of the poll. What the scheduled poll knows of all
 * of them (that it completed, how many tasks there are, how the list was) it tells itself.
 */
export function recordShard(metrics: Metrics, report: MeteredReport, durationMs: number): void {
  addCounts(metrics, { ...countsOf(report), ShardsPolled: 1 });
  addOldestAge(metrics, report);
  metrics.addMetric('ShardDuration', MetricUnit.Milliseconds, durationMs);
}

function countsOf(report: MeteredReport): Readonly<Record<string, number>> {
  return {
    TasksPolled: report.polled,
    ChangesObserved: report.changes,
    EventsPublished: report.published,
    EventsSetAside: report.setAside,
    OutboxBacklog: report.backlog,
    ApiCalls: report.api.calls,
    ApiThrottles: report.api.throttles,
    TaskFailures: report.failures,
    UnexpectedAnswers: report.oddities,
    PublishFailures: report.refused,
    PublishRefused: report.denied ? 1 : 0,
    TasksPostponed: report.postponed,
    LostRaces: report.lostRaces,
  };
}

function addCounts(metrics: Metrics, counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
}

function addOldestAge(metrics: Metrics, { backlogAgeMs }: MeteredReport): void {
  metrics.addMetric('OutboxOldestAge', MetricUnit.Seconds, backlogAgeMs / 1_000);
}

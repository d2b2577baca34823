import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MeteredReport } from './poll-report.ts';

/** Reports a poll that ended as CloudWatch metrics; its alarms are made on these names. */
export function recordMetrics(metrics: Metrics, report: MeteredReport, durationMs: number): void {
  const counts = {
    TasksTracked: report.tracked,
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
    ListFailures: report.listComplete ? 0 : 1,
    TasksPostponed: report.postponed,
    LostRaces: report.lostRaces,
    PollCompleted: 1,
  };
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.addMetric('OutboxOldestAge', MetricUnit.Seconds, report.backlogAgeMs / 1_000);
  metrics.addMetric('PollDuration', MetricUnit.Milliseconds, durationMs);
}

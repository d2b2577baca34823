import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Heartbeat } from '../../api/ports.ts';

export interface HeartbeatDeps {
  readonly client: CloudWatchClient;
  /** The dimension `service` of the poll's metrics. */
  readonly service: string;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  /** Epoch milliseconds. */
  now(): number;
}

const MINUTE = 60_000;
const MIN_WINDOW_MS = 15 * MINUTE;
/** More than after which a poller counts as silent. */
const WINDOW_PERIODS = 5;

/** When polls end well, by the metric that they leave. CloudWatch keeps minutes, so that is how exact it is. */
export function heartbeat({ client, service, periodMs, now }: HeartbeatDeps): Heartbeat {
  const windowMs = Math.max(MIN_WINDOW_MS, WINDOW_PERIODS * periodMs);
  return {
    async last() {
      const { MetricDataResults: [polls] = [] } = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(now() - windowMs),
          EndTime: new Date(now() + MINUTE),
          ScanBy: 'TimestampDescending',
          MetricDataQueries: [
            {
              Id: 'polls',
              MetricStat: {
                Metric: {
                  Namespace: 'ota-watch',
                  MetricName: 'PollCompleted',
                  Dimensions: [{ Name: 'service', Value: service }],
                },
                Period: MINUTE / 1_000,
                Stat: 'Sum',
              },
            },
          ],
        }),
      );
      const { Timestamps: times = [], Values: values = [] } = polls ?? {};
      const completed = times.filter((_, index) => (values[index] ?? 0) > 0).map((time) => time.getTime());
      return completed.length === 0 ? undefined : Math.max(...completed);
    },
  };
}

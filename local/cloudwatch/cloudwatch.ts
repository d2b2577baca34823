import { serveAwsJson } from '../bus/http.ts';
import type { Listening } from '../bus/listen.ts';
import { ServiceError } from '../bus/put-events.ts';
import { readEmbeddedMetrics } from './embedded-metrics.ts';
import { getMetricData } from './get-metric-data.ts';
import { Metrics } from './metrics.ts';

/** The part of CloudWatch that tells of metrics, on this machine. */
export interface CloudWatchStandIn extends Listening {
  /** Takes a line that a function logged, whatever it is. */
  takeLogLine(line: string): void;
}

/** The service's name on the wire, of all its versions. */
const TARGET = 'GraniteServiceVersion20100801.GetMetricData';

/** Serves GetMetricData on 127.0.0.1, of the metrics that are in log lines. */
export async function startCloudWatch({
  port = 0,
}: {
  readonly port?: number;
} = {}): Promise<CloudWatchStandIn> {
  const metrics = new Metrics();
  const listening = await serveAwsJson(port, async ({ 'x-amz-target': target }, body) => {
    if (target !== TARGET) {
      throw new ServiceError('UnknownOperationException', 'Only GetMetricData is offered here.');
    }
    return { status: 200, body: getMetricData(readBody(body), metrics) };
  });
  return {
    ...listening,
    takeLogLine: (line) => {
      for (const datum of readEmbeddedMetrics(line)) metrics.add(datum);
    },
  };
}

function readBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ServiceError('SerializationException', String(error));
  }
}

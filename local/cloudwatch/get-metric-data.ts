import { z } from 'zod';
import { ServiceError } from '../bus/put-events.ts';
import { type MetricQuery, type Metrics, type Point, STATISTICS } from './metrics.ts';

const MAX_QUERIES = 500;
const MAX_POINTS = 100_800;
const SECOND = 1_000;

const instant = z.number().transform((seconds) => seconds * SECOND);
const name = z.string().min(1).max(255);

const querySchema = z.object({
  Id: z
    .string()
    .regex(/^[a-z]\w*$/, 'must begin with a lowercase letter, and have letters, digits and _ only'),
  Expression: z.undefined('expressions are not offered here').optional(),
  MetricStat: z.object({
    Metric: z.object({
      Namespace: name,
      MetricName: name,
      Dimensions: z
        .array(z.object({ Name: name, Value: z.string().min(1).max(1_024) }))
        .max(30)
        .default([]),
    }),
    Period: z.int().positive().multipleOf(60),
    Stat: z.enum(STATISTICS),
    Unit: z.string().optional(),
  }),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
});

const requestSchema = z
  .object({
    MetricDataQueries: z.array(querySchema).min(1).max(MAX_QUERIES),
    StartTime: instant,
    EndTime: instant,
    ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
    MaxDatapoints: z.int().positive().max(MAX_POINTS).default(MAX_POINTS),
    NextToken: z.string().regex(/^\d+$/, 'is none of this service').default('0').transform(Number),
  })
  .refine(({ StartTime, EndTime }) => StartTime < EndTime, 'StartTime must be before EndTime');

type Query = z.infer<typeof querySchema>;

interface Found {
  readonly query: Query;
  readonly point: Point;
}

/**
 * Answers a GetMetricData request. Expressions and periods below a minute are not offered.
 *
 * @throws ServiceError that CloudWatch would refuse the request with
 */
export function getMetricData(body: unknown, metrics: Metrics): object {
  const { success, data: request, error } = requestSchema.safeParse(body);
  if (!success) throw new ServiceError('ValidationException', z.prettifyError(error));
  const { MetricDataQueries, StartTime, EndTime, ScanBy, MaxDatapoints, NextToken } = request;
  const queries = MetricDataQueries.filter(({ ReturnData }) => ReturnData);
  const found: Found[] = queries.flatMap((query) => {
    const points = metrics.points(metricOf(query, [StartTime, EndTime]));
    return (ScanBy === 'TimestampAscending' ? points : points.reverse()).map((point) => ({ query, point }));
  });
  const end = NextToken + MaxDatapoints;
  const pointsIn = (part: readonly Found[], query: Query) =>
    part.flatMap((one) => (one.query === query ? [one.point] : []));
  return {
    MetricDataResults: queries.map((query) => {
      const points = pointsIn(found.slice(NextToken, end), query);
      return {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat.Metric.MetricName,
        Timestamps: points.map(({ timestamp }) => timestamp / SECOND),
        Values: points.map(({ value }) => value),
        StatusCode: pointsIn(found.slice(end), query).length > 0 ? 'PartialData' : 'Complete',
      };
    }),
    Messages: [],
    ...(end < found.length && { NextToken: String(end) }),
  };
}

function metricOf({ MetricStat: { Metric, Period, Stat } }: Query, range: MetricQuery['range']): MetricQuery {
  return {
    namespace: Metric.Namespace,
    name: Metric.MetricName,
    dimensions: Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value])),
    statistic: Stat,
    period: Period * SECOND,
    range,
  };
}

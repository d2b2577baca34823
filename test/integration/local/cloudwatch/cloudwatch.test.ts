import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudWatchStandIn, startCloudWatch } from '../../../../local/cloudwatch/cloudwatch.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1_000;
const at = (seconds: number) => new Date(NOON + seconds * SECOND);

let cloudwatch: CloudWatchStandIn;
let client: CloudWatchClient;

beforeEach(async () => {
  cloudwatch = await startCloudWatch();
  client = new CloudWatchClient({
    endpoint: cloudwatch.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await cloudwatch.close();
});

/** A line of the embedded metric format. */
function lineOf(
  seconds: number,
  values: Readonly<Record<string, unknown>>,
  service = 'ota-watch-dev',
): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: 'Count' }));
  const CloudWatchMetrics = [{ Namespace: 'ota-watch', Dimensions: [['service']], Metrics }];
  return JSON.stringify({
    _aws: { Timestamp: NOON + seconds * SECOND, CloudWatchMetrics },
    service,
    ...values,
  });
}

function query(
  Id: string,
  MetricName: string,
  { Stat = 'Sum', Period = 60, service = 'ota-watch-dev' } = {},
) {
  const Dimensions = [{ Name: 'service', Value: service }];
  return { Id, MetricStat: { Metric: { Namespace: 'ota-watch', MetricName, Dimensions }, Period, Stat } };
}

async function ask(queries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) {
  const input = { MetricDataQueries: queries, StartTime: at(0), EndTime: at(600), ...more };
  const { $metadata, ...answer } = await client.send(new GetMetricDataCommand(input));
  return answer;
}

const pointsOf = ({ MetricDataResults = [] }: Awaited<ReturnType<typeof ask>>) =>
  MetricDataResults.map(({ Id, Timestamps, Values, StatusCode }) => ({ Id, Timestamps, Values, StatusCode }));

describe('GetMetricData', () => {
  it('sums the values of a minute, the latest minute first', async () => {
    for (const seconds of [0, 30, 61]) cloudwatch.takeLogLine(lineOf(seconds, { PollCompleted: 1 }));
    expect(await ask([query('polls', 'PollCompleted')])).toEqual({
      MetricDataResults: [
        {
          Id: 'polls',
          Label: 'PollCompleted',
          Timestamps: [at(60), at(0)],
          Values: [1, 2],
          StatusCode: 'Complete',
        },
      ],
      Messages: [],
    });
  });

  it.each([
    ['SampleCount', 3],
    ['Sum', 12],
    ['Average', 4],
    ['Minimum', 1],
    ['Maximum', 9],
  ])('has %s', async (Stat, value) => {
    for (const tracked of [9, 1, 2]) cloudwatch.takeLogLine(lineOf(1, { TasksTracked: tracked }));
    const answer = await ask([query('tracked', 'TasksTracked', { Stat })]);
    expect(pointsOf(answer)).toEqual([
      { Id: 'tracked', Timestamps: [at(0)], Values: [value], StatusCode: 'Complete' },
    ]);
  });

  it('has points of longer periods, and those that begin in the range, without its end', async () => {
    for (const seconds of [0, 240, 300, 600]) cloudwatch.takeLogLine(lineOf(seconds, { Polls: 1 }));
    expect(
      pointsOf(await ask([query('polls', 'Polls', { Period: 300 })], { ScanBy: 'TimestampAscending' })),
    ).toEqual([{ Id: 'polls', Timestamps: [at(0), at(300)], Values: [2, 1], StatusCode: 'Complete' }]);
  });

  it('tells metrics and their dimensions apart, and takes several values at once', async () => {
    cloudwatch.takeLogLine(lineOf(0, { Polls: [1, 1, 1], Delay: 5 }));
    cloudwatch.takeLogLine(lineOf(0, { Polls: 7 }, 'ota-watch-dev-slack'));
    const queries = [
      query('a', 'Polls'),
      query('b', 'Delay'),
      query('c', 'Polls', { service: 'ota-watch-dev-slack' }),
      query('d', 'Polls', { service: 'nobody' }),
      { ...query('e', 'Polls'), ReturnData: false },
    ];
    expect((await ask(queries)).MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
      ['a', [3]],
      ['b', [5]],
      ['c', [7]],
      ['d', []],
    ]);
  });

  it('comes in pages', async () => {
    for (const seconds of [0, 60, 120]) cloudwatch.takeLogLine(lineOf(seconds, { Polls: 1 }));
    const first = await ask([query('polls', 'Polls')], { MaxDatapoints: 2 });
    expect(pointsOf(first)).toEqual([
      { Id: 'polls', Timestamps: [at(120), at(60)], Values: [1, 1], StatusCode: 'PartialData' },
    ]);
    const rest = await ask([query('polls', 'Polls')], { MaxDatapoints: 2, NextToken: first.NextToken });
    expect(pointsOf(rest)).toEqual([
      { Id: 'polls', Timestamps: [at(0)], Values: [1], StatusCode: 'Complete' },
    ]);
    expect(rest.NextToken).toBeUndefined();
  });

  it('reads what Powertools writes', async () => {
    const metrics = new Metrics({ namespace: 'ota-watch', serviceName: 'ota-watch-dev' });
    metrics.setTimestamp(NOON);
    metrics.addMetric('PollCompleted', MetricUnit.Count, 1);
    cloudwatch.takeLogLine(JSON.stringify(metrics.serializeMetrics()));
    expect(pointsOf(await ask([query('polls', 'PollCompleted')]))).toMatchObject([{ Values: [1] }]);
  });

  it.each([
    'plain text',
    '{"_aws": ',
    '{"_aws": 1}',
    '{"level":"INFO","message":"\\"_aws\\""}',
    lineOf(0, { Polls: 'many' }),
    JSON.stringify({ ...JSON.parse(lineOf(0, { Polls: 1 })), service: undefined }),
  ])('knows nothing from the line %s', async (line) => {
    cloudwatch.takeLogLine(line);
    expect(pointsOf(await ask([query('polls', 'Polls')]))).toMatchObject([{ Values: [] }]);
  });

  const polls = query('polls', 'Polls');
  it.each<[string, MetricDataQuery[], Partial<GetMetricDataCommandInput>]>([
    ['at MetricDataQueries', [], {}],
    ['at MetricDataQueries[0].Id', [{ ...polls, Id: 'Polls' }], {}],
    ['at MetricDataQueries[0].Expression', [{ Id: 'sum', Expression: 'SUM(METRICS())' }], {}],
    ['at MetricDataQueries[0].MetricStat.Period', [query('polls', 'Polls', { Period: 61 })], {}],
    ['at MetricDataQueries[0].MetricStat.Stat', [query('polls', 'Polls', { Stat: 'p99' })], {}],
    ['StartTime must be before EndTime', [polls], { EndTime: at(0) }],
    ['at NextToken', [polls], { NextToken: 'AAAA' }],
  ])('refuses what is wrong %s', async (where, queries, more) => {
    await expect(ask(queries, more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(where),
      $metadata: { httpStatusCode: 400 },
    });
  });
});

it('refuses other operations', async () => {
  await expect(client.send(new ListMetricsCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'Only GetMetricData is offered here.',
    $metadata: { httpStatusCode: 400 },
  });
});

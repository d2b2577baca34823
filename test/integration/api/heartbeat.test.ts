import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heartbeat } from '../../../lib/aws/api/heartbeat.ts';
import { type CloudWatchStandIn, startCloudWatch } from '../../../local/cloudwatch/cloudwatch.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

let cloudWatch: CloudWatchStandIn;
let client: CloudWatchClient;
beforeEach(async () => {
  cloudWatch = await startCloudWatch();
  client = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: cloudWatch.url,
    credentials,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await cloudWatch.close();
});

function log(at: number, { service = 'ota-watch-dev', metric = 'PollCompleted', value = 1 } = {}): void {
  const Metrics = [{ Name: metric }];
  const CloudWatchMetrics = [{ Namespace: 'ota-watch', Dimensions: [['service']], Metrics }];
  cloudWatch.takeLogLine(
    JSON.stringify({ _aws: { Timestamp: at, CloudWatchMetrics }, service, [metric]: value }),
  );
}

const lastAt = (now: number, periodMs = MINUTE) =>
  heartbeat({ client, service: 'ota-watch-dev', periodMs, now: () => now }).last();

describe('the last poll that ended well', () => {
  it('is the newest of the last 15 minutes, to the minute', async () => {
    log(NOON - 3 * MINUTE);
    log(NOON - 2 * MINUTE + 25_000);
    log(NOON - MINUTE, { value: 0 });
    log(NOON - MINUTE, { service: 'ota-watch-prod' });
    log(NOON - MINUTE, { metric: 'TasksPolled' });
    expect(await lastAt(NOON)).toBe(NOON - 2 * MINUTE);
    expect(await lastAt(NOON + 12 * MINUTE)).toBe(NOON - 2 * MINUTE);
    expect(await lastAt(NOON + 14 * MINUTE)).toBeUndefined();
  });

  it('is looked for longer where polls are rarer', async () => {
    log(NOON - 58 * MINUTE);
    expect(await lastAt(NOON, 60 * MINUTE)).toBe(NOON - 58 * MINUTE);
    expect(await lastAt(NOON + 4 * 60 * MINUTE, 60 * MINUTE)).toBe(NOON - 58 * MINUTE);
    expect(await lastAt(NOON + 4 * 60 * MINUTE + 10 * MINUTE, 60 * MINUTE)).toBeUndefined();
  });

  it('is known within its own minute', async () => {
    log(NOON + 5_000);
    expect(await lastAt(NOON + 6_000)).toBe(NOON);
  });

  it('is not known where none did', async () => {
    expect(await lastAt(NOON)).toBeUndefined();
  });

  it('cannot be told where CloudWatch does not answer', async () => {
    const gone = await startCloudWatch();
    await gone.close();
    const endpoint = gone.url;
    const unanswered = new CloudWatchClient({ region: 'us-east-1', endpoint, credentials, maxAttempts: 1 });
    const { last } = heartbeat({
      client: unanswered,
      service: 'ota-watch-dev',
      periodMs: MINUTE,
      now: () => NOON,
    });
    await expect(last()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    unanswered.destroy();
  });
});

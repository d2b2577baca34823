import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiCaller, EXPORTER } from '../../support/api-caller.ts';
import { World } from '../../support/world.ts';

const HISTORY = 'ota-watch-dev-history';

let world: World;
let api: ApiCaller;
beforeAll(async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  world = await World.start();
  world.task('t1', { queued: 100 });
  await world.poll();
  world.task('t1', { queued: 60, succeeded: 10, failed: 30 });
  await world.poll();
  api = await ApiCaller.open(world);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await api.close();
  await world.close();
});

describe('a row with a number that no row of ours can hold', () => {
  beforeAll(async () => {
    await world.dynamodb.send(
      new UpdateItemCommand({
        TableName: HISTORY,
        Key: { taskId: { S: 't1' }, sequence: { N: '1' } },
        UpdateExpression: 'SET note = :note, percentComplete = :percent',
        ExpressionAttributeValues: {
          ':note': { M: { total: { N: '100000000000000000000' } } },
          ':percent': { N: '12345678901234567890.12345' },
        },
      }),
    );
  });

  it.each([
    '/history',
    '/tasks/t1',
    '/tasks/t1/history',
    '/tasks/t1/series',
    '/export',
    '/export?format=jsonl',
  ])('does not keep %s from its answer', async (route) => {
    const { status } = await api.call(route, { groups: EXPORTER });
    expect(status).toBe(200);
  });

  it('is found by the audit', async () => {
    const { body } = await api.call('/audit/t1', { groups: EXPORTER });
    expect(body).toMatchObject({ verdict: 'broken', problems: [{ sequence: 1, kind: 'hash' }] });
  });
});

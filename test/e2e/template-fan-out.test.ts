import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, soloResourceTypes } from './template/expected.ts';
import { wayOfShards } from './template/expected-fan-out.ts';
import { grantsOf, soloGrants } from './template/grants.ts';
import { exportsOf, type Packaged, unpack, Workshop } from './template/package.ts';

const propertiesOf = ({ template }: Packaged, id: string) => template.Resources[id]?.Properties;

let workshop: Workshop;
let dev: Packaged;
let off: Packaged;
let configured: Packaged;

beforeAll(async () => {
  workshop = await Workshop.open();
  dev = await workshop.package('dev', []);
  [off, configured] = await Promise.all([
    workshop.package('off', ['--param=fanOutAbove=off']),
    workshop.package('configured', [
      '--param=fanOutAbove=20',
      '--param=workerConcurrency=25',
      '--param=pollPeriodSeconds=900',
    ]),
  ]);
});
afterAll(() => workshop.close());

describe('the workers', () => {
  it.each(Object.entries(wayOfShards))('take parts of polls from a queue of theirs: %s', (id, expected) => {
    expect(propertiesOf(dev, id)).toEqual(expected);
  });

  it('have the settings of the poll', () => {
    expect(propertiesOf(dev, 'PollShardLambdaFunction')?.Environment).toEqual(
      propertiesOf(dev, 'PollLambdaFunction')?.Environment,
    );
  });

  it('are packed alone and small, and load where nothing else lies', async () => {
    const archive = await dev.archive('pollShard');
    const folder = await workshop.emptyFolder('task');
    const module = 'functions/poll-shard.mjs';
    expect(await unpack(archive, folder)).toEqual([module, `${module}.map`]);
    expect(archive.length).toBeLessThan(1_500_000);
    const variables = { ...environment, SHARD_QUEUE_URL: '', AWS_REGION: 'eu-west-1' };
    expect(await exportsOf(path.join(folder, module), variables)).toEqual({ handler: 'function' });
  });
});

describe('settings of the workers', () => {
  it('reach the functions, the mapping and the queue', () => {
    for (const id of ['PollLambdaFunction', 'PollShardLambdaFunction'])
      expect(propertiesOf(configured, id)).toMatchObject({
        Environment: { Variables: { FAN_OUT_ABOVE: '20', WORKER_CONCURRENCY: '25' } },
      });
    expect(propertiesOf(configured, 'PollShardEventSource')).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 25 },
    });
    expect(propertiesOf(configured, 'PollShardQueue')).toMatchObject({ MessageRetentionPeriod: 1_800 });
    expect(propertiesOf(configured, 'PollShardLateAlarm')).toMatchObject({
      Metrics: [{ Id: 'undone' }, { MetricStat: { Period: 4_500 } }, { MetricStat: { Period: 4_500 } }],
    });
  });

  it('can be that there are none', () => {
    const types = Object.entries(off.template.Resources).map(([id, { Type }]) => [id, Type]);
    expect(Object.fromEntries(types)).toEqual(soloResourceTypes);
    expect(grantsOf(off.template)).toEqual(soloGrants);
    expect(propertiesOf(off, 'PollLambdaFunction')).toMatchObject({
      Environment: {
        Variables: { ...environment, FAN_OUT_ABOVE: '', SHARD_QUEUE_URL: '', WORKER_CONCURRENCY: '' },
      },
    });
    expect(Object.keys(off.template.Outputs)).not.toContain('PollShardDeadLetterQueueUrl');
  });

  it('mean something, or there is no package', async () => {
    const failed = workshop.package('wrong', ['--param=fanOutAbove=many']);
    await expect(failed).rejects.toMatchObject({
      stdout: expect.stringContaining('The parameter "fanOutAbove" is "many": it can be a whole number from'),
    });
  });
});

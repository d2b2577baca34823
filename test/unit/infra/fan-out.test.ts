import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const DEFAULTS = { fanOutAbove: '5000', workerConcurrency: '10', pollPeriodSeconds: '60' };
const Environment = z.object({ environment: z.custom<(serverless: object) => Promise<unknown>>() });

/** What serverless.yml takes in with these parameters. The file is plain JavaScript: that is what the command reads. */
async function environmentWith(given: Readonly<Record<string, string>>): Promise<unknown> {
  const file = new URL('../../../infra/fan-out.js', import.meta.url).href;
  const { environment } = Environment.parse({ ...Object(await import(file)) });
  const values: Readonly<Record<string, string>> = { ...DEFAULTS, ...given };
  return environment({
    resolveVariable: async (variable: string) => values[/^param:(\w+)/.exec(variable)?.[1] ?? ''] ?? '',
  });
}

describe('settings of the workers', () => {
  it.each([
    [{}, { above: 5_000, queueUrl: { Ref: 'PollShardQueue' }, workers: 10 }],
    [
      { fanOutAbove: '1', workerConcurrency: '2' },
      { above: 1, workers: 2 },
    ],
    [
      { fanOutAbove: '1000000', workerConcurrency: '1000' },
      { above: 1_000_000, workers: 1_000 },
    ],
    [
      { fanOutAbove: 'off', workerConcurrency: 'nobody' },
      { above: '', queueUrl: '', workers: '' },
    ],
    [
      { localQueues: 'http://127.0.0.1:1/123456789012' },
      { queueUrl: `http://127.0.0.1:1/123456789012/\${self:custom.name}-poll-shard` },
    ],
  ])('%j is understood', async (given, expected) => {
    expect(await environmentWith(given)).toMatchObject(expected);
  });

  it.each([
    ['fanOutAbove', 'many', '1 to 1000000 or off'],
    ['fanOutAbove', '0', '1 to 1000000 or off'],
    ['fanOutAbove', '', '1 to 1000000 or off'],
    ['fanOutAbove', '1e3', '1 to 1000000 or off'],
    ['workerConcurrency', '1', '2 to 1000'],
    ['workerConcurrency', '1001', '2 to 1000'],
    ['workerConcurrency', '2.5', '2 to 1000'],
    ['pollPeriodSeconds', '1m', '1 to 86400'],
  ])('%s can not be "%s"', async (parameter, value, possible) => {
    await expect(environmentWith({ [parameter]: value })).rejects.toThrow(
      `The parameter "${parameter}" is "${value}": it can be a whole number from ${possible}`,
    );
  });
});

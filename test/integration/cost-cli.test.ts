import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseCostOptions } from '../../cli/cost/options.ts';
import prices from '../../lib/cost/prices.json' with { type: 'json' };

const argv = process.argv;
afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** Runs the command in this process. */
async function run(...args: string[]) {
  const printed = { stdout: '', stderr: '' };
  const keep = (stream: keyof typeof printed) => (text: string) => {
    printed[stream] += `${text}\n`;
  };
  vi.spyOn(console, 'log').mockImplementation(keep('stdout'));
  vi.spyOn(console, 'error').mockImplementation(keep('stderr'));
  process.argv = ['node', 'cli/cost.ts', ...args];
  vi.resetModules();
  await import('../../cli/cost.ts');
  return { status: process.exitCode ?? 0, ...printed };
}

/** A file with prices, for one test. */
async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ota-watch-prices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'prices.json');
  await writeFile(file, text);
  return file;
}

describe('npm run cost', () => {
  it('tells what a month costs, of what, and of which requests', async () => {
    const { status, stdout, stderr } = await run(
      '--tasks',
      '1000',
      '--in-progress',
      '50',
      '--changes',
      '200',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '1,000 tasks, 50 in progress; 200 changes an hour; 10 rollouts begin and end in a day; a round every 60 s',
      'Prices of 2026-11-22, us-east-1; a month of 30 days',
    ]);
    expect(stdout).toMatch(/^CloudWatch +custom metrics +19 metrics +5\.70 +\d\d %$/m);
    expect(stdout).toMatch(/^ +total +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^The 3 largest are \d\d %: custom metrics; /m);
    expect(stdout).toMatch(/^ {2}fanOutAbove off +−0\.46$/m);
    expect(stdout).toMatch(/^GetOtaTask +50 +50 +2,160,000$/m);
  });

  it('tells it as JSON', async () => {
    const { status, stdout } = await run('--json', '--in-progress', '7', '--free-tier', '--region', 'home');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      fleet: { tasks: 1_000, inProgress: 7, changesPerHour: 28, endedPerDay: 2, hot: 1 },
      prices: { date: prices.date, region: 'home', currency: 'USD', freeTier: true },
      usd: expect.any(Number),
      requests: { quiet: { GetOtaTask: 7 }, usualChanges: 1 },
    });
  });

  it('takes other prices', async () => {
    const dear = { ...prices, prices: { ...prices.prices, alarm: { ...prices.prices.alarm, usd: 1_000 } } };
    const { stdout } = await run('--prices', await fileWith(JSON.stringify(dear)));
    expect(stdout).toMatch(/^CloudWatch +alarms +11 alarms +11000\.00 +100 %$/m);
  });

  it('refuses prices that make no sense', async () => {
    const wrong = await run('--prices', await fileWith(JSON.stringify({ ...prices, currency: 'gold' })));
    expect({ ...wrong, stderr: wrong.stderr.split('\n')[0] }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('--prices: Not a price list: currency: '),
    });
    const missing = await run('--prices', 'nowhere.json');
    expect(missing.stderr).toContain('--prices: nowhere.json cannot be read as JSON');
    expect(missing.status).toBe(2);
  });

  it('helps', async () => {
    const { status, stdout } = await run('--help');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('--in-progress N') });
  });

  it('refuses an argument that makes no sense with status 2, and says how it goes', async () => {
    const { status, stdout, stderr } = await run('--tasks', 'many');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--tasks takes a whole number from 1 to 10000000, not many');
    expect(stderr).toContain('Usage: npm run cost -- ');
  });
});

describe('arguments', () => {
  it.each([
    [['now'], 'cost takes options only, not now'],
    [['--colour'], '--colour'],
    [['--tasks', '0'], '--tasks takes a whole number from 1 to 10000000, not 0'],
    [['--tasks', '5', '--in-progress', '6'], '--in-progress is 6, more than the 5 of --tasks'],
    [['--in-progress', '1.5'], '--in-progress takes a whole number from 0 to 10000000, not 1.5'],
    [['--changes', '5/week'], '--changes takes a whole number, an hour or as in 4800/day, not 5/week'],
    [['--changes', '9999999999'], '--changes takes a whole number'],
    [['--poll-interval', '4'], '--poll-interval takes a whole number from 5 to 86400, not 4'],
    [['--fan-out-above', 'on'], '--fan-out-above takes a whole number from 1 to 1000000, or off, not on'],
    [['--hot', '60'], '--hot is 60, more than the 50 of --in-progress'],
    [['--poll-interval', '90'], '--poll-interval takes whole minutes above 60, as schedules do, not 90'],
    [['--max-latency', '30'], '--max-latency is 30, less than the 60 of --poll-interval'],
    [['--progress-events', 'some'], '--progress-events takes milestones, all, none, not some'],
  ])('%j are refused', (args, message) => {
    expect(() => parseCostOptions(args)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(() => parseCostOptions(args)).toThrow(message);
  });

  it.each([
    [['--changes', '240/day'], { changesPerHour: 10 }],
    [['--changes', '240/hour'], { changesPerHour: 240 }],
    [['--tasks', '20'], { tasks: 20, inProgress: 20, changesPerHour: 80 }],
    [['--fan-out-above', 'off'], { fanOutAbove: 'off' }],
    [['--fan-out-above', '1'], { fanOutAbove: 1 }],
    [['--poll-interval', '10', '--max-latency', '10'], { pollIntervalSeconds: 10, maxLatencySeconds: 10 }],
    [['--poll-interval', '300'], { pollIntervalSeconds: 300, maxLatencySeconds: 300 }],
    [
      ['--trust', '--slack', '--pagerduty', '--api'],
      { trust: true, slack: true, pagerduty: true, api: true },
    ],
  ])('%j are understood', (args, fleet) => {
    expect(parseCostOptions(args).fleet).toMatchObject(fleet);
  });
});

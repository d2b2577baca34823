import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rules-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const COMMAND = path.resolve(import.meta.dirname, '../../cli/rules.ts');

/** Runs the command as a person would, in a folder. */
function test(args: readonly string[]) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, 'test', ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

function put(name: string, ...lines: readonly unknown[]): void {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(path.join(folder, name), texts.join('\n'));
}

const seen = (minute: number, counts: object) => ({
  taskId: 'a\u001b[31m',
  observedAt: `2026-11-22T12:${minute}:00Z`,
  status: 'IN_PROGRESS',
  counts,
});

describe('npm run rules -- test', () => {
  beforeEach(() => {
    put('rules.yml', 'version: 1', 'rules: [{ id: stalled, after: 10m }]');
    put('a.jsonl', seen(40, { succeeded: 30, queued: 20 }), seen(10, { queued: 50 }));
  });

  it('says what a rule file would have told of a recording', async () => {
    const { status, stdout, stderr } = await test(['rules.yml', '--recording', 'a.jsonl']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`\
2026-11-22T12:20:00Z  a  warning  BREACHED   stalled  Nothing has finished for 10 min (limit 10 min); 0 are in progress, 50 queued.
2026-11-22T12:40:00Z  a  warning  recovered  stalled  Over after 20 min: things have finished; 0 are in progress, 20 queued.

rule             breaches  recoveries  open  longest
failed-percent   0         0           0
stalled          1         1           0     20 min
overdue          0         0           0
stuck-scheduled  0         0           0
unreachable      0         0           0

2 observations of 1 task, from 2026-11-22T12:10:00Z to 2026-11-22T12:40:00Z
`);
  });

  it('says so when that is nothing', async () => {
    put('rules.yml', 'version: 1', 'rules: []');
    const { stdout } = await test(['rules.yml', '--recording', 'a.jsonl']);
    expect(stdout.split('\n')[0]).toBe('These rules would have told nothing.');
    expect(await test(['rules.yml', '--recording', 'a.jsonl', '--json'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('prints events as JSON Lines, of polls as far apart as they are told to be', async () => {
    const { stdout } = await test(['rules.yml', '--recording', 'a.jsonl', '--json', '--period', '420']);
    const [breach, recovery, ...others] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rule = {
      id: 'stalled',
      kind: 'stalled',
      severity: 'warning',
      description: 'Nothing has finished for 10 min, and things are left.',
    };
    expect(breach).toEqual({
      observedAt: '2026-11-22T12:24:00.000Z',
      taskId: 'a\u001b[31m',
      detailType: 'OTA Task Threshold Breached',
      published: true,
      rule,
      observed: { value: 840, limit: 600, unit: 'seconds' },
      summary: 'Nothing has finished for 14 min (limit 10 min); 0 are in progress, 50 queued.',
    });
    expect(recovery).toMatchObject({ detailType: 'OTA Task Threshold Recovered', durationSeconds: 960 });
    expect(others).toEqual([]);
  });

  const recording = ['rules.yml', '--recording', 'a.jsonl'];
  it.each([
    [['rules.yml'], 2, 'test needs a recording: either --recording FILE or --history\n\nUsage:'],
    [
      [...recording, '--history'],
      2,
      'test needs a recording: either --recording FILE or --history\n\nUsage:',
    ],
    [['--history'], 2, 'test needs one rule file\n\nUsage:'],
    [[...recording, 'b.yml'], 2, 'test needs one rule file\n\nUsage:'],
    [[...recording, '--since', '2026-11-22'], 2, '--since goes with --history only\n\nUsage:'],
    [[...recording, '--stage', 'dev'], 2, '--stage goes with --history only\n\nUsage:'],
    [[...recording, '--period', '0'], 2, '--period takes seconds, from 1 to 86400\n\nUsage:'],
    [['rules.yml', '--history', '--since', 'May'], 2, '--since takes a day or a time, such as 2026-11-22'],
    [
      ['rules.yml', '--history', '--since', '2026-11-22', '--until', '2026-11-21'],
      2,
      '--since is after --until\n\nUsage:',
    ],
    [[...recording, '--speed', '9'], 2, "Unknown option '--speed'"],
    [['none.yml', '--recording', 'a.jsonl'], 1, 'none.yml cannot be read: no such file or directory\n'],
    [['rules.yml', '--recording', 'none'], 1, 'none cannot be read: no such file or directory\n'],
    [['rules.yml', '--recording', '.'], 1, '. cannot be read: illegal operation on a directory\n'],
    [['a.jsonl', '--recording', 'a.jsonl'], 1, 'a.jsonl:'],
    [
      ['rules.yml', '--recording', 'rules.yml'],
      1,
      'rules.yml:1: this line is not JSON\nrules.yml:2: this line is not JSON\n',
    ],
  ])('says what is wrong with %j', async (args, status, message) => {
    const result = await test(args);
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr.startsWith(message)).toBe(true);
  });
});

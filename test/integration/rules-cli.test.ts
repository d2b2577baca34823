import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const root = path.resolve(import.meta.dirname, '../..');
const COMMAND = path.join(root, 'cli/rules.ts');

/** Runs the command as a person would, in a folder. */
function rules(args: readonly string[], cwd = folder) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('npm run rules -- check', () => {
  it('says what is in a file', async () => {
    const entries = [
      '{ id: a, kind: slow }',
      '{ id: a, match: { taskId: x }, enabled: false }',
      '{ id: b, kind: ratio, percent: 5 }',
      '{ id: stalled, after: 2h }',
    ];
    writeFileSync(path.join(folder, 'my.yml'), `version: 1\nrules: [${entries.join(', ')}]`);
    expect(await rules(['check', 'my.yml'])).toEqual({
      status: 0,
      stdout: 'my.yml: 2 rules, 2 overrides; 6 built in\n',
      stderr: '',
    });
    writeFileSync(
      path.join(folder, 'my.json'),
      JSON.stringify({ version: 1, rules: [{ id: 'a', kind: 'slow' }] }),
    );
    expect((await rules(['check', 'my.json'])).stdout).toBe('my.json: 1 rule, 0 overrides; 6 built in\n');
  });

  it.each([
    [[{ slack: [] }], '0 rules, 0 overrides, 1 route; 6 built in'],
    [[{ slack: ['#a'] }, { pagerduty: [] }], '0 rules, 0 overrides, 2 routes; 6 built in'],
  ])('counts routes: %j', async (routes, summary) => {
    writeFileSync(
      path.join(folder, 'my.json'),
      JSON.stringify({ version: 1, rules: [], alerts: { routes } }),
    );
    expect(await rules(['check', 'my.json'])).toEqual({
      status: 0,
      stdout: `my.json: ${summary}\n`,
      stderr: '',
    });
  });

  it('passes the file that is packaged', async () => {
    expect(await rules(['check', 'rules.yml'], root)).toMatchObject({ status: 0, stderr: '' });
  });

  it('says what is wrong with a file', async () => {
    writeFileSync(
      path.join(folder, 'my.yml'),
      'version: 1\nrules:\n  - id: stalled\n    after: 5\n    kind: slow',
    );
    expect(await rules(['check', 'my.yml'])).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'my.yml:4:5 rules[0].after: there is no such field here: known are id, kind, match, enabled, for, keepFiringFor, repeatEvery, mute, severity, percent, recoverAbove, window',
        'my.yml:5:5 rules[0].kind: stalled is of kind stalled (built in): choose another id',
        '',
      ].join('\n'),
    });
  });

  it.each([
    [['check', 'none.yml'], 1, 'none.yml cannot be read: no such file or directory\n'],
    [['check', '.'], 1, '. cannot be read: illegal operation on a directory\n'],
    [['check'], 2, 'check needs one file\n\nUsage:'],
    [['check', 'a', 'b'], 2, 'check needs one file\n\nUsage:'],
    [['check', '--strict', 'a'], 2, "Unknown option '--strict'"],
    [['show'], 2, 'Not a command: show\n\nUsage:'],
    [[], 2, 'Not a command: (none)\n\nUsage:'],
  ])('says what is wrong with %j', async (args, status, message) => {
    const result = await rules(args);
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr.startsWith(message)).toBe(true);
  });

  it('explains itself', async () => {
    const { status, stdout } = await rules(['--help']);
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Usage: npm run rules -- check FILE   say what is wrong with a rule file',
    });
  });
});

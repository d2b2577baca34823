import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { MINUTE } from '../support/builders.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
  world.now = Date.now() - 10 * MINUTE;
});
afterEach(() => world.close());

const COMMAND = path.resolve(import.meta.dirname, '../../cli/rules.ts');

const RULES = `version: 1
rules:
  - { id: burst, kind: rate, perMinute: 2, window: 5m }
  - { id: failed-percent, match: { tags: { owner: "*" } }, percent: 50, recoverBelow: 5 }
  - { id: unreachable, enabled: false }
`;

function folder(): string {
  const name = mkdtempSync(path.join(os.tmpdir(), 'explain-'));
  onTestFinished(() => rmSync(name, { recursive: true }));
  return name;
}

/** Runs the command as a person would. */
function rules(args: readonly string[], cwd = process.cwd(), more: NodeJS.ProcessEnv = {}) {
  const env = { ...world.environment(), ...more };
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { cwd, env }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** Clocks run on while the command starts. */
const stable = (stdout: string) =>
  stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/\b\d+ min( \d+ s)? more/g, 'TIME more');

it('says of a task which rules apply, from where, and where they stand', async () => {
  const cwd = folder();
  writeFileSync(path.join(cwd, 'rules.yml'), RULES);
  const members = {
    Tags: {
      'ota-watch:failed-percent': '5 %',
      'ota-watch:mtue': 'secret',
      owner: 'secret',
      'watch-me': 'secret',
    },
  };
  world.task('t1', { queued: 20, succeeded: 72, failed: 3 }, { members });
  await world.poll();
  world.task('t1', { queued: 20, succeeded: 72, failed: 8 }, { members });
  const { status, stdout, stderr } = await rules(['explain', 't1', '--stage', 'dev'], cwd);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stable(stdout)).toBe(`\
Task t1: IN_PROGRESS, ONE_TIME; 100 things: 20 queued, 72 succeeded, 8 failed
No configuration
Tracked, noted last at TIME (stage dev)
Rules of rules.yml over those built in; in force is the file that was packaged

failed-percent (ratio, error)
  8 of 80 (10 %), limit 5 %: breached with the next poll
  built in                      severity error; minExecuted 20
  tag ota-watch:failed-percent  percent 5
  rules.yml:4                   recoverBelow 5
  default                       for 0 s; keepFiringFor 0 s; failures failed, rejected, timedOut; of executed

stalled (stalled, warning)
  0 s, limit 1 h: 1 h more in which nothing finishes
  built in  severity warning; after 1 h
  default   for 0 s; keepFiringFor 0 s; awaitTimeout true

overdue (overdue, warning)
  not now: the task has no end time
  built in  severity warning; for 10 min; keepFiringFor 10 min; after 15 min
  default   projected true

stuck-scheduled (stuck-scheduled, error)
  not now: the task is IN_PROGRESS
  built in  severity error; after 15 min
  default   for 0 s; keepFiringFor 0 s

burst (rate, error)
  0, limit 10: 10 more failures within 5 min
  rules.yml:3  perMinute 2; window 5 min
  default      severity error; for 0 s; keepFiringFor 0 s; failures failed, rejected, timedOut; recoverBelow 2

unreachable (unreachable)
  off: rules.yml:5

tag:ota-watch:mtue (malformed-tag, warning)
  ignored: ota-watch knows no such tag: after its prefix it knows failed-percent, failed-things, stalled-minutes, min-executed, severity, mute, slack-channel, pagerduty-service
`);
});

it('says of a task that is not tracked what its present counts tell', async () => {
  const cwd = folder();
  writeFileSync(path.join(cwd, 'other.yml'), 'version: 1\nrules: [{ id: overdue, enabled: false }]');
  world.configuration('c1');
  const until = new Date(Date.now() + 60 * MINUTE).toISOString();
  const members = { Tags: { 'ota-watch:mute': `until ${until}`, 'ota-watch:mine': 'yes' } };
  world.task('t1', { queued: 20, succeeded: 12, failed: 1 }, { configurationId: 'c1', members });
  const { stdout, stderr } = await rules(['explain', 't1', '--rules', 'other.yml', '--stage', 'dev'], cwd, {
    DISCOVERY: 'tagged',
    DISCOVERY_TAG: 'ota-watch:mine',
  });
  expect(stderr).toBe('');
  expect(stable(stdout)).toMatch(`\
Task t1: IN_PROGRESS, ONE_TIME; 33 things: 20 queued, 12 succeeded, 1 failed
Configuration c1: AWS cancels at 20 % failed of at least 10
Not tracked: rules are held against its present counts alone (stage dev)
Rules of other.yml over those built in; in force is the file that was packaged

abort-criteria:failed:50 (abort-criteria, warning, muted until TIME)
  1 of 13 (7.69 %), limit 10 %: 1 more failure at today’s counts
  tag ota-watch:mute  mute until TIME
  configuration       criterion 20 % failed of at least 10
  default             severity warning; for 0 s; keepFiringFor 0 s; fraction 50 %
`);
  expect(stdout.match(/ota-watch:mine|^tag:/m)).toBe(null);
});

it.each([
  [['explain', 'nope', '--stage', 'dev'], 1, 'There is no OTA task nope in this account and region\n'],
  [['explain', 'no-id', '--stage', 'dev'], 1, 'OTA task no-id cannot be read: ValidationException\n'],
  [['explain', 'nope', '--stage', 'other'], 1, 'There is no OTA task nope in this account and region\n'],
  [['explain', 'nope', '--rules', 'none.yml', '--stage', 'dev'], 1, 'none.yml cannot be read: no such file'],
  [['explain', '--stage', 'dev'], 2, 'explain needs one task id\n\nUsage:'],
  [['explain', 'a', 'b'], 2, 'explain needs one task id\n\nUsage:'],
  [['explain', 'a', '--json'], 2, "Unknown option '--json'"],
  [
    ['test', 'rules.yml', '--history', '--stage', 'other'],
    1,
    'Table ota-watch-other-history does not exist\n',
  ],
])('says what is wrong with %j', async (args, status, message) => {
  const result = await rules(args);
  expect(result).toMatchObject({ status, stdout: '' });
  expect(result.stderr.startsWith(message)).toBe(true);
});

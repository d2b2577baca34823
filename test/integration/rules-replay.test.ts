import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../lib/rule-file/parse.ts';
import { untrackTask } from '../../lib/track.ts';
import type { FriendlyCounts } from '../../local/simulator/simulator.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { ACCOUNT, REGION, type TestPoller, World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const COMMAND = path.resolve(import.meta.dirname, '../../cli/rules.ts');

const RULES = `
version: 1
rules:
  - { id: burst, kind: rate, perMinute: 2, window: 5m, recoverBelow: 1, severity: critical, repeatEvery: 4m }
  - { id: stalled, after: 10m, for: 2m }
  - { id: overdue, for: 1m, keepFiringFor: 3m }
  - { id: many-rejected, kind: count, states: [rejected], things: 3, match: { otaType: ONE_TIME } }
  - { id: half, kind: milestone, percents: [50] }
  - { id: slow, kind: slow, percent: 50, window: 5m }
`;

function ruleFile(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'rules.yml'), RULES);
  return path.join(folder, 'rules.yml');
}

/** Runs the command as a person would. */
function rules(args: readonly string[]) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env: world.environment() }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

const iso = (inMinutes: number) => new Date(NOON + inMinutes * MINUTE).toISOString();

type Options = Parameters<World['task']>[2];

const TASKS: Readonly<Record<string, Options>> = {
  canceled: { configurationId: 'strict' },
  burst: { members: { Tags: { 'ota-watch:failed-percent': '5', 'ota-watch:min-executed': '20' } } },
  quiet: { configurationId: 'paced' },
  muted: { members: { Tags: { 'ota-watch:mute': `until ${iso(25)}`, 'ota-watch:mtue': 'x' } } },
  late: { members: { OtaSchedulingConfig: { EndTime: iso(20).slice(0, 16), EndBehavior: 'STOP_ROLLOUT' } } },
  waiting: { status: 'SCHEDULED', members: { OtaSchedulingConfig: { StartTime: iso(5).slice(0, 16) } } },
  nightly: {
    members: {
      OtaSchedulingConfig: {
        MaintenanceWindows: [{ StartTime: 'cron(10 12 * * ? *)', DurationInMinutes: 20 }],
      },
    },
  },
  untracked: {},
  gone: {},
};

/** What each task shows from a minute on. */
const SCRIPT: readonly (readonly [
  minute: number,
  taskId: string,
  counts: FriendlyCounts,
  status?: string,
])[] = [
  [3, 'canceled', { queued: 80, succeeded: 18, failed: 2 }],
  [6, 'canceled', { queued: 70, succeeded: 26, failed: 4 }],
  [9, 'canceled', { queued: 40, inProgress: 30, succeeded: 27, failed: 3 }],
  [14, 'canceled', { queued: 30, inProgress: 30, succeeded: 30, failed: 10 }],
  [15, 'canceled', { inProgress: 0, canceled: 60, succeeded: 28, failed: 12 }, 'CANCELED'],
  [2, 'burst', { queued: 90, succeeded: 10 }],
  [4, 'burst', { queued: 80, succeeded: 14, failed: 6 }],
  [5, 'burst', { queued: 70, succeeded: 18, failed: 12 }],
  [12, 'burst', { queued: 40, succeeded: 48, failed: 12 }],
  [16, 'burst', { queued: 30, succeeded: 50, failed: 3, rejected: 17 }],
  [44, 'burst', { succeeded: 80, failed: 3, rejected: 17 }, 'COMPLETED'],
  [1, 'quiet', { queued: 90, succeeded: 10 }],
  [20, 'quiet', { queued: 50, succeeded: 50 }],
  [4, 'muted', { queued: 80, succeeded: 17, rejected: 3 }],
  [8, 'muted', { queued: 70, succeeded: 20, failed: 8, rejected: 2 }],
  [40, 'muted', { queued: 20, succeeded: 78, rejected: 2 }],
  [10, 'late', { queued: 95, succeeded: 5 }],
  [18, 'late', { queued: 85, succeeded: 15 }],
  [30, 'late', { queued: 2, succeeded: 98 }],
  [31, 'late', { queued: 1, succeeded: 99 }],
  [28, 'waiting', { queued: 90, inProgress: 10 }, 'IN_PROGRESS'],
  [12, 'nightly', { queued: 90, succeeded: 10 }],
  [7, 'untracked', { queued: 90, rejected: 10 }],
  [7, 'gone', { queued: 80, rejected: 20 }],
];

async function poll(poller: TestPoller, minute: number): Promise<void> {
  world.now = NOON + minute * MINUTE;
  for (const [at, taskId, counts, status] of SCRIPT) {
    if (at !== minute) continue;
    const changed = { ...TASKS[taskId], updatedAt: world.now, ...(status !== undefined && { status }) };
    world.task(taskId, counts, changed);
  }
  if (minute === 22) await untrackTask('untracked', untracking());
  if (minute === 23) world.simulator.account.removeTask('gone');
  await poller.poll();
}

function untracking() {
  const { dynamodb, managedIntegrations } = world.clients();
  return {
    service: otaService(managedIntegrations, { partition: 'aws', region: REGION, accountId: ACCOUNT }),
    tasks: taskTable(dynamodb, 'ota-watch-dev-tasks'),
    writeId: 'by hand',
  };
}

/** What the rules told, without where it stands in the history, and without things that cannot be read any more. */
function toldOf(row: Record<string, unknown>) {
  const { observedAt, taskId, detailType, published, rule, observed, summary } = row;
  const { breachedAt, reminder, flapping, reason, durationSeconds } = row;
  const common = { observedAt, taskId, detailType, published, rule, observed, summary };
  return { ...common, breachedAt, reminder, flapping, reason, durationSeconds };
}

const byTime = (a: { observedAt: unknown; taskId: unknown }, b: { observedAt: unknown; taskId: unknown }) =>
  `${a.observedAt} ${a.taskId}` < `${b.observedAt} ${b.taskId}`
    ? -1
    : Number(a.observedAt !== b.observedAt || a.taskId !== b.taskId);

it('tells of the history what was told when it happened', async () => {
  const file = ruleFile();
  world.configuration('strict');
  world.simulator.account.putConfiguration({
    TaskConfigurationId: 'paced',
    PushConfig: { RolloutConfig: { MaximumPerMinute: 4 } },
  });
  for (const [taskId, options] of Object.entries(TASKS)) world.task(taskId, { queued: 100 }, options);
  const poller = world.poller({ rules: withDefaults(parseRuleFile(RULES, 'rules.yml')) });
  onTestFinished(() => poller.close());
  for (let minute = 0; minute <= 60; minute += 1) await poll(poller, minute);

  const rows = await world.history();
  const expected = rows
    .filter(({ detailType }) => String(detailType).includes('Threshold'))
    .map(toldOf)
    .sort(byTime);
  const range = ['--history', '--stage', 'dev', '--json', '--until', iso(60)];
  const replay = await rules(['test', file, ...range]);
  const told = linesOf(replay.stdout);
  expect(told).toEqual(expected);
  expect(replay).toMatchObject({
    status: 0,
    stderr: 'Replayed without tags and schedule of task gone: gone\n',
  });

  // What came before is known, and not told again.
  const later = linesOf((await rules(['test', file, ...range, '--since', iso(35)])).stdout);
  const had = new Set(
    rows.flatMap(({ taskId, observedAt }) => (String(observedAt) >= iso(35) ? [taskId] : [])),
  );
  expect(later).toEqual(
    expected.filter(({ taskId, observedAt }) => String(observedAt) >= iso(35) && had.has(taskId)),
  );

  const onBus = world.bus.accepted
    .filter(({ detailType }) => detailType.includes('Threshold'))
    .map(({ detailType, detail }) => toldOf({ ...detail, detailType, published: true }));
  expect(told.filter(({ published }) => published)).toEqual(onBus.sort(byTime));

  const seen = new Set(expected.map(({ rule, reason = 'breached' }) => `${Object(rule).kind} ${reason}`));
  expect([...seen].sort()).toEqual(KINDS);
});

function linesOf(stdout: string) {
  const lines = stdout.trim().split('\n');
  return lines.map((line) => toldOf(JSON.parse(line))).sort(byTime);
}

const KINDS = [
  'abort-criteria breached',
  'abort-criteria recovered',
  'abort-criteria task-ended',
  'count breached',
  'count recovered',
  'count rule-removed',
  'count task-ended',
  'malformed-tag breached',
  'milestone breached',
  'overdue breached',
  'overdue recovered',
  'rate breached',
  'rate recovered',
  'ratio breached',
  'ratio recovered',
  'ratio task-ended',
  'slow breached',
  'slow recovered',
  'stalled breached',
  'stalled recovered',
  'stalled rule-removed',
  'stalled task-ended',
  'stuck-scheduled breached',
  'stuck-scheduled recovered',
];

it('tells of one task, and of a part of its time, as people read it', async () => {
  const file = ruleFile();
  world.task('quiet', { queued: 100 });
  world.task('other', { queued: 100 });
  const poller = world.poller();
  onTestFinished(() => poller.close());
  for (const minute of [0, 1, 30]) await poll(poller, minute);
  const { stdout } = await rules([
    'test',
    file,
    '--history',
    '--task',
    'quiet',
    '--since',
    iso(2),
    '--until',
    iso(40),
    '--stage',
    'dev',
  ]);
  expect(stdout).toBe(`\
2026-11-22T12:13:00Z  quiet  warning  BREACHED  stalled  Nothing has finished for 12 min (limit 10 min); 0 are in progress, 90 queued.

rule             breaches  recoveries  open  longest
failed-percent   0         0           0
stalled          1         0           1     27 min
overdue          0         0           0
stuck-scheduled  0         0           0
unreachable      0         0           0
burst            0         0           0
many-rejected    0         0           0
half:50          0         0           0
slow             0         0           0

2 observations of 1 task, from 2026-11-22T12:00:00Z to 2026-11-22T12:40:00Z
`);
});

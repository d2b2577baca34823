// Writes events/samples: every kind of event as a subscriber gets it, history rows, and the input of each function, all made
// by scripted rollouts. With --check it only compares, and exits 1 on a difference.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { canonicalHash } from '../lib/canonical-hash.ts';
import type { ChainContext } from '../lib/domain/chain.ts';
import { countsOf } from '../lib/domain/counts.ts';
import {
  type Diff,
  type DiffContext,
  diff,
  startTracking,
  taskDeleted,
  untrack,
} from '../lib/domain/diff.ts';
import { detailOf, type HistoryRow, SOURCE, type StartReason } from '../lib/domain/events.ts';
import type { SampleThing } from '../lib/domain/generated/events.ts';
import { resolveRules } from '../lib/domain/rules/resolve.ts';
import type { Snapshot, TaskFacts } from '../lib/domain/task.ts';
import { applyDiff, type LiveTask, setAside } from '../lib/domain/tracked.ts';
import { withDefaults } from '../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../lib/rule-file/parse.ts';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'events/samples');

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const START = Date.parse('2026-03-02T09:00:07.412Z');
const MINUTE = 60_000;

const instant = (now: number) => new Date(now).toISOString();
const chainAt = (now: number): ChainContext => ({ now, hash: canonicalHash, retentionDays: 400 });

/** The built-in rules, of which one is reminded of. */
const RULES = withDefaults(
  parseRuleFile(
    `
version: 1
rules:
  - id: failed-percent
    match: { abortCriteria: false }
    percent: 10
    severity: critical
    repeatEvery: 30m
`,
    'rules.yml',
  ),
);

/** A configuration without abort criteria. By the others, AWS cancels a rollout at 20 % failures of at least 50 things. */
const UNLIMITED = 'c0Bv9yNf4Lj2';

function contextAt(
  now: number,
  { taskId, configurationId = '', counts }: Pick<TaskFacts, 'taskId' | 'configurationId' | 'counts'>,
): DiffContext {
  const criterion = { failureType: 'FAILED' as const, thresholdPercentage: 20, minExecutedThings: 50 };
  const criteria = configurationId === UNLIMITED ? [] : [criterion];
  return {
    now,
    periodMs: MINUTE,
    progressEvents: 'milestones',
    configuration: { configurationId, criteria },
    rules: resolveRules(RULES, { taskId, configurationId, tags: {}, things: counts.total, criteria }).rules,
  };
}

/** What a poll finds out about a task, a minute after the one before. */
type Look = (before: Snapshot, now: number) => Diff;
/** The same, so many minutes after the one before. */
type LaterLook = readonly [minutes: number, look: Look];

const finds =
  (changes: Partial<TaskFacts>): Look =>
  (before, now) => {
    const facts = { ...before.facts, ...changes, lastUpdatedAt: instant(now - 3_000) };
    return diff(before, facts, contextAt(now, facts));
  };
const findsNothing: Look = (before, now) => taskDeleted(before, contextAt(now, before.facts));
const isToldToStop: Look = untrack;

/** Things that failed, as a poll adds them to new breaches: each half a minute before the one that it comes after. */
const failedThings = (now: number, ids: readonly string[]): SampleThing[] =>
  ids.map((managedThingId, index) => ({
    managedThingId,
    status: 'FAILED',
    retryAttempt: index % 2,
    lastUpdatedAt: instant(now - 7_000 - index * 31_000),
  }));

const findsWith =
  (changes: Partial<TaskFacts>, failed: readonly string[]): Look =>
  (before, now) => {
    const found = finds(changes)(before, now);
    const sampleThings = failedThings(now, failed);
    const events = found.events.map((event) =>
      event.detailType === 'OTA Task Threshold Breached'
        ? { ...event, body: { ...event.body, sampleThings } }
        : event,
    );
    return { ...found, events };
  };

/** Follows a task from its first sight through further looks. */
function follow(
  first: Pick<TaskFacts, 'taskId' | 'description' | 'status' | 'counts'> & Partial<TaskFacts>,
  reason: StartReason,
  looks: readonly (Look | LaterLook)[],
): LiveTask {
  const facts: TaskFacts = {
    taskArn: `arn:aws:iotmanagedintegrations:${REGION}:${ACCOUNT}:ota-task/${first.taskId}`,
    accountId: ACCOUNT,
    region: REGION,
    configurationId: 'c4Rk2mWz8Qp1',
    otaType: 'ONE_TIME',
    lastUpdatedAt: instant(START - 3_000),
    ...first,
  };
  const seen = applyDiff(
    undefined,
    undefined,
    startTracking(facts, reason, contextAt(START, facts)),
    chainAt(START),
  );
  let [task, now] = [seen, START];
  for (const next of looks) {
    const [minutes, look] = typeof next === 'function' ? [1, next] : next;
    now += minutes * MINUTE;
    task = applyDiff(task, task.head, look(task.snapshot, now), chainAt(now));
  }
  return task;
}

const completed = follow(
  {
    taskId: 'Vq3ZtY81mLxE',
    description: 'Door lock firmware 4-2-1',
    status: 'SCHEDULED',
    counts: countsOf({ queued: 400 }),
  },
  'discovered',
  [
    finds({ status: 'IN_PROGRESS', counts: countsOf({ queued: 340, inProgress: 60 }) }),
    finds({ counts: countsOf({ queued: 200, inProgress: 100, succeeded: 88, failed: 12 }) }),
    finds({ counts: countsOf({ queued: 200, inProgress: 90, succeeded: 88, failed: 22 }) }),
    finds({ counts: countsOf({ queued: 80, inProgress: 110, succeeded: 200, failed: 10 }) }),
    finds({ configurationId: 'c7Tn5xBd3Hs6' }),
    finds({ status: 'COMPLETED', counts: countsOf({ succeeded: 392, failed: 8 }) }),
  ],
);

const aborted = follow(
  {
    taskId: 'Hb6NwC42sKdP',
    description: 'Thermostat firmware 2-0-0',
    status: 'IN_PROGRESS',
    counts: countsOf({ queued: 900, inProgress: 85, succeeded: 15 }),
  },
  'discovered',
  [
    findsWith({ counts: countsOf({ queued: 880, inProgress: 60, succeeded: 32, failed: 28 }) }, [
      'thermostat-0117',
      'thermostat-0104',
      'thermostat-0098',
    ]),
    finds({ status: 'CANCELED', counts: countsOf({ succeeded: 32, failed: 28, canceled: 940 }) }),
  ],
);

/** Fails a little too often again and again, and then for long. */
const unlimited = follow(
  {
    taskId: 'Ct8GfV21mQeX',
    description: 'Window sensor firmware 0-9-4',
    configurationId: UNLIMITED,
    status: 'IN_PROGRESS',
    counts: countsOf({ queued: 490, inProgress: 10 }),
  },
  'discovered',
  [
    findsWith({ counts: countsOf({ queued: 476, inProgress: 6, succeeded: 15, failed: 3 }) }, [
      'window-sensor-22',
      'window-sensor-14',
      'window-sensor-09',
    ]),
    finds({ counts: countsOf({ queued: 455, inProgress: 12, succeeded: 30, failed: 3 }) }),
    finds({ counts: countsOf({ queued: 440, inProgress: 10, succeeded: 44, failed: 6 }) }),
    finds({ counts: countsOf({ queued: 420, inProgress: 14, succeeded: 60, failed: 6 }) }),
    findsWith({ counts: countsOf({ queued: 400, inProgress: 8, succeeded: 80, failed: 12 }) }, [
      'window-sensor-96',
    ]),
    [30, finds({ counts: countsOf({ queued: 390, inProgress: 4, succeeded: 92, failed: 14 }) })],
  ],
);

const outOfTime = follow(
  {
    taskId: 'Jf9RsA57gUyM',
    description: 'Smart plug firmware 1-8-3',
    status: 'IN_PROGRESS',
    counts: countsOf({ queued: 40, inProgress: 20, succeeded: 240 }),
    endTime: '2026-03-02T09:01:00.000Z',
    endBehavior: 'CANCEL',
  },
  'requested',
  [finds({ status: 'CANCELED', counts: countsOf({ succeeded: 251, canceled: 49 }) })],
);

const calledOff = follow(
  {
    taskId: 'Xe2LpG93vTnB',
    description: 'Camera firmware 7-1-0',
    status: 'IN_PROGRESS',
    counts: countsOf({ queued: 150, inProgress: 30, succeeded: 20 }),
  },
  'discovered',
  [finds({ status: 'CANCELED', counts: countsOf({ succeeded: 24, canceled: 176 }) })],
);

const deleted = follow(
  {
    taskId: 'Ku5DqJ18wFzC',
    description: 'Sensor firmware 3-3-0',
    status: 'DELETION_IN_PROGRESS',
    counts: countsOf({ succeeded: 70, removed: 30 }),
  },
  'discovered',
  [findsNothing],
);

const letGo = follow(
  {
    taskId: 'Oy7MhS64bRiW',
    description: 'Gateway firmware 5-0-2',
    status: 'IN_PROGRESS',
    counts: countsOf({ queued: 100, inProgress: 50, succeeded: 40, failed: 14 }),
  },
  'requested',
  [isToldToStop],
);

/** What distinguishes two samples of one detail-type. */
function variantOf(row: HistoryRow): string | undefined {
  const { reason, inferredCause, reminder, flapping, rule }: { [field: string]: unknown } = { ...row };
  if (reminder !== undefined) return 'reminder';
  if (flapping !== undefined) return 'flapping';
  const isRatio = Reflect.get(Object(rule), 'kind') === 'ratio';
  const severity = isRatio ? 'ratio' : Reflect.get(Object(rule), 'severity');
  return [reason, inferredCause, severity].find((value) => typeof value === 'string');
}

function nameOf(row: HistoryRow): string {
  const kind = row.detailType.replace('OTA Task ', '').toLowerCase().replaceAll(' ', '-');
  return [kind, variantOf(row), 'json'].filter((part) => part !== undefined).join('.');
}

/** An event as the bus hands it to rules and targets, with an id as the bus makes them. */
function envelopeOf(row: HistoryRow) {
  const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(row.hash) ?? [];
  return {
    version: '0',
    id: [a, b, c, d, e].join('-'),
    'detail-type': row.detailType,
    source: SOURCE,
    account: ACCOUNT,
    time: row.observedAt.replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [row.taskArn],
    detail: detailOf(row),
  };
}

/** What EventBridge Scheduler sends to a target for which no input is set. */
const scheduled = {
  version: '0',
  id: '2b0f7a63-9c1e-4d58-8a37-5f6d1c94e0b2',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: ACCOUNT,
  time: instant(START).replace(/\.\d+Z$/, 'Z'),
  region: REGION,
  resources: [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/ota-watch-dev-poll`],
  detail: '{}',
};

const rows = [completed, aborted, unlimited, outOfTime, calledOff, deleted, letGo].flatMap(
  ({ outbox }) => outbox,
);
const published = rows.filter((row) => row.published).reverse();
const refused = { sequence: 2, code: 'MalformedDetail', message: 'Detail is malformed.' };

const samples: Readonly<Record<string, unknown>> = {
  // The first of each name, since it comes last.
  ...Object.fromEntries(published.map((row) => [nameOf(row), envelopeOf(row)])),
  'history-row.json': completed.outbox[1],
  'history-row.event-set-aside.json': setAside(calledOff, refused, chainAt(START + 2 * MINUTE)).outbox.at(-1),
  'poll.input.json': scheduled,
};
const texts = new Map(
  Object.entries(samples).map(([name, sample]) => [name, `${JSON.stringify(sample, null, 2)}\n`]),
);

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
if (values.check) {
  const found = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
  const names = new Set([...texts.keys(), ...found.keys()]);
  for (const name of names) {
    if (found.get(name) === texts.get(name)) continue;
    console.error(`events/samples/${name} is not what the code makes: run "npm run generate"`);
    process.exitCode = 1;
  }
} else {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of texts) writeFileSync(path.join(folder, name), text);
}

// What holding 20 rules against a task costs, and how large their state is in its snapshot.
// node test/bench/rules.ts
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { diff } from '../../lib/domain/diff.ts';
import { evaluate } from '../../lib/domain/rules/engine.ts';
import type { TaskLook } from '../../lib/domain/rules/look.ts';
import { resolveRules } from '../../lib/domain/rules/resolve.ts';
import type { RuleMemory, RuleState, TaskRule } from '../../lib/domain/rules/rule.ts';
import type { Snapshot } from '../../lib/domain/task.ts';
import { parseRuleFile } from '../../lib/rule-file/parse.ts';
import type { Profile } from '../../local/simulator/rollout/profile.ts';
import { rolloutScript } from '../support/rollout-scripts.ts';
import { type Look, type WatchedRollout, watch } from '../support/watched-rollout.ts';

const RULES = 20;
const ROUNDS = 11;
const ROUND_MS = 200;
const WARM_UP_MS = 1_000;
const MAX_MICROSECONDS = 20;
const MAX_BYTES = 2 * 1024;

/** With the two criteria below: 20 rules, of every kind. */
const FILE = `
version: 1
rules:
  - { id: abort-criteria, kind: abort-criteria }
  - { id: failed-percent, kind: ratio, percent: 5, recoverBelow: 4, minExecuted: 50, severity: error, for: 5m }
  - { id: rejected-percent, kind: ratio, percent: 2, failures: [rejected], of: total, keepFiringFor: 10m }
  - { id: failed-things, kind: count, states: [failed, timedOut], things: 25 }
  - { id: many-in-progress, kind: count, states: [inProgress], things: 500, severity: warning }
  - { id: bad-batch, kind: rate, perMinute: 3, recoverBelow: 1, window: 10m, severity: critical, repeatEvery: 30m }
  - { id: rejections, kind: rate, perMinute: 1, failures: [rejected], window: 1h }
  - { id: stalled, kind: stalled, after: 30m }
  - { id: overdue, kind: overdue, after: 15m, for: 10m, keepFiringFor: 10m }
  - { id: slow, kind: slow, percent: 50, recoverAbove: 60 }
  - { id: stuck-scheduled, kind: stuck-scheduled, after: 15m }
  - { id: milestone, kind: milestone, percents: [10, 50, 90] }
  - { id: unreachable, kind: unreachable, after: 15m }
`;
const RULE_SET = parseRuleFile(FILE, 'bench.yml');

const HEALTHY: Profile = { meanSeconds: 300, spread: 0.8, failed: 0.01, rejected: 0.005 };
const PROFILES: readonly Profile[] = [
  HEALTHY,
  {
    ...HEALTHY,
    phases: [
      { fromThing: 800, failed: 0.15 },
      { fromThing: 1_100, failed: 0.01 },
    ],
  },
  { ...HEALTHY, hanging: 0.05, rejected: 0.03 },
  { ...HEALTHY, failed: 0.05, phases: [{ fromThing: 1_500, failed: 0.9 }] },
];

/** 2,000 things, 20 a minute, to be over in two hours. */
function rollout(profile: Profile, index: number): WatchedRollout {
  const script = rolloutScript(index + 1);
  const { createdAt } = script.plan;
  const criterion = { Action: 'CANCEL', MinNumberOfExecutedThings: 100 } as const;
  const push = {
    RolloutConfig: { MaximumPerMinute: 20 },
    TimeoutConfig: { InProgressTimeoutInMinutes: 60 },
    AbortConfig: {
      AbortConfigCriteriaList: [
        { ...criterion, FailureType: 'FAILED' as const, ThresholdPercentage: 12.5 },
        { ...criterion, FailureType: 'ALL' as const, ThresholdPercentage: 20 },
      ],
    },
  };
  const schedule = {
    startAt: createdAt,
    endAt: createdAt + 7_200_000,
    endBehavior: 'STOP_ROLLOUT' as const,
    windows: [],
  };
  const plan = {
    ...script.plan,
    profile,
    push,
    schedule,
    things: 2_000,
    continuous: false,
    joiningPerMinute: 0,
    retries: [{ FailureType: 'FAILED' as const, MinNumberOfRetries: 1 }],
  };
  return watch({ ...script, plan, scheduling: {}, interventions: [] }, RULE_SET);
}

interface Poll {
  readonly before: Snapshot;
  readonly look: Look;
  readonly text: string;
  readonly taskLook: TaskLook;
}

const polls = PROFILES.map(rollout).flatMap(({ looks }) =>
  looks.slice(1).flatMap((look, index): Poll[] => {
    const before = looks[index]?.snapshot;
    if (before === undefined) return [];
    return [
      { before, look, text: JSON.stringify(look.snapshot), taskLook: taskLookOf(before, look.snapshot) },
    ];
  }),
);

function taskLookOf(before: Snapshot, { facts, configuration, samples }: Snapshot): TaskLook {
  const { startTime, endTime } = facts;
  return {
    status: facts.status,
    counts: facts.counts,
    previousCounts: before.facts.counts,
    samples,
    isContinuous: false,
    ...(startTime !== undefined && { startTime: Date.parse(startTime) }),
    ...(endTime !== undefined && { endTime: Date.parse(endTime) }),
    ...(configuration !== undefined && { configuration }),
  };
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Microseconds of CPU that an operation takes: the median of several rounds, after a warm-up. */
function cpuOf(operate: (poll: Poll) => unknown): number {
  spend(operate, WARM_UP_MS);
  return median(Array.from({ length: ROUNDS }, () => spend(operate, ROUND_MS)));
}

function spend(operate: (poll: Poll) => unknown, forMs: number): number {
  const until = performance.now() + forMs;
  const start = process.cpuUsage();
  let operations = 0;
  do {
    for (const poll of polls) operate(poll);
    operations += polls.length;
  } while (performance.now() < until);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / operations;
}

/** As DynamoDB counts: names and texts in UTF-8, a byte for two digits of a number, 3 for a list or map and 1 for each element. */
function dynamoDbBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 2;
  if (Array.isArray(value)) return value.reduce((sum, element) => sum + 1 + dynamoDbBytes(element), 3);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce(
    (sum, [name, member]) => sum + 1 + Buffer.byteLength(name) + dynamoDbBytes(member),
    3,
  );
}

interface Kept {
  readonly rules: RuleState;
  readonly samples: Snapshot['samples'];
}

/** Every rule breached and on its way back, after flapping; every clock runs; samples as many as there can be. */
function worst(rules: readonly TaskRule[], { rules: state, samples }: Kept): Kept {
  const { lastAt } = state;
  const memory = ({ kind, severity }: TaskRule): RuleMemory => ({
    clock: { since: lastAt - 65_432 },
    open: {
      at: lastAt - 654_321,
      kind,
      severity,
      value: 12.34,
      limit: 12.34,
      numerator: 1_234,
      denominator: 12_345,
      reminders: 12,
    },
    recent: [lastAt - 3_210_987, lastAt - 1_987_654, lastAt - 654_321],
  });
  const milestone: RuleMemory = { reached: true };
  return {
    rules: {
      ...state,
      dueAt: lastAt + 60_000,
      measures: true,
      idle: { since: lastAt - 654_321 },
      unread: { since: lastAt - 654_321 },
      unreadAt: lastAt - 654_321,
      rules: Object.fromEntries(
        rules.map((rule) => [rule.id, rule.kind === 'milestone' ? milestone : memory(rule)]),
      ),
    },
    samples,
  };
}

const sizeOf = ({ rules, samples }: Kept) => dynamoDbBytes({ rules, samples });

const most = (all: readonly Kept[]) =>
  all.reduce((longest, one) => (one.samples.length > longest.samples.length ? one : longest));

function report(name: string, micros: number, baseline: number): void {
  const ratio = (micros / baseline).toFixed(2);
  process.stdout.write(
    `${name.padEnd(44)} ${micros.toFixed(2).padStart(7)} µs  ${ratio.padStart(6)} × JSON.parse\n`,
  );
}

function reportSize(name: string, { rules, samples }: Kept): number {
  const bytes = sizeOf({ rules, samples });
  const json = JSON.stringify({ rules, samples }).length;
  const parts = `rules ${dynamoDbBytes(rules)}, ${samples.length} samples ${dynamoDbBytes(samples)}`;
  process.stdout.write(`${name.padEnd(44)} ${String(bytes).padStart(7)} bytes (${parts}); ${json} as JSON\n`);
  return bytes;
}

const rules = polls[0]?.look.context.rules ?? [];
if (rules.length !== RULES) throw new Error(`${rules.length} rules instead of ${RULES}`);
const breaches = polls.reduce((sum, { look }) => sum + look.events.filter(isBreach).length, 0);
function isBreach({ detailType }: Look['events'][number]): boolean {
  return detailType === 'OTA Task Threshold Breached';
}
process.stdout.write(
  `${RULES} rules, ${polls.length} polls of ${PROFILES.length} rollouts with ${breaches} breaches; CPU, median of ${ROUNDS} rounds\n`,
);

const baseline = cpuOf(({ text }) => JSON.parse(text));
report('baseline: JSON.parse of the snapshot', baseline, baseline);
report(
  'baseline: hash of the snapshot',
  cpuOf(({ look }) => canonicalHash(look.snapshot)),
  baseline,
);
const engine = cpuOf(({ before, look, taskLook }) =>
  evaluate(look.context.rules, before.rules, taskLook, look.context),
);
report('rules held against a look', engine, baseline);
report(
  'the whole diff, with rules and events',
  cpuOf(({ before, look }) => diff(before, look.snapshot.facts, look.context)),
  baseline,
);
const { criteria } = polls[0]?.look.snapshot.configuration ?? { criteria: [] };
const subject = { taskId: 'task1', tags: { 'ota-watch:failed-percent': '2' }, things: 2_000, criteria };
report(
  'rules of a task resolved',
  cpuOf(() => resolveRules(RULE_SET, subject)),
  baseline,
);

const kept = polls.map(({ look }) => look.snapshot).sort((a, b) => sizeOf(a) - sizeOf(b));
const [middle = most(kept)] = kept.slice(Math.floor(kept.length / 2));
const usual = reportSize('state, median of all polls', middle);
const largest = reportSize('state, largest of all polls', kept.at(-1) ?? middle);
const all = reportSize('state, every rule open, every clock running', worst(rules, most(kept)));

function verdict(isMet: boolean, target: string): boolean {
  process.stdout.write(`${isMet ? 'met   ' : 'MISSED'}  ${target}\n`);
  return isMet;
}

const isMet = [
  verdict(engine < MAX_MICROSECONDS, `less than ${MAX_MICROSECONDS} µs for ${RULES} rules`),
  verdict(usual < MAX_BYTES, `a state of less than ${MAX_BYTES} bytes: half of all polls`),
];
verdict(largest < MAX_BYTES, 'the same: every poll of these rollouts');
verdict(all < MAX_BYTES, 'the same: every rule open at once');
if (isMet.includes(false)) process.exitCode = 1;

// How many tasks a poll reads that the service throttles, by what holds requests back; in virtual time.
// node test/bench/quota/learning.ts
import pMap from 'p-map';
import { VirtualTime } from '../../support/virtual-time.ts';
import { adaptive, budgeted, type Limiter, unlimited } from './limiters.ts';

const LATENCY_MS = 30;
const CONCURRENCY = 50;
const LOOK_MS = 45_000;
const ATTEMPTS = 3;
const POLLS = 3;
/** Between the backoffs of a retry after throttling (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). */
const BACKOFF_MS = 500;

interface Scenario {
  readonly name: string;
  readonly tasks: number;
  /** Requests a second that the account has; it saves up those of one second. */
  readonly quota: number;
  /** Tasks that are throttled alone, nine times of ten. */
  readonly alone: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: '5,000 tasks, 10 requests a second', tasks: 5_000, quota: 10, alone: 0 },
  { name: '5,000 tasks, 100 requests a second', tasks: 5_000, quota: 100, alone: 0 },
  { name: '500 tasks, 5 of them throttled alone', tasks: 500, quota: 1e9, alone: 5 },
];

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The service: which requests it throttles. */
function serviceOf({ quota, alone }: Scenario, time: VirtualTime, roll: () => number) {
  let saved = quota;
  let savedAt = time.now;
  return (task: number): boolean => {
    saved = Math.min(quota, saved + ((time.now - savedAt) * quota) / 1_000);
    savedAt = time.now;
    if (task < alone) return roll() < 0.9;
    if (saved < 1) return true;
    saved -= 1;
    return false;
  };
}

interface Result {
  read: number;
  failed: number;
  requests: number;
  throttled: number;
  ms: number;
}

/** The last of some polls, for which the limiter has learned what it can. */
async function lastPoll(scenario: Scenario, limiterOf: (time: VirtualTime) => Limiter): Promise<Result> {
  const time = new VirtualTime(Date.UTC(2026, 10, 22, 12));
  const first = time.now;
  const limiter = limiterOf(time);
  const roll = dice(1);
  const isThrottled = serviceOf(scenario, time, roll);
  let result: Result = { read: 0, failed: 0, requests: 0, throttled: 0, ms: 0 };
  let start = first;
  const isOver = () => time.now >= start + LOOK_MS;
  for (let poll = 0; poll < POLLS; poll += 1) {
    start = first + poll * 60_000;
    if (time.now < start) await time.sleep(start - time.now);
    result = { read: 0, failed: 0, requests: 0, throttled: 0, ms: 0 };
    // Those that are throttled alone stand anywhere among the others.
    const tasks = Array.from({ length: scenario.tasks }, (_, index) => (index * 101) % scenario.tasks);
    await pMap(tasks, look, { concurrency: CONCURRENCY });
  }
  return result;

  async function look(task: number): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS && !isOver(); attempt += 1) {
      await limiter.wait();
      if (isOver() || !(await isRefused(task, attempt))) return;
      if (attempt === ATTEMPTS) result.failed += 1;
      else await time.sleep(roll() * BACKOFF_MS * 2 ** (attempt - 1));
    }
  }

  async function isRefused(task: number, attempt: number): Promise<boolean> {
    await time.sleep(LATENCY_MS);
    const refused = isThrottled(task);
    limiter.answered(refused, attempt > 1);
    result.requests += 1;
    if (refused) result.throttled += 1;
    else result = { ...result, read: result.read + 1, ms: time.now - start };
    return refused;
  }
}

const LIMITERS: readonly [string, (time: VirtualTime, quota: number) => Limiter][] = [
  ['standard', unlimited],
  ['adaptive', adaptive],
  ['budget, learned', (time) => budgeted(time)],
  ['budget, given', (time, quota) => budgeted(time, quota)],
];

for (const scenario of SCENARIOS) {
  process.stdout.write(`${scenario.name}\n`);
  process.stdout.write(`${''.padEnd(18)}   read  failed  requests  throttled  seconds\n`);
  for (const [name, limiterOf] of LIMITERS) {
    const { read, failed, requests, throttled, ms } = await lastPoll(scenario, (time) =>
      limiterOf(time, scenario.quota),
    );
    const cells = [read, failed, requests, throttled].map(String);
    const [r = '', f = '', q = '', t = ''] = cells;
    process.stdout.write(
      `  ${name.padEnd(16)} ${r.padStart(6)} ${f.padStart(7)} ${q.padStart(9)} ${t.padStart(10)} ${(ms / 1_000).toFixed(1).padStart(8)}\n`,
    );
  }
}

import { parseArgs } from 'node:util';
import { type Fleet, SCHEDULE_SECONDS } from '../../lib/cost/fleet.ts';
import { PROGRESS_EVENTS, type ProgressEvents } from '../../lib/domain/diff.ts';
import { UsageError, usage } from '../connect.ts';

export interface CostOptions {
  readonly fleet: Fleet;
  /** File with a price list. */
  readonly prices?: string;
  readonly region?: string;
  readonly freeTier: boolean;
  readonly json: boolean;
}

/** A task in progress changes so often, unless it is said how often. */
const CHANGES_AN_HOUR = 4;
/** A rollout takes so many days, unless it is said how many end in one. */
const ROLLOUT_DAYS = 5;
/** One in so many is hot, unless it is said how many are. */
const HOT_ONE_IN = 10;
const MAX_TASKS = 10_000_000;
const MAX_CHANGES = 1_000_000_000;

/** @throws UsageError that names the argument that makes no sense */
export function parseCostOptions(args: readonly string[]): CostOptions {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tasks: { type: 'string' },
        'in-progress': { type: 'string' },
        hot: { type: 'string' },
        changes: { type: 'string' },
        'ended-per-day': { type: 'string' },
        'poll-interval': { type: 'string' },
        'max-latency': { type: 'string' },
        trust: { type: 'boolean', default: false },
        'fan-out-above': { type: 'string' },
        'progress-events': { type: 'string' },
        slack: { type: 'boolean', default: false },
        pagerduty: { type: 'boolean', default: false },
        api: { type: 'boolean', default: false },
        latency: { type: 'string' },
        'history-months': { type: 'string' },
        prices: { type: 'string' },
        region: { type: 'string' },
        'free-tier': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`cost takes options only, not ${unknown}`);
  const { trust, slack, pagerduty, api, prices, region, json, 'free-tier': freeTier } = values;
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  const whole: WholeOption = (name, otherwise, min, max) => readWhole(name, given[name], otherwise, min, max);

  const sizes = readSizes(whole);
  const { inProgress } = sizes;
  const fleet: Fleet = {
    ...sizes,
    changesPerHour: readChanges(values.changes, inProgress * CHANGES_AN_HOUR),
    endedPerDay: whole('ended-per-day', Math.ceil(inProgress / ROLLOUT_DAYS), 0, MAX_TASKS),
    ...readTimes(whole),
    trust,
    fanOutAbove: values['fan-out-above'] === 'off' ? 'off' : whole('fan-out-above', 5_000, 1, 1_000_000),
    progressEvents: readProgressEvents(values['progress-events']),
    slack,
    pagerduty,
    api,
    latencyMs: whole('latency', 30, 1, 60_000),
    historyMonths: whole('history-months', 12, 0, 1_200),
  };
  return {
    fleet,
    freeTier,
    json,
    ...(prices !== undefined && { prices }),
    ...(region !== undefined && { region }),
  };
}

type WholeOption = (name: string, otherwise: number, min: number, max: number) => number;
function readSizes(whole: WholeOption): Pick<Fleet, 'tasks' | 'inProgress' | 'hot'> {
  const tasks = whole('tasks', 1_000, 1, MAX_TASKS);
  const inProgress = whole('in-progress', Math.min(50, tasks), 0, MAX_TASKS);
  if (inProgress > tasks)
    throw new UsageError(`--in-progress is ${inProgress}, more than the ${tasks} of --tasks`);
  const hot = whole('hot', Math.ceil(inProgress / HOT_ONE_IN), 0, MAX_TASKS);
  if (hot > inProgress) throw new UsageError(`--hot is ${hot}, more than the ${inProgress} of --in-progress`);
  return { tasks, inProgress, hot };
}

/** Refuses what a deployment refuses. */
function readTimes(whole: WholeOption): Pick<Fleet, 'pollIntervalSeconds' | 'maxLatencySeconds'> {
  const interval = whole('poll-interval', SCHEDULE_SECONDS, 5, 86_400);
  if (interval > SCHEDULE_SECONDS && interval % SCHEDULE_SECONDS !== 0)
    throw new UsageError(`--poll-interval takes whole minutes above 60, as schedules do, not ${interval}`);
  const latency = whole('max-latency', Math.max(SCHEDULE_SECONDS, interval), 5, 86_400);
  if (latency < interval)
    throw new UsageError(`--max-latency is ${latency}, less than the ${interval} of --poll-interval`);
  return { pollIntervalSeconds: interval, maxLatencySeconds: latency };
}

function readWhole(
  name: string,
  text: string | boolean | undefined,
  otherwise: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return otherwise;
  const number = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  const off = name === 'fan-out-above' ? ', or off' : '';
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}${off}, not ${text}`);
}

/** A number of changes an hour, or with what it is for: 200, 200/hour, 4800/day. */
function readChanges(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const [, digits = '', per = 'hour'] = /^(\d{1,10})(?:\/(hour|day))?$/.exec(text) ?? [];
  const changes = digits === '' ? Number.NaN : Number(digits);
  if (changes <= MAX_CHANGES) return per === 'day' ? changes / 24 : changes;
  throw new UsageError(`--changes takes a whole number, an hour or as in 4800/day, not ${text}`);
}

function readProgressEvents(text = 'milestones'): ProgressEvents {
  const choice = PROGRESS_EVENTS.find((name) => name === text);
  if (choice === undefined)
    throw new UsageError(`--progress-events takes ${PROGRESS_EVENTS.join(', ')}, not ${text}`);
  return choice;
}

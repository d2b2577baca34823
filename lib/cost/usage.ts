import { NOTIFIER_MB, POLL_MB, roundMs } from './durations.ts';
import { type Fleet, MONTH_SECONDS, type Rhythm, type Round, rhythmOf, roundOf } from './fleet.ts';
import type { Priced } from './prices.ts';
import { SHARDS } from './requests.ts';
import { deployedOf } from './resources.ts';
import {
  BYTES,
  CHANGE_LOG_BYTES,
  chunksOf,
  GIB,
  LAMBDA_LOG_BYTES,
  LEDGER_BYTES,
  MESSAGE_BYTES,
  readUnits,
  STORED_OVERHEAD,
  writeUnits,
} from './sizes.ts';

/** So much of what is charged for, in a month. */
export interface Use {
  readonly of: Priced;
  readonly what: string;
  readonly quantity: number;
}

/** Differences in a month, and what becomes of them. */
export interface Traffic {
  /** Looks at tasks in progress that find other counts. */
  readonly changes: number;
  /** Notes that tasks were looked at, while a clock runs. */
  readonly notes: number;
  readonly begun: number;
  readonly rows: number;
  readonly events: number;
}

/** Rows, and events of them, of a rollout besides its progress: it starts, its status changes to the end, it ends. */
const ROWS_A_ROLLOUT = 3;
const MILESTONES = 4;
/** A clock runs for a task in progress, until nothing has ended for an hour: the rule `stalled` is breached then. */
const STALLED_MINUTES = 60;
const POLLS_A_NOTE = 2;
/** Execution environments live for some hours. A new one reads all that is live. */
const COLD_STARTS_A_DAY = 12;
/**
 * Lambda asks a queue with five requests at once, each of which waits for 20 s
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html). With a maximum concurrency they do not become fewer.
 */
const IDLE_RECEIVES = (5 * MONTH_SECONDS) / 20;
/** An event costs a queue a message sent, received and deleted, and a notifier these requests to DynamoDB (`npm run bench:alerts`). */
const REQUESTS_A_MESSAGE = 3;
const LEDGER_WRITES = 4;
const LEDGER_READS = 4;
const NOTIFY_MS = 50;
/** DynamoDB keeps the key of a table for five minutes. */
const KEY_SECONDS = 300;
const STORED_DAYS = 30;

export function trafficOf(fleet: Fleet): Traffic {
  const rhythm = rhythmOf(fleet);
  const { rounds } = rhythm;
  const round = roundOf(fleet);
  const changes = round.changed * rounds;
  const begun = round.begun * rounds;
  const published = { all: changes, milestones: Math.min(changes, begun * MILESTONES), none: 0 };
  return {
    changes,
    notes: notesOf(fleet, rhythm, changes),
    begun,
    rows: changes + begun * ROWS_A_ROLLOUT,
    events: published[fleet.progressEvents] + begun * ROWS_A_ROLLOUT,
  };
}

/** Notes that tasks were looked at: one for all of them, at every second poll while the clock of any runs. */
function notesOf({ inProgress }: Fleet, { invocations }: Rhythm, changes: number): number {
  const monthMinutes = MONTH_SECONDS / 60;
  const gap = changes === 0 ? monthMinutes : (inProgress * monthMinutes) / changes;
  const timed = Math.min(gap, STALLED_MINUTES) / gap;
  return inProgress === 0 ? 0 : (1 - (1 - timed) ** inProgress) * (invocations / POLLS_A_NOTE);
}

const POLL_LOG_BYTES = BYTES.metricsLog + LAMBDA_LOG_BYTES;

/** All that a month takes. */
export function usageOf(fleet: Fleet): Use[] {
  const month: Month = { fleet, rhythm: rhythmOf(fleet), round: roundOf(fleet), traffic: trafficOf(fleet) };
  return [
    ...functionsOf(month),
    ...tablesOf(month),
    ...eventsOf(month),
    ...queuesOf(month),
    ...logsOf(month),
    ...resourcesOf(month),
  ].filter(({ quantity }) => quantity > 0);
}

interface Month {
  readonly fleet: Fleet;
  readonly rhythm: Rhythm;
  readonly round: Round;
  readonly traffic: Traffic;
}

function functionsOf({ fleet, rhythm, round, traffic }: Month): Use[] {
  const notifiers = notifiersOf(fleet);
  // A function that polls again and again within its minute is paid for while it waits.
  const busySeconds =
    rhythm.roundsEach > 1
      ? rhythm.invocations * (rhythm.roundsEach - 1) * fleet.pollIntervalSeconds +
        (rhythm.invocations * roundMs(fleet, round)) / 1_000
      : (rhythm.rounds * roundMs(fleet, round)) / 1_000;
  return [
    { of: 'lambdaRequest', what: 'polls', quantity: rhythm.invocations },
    { of: 'lambdaGbSecond', what: 'polls', quantity: (busySeconds * POLL_MB) / 1_024 },
    { of: 'lambdaRequest', what: 'workers', quantity: workersOf(fleet, round) * rhythm.rounds },
    { of: 'lambdaRequest', what: 'notifiers', quantity: notifiers * traffic.events },
    {
      of: 'lambdaGbSecond',
      what: 'notifiers',
      quantity: (((notifiers * traffic.events * NOTIFY_MS) / 1_000) * NOTIFIER_MB) / 1_024,
    },
  ];
}

const notifiersOf = ({ slack, pagerduty }: Fleet) => Number(slack) + Number(pagerduty);

/** Messages into which a poll is split, each the work of a function: a power of two, for its looks and its slice of the list. */
function workersOf({ fanOutAbove, tasks }: Fleet, { looks }: Round): number {
  if (fanOutAbove === 'off' || looks <= fanOutAbove) return 0;
  const least = Math.max(looks / Math.ceil(fanOutAbove / 2), (tasks * BYTES.sharedTask) / MESSAGE_BYTES);
  return 2 ** Math.ceil(Math.log2(least));
}

/** Share of the tasks that workers read anew in each poll, since they remember 10,000 others at most: tried out with ten of them. */
const MOST_ANEW = 0.97;
const READ_ANEW = [
  { tasks: 10_000, share: 0 },
  { tasks: 20_000, share: 0.5 },
  { tasks: 50_000, share: 0.9 },
  { tasks: 100_000, share: MOST_ANEW },
] as const;

function readAnew(tasks: number): number {
  const above = READ_ANEW.findIndex((known) => known.tasks >= tasks);
  const [from, to] = [READ_ANEW[above - 1], READ_ANEW[above]];
  if (to === undefined) return MOST_ANEW;
  if (from === undefined) return to.share;
  return from.share + ((to.share - from.share) * (tasks - from.tasks)) / (to.tasks - from.tasks);
}

function tablesOf({ fleet, rhythm, round, traffic }: Month): Use[] {
  const { begun, changes, notes, rows } = traffic;
  const looksWithRows = changes + 2 * begun;
  const rowUnits = writeUnits(BYTES.historyRow);
  const indexRead = (SHARDS * readUnits((fleet.inProgress * BYTES.indexEntry) / SHARDS)) / 2;
  const coldRead = COLD_STARTS_A_DAY * 30 * fleet.inProgress * readUnits(BYTES.taskItem);
  const anew = workersOf(fleet, round) === 0 ? 0 : readAnew(fleet.inProgress);
  const ledgers = notifiersOf(fleet) * traffic.events;
  return [
    {
      of: 'dynamodbWrite',
      what: 'tasks: commits and clearings',
      quantity: looksWithRows * (writeUnits(BYTES.taskItem + BYTES.historyRow) + writeUnits(BYTES.taskItem)),
    },
    { of: 'dynamodbWrite', what: 'tasks: notes while clocks run', quantity: notes },
    { of: 'dynamodbWrite', what: 'tasks: index of live tasks', quantity: 2 * looksWithRows },
    { of: 'dynamodbWrite', what: 'history: rows', quantity: rows * rowUnits },
    { of: 'dynamodbWrite', what: 'history: two indexes', quantity: rows * rowUnits * 2 },
    {
      of: 'dynamodbWrite',
      what: 'alerts: ledgers',
      quantity: ledgers * LEDGER_WRITES * writeUnits(LEDGER_BYTES),
    },
    {
      of: 'dynamodbRead',
      what: 'tasks: index and state, each round',
      quantity: rhythm.rounds * (indexRead + 1),
    },
    { of: 'dynamodbRead', what: 'tasks: items, each cold start', quantity: coldRead },
    {
      of: 'dynamodbRead',
      what: 'tasks: items that workers do not remember',
      // A read that is eventually consistent is half a unit.
      quantity: (rhythm.rounds * anew * fleet.inProgress * readUnits(BYTES.taskItem)) / 2,
    },
    { of: 'dynamodbRead', what: 'history: ends', quantity: begun * readUnits(10 * BYTES.historyRow) },
    {
      of: 'dynamodbRead',
      what: 'alerts: ledgers',
      quantity: ledgers * LEDGER_READS * readUnits(LEDGER_BYTES),
    },
    ...storageOf(fleet, traffic),
  ];
}

function storageOf(fleet: Fleet, { rows, begun }: Traffic): Use[] {
  const stored = (items: number, bytes: number) => (items * (bytes + STORED_OVERHEAD)) / GIB;
  const kept = rows * fleet.historyMonths;
  // An ended task is remembered for seven days.
  const tasks = stored(fleet.inProgress + (begun * 7) / STORED_DAYS, BYTES.taskItem);
  const history = stored(kept, BYTES.historyRow);
  return [
    {
      of: 'dynamodbStorage',
      what: `tasks, and a history of ${fleet.historyMonths} months with its indexes`,
      quantity: tasks + stored(fleet.inProgress, BYTES.indexEntry) + 3 * history,
    },
    { of: 'dynamodbRecovery', what: 'point-in-time recovery of both', quantity: tasks + history },
  ];
}

function eventsOf({ rhythm, traffic }: Month): Use[] {
  return [
    { of: 'schedulerInvocation', what: 'schedule of the polls', quantity: rhythm.invocations },
    { of: 'customEvent', what: 'events on the bus', quantity: traffic.events * chunksOf(BYTES.event) },
  ];
}

function queuesOf({ fleet, rhythm, round, traffic }: Month): Use[] {
  const workers = workersOf(fleet, round);
  const messages = workers * rhythm.rounds;
  const sharedBytes = (fleet.tasks * BYTES.sharedTask) / Math.max(1, workers);
  const { polledQueues } = deployedOf(fleet);
  return [
    { of: 'sqsRequest', what: 'Lambda asking for messages', quantity: polledQueues * IDLE_RECEIVES },
    { of: 'sqsRequest', what: 'shares of polls', quantity: messages * (2 * chunksOf(sharedBytes) + 1) },
    {
      of: 'sqsRequest',
      what: 'events for notifiers',
      quantity: notifiersOf(fleet) * traffic.events * REQUESTS_A_MESSAGE,
    },
  ];
}

function logsOf({ fleet, rhythm, round, traffic }: Month): Use[] {
  const active = Math.min(1, (round.changed + 2 * round.begun) * rhythm.roundsEach) * rhythm.invocations;
  const polls = rhythm.invocations * POLL_LOG_BYTES + active * CHANGE_LOG_BYTES;
  const others =
    (workersOf(fleet, round) * rhythm.rounds + notifiersOf(fleet) * traffic.events) * POLL_LOG_BYTES;
  const written = (polls + others) / GIB;
  return [
    { of: 'logsIngested', what: 'logs, with the metrics in them', quantity: written },
    { of: 'logsStored', what: 'logs of 30 days', quantity: written },
  ];
}

function resourcesOf({ fleet, round }: Month): Use[] {
  const { metrics, alarms, secrets, tables } = deployedOf(fleet, workersOf(fleet, round) > 0);
  return [
    { of: 'customMetric', what: 'custom metrics', quantity: metrics },
    { of: 'alarm', what: 'alarms', quantity: alarms },
    { of: 'secret', what: 'the key of cursors', quantity: secrets },
    { of: 'kmsRequest', what: 'keys of the tables', quantity: (tables * MONTH_SECONDS) / KEY_SECONDS },
  ];
}

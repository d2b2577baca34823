import { createHash } from 'node:crypto';
import type {
  AbortCriterion,
  HistoryRow,
  Observed,
  OpenBreach,
  Rule,
  RuleStanding,
  TaskDetail,
} from '../../../lib/api/generated/api.ts';
import { executedThings, finishedThings } from '../../../lib/domain/counts.ts';
import { percentComplete } from '../../../lib/domain/progress.ts';
import { counts } from '../../support/builders.ts';
import { at } from './scene.ts';

export const TASK = 'ota-7f3a91c2d4';
const ARN = `arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/${TASK}`;
const CRITERION: AbortCriterion = { failureType: 'FAILED', thresholdPercentage: 20, minExecutedThings: 50 };
/** Minutes before noon at which the rollout was found, and at which it began. */
const [FOUND, BEGAN] = [-90, -88];

type NewRow = Pick<HistoryRow, 'detailType'> & Partial<HistoryRow>;

/** Rows of one task, as polls write them: each carries the hash of the row before. */
export class Ledger {
  readonly rows: HistoryRow[] = [];

  add(minute: number, row: NewRow): HistoryRow {
    const before = this.rows.at(-1);
    const sequence = (before?.sequence ?? 0) + 1;
    const added: HistoryRow = {
      schemaVersion: '1',
      eventId: `${TASK}:${sequence}`,
      taskId: TASK,
      sequence,
      observedAt: at(minute),
      published: row.detailType !== 'OTA Task Progressed',
      status: before?.status ?? 'IN_PROGRESS',
      counts: before?.counts ?? counts({}),
      taskArn: ARN,
      accountId: '123456789012',
      region: 'eu-west-1',
      configurationId: 'gradual-10-percent',
      otaType: 'ONE_TIME',
      description: 'door-locks 4.2.1',
      hash: hashOf(sequence),
      day: at(minute).slice(0, 10),
      ...(before && { previousHash: before.hash, previousSequence: before.sequence }),
      ...row,
    };
    this.rows.push(added);
    return added;
  }
}

/** Something that looks like a hash. */
export const hashOf = (sequence: number) => createHash('sha256').update(`row ${sequence}`).digest('hex');

const SHARES = [
  { share: 50, limit: 10, severity: 'warning' },
  { share: 80, limit: 16, severity: 'error' },
  { share: 100, limit: 20, severity: 'critical' },
] as const;

function ruleOf({ share, limit, severity }: (typeof SHARES)[number]): Rule {
  const end = share === 100 ? '.' : ' at 20 %.';
  return {
    id: `abort-criteria:failed:${share}`,
    kind: 'abort-criteria',
    severity,
    description: `${limit} % of the things that received the task have failed (of at least 50): AWS cancels the rollout${end}`,
  };
}

function observedOf(now: HistoryRow['counts'], limit: number): Observed {
  const executed = executedThings(now);
  const value = executed === 0 ? 0 : Math.round((now.failed * 10_000) / executed) / 100;
  return { value, limit, unit: 'percent', numerator: now.failed, denominator: executed };
}

/** How many of twelve things that begin in a minute fail. */
function failuresOf(minute: number): number {
  if (minute > 62) return 6;
  return minute > 18 && minute < 34 ? 3 : minute % 4 === 0 ? 1 : 0;
}

/** A rollout to 1,500 locks, an hour and a half old: failures come in two waves, and the second one goes on. */
export function doorLocks(): Ledger {
  const ledger = new Ledger();
  const open = new Map<number, number>();
  let now = counts({ queued: 1_500 });
  ledger.add(FOUND, {
    detailType: 'OTA Task Tracking Started',
    status: 'SCHEDULED',
    counts: now,
    reason: 'discovered',
  });
  ledger.add(BEGAN, {
    detailType: 'OTA Task Status Changed',
    status: 'IN_PROGRESS',
    previousStatus: 'SCHEDULED',
    terminal: false,
  });
  for (let minute = BEGAN + 1; minute < 0; minute++) {
    const before = now;
    now = afterMinute(before, minute - BEGAN);
    ledger.add(minute, {
      detailType: 'OTA Task Progressed',
      counts: now,
      previousCounts: before,
      percentComplete: percentComplete(now) ?? 0,
      ...(finishedThings(now) > 0 && { ratePerMinute: 12 }),
    });
    assess(ledger, open, minute);
  }
  return ledger;
}

/** Twelve things begin in a minute, and end five minutes later. */
function afterMinute(before: HistoryRow['counts'], age: number): HistoryRow['counts'] {
  const begun = { ...before, queued: before.queued - 12, inProgress: before.inProgress + 12 };
  if (age <= 5) return counts(begun);
  const failed = failuresOf(age);
  const timedOut = age % 20 === 0 ? 1 : 0;
  const rejected = age % 30 === 0 ? 1 : 0;
  return counts({
    ...begun,
    inProgress: before.inProgress,
    succeeded: before.succeeded + 12 - failed - timedOut - rejected,
    failed: before.failed + failed,
    timedOut: before.timedOut + timedOut,
    rejected: before.rejected + rejected,
  });
}

function assess(ledger: Ledger, open: Map<number, number>, minute: number): void {
  const now = ledger.rows.at(-1)?.counts ?? counts({});
  for (const share of SHARES) {
    const observed = observedOf(now, share.limit);
    const holds = observed.value >= share.limit && executedThings(now) >= 50;
    const since = open.get(share.share);
    const words = `${observed.numerator} of ${observed.denominator} things that received the task have failed (${observed.value} %, limit ${share.limit} %)`;
    if (holds && since === undefined) {
      open.set(share.share, minute);
      ledger.add(minute, {
        detailType: 'OTA Task Threshold Breached',
        rule: ruleOf(share),
        observed,
        summary: `${words}.`,
        sampleThings: [1, 2, 3].map((n) => ({
          managedThingId: `door-lock-${String(now.failed * 7 - n).padStart(4, '0')}`,
          status: 'FAILED',
          retryAttempt: n - 1,
          lastUpdatedAt: at(minute),
        })),
      });
    }
    if (!holds && since !== undefined) {
      open.delete(share.share);
      ledger.add(minute, {
        detailType: 'OTA Task Threshold Recovered',
        rule: ruleOf(share),
        observed,
        breachedAt: at(since),
        reason: 'recovered',
        durationSeconds: (minute - since) * 60,
        summary: `Over after ${minute - since} min: ${words}.`,
      });
    }
  }
}

/** AWS cancels the rollout: what was in progress counts as canceled from then on. */
export function cancel(ledger: Ledger, minute: number): void {
  const { queued, inProgress, ...rest } = ledger.rows.at(-1)?.counts ?? counts({});
  ledger.add(minute, {
    detailType: 'OTA Task Status Changed',
    status: 'CANCELED',
    previousStatus: 'IN_PROGRESS',
    terminal: true,
    inferredCause: 'abort-criteria',
    counts: { ...rest, queued: 0, inProgress: 0, canceled: rest.canceled + queued + inProgress },
  });
  ledger.add(minute, { detailType: 'OTA Task Tracking Stopped', reason: 'canceled' });
}

/** Breaches that no recovery has followed. */
function openBreaches(rows: readonly HistoryRow[]): OpenBreach[] {
  const open = new Map<string, OpenBreach>();
  for (const { detailType, rule, observed, observedAt } of rows) {
    if (rule === undefined || observed === undefined) continue;
    open.delete(rule.id);
    if (detailType !== 'OTA Task Threshold Breached') continue;
    const { unit: _, ...numbers } = observed;
    open.set(rule.id, {
      rule: rule.id,
      kind: rule.kind,
      severity: rule.severity,
      since: observedAt,
      ...numbers,
    });
  }
  return [...open.values()].reverse();
}

/** What `/tasks/{id}` says of a rollout that goes on. */
export function liveDetail({ rows }: Ledger): TaskDetail {
  const last = rows.at(-1);
  if (last === undefined) throw new Error('There are no rows');
  const breaches = openBreaches(rows);
  const percent = percentComplete(last.counts);
  return {
    task: {
      taskId: TASK,
      state: 'live',
      status: last.status,
      counts: last.counts,
      ...(percent !== undefined && { percentComplete: percent }),
      configurationId: 'gradual-10-percent',
      otaType: 'ONE_TIME',
      description: last.description ?? '',
      trackedSince: at(FOUND),
      startTime: at(BEGAN),
      endTime: at(240),
      lastUpdatedAt: at(-1),
      ratePerMinute: 12,
      estimatedEndAt: at(last.counts.queued / 12 + 5),
      ...(breaches[0] && { worstSeverity: breaches[0].severity }),
      breaches,
      undelivered: 1,
    },
    taskArn: ARN,
    accountId: '123456789012',
    region: 'eu-west-1',
    endBehavior: 'STOP_ROLLOUT',
    configuration: {
      configurationId: 'gradual-10-percent',
      criteria: [CRITERION],
      maximumPerMinute: 12,
      inProgressTimeoutMinutes: 60,
    },
    rules: standings(last, breaches),
    undelivered: { count: 1, unrecorded: 0, unpublished: 1, oldestObservedAt: last.observedAt },
    head: { sequence: last.sequence, hash: last.hash, publishedSequence: last.sequence - 1 },
  };
}

function standings({ counts: now }: HistoryRow, breaches: readonly OpenBreach[]): RuleStanding[] {
  const finished = finishedThings(now);
  return [
    ...SHARES.map((share): RuleStanding => {
      const breach = breaches.find(({ rule }) => rule === ruleOf(share).id);
      const observed = observedOf(now, share.limit);
      const missing = Math.ceil((share.limit * executedThings(now)) / 100) - now.failed;
      return {
        ...ruleOf(share),
        standing: breach ? 'breached' : 'clear',
        words: breach ? `breached since ${breach.since}` : `${missing} more failures at today’s counts`,
        observed,
      };
    }),
    {
      id: 'stalled',
      kind: 'stalled',
      severity: 'warning',
      description: 'Nothing has finished for 1 h, and things are left.',
      standing: 'clear',
      words: '59 min more in which nothing finishes',
      observed: { value: 60, limit: 3_600, unit: 'seconds' },
    },
    {
      id: 'slow',
      kind: 'slow',
      severity: 'warning',
      description:
        'Things are notified at less than 50 % of the rate that the configuration promises, over 15 min.',
      standing: 'holding',
      words: 'holds for 4 min, breached after 10 min',
      observed: { value: 47, limit: 50, unit: 'percent', numerator: 85, denominator: 180 },
    },
    {
      id: 'overdue',
      kind: 'overdue',
      severity: 'warning',
      description: 'The rollout is running 15 min after its end time, or is projected to be.',
      standing: 'clear',
      words: '4 h 15 min more, if it runs until then',
      observed: { value: -14_400, limit: 900, unit: 'seconds' },
    },
    {
      id: 'half-way:50',
      kind: 'milestone',
      severity: 'info',
      description: '50 % of the things have finished.',
      standing: finished * 2 >= now.total ? 'told' : 'clear',
      words: finished * 2 >= now.total ? 'told' : `${now.total / 2 - finished} more things to finish`,
      observed: {
        value: (finished * 100) / now.total,
        limit: 50,
        unit: 'percent',
        numerator: finished,
        denominator: now.total,
      },
    },
    {
      id: 'tag:ota-watch:stalled-minutes',
      kind: 'malformed-tag',
      severity: 'warning',
      description: 'The tag ota-watch:stalled-minutes is ignored: expected a number of minutes.',
      standing: 'silent',
      words: 'not now: it is muted',
      observed: { value: 1, limit: 0, unit: 'tags' },
    },
  ];
}

/** What `/tasks/{id}` says of one that is over, or of which the history alone is left. */
export function endedDetail(ledger: Ledger, state: 'ended' | 'past'): TaskDetail {
  const { task, taskArn, accountId, region, head } = liveDetail(ledger);
  const { ratePerMinute: _, estimatedEndAt: __, worstSeverity: ___, ...known } = task;
  const last = ledger.rows.at(-1);
  return {
    task: {
      ...known,
      state,
      breaches: [],
      undelivered: 0,
      stopped: 'canceled',
      ...(last && { endedAt: last.observedAt }),
    },
    inferredCause: 'abort-criteria',
    ...(taskArn !== undefined && { taskArn }),
    ...(accountId !== undefined && { accountId }),
    ...(region !== undefined && { region }),
    ...(state === 'ended' && head && { head }),
    rules: [],
    undelivered: { count: 0, unrecorded: 0, unpublished: 0 },
  };
}

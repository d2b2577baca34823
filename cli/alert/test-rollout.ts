import { canonicalHash } from '../../lib/canonical-hash.ts';
import { appendRows, type Head } from '../../lib/domain/chain.ts';
import { type Counts, countsOf, executedThings } from '../../lib/domain/counts.ts';
import { detailOf, SOURCE, type TaskEvent } from '../../lib/domain/events.ts';
import type { Observed, Rule, Severity } from '../../lib/domain/generated/events.ts';
import { percentComplete } from '../../lib/domain/progress.ts';
import type { TaskFacts } from '../../lib/domain/task.ts';

/** An event of the test. */
export interface TestEvent {
  readonly label: string;
  /** As the bus hands it to a queue. */
  readonly body: string;
}

interface Step {
  readonly label: string;
  readonly facts: TaskFacts;
  readonly event: TaskEvent;
}

const MINUTE = 60_000;
/** Minutes after the start. */
const WARNED = 4;
const CRITICAL = 5;
const RECOVERED = 7;
const ENDED = 10;

const AT_FIRST = countsOf({ queued: 100 });
const UNDERWAY = countsOf({ queued: 40, inProgress: 30, succeeded: 20, failed: 10 });
const LATER = countsOf({ inProgress: 10, succeeded: 78, failed: 12 });
const AT_LAST = countsOf({ succeeded: 88, failed: 12 });

/** Always the same task: a test resolves what one before it left open. */
const TASK: TaskFacts = {
  taskId: 'ota-watch-test',
  taskArn: 'arn:aws:iotmanagedintegrations:us-east-1:000000000000:ota-task/ota-watch-test',
  accountId: '000000000000',
  region: 'us-east-1',
  status: 'SCHEDULED',
  counts: AT_FIRST,
  configurationId: 'ota-watch-test-1',
  otaType: 'ONE_TIME',
  description: 'ota-watch test',
};

/**
 * The events of a rollout that does not exist. It starts, progresses, breaches two rules, recovers and ends, in ten minutes.
 *
 * @param now when it ends, epoch milliseconds
 * @param keepsOpen leaves out what comes after the breaches
 */
export function testRollout(now: number, keepsOpen: boolean): readonly TestEvent[] {
  const start = now - ENDED * MINUTE;
  const steps = stepsFrom(start).slice(0, keepsOpen ? RECOVERED : undefined);
  let head: Head | undefined;
  return steps.map(({ label, facts, event }, minute) => {
    const context = { now: start + minute * MINUTE, hash: canonicalHash };
    const appended = appendRows(head, facts, [event], context);
    head = appended.head;
    const [detail] = appended.rows.map(detailOf);
    return { label, body: JSON.stringify({ source: SOURCE, 'detail-type': event.detailType, detail }) };
  });
}

/** One a minute. */
function stepsFrom(start: number): readonly Step[] {
  const at = (minute: number) => new Date(start + minute * MINUTE).toISOString();
  const underway = { ...TASK, status: 'IN_PROGRESS' };
  const moved = { ...underway, configurationId: 'ota-watch-test-2' };
  const failing = { ...moved, counts: UNDERWAY };
  const recovering = { ...moved, counts: LATER };
  const ended = { ...moved, status: 'COMPLETED', counts: AT_LAST };
  return [
    {
      label: 'Tracking Started',
      facts: TASK,
      event: { detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'requested' } },
    },
    { label: 'Status Changed', facts: underway, event: statusChanged('SCHEDULED', false) },
    {
      label: 'Configuration Changed',
      facts: moved,
      event: {
        detailType: 'OTA Task Configuration Changed',
        published: true,
        body: { previousConfigurationId: 'ota-watch-test-1' },
      },
    },
    { label: 'Progressed', facts: failing, event: progressed(AT_FIRST, UNDERWAY, at(ENDED)) },
    { label: 'Breached, warning', facts: failing, event: breached('warning', 10, UNDERWAY) },
    { label: 'Breached, critical', facts: failing, event: breached('critical', 15, UNDERWAY) },
    {
      label: 'Breached, reminder',
      facts: failing,
      event: breached('critical', 15, UNDERWAY, { reminder: 1, breachedAt: at(CRITICAL) }),
    },
    {
      label: 'Recovered',
      facts: recovering,
      event: recovered('critical', 15, LATER, {
        reason: 'recovered',
        breachedAt: at(CRITICAL),
        minutes: RECOVERED - CRITICAL,
      }),
    },
    { label: 'Status Changed, end', facts: ended, event: statusChanged('IN_PROGRESS', true) },
    {
      label: 'Recovered, task ended',
      facts: ended,
      event: recovered('warning', 10, AT_LAST, {
        reason: 'task-ended',
        breachedAt: at(WARNED),
        minutes: ENDED - 1 - WARNED,
      }),
    },
    {
      label: 'Tracking Stopped',
      facts: ended,
      event: { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'completed' } },
    },
  ];
}

function statusChanged(previousStatus: string, terminal: boolean): TaskEvent {
  return { detailType: 'OTA Task Status Changed', published: true, body: { previousStatus, terminal } };
}

function progressed(previousCounts: Counts, counts: Counts, estimatedCompletionAt: string): TaskEvent {
  const percent = percentComplete(counts);
  return {
    detailType: 'OTA Task Progressed',
    published: true,
    body: {
      previousCounts,
      ...(percent !== undefined && { percentComplete: percent }),
      ratePerMinute: 10,
      estimatedCompletionAt,
    },
  };
}

function breached(
  severity: Severity,
  limit: number,
  counts: Counts,
  reminder: { readonly reminder?: number; readonly breachedAt?: string } = {},
): TaskEvent {
  const observed = failures(limit, counts);
  return {
    detailType: 'OTA Task Threshold Breached',
    published: true,
    body: {
      rule: ruleOf(severity, limit),
      observed,
      summary: `This is a test, nothing is wrong. ${sentence(observed)}`,
      sampleThings: [{ managedThingId: 'ota-watch-test-thing', status: 'FAILED', retryAttempt: 1 }],
      ...reminder,
    },
  };
}

function recovered(
  severity: Severity,
  limit: number,
  counts: Counts,
  how: { readonly reason: 'recovered' | 'task-ended'; readonly breachedAt: string; readonly minutes: number },
): TaskEvent {
  const { reason, breachedAt, minutes } = how;
  const observed = failures(limit, counts);
  return {
    detailType: 'OTA Task Threshold Recovered',
    published: true,
    body: {
      rule: ruleOf(severity, limit),
      observed,
      breachedAt,
      reason,
      summary: `This was a test. Over after ${minutes} min: ${sentence(observed)}`,
      durationSeconds: minutes * 60,
    },
  };
}

function ruleOf(severity: Severity, limit: number): Rule {
  const description = `A test: ${limit} % of the things that received the task have failed.`;
  return { id: `test-${severity}`, kind: 'ratio', severity, description };
}

function failures(limit: number, counts: Counts): Observed {
  const denominator = executedThings(counts);
  const value = Math.round((counts.failed / denominator) * 10_000) / 100;
  return { value, limit, unit: 'percent', numerator: counts.failed, denominator };
}

function sentence({ value, limit, numerator, denominator }: Observed): string {
  return `${numerator} of ${denominator} things that received the task have failed (${value} %, limit ${limit} %).`;
}

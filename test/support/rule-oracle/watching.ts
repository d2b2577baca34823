import {
  type Diff,
  type DiffContext,
  type DiffTime,
  diff,
  startTracking,
  taskDeleted,
  taskUnread,
} from '../../../lib/domain/diff.ts';
import type { TaskEvent } from '../../../lib/domain/events.ts';
import { DELETED, type Snapshot, type TaskFacts } from '../../../lib/domain/task.ts';
import type { Told } from '../rule-oracle.ts';
import { PERIOD, type ReadLook, type RecordedLook } from './recorded-rollout.ts';

/** What one look makes of a task's snapshot: its first look where there is none. */
export function watch(before: Snapshot | undefined, look: RecordedLook): Diff {
  const time: DiffTime = { now: look.at, periodMs: PERIOD };
  if (look.kind === 'unread') {
    if (before === undefined) throw new RangeError('the first look at a task succeeds');
    return taskUnread(before, look.reason, time);
  }
  const context: DiffContext = {
    ...time,
    progressEvents: 'none',
    rules: look.rules,
    ...(look.configuration !== undefined && { configuration: look.configuration }),
    ...(look.window !== undefined && { window: look.window }),
  };
  if (before === undefined) return startTracking(factsOf(look), 'discovered', context);
  return look.status === DELETED ? taskDeleted(before, context) : diff(before, factsOf(look), context);
}

function factsOf({ status, counts, isContinuous, startTime, endTime }: ReadLook): TaskFacts {
  return {
    taskId: 'task1',
    taskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
    accountId: '123456789012',
    region: 'eu-west-1',
    status,
    counts,
    configurationId: 'config1',
    otaType: isContinuous ? 'CONTINUOUS' : 'ONE_TIME',
    ...(startTime !== undefined && { startTime: new Date(startTime).toISOString() }),
    ...(endTime !== undefined && { endTime: new Date(endTime).toISOString() }),
  };
}

/** What is told of rules from the first look to the last. */
export function tell(looks: readonly RecordedLook[]): Told[] {
  const told: Told[] = [];
  let snapshot: Snapshot | undefined;
  for (const look of looks) {
    const looked = watch(snapshot, look);
    snapshot = looked.snapshot;
    told.push(...toldOf(looked, look.at));
  }
  return told;
}

/** What a diff tells of rules, without the sentences. */
export function toldOf({ events }: Diff, at: number): Told[] {
  return events.flatMap((event) => toldBy(event, at));
}

function toldBy({ detailType, published, body }: TaskEvent, at: number): Told[] {
  if (detailType === 'OTA Task Threshold Breached') {
    const { rule, observed, breachedAt, reminder, flapping } = body;
    return [
      {
        at,
        type: 'breached',
        id: rule.id,
        kind: rule.kind,
        published,
        observed,
        ...(breachedAt !== undefined && { breachedAt: Date.parse(breachedAt) }),
        ...(reminder !== undefined && { reminder }),
        ...(flapping && { flapping }),
      },
    ];
  }
  if (detailType !== 'OTA Task Threshold Recovered') return [];
  const { rule, observed, breachedAt, reason } = body;
  return [
    {
      at,
      type: 'recovered',
      id: rule.id,
      kind: rule.kind,
      published,
      observed,
      breachedAt: Date.parse(breachedAt),
      reason,
    },
  ];
}

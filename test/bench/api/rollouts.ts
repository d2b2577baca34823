import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { countsOf } from '../../../lib/domain/counts.ts';
import { type DiffContext, diff, startTracking } from '../../../lib/domain/diff.ts';
import type { HistoryRow } from '../../../lib/domain/events.ts';
import { resolveRules } from '../../../lib/domain/rules/resolve.ts';
import type { TaskConfiguration, TaskFacts } from '../../../lib/domain/task.ts';
import { applyDiff, type LiveTask, retire, type TrackedTask } from '../../../lib/domain/tracked.ts';
import { withDefaults } from '../../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../../lib/rule-file/parse.ts';
import { Dice } from '../../support/rule-oracle/dice.ts';

const MINUTE = 60_000;
const THINGS = 1_000;
const CONFIGURATION: TaskConfiguration = {
  configurationId: 'c4Rk2mWz8Qp1',
  criteria: [{ failureType: 'FAILED', thresholdPercentage: 20, minExecutedThings: 100 }],
};
const RULES = withDefaults(parseRuleFile('version: 1\nrules: []\n', 'bench.yml'));

/** A rollout as a poll a minute saw it: its history, and what the tasks table would have of it. */
export interface SeededRollout {
  readonly rows: readonly HistoryRow[];
  readonly item: TrackedTask;
}

/**
 * A rollout that the poll's own rules made: about `minutes` looks, each with other counts. One in eight is a bad one.
 *
 * @param isOver whether it came to its end
 */
export function seededRollout(
  index: number,
  startsAt: number,
  minutes: number,
  isOver: boolean,
): SeededRollout {
  const dice = new Dice(index + 1);
  const failing = dice.chance(1 / 8) ? 0.05 + 0.15 * dice.unit() : 0.01;
  const rows: HistoryRow[] = [];
  let task: LiveTask | undefined;
  for (let minute = 0; minute <= minutes; minute += 1) {
    const now = startsAt + minute * MINUTE;
    const done = Math.floor((THINGS * minute) / minutes);
    const failed = Math.floor(done * failing);
    const inProgress = Math.min(THINGS - done, 10);
    const facts = factsOf(index, now, {
      status: isOver && minute === minutes ? 'COMPLETED' : 'IN_PROGRESS',
      counts: countsOf({ succeeded: done - failed, failed, inProgress, queued: THINGS - done - inProgress }),
    });
    const context = contextOf(facts, now);
    const found =
      task === undefined ? startTracking(facts, 'discovered', context) : diff(task.snapshot, facts, context);
    const next: LiveTask = applyDiff(task, task?.head, found, { now, hash: canonicalHash });
    rows.push(...next.outbox);
    task = { ...next, outbox: [], recordedThrough: next.head?.sequence ?? 0, version: 1 };
  }
  if (task === undefined) throw new RangeError('a rollout takes at least a minute');
  return { rows, item: retire(task, startsAt + minutes * MINUTE) };
}

function factsOf(index: number, now: number, changing: Pick<TaskFacts, 'status' | 'counts'>): TaskFacts {
  const taskId = `bench${String(index).padStart(6, '0')}`;
  return {
    taskId,
    taskArn: `arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/${taskId}`,
    accountId: '123456789012',
    region: 'eu-west-1',
    configurationId: CONFIGURATION.configurationId,
    otaType: 'ONE_TIME',
    description: `Door lock firmware 4-2-${index % 50}`,
    lastUpdatedAt: new Date(now - 3_000).toISOString(),
    ...changing,
  };
}

function contextOf(facts: TaskFacts, now: number): DiffContext {
  const { rules } = resolveRules(RULES, {
    taskId: facts.taskId,
    tags: {},
    things: facts.counts.total,
    criteria: CONFIGURATION.criteria,
  });
  return { now, periodMs: MINUTE, progressEvents: 'milestones', configuration: CONFIGURATION, rules };
}

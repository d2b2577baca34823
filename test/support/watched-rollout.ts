import type { GetOtaTaskConfigurationCommandOutput } from '@aws-sdk/client-iot-managed-integrations';
import { parseConfiguration } from '../../lib/aws/configuration-answers.ts';
import { isAtShare } from '../../lib/domain/abort-criteria.ts';
import { countsOf } from '../../lib/domain/counts.ts';
import { type Diff, type DiffContext, diff, startTracking, taskDeleted } from '../../lib/domain/diff.ts';
import type { TaskEvent } from '../../lib/domain/events.ts';
import { resolveRules } from '../../lib/domain/rules/resolve.ts';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import type { Snapshot, TaskConfiguration, TaskFacts } from '../../lib/domain/task.ts';
import { windowAt } from '../../lib/maintenance-windows.ts';
import { type CancelCause, Rollout } from '../../local/simulator/rollout/rollout.ts';
import type { PushConfig } from '../../local/simulator/wire.ts';
import type { Intervention, Reaction, RolloutScript } from './rollout-scripts.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
/** Some rollouts never end. */
const MAX_POLLS = 240;
const DELETION = 5 * MINUTE;

/** What was seen in one poll. */
export interface Look {
  readonly context: DiffContext;
  readonly snapshot: Snapshot;
  readonly events: readonly TaskEvent[];
}

/** A rollout from its first to its last poll. */
export interface WatchedRollout {
  readonly script: RolloutScript;
  readonly looks: readonly Look[];
  /** What canceled it, as only the simulator knows. */
  readonly canceledBy: CancelCause | undefined;
}

/** A simulated task with what its interventions do to it. */
class ScriptedRollout {
  readonly #script: RolloutScript;
  readonly #rollout: Rollout;
  #configuration: TaskConfiguration;
  #touchedAt: number;
  #deletedAt = Number.POSITIVE_INFINITY;
  #pending: readonly Intervention[];
  #at: number;

  constructor(script: RolloutScript) {
    this.#script = script;
    this.#rollout = new Rollout(script.plan);
    this.#configuration = configurationOf('c0', script.plan.push);
    this.#pending = script.interventions;
    this.#at = script.plan.createdAt;
    this.#touchedAt = this.#at;
  }

  get canceledBy(): CancelCause | undefined {
    return this.#rollout.canceledBy;
  }

  get configuration(): TaskConfiguration {
    return this.#configuration;
  }

  isGone(now: number): boolean {
    return now >= this.#deletedAt + DELETION;
  }

  /** Somebody who reacts to failures looks every second. */
  advance(to: number): void {
    while (this.#at < to) {
      const isWatched = this.#pending.some(({ kind }) => kind === 'react');
      const next = Math.min(
        to,
        ...this.#pending.flatMap((one) => ('after' in one ? [this.#instant(one.after)] : [])),
      );
      this.#at = Math.max(this.#at + 1, isWatched ? Math.min(next, this.#at + SECOND) : next);
      this.#rollout.advance(Math.min(this.#at, this.#deletedAt));
      this.#pending = this.#pending.flatMap((one) => this.#act(one));
    }
  }

  facts(): TaskFacts {
    const { counts, status, updatedAt } = this.#rollout;
    const { schedule, continuous } = this.#script.plan;
    const { startAt, endAt, endBehavior } = schedule;
    return {
      taskId: `task${this.#script.seed}`,
      taskArn: `arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task${this.#script.seed}`,
      accountId: '123456789012',
      region: 'eu-west-1',
      status: Number.isFinite(this.#deletedAt) ? 'DELETION_IN_PROGRESS' : status,
      counts: countsOf({
        queued: counts.QUEUED,
        inProgress: counts.IN_PROGRESS,
        succeeded: counts.SUCCEEDED,
        failed: counts.FAILED,
        rejected: counts.REJECTED,
        timedOut: counts.TIMED_OUT,
        removed: counts.REMOVED,
        canceled: counts.CANCELED,
      }),
      configurationId: this.#configuration.configurationId,
      otaType: continuous ? 'CONTINUOUS' : 'ONE_TIME',
      lastUpdatedAt: new Date(Math.max(updatedAt, this.#touchedAt)).toISOString(),
      ...(startAt !== undefined && { startTime: new Date(startAt).toISOString() }),
      ...(endAt !== undefined && { endTime: new Date(endAt).toISOString(), endBehavior }),
    };
  }

  /** @returns what is left to do */
  #act(intervention: Intervention): Intervention[] {
    if (intervention.kind === 'react') return [this.#react(intervention)];
    if (this.#instant(intervention.after) > this.#at) return [intervention];
    if (intervention.kind === 'cancel') this.#rollout.cancel(this.#at);
    else if (intervention.kind === 'delete') this.#delete();
    else this.#move(intervention.push);
    return [];
  }

  #react(reaction: Reaction): Intervention {
    const { counts } = this.facts();
    const isReached = this.#configuration.criteria.some((one) => isAtShare(one, counts, reaction.share));
    const after = this.#at + reaction.delay - this.#script.plan.createdAt;
    return isReached ? { kind: 'cancel', after } : reaction;
  }

  #delete(): void {
    this.#deletedAt = this.#at;
    this.#touchedAt = this.#at;
  }

  /** A task that is over cannot be moved. */
  #move(push: PushConfig): void {
    const { status } = this.#rollout;
    if (status === 'CANCELED' || status === 'COMPLETED') return;
    this.#configuration = configurationOf('c1', push);
    this.#rollout.configure(push, this.#at);
    this.#touchedAt = this.#at;
  }

  #instant(after: number): number {
    return this.#script.plan.createdAt + after;
  }
}

/** Polls a rollout every minute, give or take a second, until it is no longer tracked. */
export function watch(script: RolloutScript, ruleSet: RuleSet): WatchedRollout {
  const rollout = new ScriptedRollout(script);
  const looks: Look[] = [];
  let before: Snapshot | undefined;
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const now = script.plan.createdAt + script.pollsFrom + poll * MINUTE + ((poll * 7_919) % 1_000);
    rollout.advance(now);
    const facts = rollout.facts();
    const context = contextOf(facts, rollout.configuration, now, script, ruleSet);
    const { snapshot, events, stopped } = look(rollout, before, facts, context);
    looks.push({ context, snapshot, events });
    before = snapshot;
    if (stopped !== undefined) break;
  }
  return { script, looks, canceledBy: rollout.canceledBy };
}

function look(
  rollout: ScriptedRollout,
  before: Snapshot | undefined,
  facts: TaskFacts,
  context: DiffContext,
): Diff {
  if (before === undefined) return startTracking(facts, 'discovered', context);
  return rollout.isGone(context.now) ? taskDeleted(before, context) : diff(before, facts, context);
}

function contextOf(
  facts: TaskFacts,
  configuration: TaskConfiguration,
  now: number,
  { scheduling }: RolloutScript,
  ruleSet: RuleSet,
): DiffContext {
  const { taskId, counts } = facts;
  const { criteria } = configuration;
  const windows = (scheduling.MaintenanceWindows ?? []).map(({ StartTime = '', DurationInMinutes = 0 }) => ({
    startTime: StartTime,
    durationMinutes: DurationInMinutes,
  }));
  const window = windowAt(windows, now);
  return {
    now,
    periodMs: MINUTE,
    progressEvents: 'all',
    configuration,
    rules: resolveRules(ruleSet, { taskId, tags: {}, things: counts.total, criteria }).rules,
    ...(window !== undefined && { window }),
  };
}

function configurationOf(configurationId: string, PushConfig: PushConfig): TaskConfiguration {
  const answer: GetOtaTaskConfigurationCommandOutput = { PushConfig, $metadata: {} };
  return parseConfiguration(configurationId, answer).configuration;
}

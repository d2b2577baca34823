import { processingDetails } from './counters.ts';
import { epochSeconds, type Owner, taskArn, type WireDocument } from './document.ts';
import { Rollout, type RolloutPlan } from './rollout/rollout.ts';
import type { Execution } from './rollout/things.ts';
import type { CreateOtaTaskInput, PushConfig, UpdateOtaTaskInput } from './wire.ts';

/** A task of the simulated account. Instants are epoch milliseconds. */
export interface SimulatedTask {
  /** Whether its deletion is complete. */
  isGone(now: number): boolean;
  /** The answer to GetOtaTask. */
  document(now: number): WireDocument;
  /** A page of the `ExecutionSummaries` of ListOtaTaskExecutions. */
  executions(now: number, from: number, limit: number): readonly WireDocument[];
  /** Changes the members given; a new configuration comes with its content. */
  update(now: number, changes: UpdateOtaTaskInput, push: PushConfig | undefined): void;
  cancel(now: number): void;
  delete(now: number): void;
}

export const executionSummary = (thingId: string, execution: Omit<Execution, 'index'>): WireDocument => ({
  ManagedThingId: thingId,
  TaskExecutionSummary: {
    ExecutionNumber: 1,
    LastUpdatedAt: epochSeconds(execution.updatedAt),
    QueuedAt: epochSeconds(execution.queuedAt),
    RetryAttempt: execution.retryAttempt,
    ...(execution.startedAt !== undefined && { StartedAt: epochSeconds(execution.startedAt) }),
    Status: execution.status,
  },
});

/** The id of the thing of an index that no target names. */
export const thingId = (index: number): string => `thing-${String(index + 1).padStart(6, '0')}`;

interface RolloutTaskProps {
  readonly id: string;
  readonly owner: Owner;
  readonly input: CreateOtaTaskInput;
  readonly plan: RolloutPlan;
  /** How long the task is in deletion before it is gone. */
  readonly deletionMs: number;
}

/** A task whose rollout runs. */
export class RolloutTask implements SimulatedTask {
  readonly #props: RolloutTaskProps;
  readonly #rollout: Rollout;
  #changes: UpdateOtaTaskInput = {};
  #touchedAt: number;
  #deletedAt = Number.POSITIVE_INFINITY;

  constructor(props: RolloutTaskProps) {
    this.#props = props;
    this.#rollout = new Rollout(props.plan);
    this.#touchedAt = props.plan.createdAt;
  }

  isGone(now: number): boolean {
    return now >= this.#deletedAt + this.#props.deletionMs;
  }

  document(now: number): WireDocument {
    this.#advance(now);
    const { id, owner, input, plan } = this.#props;
    const { ClientToken, ...described } = input;
    const { status } = this.#rollout;
    return {
      Protocol: 'HTTP',
      OtaMechanism: 'PUSH',
      ...described,
      ...this.#changes,
      TaskId: id,
      TaskArn: taskArn(owner, id),
      CreatedAt: epochSeconds(plan.createdAt),
      LastUpdatedAt: epochSeconds(Math.max(this.#rollout.updatedAt, this.#touchedAt)),
      TaskProcessingDetails: processingDetails(
        this.#rollout.counts,
        status === 'IN_PROGRESS' ? (input.Target ?? []) : [],
      ),
      Status: this.#isDeleted ? 'DELETION_IN_PROGRESS' : status,
    };
  }

  executions(now: number, from: number, limit: number): readonly WireDocument[] {
    this.#advance(now);
    return this.#rollout
      .executions(from, limit)
      .map((execution) => executionSummary(this.#thingId(execution.index), execution));
  }

  update(now: number, changes: UpdateOtaTaskInput, push: PushConfig | undefined): void {
    this.#changes = { ...this.#changes, ...changes };
    this.#touchedAt = now;
    if (push && !this.#isDeleted) this.#rollout.configure(push, now);
  }

  cancel(now: number): void {
    if (!this.#isDeleted) this.#rollout.cancel(now);
  }

  delete(now: number): void {
    if (this.#isDeleted) return;
    this.#advance(now);
    this.#deletedAt = now;
    this.#touchedAt = now;
  }

  get #isDeleted(): boolean {
    return Number.isFinite(this.#deletedAt);
  }

  /** A rollout stands still from its deletion on. */
  #advance(now: number): void {
    this.#rollout.advance(Math.min(now, this.#deletedAt));
  }

  /** A target is a thing's id or its ARN. */
  #thingId(index: number): string {
    return this.#props.input.Target?.[index]?.split('/').at(-1) ?? thingId(index);
  }
}

import type { PushConfig, RetryConfigCriteria } from '../wire.ts';
import { criterionHolds } from './abort.ts';
import { EventQueue } from './event-queue.ts';
import { Pace } from './pace.ts';
import { attemptOf, type Profile, retryDelayMs } from './profile.ts';
import { type Schedule, windowAt } from './schedule.ts';
import { type Execution, type Failure, type ThingCounts, type ThingStatus, Things } from './things.ts';

const MINUTE = 60_000;

/** What a rollout is to do, and how its things behave. Times are epoch milliseconds. */
export interface RolloutPlan {
  readonly seed: number;
  readonly createdAt: number;
  /** How many things the task targets from the start. */
  readonly things: number;
  /** A continuous task does not complete before its end time. */
  readonly continuous: boolean;
  /** How many things join each minute from the start time on. */
  readonly joiningPerMinute: number;
  readonly profile: Profile;
  readonly schedule: Schedule;
  readonly push: PushConfig;
  readonly retries: readonly RetryConfigCriteria[];
}

export type RolloutStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED';

/** Why a rollout was canceled. */
export type CancelCause = 'abort-criteria' | 'end-time' | 'operator';

type RolloutEvent =
  | { readonly kind: 'start' | 'window' | 'end' | 'join' }
  | { readonly kind: 'finish'; readonly index: number; readonly status: ThingStatus }
  | { readonly kind: 'retry'; readonly index: number; readonly failure: Failure };

const isFailure = (status: ThingStatus): status is Failure => status === 'FAILED' || status === 'TIMED_OUT';

/**
 * A rollout as AWS IoT jobs runs it, on which the service's OTA tasks sit. It is driven by events in simulated time,
 * each at its own millisecond, so that the state at an instant does not depend on the instants asked for before.
 *
 * Sources: "Jobs and job execution states" and "How job configurations work", AWS IoT Core Developer Guide.
 */
export class Rollout {
  readonly #plan: RolloutPlan;
  readonly #startAt: number;
  readonly #things: Things;
  readonly #pace: Pace;
  readonly #events = new EventQueue<RolloutEvent>();
  #push: PushConfig;
  /** `waiting` for the start, `rolling` out, `draining` what is in progress while nothing more is notified, `over`. */
  #stage: 'waiting' | 'rolling' | 'draining' | 'over' = 'waiting';
  #canceledBy: CancelCause | undefined;
  #windowOpen = false;
  #retriesToCome = 0;
  #clock: number;
  #updatedAt: number;
  /** The status and the number of moves of things that were seen at `#updatedAt`. */
  #seen: readonly [RolloutStatus, number] | undefined;

  constructor(plan: RolloutPlan) {
    const { createdAt, schedule, things } = plan;
    this.#plan = plan;
    this.#startAt = Math.max(createdAt, schedule.startAt ?? createdAt);
    this.#push = plan.push;
    this.#pace = new Pace(plan.push.RolloutConfig);
    this.#clock = createdAt;
    this.#updatedAt = createdAt;
    this.#things = new Things((index) => this.#joinedAt(index));
    this.#things.join(things);
    this.#events.push(this.#startAt, { kind: 'start' });
    if (schedule.endAt !== undefined) this.#events.push(schedule.endAt, { kind: 'end' });
    this.#settle(createdAt);
    this.advance(createdAt);
  }

  get status(): RolloutStatus {
    if (this.#canceledBy !== undefined) return 'CANCELED';
    if (this.#stage === 'over') return 'COMPLETED';
    const betweenWindows = this.#stage === 'rolling' && !this.#windowOpen;
    return this.#stage === 'waiting' || betweenWindows ? 'SCHEDULED' : 'IN_PROGRESS';
  }

  /** What canceled it first. The API never tells. */
  get canceledBy(): CancelCause | undefined {
    return this.#canceledBy;
  }

  /** When a count or the status changed last. */
  get updatedAt(): number {
    return this.#updatedAt;
  }

  get counts(): Readonly<ThingCounts> {
    return this.#things.counts;
  }

  /** How many things have ever joined. */
  get joined(): number {
    return this.#things.joined;
  }

  /** Runs everything that happens up to and including an instant. An earlier instant changes nothing. */
  advance(to: number): void {
    for (;;) {
      const slot = this.#nextSlot();
      const eventAt = this.#events.nextAt;
      const at = Math.min(slot, eventAt);
      if (at > to) return;
      if (eventAt <= slot) this.#handleNext(at);
      else this.#notify(at);
      this.#clock = at;
      this.#settle(at);
    }
  }

  /** Cancels the task, with everything queued or in progress, unless it is over. */
  cancel(at: number): void {
    this.advance(at);
    this.#clock = Math.max(at, this.#clock);
    this.#cancel(this.#clock, 'operator');
    this.#settle(this.#clock);
  }

  /** Goes on under another configuration. A timeout that is running keeps its length. */
  configure(push: PushConfig, at: number): void {
    this.advance(at);
    this.#clock = Math.max(at, this.#clock);
    this.#push = push;
    this.#pace.configure(push.RolloutConfig);
    this.#settle(this.#clock);
  }

  executions(from: number, limit: number): Execution[] {
    return this.#things.executions(from, limit);
  }

  /** When the next thing is notified, unless an event comes first. */
  #nextSlot(): number {
    const notifying = this.#stage === 'rolling' && this.#windowOpen && this.counts.QUEUED > 0;
    return notifying ? this.#pace.nextSlot(this.#clock) : Number.POSITIVE_INFINITY;
  }

  #handleNext(at: number): void {
    const event = this.#events.pop();
    switch (event?.kind) {
      case 'start':
        this.#start(at);
        break;
      case 'window':
        this.#enterWindow(at);
        break;
      case 'end':
        this.#end(at);
        break;
      case 'join':
        this.#join();
        break;
      case 'finish':
        this.#finish(event.index, event.status, at);
        break;
      case 'retry':
        this.#retry(event.index, event.failure, at);
        break;
    }
  }

  #start(at: number): void {
    this.#stage = 'rolling';
    this.#enterWindow(at);
    this.#expectJoin();
  }

  #enterWindow(at: number): void {
    if (this.#stage !== 'rolling') return;
    const { open, until } = windowAt(this.#plan.schedule.windows, at);
    this.#windowOpen = open;
    if (Number.isFinite(until)) this.#events.push(until, { kind: 'window' });
  }

  #join(): void {
    if (this.#stage !== 'rolling') return;
    this.#things.join(1);
    this.#expectJoin();
  }

  #expectJoin(): void {
    if (this.#plan.joiningPerMinute > 0)
      this.#events.push(this.#joinedAt(this.#things.joined), { kind: 'join' });
  }

  #joinedAt(index: number): number {
    const { createdAt, things, joiningPerMinute } = this.#plan;
    if (index < things) return createdAt;
    return this.#startAt + Math.ceil(((index - things + 1) * MINUTE) / joiningPerMinute);
  }

  #notify(at: number): void {
    this.#pace.takeSlot(this.#clock);
    const { index, attempt } = this.#things.start(at);
    const { outcome, afterMs } = attemptOf(this.#plan.profile, this.#plan.seed, index, attempt);
    const timeoutMs =
      (this.#push.TimeoutConfig?.InProgressTimeoutInMinutes ?? Number.POSITIVE_INFINITY) * MINUTE;
    if (outcome !== undefined && afterMs <= timeoutMs) {
      this.#events.push(at + afterMs, { kind: 'finish', index, status: outcome });
    } else if (Number.isFinite(timeoutMs)) {
      this.#events.push(at + timeoutMs, { kind: 'finish', index, status: 'TIMED_OUT' });
    }
  }

  #finish(index: number, status: ThingStatus, at: number): void {
    this.#things.finish(index, status, at);
    if (status === 'SUCCEEDED') this.#pace.succeeded();
    if (this.#stage !== 'rolling' || !isFailure(status) || !this.#mayRetry(index, status)) return;
    this.#retriesToCome += 1;
    this.#events.push(at + retryDelayMs(this.#plan.profile, index), {
      kind: 'retry',
      index,
      failure: status,
    });
  }

  /** A criterion allows so many retries after failures of its type; `ALL` counts those of every type. */
  #mayRetry(index: number, failure: Failure): boolean {
    const used = this.#things.retriesOf(index);
    return this.#plan.retries.some(({ FailureType, MinNumberOfRetries = 0 }) => {
      if (FailureType === 'ALL') return used.FAILED + used.TIMED_OUT < MinNumberOfRetries;
      return FailureType === failure && used[failure] < MinNumberOfRetries;
    });
  }

  #retry(index: number, failure: Failure, at: number): void {
    if (this.#stage !== 'rolling') return;
    this.#retriesToCome -= 1;
    this.#things.requeue(index, failure, at);
  }

  /**
   * The end time: nothing more is notified or retried. `STOP_ROLLOUT` lets what is in progress end and then completes
   * the task; `CANCEL` cancels the task but, as CancelJob without force, only what is queued; `FORCE_CANCEL` all of it.
   */
  #end(at: number): void {
    const { endBehavior } = this.#plan.schedule;
    if (endBehavior === 'FORCE_CANCEL') {
      this.#cancel(at, 'end-time');
      return;
    }
    if (endBehavior === 'CANCEL') this.#canceledBy = 'end-time';
    this.#things.closeQueued(endBehavior === 'CANCEL' ? 'CANCELED' : 'REMOVED', at);
    this.#drain();
  }

  #cancel(at: number, cause: CancelCause): void {
    if (this.#stage === 'over') return;
    this.#canceledBy ??= cause;
    this.#things.closeQueued('CANCELED', at);
    this.#things.cancelInProgress(at);
    this.#events.clear();
    this.#drain();
  }

  #drain(): void {
    this.#stage = 'draining';
    this.#retriesToCome = 0;
  }

  /** What follows from the counts: an abort criterion that holds cancels the task, and a task with nothing left is over. */
  #settle(at: number): void {
    const criteria = this.#push.AbortConfig?.AbortConfigCriteriaList ?? [];
    if (
      this.#canceledBy === undefined &&
      criteria.some((criterion) => criterionHolds(criterion, this.counts))
    )
      this.#cancel(at, 'abort-criteria');
    if (this.#nothingLeft()) {
      this.#stage = 'over';
      this.#events.clear();
    }
    const { status } = this;
    const { moves } = this.#things;
    if (this.#seen?.[0] !== status || this.#seen[1] !== moves) this.#updatedAt = at;
    this.#seen = [status, moves];
  }

  #nothingLeft(): boolean {
    const endless = this.#stage === 'rolling' && this.#plan.continuous;
    if (this.#stage === 'waiting' || this.#stage === 'over' || endless) return false;
    return this.counts.QUEUED + this.counts.IN_PROGRESS + this.#retriesToCome === 0;
  }
}

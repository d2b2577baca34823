import type { Account } from '../simulator/account.ts';
import type { DemoRollout } from './rollouts.ts';

const MINUTE = 60_000;

/** A clock that stands until it is moved. Epoch milliseconds. */
export interface MovableClock {
  now(): number;
  moveTo(instant: number): void;
}

interface Scene {
  readonly at: number;
  readonly play: () => void;
}

/**
 * Rollouts in a simulated account, minute by minute of the account's clock. A minute passes when it is told to, not by
 * itself: so a poll sees the same on a fast machine and on a slow one. The functions go by the real clock all the same:
 * when something was observed, rates, and whether an end time has passed are of real time.
 */
export class Story {
  readonly #startedAt: number;
  readonly #clock: MovableClock;
  #minute = 0;
  #scenes: readonly Scene[];

  /** The clock must stand at a full minute, since start times have no seconds. */
  constructor(rollouts: readonly DemoRollout[], account: Account, clock: MovableClock) {
    this.#startedAt = clock.now();
    this.#clock = clock;
    this.#scenes = rollouts
      .flatMap((rollout) => this.#scenesOf(rollout, account))
      .sort((a, b) => a.at - b.at);
    this.#playUntil(this.#startedAt);
  }

  /** Minutes that have passed. */
  get minute(): number {
    return this.#minute;
  }

  nextMinute(): void {
    this.#minute += 1;
    this.#playUntil(this.#instant(this.#minute));
  }

  #playUntil(end: number): void {
    for (const { at, play } of this.#scenes.filter((scene) => scene.at <= end)) {
      this.#clock.moveTo(at);
      play();
    }
    this.#scenes = this.#scenes.filter(({ at }) => at > end);
    this.#clock.moveTo(end);
  }

  #scenesOf(rollout: DemoRollout, account: Account): Scene[] {
    const { taskId, createdAtMinute, interventions = [] } = rollout;
    return [
      { at: this.#instant(createdAtMinute), play: () => this.#create(rollout, account) },
      ...interventions.map(({ atMinute, act }) => ({
        at: this.#instant(atMinute),
        play: () => act(account, taskId),
      })),
    ];
  }

  #create({ taskId, name, configuration, startsAtMinute, task }: DemoRollout, account: Account): void {
    const startTime = startsAtMinute === undefined ? undefined : this.#instant(startsAtMinute);
    account.createTask({
      ...task,
      taskId,
      Description: name,
      TaskConfigurationId: account.createConfiguration(configuration),
      ...(startTime !== undefined && { OtaSchedulingConfig: { StartTime: scheduleTime(startTime) } }),
    });
  }

  #instant(minute: number): number {
    return this.#startedAt + Math.round(minute * MINUTE);
  }
}

/** The form in which the API takes times: UTC, without seconds. */
const scheduleTime = (instant: number) => new Date(instant).toISOString().slice(0, 16).replace('T', ' ');

import type { OtaTaskExecutionRolloutConfig } from '../wire.ts';

/** Without a maximum of its own, a rollout is held to the quota of AWS IoT jobs: 1,000 things per minute. */
const DEFAULT_MAXIMUM_PER_MINUTE = 1_000;
const MINUTE_IN_MICROSECONDS = 60_000_000;

/**
 * How fast things are notified. A constant rate is the maximum; an exponential one starts at the base rate and is
 * multiplied by the increment factor each time that so many things more were notified, or succeeded, since the
 * last increase.
 *
 * Source: "How job configurations work", AWS IoT Core Developer Guide.
 */
export class Pace {
  #config: OtaTaskExecutionRolloutConfig;
  #increases = 0;
  #notified = 0;
  #succeeded = 0;
  /** Whole microseconds, so that no rounding can ever squeeze one thing more into a minute. */
  #lastSlot = Number.NEGATIVE_INFINITY;

  constructor(config: OtaTaskExecutionRolloutConfig = {}) {
    this.#config = config;
  }

  /** Things per minute at present. */
  get perMinute(): number {
    const { MaximumPerMinute = DEFAULT_MAXIMUM_PER_MINUTE, ExponentialRolloutRate: exponential } =
      this.#config;
    if (exponential === undefined) return MaximumPerMinute;
    const { BaseRatePerMinute = MaximumPerMinute, IncrementFactor = 1 } = exponential;
    return Math.min(MaximumPerMinute, BaseRatePerMinute * IncrementFactor ** this.#increases);
  }

  /** The first whole millisecond, not before `earliest`, at which the next thing may be notified. */
  nextSlot(earliest: number): number {
    return Math.ceil(this.#nextSlotMicroseconds(earliest) / 1_000);
  }

  /** Takes the next slot: a thing is notified. */
  takeSlot(earliest: number): void {
    this.#lastSlot = this.#nextSlotMicroseconds(earliest);
    this.#notified += 1;
    this.#increaseIfDue();
  }

  /** Tells that a thing succeeded. */
  succeeded(): void {
    this.#succeeded += 1;
    this.#increaseIfDue();
  }

  /** Continues under another configuration, at its own base rate. */
  configure(config: OtaTaskExecutionRolloutConfig = {}): void {
    this.#config = config;
    this.#increases = 0;
    this.#startCounting();
  }

  #nextSlotMicroseconds(earliest: number): number {
    return Math.max(earliest * 1_000, this.#lastSlot + Math.ceil(MINUTE_IN_MICROSECONDS / this.perMinute));
  }

  #increaseIfDue(): void {
    const {
      numberOfNotifiedThings = Number.POSITIVE_INFINITY,
      numberOfSucceededThings = Number.POSITIVE_INFINITY,
    } = this.#config.ExponentialRolloutRate?.RateIncreaseCriteria ?? {};
    if (this.#notified < numberOfNotifiedThings && this.#succeeded < numberOfSucceededThings) return;
    this.#increases += 1;
    this.#startCounting();
  }

  #startCounting(): void {
    this.#notified = 0;
    this.#succeeded = 0;
  }
}

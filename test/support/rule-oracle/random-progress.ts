import { type Counts, countsOf, type ThingState } from '../../../lib/domain/counts.ts';
import type { Dice } from './dice.ts';

type Tally = Record<ThingState, number>;

/** How things fare for a while: chances of a thing in a minute. */
interface Phase {
  readonly minutes: number;
  /** Things a minute. */
  readonly notified: number;
  readonly finishing: number;
  readonly failing: number;
  readonly retried: number;
  /** Things that are added in a minute. */
  readonly added: number;
}

const WEATHER = {
  fair: { pace: 1, finishing: 0.4, failing: 0.03, retried: 0.1, added: 0 },
  slow: { pace: 0.2, finishing: 0.2, failing: 0.03, retried: 0.1, added: 0 },
  still: { pace: 0, finishing: 0, failing: 0, retried: 0, added: 0 },
  stuck: { pace: 1, finishing: 0, failing: 0, retried: 0, added: 0 },
  badBatch: { pace: 1, finishing: 0.5, failing: 0.8, retried: 0, added: 0 },
  retries: { pace: 1, finishing: 0.5, failing: 0.4, retried: 0.7, added: 0 },
  growing: { pace: 1, finishing: 0.4, failing: 0.1, retried: 0.2, added: 6 },
} as const;

/** The counts of a rollout as time goes by: bad batches, standstill, things tried again, totals that grow. */
export class RandomProgress {
  readonly #dice: Dice;
  readonly #tally: Tally;
  readonly #pace: number;
  readonly #longestPhase: number;
  #phase: Phase;
  #minutesLeft: number;

  constructor(dice: Dice, isRestless: boolean) {
    this.#dice = dice;
    this.#longestPhase = isRestless ? 3 : 14;
    this.#tally = { ...countsOf({ queued: dice.int(1, dice.pick([10, 60, 400])) }) };
    this.#pace = Math.max(1, Math.round(this.#tally.queued / dice.int(4, 60)));
    this.#phase = this.#nextPhase();
    this.#minutesLeft = this.#phase.minutes;
    if (dice.chance(0.3)) this.pass(dice.int(1, 30));
  }

  get counts(): Counts {
    return countsOf(this.#tally);
  }

  get pace(): number {
    return this.#pace;
  }

  pass(minutes: number): void {
    for (let minute = 0; minute < minutes; minute += 1) {
      if (this.#minutesLeft === 0) {
        this.#phase = this.#nextPhase();
        this.#minutesLeft = this.#phase.minutes;
      }
      this.#minutesLeft -= 1;
      this.#passMinute(this.#phase);
    }
  }

  /** Everything that is left finishes. */
  complete(): void {
    this.#move('queued', 'succeeded', this.#tally.queued);
    this.#move('inProgress', this.#dice.pick(['succeeded', 'failed']), this.#tally.inProgress);
  }

  /** What was in progress in the meantime is canceled together with what was queued. */
  cancel(): void {
    this.#move('queued', 'inProgress', Math.min(this.#tally.queued, this.#dice.int(0, this.#pace)));
    this.#move('inProgress', 'canceled', this.#tally.inProgress);
    this.#move('queued', 'canceled', this.#tally.queued);
  }

  #nextPhase(): Phase {
    const names = [
      'fair',
      'fair',
      'fair',
      'slow',
      'still',
      'stuck',
      'badBatch',
      'retries',
      'growing',
    ] as const;
    const { pace, ...rest } = WEATHER[this.#dice.pick(names)];
    return { ...rest, notified: pace * this.#pace, minutes: this.#dice.int(1, this.#longestPhase) };
  }

  #passMinute({ notified, finishing, failing, retried, added }: Phase): void {
    const dice = this.#dice;
    const tally = this.#tally;
    this.#move('failed', 'queued', this.#share(tally.failed, retried));
    const done = this.#share(tally.inProgress, finishing);
    const failures = this.#share(done, failing);
    this.#move('inProgress', 'succeeded', done - failures);
    this.#move('inProgress', dice.pick(['failed', 'failed', 'rejected', 'timedOut']), failures);
    this.#move('queued', 'inProgress', Math.min(tally.queued, this.#share(2 * notified, 0.5)));
    if (dice.chance(0.02)) this.#move('queued', 'removed', Math.min(1, tally.queued));
    tally.queued += this.#share(added, 0.5);
  }

  /** About this share of the things. */
  #share(things: number, share: number): number {
    return Math.min(Math.ceil(things), Math.round(things * share * (0.5 + this.#dice.unit())));
  }

  #move(from: ThingState, to: ThingState, things: number): void {
    this.#tally[from] -= things;
    this.#tally[to] += things;
  }
}

import type { Profile } from '../../local/simulator/rollout/profile.ts';
import { uniform } from '../../local/simulator/rollout/random.ts';
import type { RolloutPlan } from '../../local/simulator/rollout/rollout.ts';
import { scheduleOf } from '../../local/simulator/rollout/schedule.ts';
import type { AbortConfigCriteria, OtaTaskSchedulingConfig, PushConfig } from '../../local/simulator/wire.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
/** Start times have no seconds, so rollouts are made at a full minute. */
const CREATED_AT = Date.UTC(2026, 10, 22, 3);

/** Cancels so long (milliseconds) after the failures have reached a share (percent) of an abort threshold. */
export interface Reaction {
  readonly kind: 'react';
  readonly share: number;
  readonly delay: number;
}

/** What somebody at a console does, so long (milliseconds) after the task was created. */
export type Intervention =
  | Reaction
  | { readonly kind: 'cancel'; readonly after: number }
  | { readonly kind: 'delete'; readonly after: number }
  | { readonly kind: 'move'; readonly after: number; readonly push: PushConfig };

/** A rollout, and how it is watched. */
export interface RolloutScript {
  readonly seed: number;
  readonly plan: RolloutPlan;
  readonly scheduling: OtaTaskSchedulingConfig;
  readonly interventions: readonly Intervention[];
  /** When the first poll comes, milliseconds since the task was created. */
  readonly pollsFrom: number;
}

/** Draws, one after the other, that follow from a seed. */
class Dice {
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  share(): number {
    return uniform(this.#seed, this.#drawn++);
  }

  chance(probability: number): boolean {
    return this.share() < probability;
  }

  between(least: number, most: number): number {
    return least + this.share() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** Every order of magnitude is as likely as any other. */
  magnitude(least: number, most: number): number {
    return least * (most / least) ** this.share();
  }

  of<T>(first: T, ...others: readonly T[]): T {
    return [first, ...others][this.whole(0, others.length)] ?? first;
  }

  list<T>(length: number, make: () => T): T[] {
    return Array.from({ length }, make);
  }
}

function pushOf(dice: Dice, things: number): PushConfig {
  const perMinute = Math.ceil(things / dice.magnitude(2, 90));
  const exponential = {
    BaseRatePerMinute: Math.min(100, Math.ceil(perMinute * dice.between(0.1, 1))),
    IncrementFactor: dice.of(1.1, 1.5, 3),
    RateIncreaseCriteria: dice.of(
      { numberOfNotifiedThings: dice.whole(1, 100) },
      { numberOfSucceededThings: dice.whole(1, 100) },
    ),
  };
  const criteria = dice.of(0, 1, 1, 1, 2, 3);
  return {
    RolloutConfig: {
      MaximumPerMinute: perMinute,
      ...(dice.chance(0.25) && { ExponentialRolloutRate: exponential }),
    },
    ...(dice.chance(0.6) && {
      TimeoutConfig: { InProgressTimeoutInMinutes: Math.round(dice.magnitude(1, 60)) },
    }),
    ...(criteria > 0 && {
      AbortConfig: { AbortConfigCriteriaList: dice.list(criteria, () => criterionOf(dice)) },
    }),
  };
}

function criterionOf(dice: Dice): AbortConfigCriteria {
  const percentage = dice.magnitude(0.5, 100);
  return {
    Action: 'CANCEL',
    FailureType: dice.of('FAILED', 'REJECTED', 'TIMED_OUT', 'ALL'),
    ThresholdPercentage: dice.of(Math.ceil(percentage), Math.round(percentage * 100) / 100),
    MinNumberOfExecutedThings: Math.round(dice.magnitude(1, 100)),
  };
}

/** Mostly well, with batches that are not. */
function profileOf(dice: Dice, things: number): Profile {
  const batches = dice.list(dice.of(0, 0, 1, 2), () => {
    const fromThing = dice.whole(0, things);
    const bad = {
      failed: dice.magnitude(0.02, 0.6),
      rejected: dice.of(0, 0.1, 0.2),
      hanging: dice.of(0, 0.1),
    };
    const good = { failed: 0.01, rejected: 0, hanging: 0 };
    return [
      { fromThing, ...bad },
      { fromThing: fromThing + dice.whole(1, things), ...good },
    ];
  });
  return {
    meanSeconds: dice.magnitude(2, 900),
    spread: dice.share(),
    failed: dice.of(0, 0.005, 0.02, 0.05, 0.1, 0.3),
    rejected: dice.of(0, 0, 0.005, 0.02, 0.1),
    hanging: dice.of(0, 0, 0.01, 0.05, 0.2, 0.4),
    retryAfterSeconds: dice.of(0, 30, 300),
    phases: batches.flat().toSorted((a, b) => a.fromThing - b.fromThing),
  };
}

/** `YYYY-MM-DD HH:MM`, so many minutes after the task was created. */
const minutesIn = (minutes: number) =>
  new Date(CREATED_AT + minutes * MINUTE).toISOString().slice(0, 16).replace('T', ' ');

function schedulingOf(dice: Dice): OtaTaskSchedulingConfig {
  const startsIn = dice.of(0, 0, 0, dice.whole(1, 20));
  const windows = dice.of(0, 0, 0, 0, 1, 2);
  return {
    ...(startsIn > 0 && { StartTime: minutesIn(startsIn) }),
    ...(dice.chance(0.6) && {
      EndTime: minutesIn(startsIn + Math.round(dice.magnitude(1, 90))),
      EndBehavior: dice.of(undefined, 'STOP_ROLLOUT', 'CANCEL', 'CANCEL', 'FORCE_CANCEL', 'FORCE_CANCEL'),
    }),
    ...(windows > 0 && {
      MaintenanceWindows: dice.list(windows, () => ({
        StartTime: minutesIn(startsIn + dice.whole(0, 60)),
        DurationInMinutes: dice.whole(5, 60),
      })),
    }),
  };
}

function interventionsOf(dice: Dice, things: number, endsAfter: number | undefined): Intervention[] {
  const after = Math.round(dice.magnitude(MINUTE, 90 * MINUTE));
  const aroundEnd = Math.max(0, Math.round((endsAfter ?? after) + dice.between(-90, 60) * SECOND));
  const react = {
    kind: 'react' as const,
    share: dice.whole(30, 99),
    delay: dice.of(0, Math.round(dice.magnitude(SECOND, 5 * MINUTE))),
  };
  const cancel = { kind: 'cancel' as const, after };
  return [
    ...(dice.chance(0.1)
      ? [{ kind: 'move' as const, after: dice.whole(0, 30 * MINUTE), push: pushOf(dice, things) }]
      : []),
    ...dice.of<Intervention[]>(
      [],
      [],
      [],
      [],
      [cancel],
      [cancel],
      [react],
      [react],
      [dice.of({ kind: 'cancel', after: aroundEnd }, { kind: 'delete', after })],
    ),
  ];
}

/** A rollout of which nothing is known but its seed. */
export function rolloutScript(seed: number): RolloutScript {
  const dice = new Dice(seed);
  const things = Math.round(dice.magnitude(1, 2_000));
  const continuous = dice.chance(0.15);
  const scheduling = schedulingOf(dice);
  const schedule = scheduleOf(scheduling);
  return {
    seed,
    scheduling,
    plan: {
      seed,
      createdAt: CREATED_AT,
      things,
      continuous,
      joiningPerMinute: continuous ? dice.magnitude(0.1, 30) : 0,
      profile: profileOf(dice, things),
      schedule,
      push: pushOf(dice, things),
      retries: dice.list(dice.of(0, 0, 1, 2), () => ({
        FailureType: dice.of('FAILED', 'TIMED_OUT', 'ALL'),
        MinNumberOfRetries: dice.whole(1, 3),
      })),
    },
    interventions: interventionsOf(dice, things, schedule.endAt && schedule.endAt - CREATED_AT),
    pollsFrom: dice.whole(0, MINUTE - 1),
  };
}

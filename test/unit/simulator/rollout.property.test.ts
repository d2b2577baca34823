import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rollout, type RolloutPlan } from '../../../local/simulator/rollout/rollout.ts';
import { scheduleOf } from '../../../local/simulator/rollout/schedule.ts';
import { THING_STATUSES, type ThingStatus } from '../../../local/simulator/rollout/things.ts';
import { MINUTE, minutesIn, plan, SECOND, START, stateOf } from './plan.ts';

const HORIZON = 240;

const behaviour = fc.record(
  {
    meanSeconds: fc.constantFrom(1, 20, 90, 600),
    spread: fc.constantFrom(0, 0.3, 1),
    failed: fc.constantFrom(0, 0.1, 0.4),
    rejected: fc.constantFrom(0, 0.2),
    hanging: fc.constantFrom(0, 0.1, 0.4),
    retryAfterSeconds: fc.constantFrom(0, 10, 300),
  },
  { requiredKeys: [] },
);
const profile = fc
  .tuple(behaviour, fc.array(fc.tuple(fc.nat(40), behaviour), { maxLength: 2 }))
  .map(([base, phases]) => ({
    ...base,
    phases: phases.map(([fromThing, phase]) => ({ fromThing, ...phase })),
  }));

const rolloutConfig = fc.record(
  {
    MaximumPerMinute: fc.constantFrom(1, 7, 60, 5_000),
    ExponentialRolloutRate: fc.record({
      BaseRatePerMinute: fc.integer({ min: 1, max: 100 }),
      IncrementFactor: fc.constantFrom(1.1, 1.5, 5),
      RateIncreaseCriteria: fc.constantFrom({ numberOfNotifiedThings: 3 }, { numberOfSucceededThings: 2 }),
    }),
  },
  { requiredKeys: [] },
);
const abortConfig = fc.record({
  AbortConfigCriteriaList: fc.array(
    fc.record({
      FailureType: fc.constantFrom(
        'FAILED' as const,
        'REJECTED' as const,
        'TIMED_OUT' as const,
        'ALL' as const,
      ),
      MinNumberOfExecutedThings: fc.constantFrom(1, 5, 20),
      ThresholdPercentage: fc.constantFrom(5, 20, 50, 100),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const push = fc.record(
  {
    RolloutConfig: rolloutConfig,
    AbortConfig: abortConfig,
    TimeoutConfig: fc.record({ InProgressTimeoutInMinutes: fc.constantFrom(1, 5, 30) }),
  },
  { requiredKeys: [] },
);

/** Windows as plain times, so that a test can tell the inside from the outside without the code under test. */
const windows = fc.array(fc.record({ from: fc.nat(HORIZON), minutes: fc.integer({ min: 1, max: 60 }) }), {
  maxLength: 3,
});
const scheduling = fc.oneof(
  fc.record({
    startsIn: fc.constant(0),
    endsIn: fc.constant(HORIZON + 1),
    behavior: fc.constant(undefined),
    windows: fc.array(fc.record({ from: fc.nat(), minutes: fc.nat() }), { maxLength: 0 }),
  }),
  fc.record({
    startsIn: fc.nat(60),
    endsIn: fc.integer({ min: 61, max: HORIZON }),
    behavior: fc.constantFrom(undefined, 'STOP_ROLLOUT' as const, 'CANCEL' as const, 'FORCE_CANCEL' as const),
    windows,
  }),
);

const scenario = fc
  .record({
    scheduling,
    seed: fc.nat(),
    things: fc.nat(40),
    continuous: fc.boolean(),
    joiningPerMinute: fc.constantFrom(0, 0.1, 3),
    profile,
    push,
    retries: fc.array(
      fc.record({
        FailureType: fc.constantFrom('FAILED' as const, 'TIMED_OUT' as const, 'ALL' as const),
        MinNumberOfRetries: fc.nat(3),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ scheduling: given, joiningPerMinute, ...rest }) => ({
    scheduling: given,
    plan: plan({
      ...rest,
      joiningPerMinute: rest.continuous ? joiningPerMinute : 0,
      schedule: scheduleOf({
        StartTime: minutesIn(given.startsIn),
        EndTime: minutesIn(given.endsIn),
        EndBehavior: given.behavior,
        MaintenanceWindows: given.windows.map(({ from, minutes }) => ({
          StartTime: minutesIn(from),
          DurationInMinutes: minutes,
        })),
      }),
    }),
  }));

/** Scenarios in which an abort criterion is likely to hold sooner or later. */
const aborting = fc.tuple(scenario, abortConfig).map(([{ plan: base, ...rest }, AbortConfig]) => ({
  ...rest,
  plan: { ...base, things: base.things + 5, push: { ...base.push, AbortConfig } },
}));

type State = ReturnType<typeof stateOf>;

/** The states of a rollout at the instants of a grid. */
function history(rolloutPlan: RolloutPlan, stepMs = 47 * SECOND): State[] {
  const rollout = new Rollout(rolloutPlan);
  const steps = Math.ceil((HORIZON * MINUTE) / stepMs);
  return Array.from({ length: steps }, (_, step) => {
    rollout.advance(START + step * stepMs);
    return stateOf(rollout);
  });
}

function stateAfter(rolloutPlan: RolloutPlan, ...offsets: number[]): State {
  const rollout = new Rollout(rolloutPlan);
  for (const offset of offsets) rollout.advance(START + offset);
  return stateOf(rollout);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

function holdsIn(rolloutPlan: RolloutPlan, counts: Readonly<Record<ThingStatus, number>>): boolean {
  const executed = sum([
    counts.IN_PROGRESS,
    counts.SUCCEEDED,
    counts.FAILED,
    counts.REJECTED,
    counts.TIMED_OUT,
  ]);
  return (rolloutPlan.push.AbortConfig?.AbortConfigCriteriaList ?? []).some((criterion) => {
    const { FailureType = 'ALL', MinNumberOfExecutedThings = 1, ThresholdPercentage = 100 } = criterion;
    const types = FailureType === 'ALL' ? (['FAILED', 'REJECTED', 'TIMED_OUT'] as const) : [FailureType];
    const ratio = sum(types.map((type) => counts[type])) / executed;
    return executed >= MinNumberOfExecutedThings && ratio * 100 >= ThresholdPercentage - 1e-9;
  });
}

const retriesIn = ({ executions }: State): number => sum(executions.map(({ retryAttempt }) => retryAttempt));

describe('any rollout', () => {
  it('has as many things in its counts and executions as ever joined', () => {
    fc.assert(
      fc.property(scenario, ({ plan }) => {
        for (const { counts, joined, executions } of history(plan)) {
          const tally = THING_STATUSES.map(
            (status) => executions.filter((each) => each.status === status).length,
          );
          expect(sum(Object.values(counts))).toBe(joined);
          expect(THING_STATUSES.map((status) => counts[status])).toEqual(tally);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is in the same state at an instant, in however many steps it got there', () => {
    const instants = fc.array(fc.nat(HORIZON * MINUTE), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scenario, instants, ({ plan }, offsets) => {
        const last = Math.max(...offsets);
        const direct = stateAfter(plan, last);
        expect(stateAfter(plan, ...offsets.toSorted((a, b) => a - b))).toEqual(direct);
        expect(stateAfter(plan, ...offsets)).toEqual(direct);
      }),
      { numRuns: 300 },
    );
  });

  it('was last updated at the instant at which its status or an execution changed', () => {
    fc.assert(
      fc.property(scenario, fc.nat(HORIZON * MINUTE), ({ plan, scheduling: { endsIn } }, offset) => {
        for (const instant of [offset, endsIn * MINUTE]) {
          const state = stateAfter(plan, instant);
          const { updatedAt, ...visible } = state;
          expect(stateAfter(plan, updatedAt - START)).toEqual(state);
          if (updatedAt === START) continue;
          const { updatedAt: earlier, ...before } = stateAfter(plan, updatedAt - START - 1);
          expect(earlier).toBeLessThan(updatedAt);
          expect(before).not.toEqual(visible);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('loses successes, rejections, removals and cancellations never, and failures only to retries', () => {
    fc.assert(
      fc.property(scenario, ({ plan }) => {
        const states = history(plan);
        for (const [index, now] of states.entries()) {
          const before = states[index - 1] ?? now;
          const kept = (['SUCCEEDED', 'REJECTED', 'REMOVED', 'CANCELED'] as const).filter(
            (status) => now.counts[status] < before.counts[status],
          );
          const failures = ({ counts }: State) => counts.FAILED + counts.TIMED_OUT;
          expect(kept).toEqual([]);
          expect(failures(before) - failures(now)).toBeLessThanOrEqual(retriesIn(now) - retriesIn(before));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('goes on only while no abort criterion holds', () => {
    fc.assert(
      fc.property(aborting, ({ plan }) => {
        const uncanceled = history(plan).filter(({ status }) => status !== 'CANCELED');
        expect(uncanceled.filter(({ counts }) => holdsIn(plan, counts))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is canceled only by its end time or by an abort criterion that held', () => {
    fc.assert(
      fc.property(aborting, ({ plan }) => {
        const { status, executions, counts } = stateAfter(plan, HORIZON * MINUTE);
        const { endAt, endBehavior } = plan.schedule;
        const endedByTime = endAt !== undefined && endBehavior !== 'STOP_ROLLOUT';
        if (status !== 'CANCELED' || endedByTime) return;
        const stopped = executions.filter(
          (execution) => execution.status === 'CANCELED' && execution.startedAt !== undefined,
        );
        expect(holdsIn(plan, { ...counts, IN_PROGRESS: stopped.length })).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('notifies never more things in any minute than the maximum', () => {
    fc.assert(
      fc.property(scenario, ({ plan }) => {
        const maximum = plan.push.RolloutConfig?.MaximumPerMinute ?? 1_000;
        const starts = stateAfter({ ...plan, retries: [] }, HORIZON * MINUTE)
          .executions.flatMap(({ startedAt }) => startedAt ?? [])
          .toSorted((a, b) => a - b);
        const gaps = starts.slice(maximum).map((start, index) => start - (starts[index] ?? 0));
        expect(gaps.filter((gap) => gap < MINUTE)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('notifies nothing before its start, after its end or outside its windows', () => {
    fc.assert(
      fc.property(scenario, ({ plan, scheduling: { startsIn, endsIn, windows: open } }) => {
        const allowed = (minute: number): boolean =>
          minute >= startsIn &&
          minute < endsIn &&
          (open.length === 0 || open.some(({ from, minutes }) => minute >= from && minute < from + minutes));
        const minutes = stateAfter(plan, HORIZON * MINUTE).executions.flatMap(({ startedAt }) =>
          startedAt === undefined ? [] : [(startedAt - START) / MINUTE],
        );
        expect(minutes.filter((minute) => !allowed(minute))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['outcomes', { failed: 0.5, spread: 0 }],
    ['durations', { failed: 0, rejected: 0, spread: 1 }],
  ])('draws its %s from its seed', (_, behaviour) => {
    const [one, again, other] = [1, 1, 2].map((seed) =>
      stateAfter(plan({ seed, things: 40, profile: behaviour }), HORIZON * MINUTE),
    );
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

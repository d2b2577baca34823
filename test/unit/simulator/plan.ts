import type { Rollout, RolloutPlan } from '../../../local/simulator/rollout/rollout.ts';
import { scheduleOf } from '../../../local/simulator/rollout/schedule.ts';

export const START = Date.UTC(2025, 5, 2, 3);
export const SECOND = 1_000;
export const MINUTE = 60_000;

/** A plan of ten well-behaved things that take exactly a minute each, ten a minute. */
export const plan = (overrides: Partial<RolloutPlan> = {}): RolloutPlan => ({
  seed: 1,
  createdAt: START,
  things: 10,
  continuous: false,
  joiningPerMinute: 0,
  profile: { meanSeconds: 60, spread: 0, failed: 0, rejected: 0 },
  schedule: scheduleOf(),
  push: { RolloutConfig: { MaximumPerMinute: 10 } },
  retries: [],
  ...overrides,
});

/** All that can be seen of a rollout. */
export const stateOf = (rollout: Rollout) => ({
  status: rollout.status,
  updatedAt: rollout.updatedAt,
  joined: rollout.joined,
  counts: { ...rollout.counts },
  executions: rollout.executions(0, Number.POSITIVE_INFINITY),
});

/** The counts that are not zero. */
export const countsOf = (rollout: Rollout) =>
  Object.fromEntries(Object.entries(rollout.counts).filter(([, count]) => count !== 0));

/** `YYYY-MM-DD HH:MM` so many minutes after the start. */
export const minutesIn = (minutes: number): string =>
  new Date(START + minutes * MINUTE).toISOString().slice(0, 16).replace('T', ' ');

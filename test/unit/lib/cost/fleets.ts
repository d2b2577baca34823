import type { Fleet } from '../../../../lib/cost/fleet.ts';

/** A fleet as `npm run cost` takes it when nothing is said. */
export function aFleet(overrides: Partial<Fleet> = {}): Fleet {
  return {
    tasks: 1_000,
    inProgress: 50,
    hot: 5,
    changesPerHour: 200,
    endedPerDay: 10,
    pollIntervalSeconds: 60,
    maxLatencySeconds: 60,
    trust: false,
    fanOutAbove: 5_000,
    progressEvents: 'milestones',
    slack: false,
    pagerduty: false,
    api: false,
    latencyMs: 30,
    historyMonths: 12,
    ...overrides,
  };
}
